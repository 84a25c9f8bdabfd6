/** The packed tarball in the hands of a user: installed by npm or pnpm in a folder outside the repository, with nothing else around it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '../../../..')
export const EXAMPLES = join(ROOT, 'examples')
const PNPM = 'pnpm@12'
const NPM_INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund']

/** Makes the tarball by the command that a release makes it with; answers its path. */
export async function pack(outDir: string): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ROOT, 'scripts/build/package/main.ts'), '--out', outDir], outDir)
  return stdout.trim().split('\n').at(-1)!
}

export const install = {
  npm: (directory: string, tarball: string) => run('npm', ['install', tarball, '--prefer-offline', '--no-audit', '--no-fund'], directory),
  pnpm: (directory: string, tarball: string) =>
    run('npx', ['--yes', '--prefer-offline', PNPM, 'add', tarball, '--prefer-offline'], directory),
} as const

export async function writeManifest(directory: string): Promise<void> {
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
}

export interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** @throws Error with all that it said when the command fails */
export async function run(command: string, args: readonly string[], cwd: string, input = ''): Promise<Output> {
  // npm and npx are scripts on Windows.
  const child = spawn(command, args, { cwd, env: usersEnvironment(), shell: process.platform === 'win32' && command !== process.execPath })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said.stderr += chunk))
  // A command that does not read its input may have ended before all of it is written.
  child.stdin.on('error', () => {}).end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${said.stdout}${said.stderr}`)
  return said
}

/** Ours, without what npm and the test runner put into it for us: their children would take it for theirs. */
function usersEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(?:NODE_TEST_CONTEXT|NODE_OPTIONS|LOGBROOK_.*|npm_(?:lifecycle|package|config_local_prefix).*)$/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))
}

/** An example as a user has it who has copied it, but for the package, which is the tarball. */
export async function copyExample(name: string, directory: string, tarball: string): Promise<void> {
  await cp(join(EXAMPLES, name), directory, { recursive: true })
  const file = join(directory, 'package.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { readonly devDependencies: Readonly<Record<string, string>> }
  await writeFile(file, JSON.stringify({ ...manifest, devDependencies: { ...manifest.devDependencies, logbrook: `file:${tarball}` } }))
  await run('npm', NPM_INSTALL, directory)
}

export interface NpxBroker extends AsyncDisposable {
  readonly url: string
  /** Asks it to end; answers npx's exit code. */
  stop(): Promise<number | null>
}

/** `npx logbrook` on a free port. Signals go to the broker itself, whose pid it tells: npx would keep them. */
export async function npxLogbrook(directory: string): Promise<NpxBroker> {
  const child = spawn('npx', ['--no', '--', 'logbrook', '--port', '0', '--json', '--log-level', 'warn'], {
    cwd: directory,
    env: usersEnvironment(),
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close') as Promise<[number | null]>
  const first = await Promise.race([once(createInterface(child.stdout), 'line') as Promise<[string]>, closed])
  if (typeof first[0] !== 'string') throw new Error(`npx logbrook ended with ${first[0]}`)
  const { url, pid } = JSON.parse(first[0]) as { readonly url: string; readonly pid: number }
  const stop = async () => {
    if (child.exitCode === null) process.kill(pid, 'SIGTERM')
    const [code] = await closed
    return code
  }
  return { url, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}

/** The path of a Node of that version, which npm brings where it has not yet. */
export async function nodePath(version: string): Promise<string> {
  const npx = ['--yes', '--prefer-offline', '--package', `node@${version}`, 'node', '--print', 'process.execPath']
  return (await run('npx', npx, ROOT)).stdout.trim()
}

/** Type checks files of a project as its own compiler would. @throws Error with what the compiler says */
export async function typeCheck(directory: string, files: readonly string[], compilerOptions: object): Promise<void> {
  const typeRoots = [join(ROOT, 'node_modules/@types')]
  const config = { files, compilerOptions: { target: 'es2022', noEmit: true, typeRoots, ...compilerOptions } }
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(config))
  await typeCheckProject(directory)
}

export async function typeCheckProject(directory: string): Promise<void> {
  await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], directory)
}
