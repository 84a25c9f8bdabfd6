/**
 * Puts the program into a copy of Node's executable, as Node's single executable applications want it: a blob that Node prepares, injected as
 * a resource that Node finds when it starts.
 *
 * - V8's code cache, which makes up for the program being one script, can be prepared only by the executable that will use it.
 * - What was injected is read back, by the rules of the executable's format, before the executable gets its name.
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { LICENSES_FILE, LICENSES_RULE } from '../third-party-licenses.ts'
import { contentsFor } from './contents.ts'
import type { Contents } from './contents.ts'
import { readExecutable } from './executable.ts'
import { executableName } from './targets.ts'
import type { Target } from './targets.ts'

const run = promisify(execFile)
const POSTJECT = fileURLToPath(import.meta.resolve('postject/dist/cli.js'))

/** What Node looks for in itself: the resource, and a mark whose last digit says whether there is one. */
const RESOURCE = 'NODE_SEA_BLOB'
const MARK = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

export interface MakeExecutableOptions {
  readonly target: Target
  /** Node's executable for the target. */
  readonly node: string
  /** Node's executable, of the same version, for this machine: the same file where the target is this machine. */
  readonly nodeHere: string
  /** The text that goes with Node wherever it goes. */
  readonly nodeLicense: string
  readonly outDir: string
}

/** Answers the path of the executable; beside it lie the licenses of what is inside. @throws Error when it does not hold what was put into it */
export async function makeExecutable({ target, node, nodeHere, nodeLicense, outDir }: MakeExecutableOptions): Promise<string> {
  await mkdir(outDir, { recursive: true })
  const scratch = await mkdtemp(join(outDir, '.making-'))
  try {
    const contents = await contentsFor(target)
    const blob = await prepare({ contents, nodeHere, useCodeCache: node === nodeHere, scratch })
    const executable = join(scratch, 'executable')
    await copyFile(node, executable)
    await inject(executable, blob, target)
    await verify(executable, blob, target)
    await writeFile(join(outDir, LICENSES_FILE), [nodeLicense, contents.licenses].join(LICENSES_RULE))
    return await install(executable, join(outDir, executableName(target)))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/**
 * Copied, as whoever installs it does: of a file that was written in one piece, as injecting does, Linux counts 20 MB more as resident, until
 * it has read it anew.
 */
async function install(executable: string, file: string): Promise<string> {
  const partial = `${executable}-copy`
  await copyFile(executable, partial)
  await rename(partial, file)
  return file
}

interface PrepareOptions {
  readonly contents: Contents
  readonly nodeHere: string
  readonly useCodeCache: boolean
  readonly scratch: string
}

/** Answers the path of the blob. */
async function prepare({ contents, nodeHere, useCodeCache, scratch }: PrepareOptions): Promise<string> {
  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const file = join(scratch, name)
    await writeFile(file, content)
    return file
  }
  const assets: Record<string, string> = {}
  for (const [name, content] of contents.assets) assets[name] = await write(`asset-${Object.keys(assets).length}`, content)
  const output = join(scratch, 'blob')
  const main = await write('main.js', contents.main)
  const config = { main, output, assets, useCodeCache, disableExperimentalSEAWarning: true }
  await run(nodeHere, ['--experimental-sea-config', await write('config.json', JSON.stringify(config))])
  return output
}

async function inject(executable: string, blob: string, { platform }: Target): Promise<void> {
  const segment = platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : []
  // Its warnings, of sections without a name that some Node has, are kept for when it fails.
  await run(process.execPath, [POSTJECT, executable, RESOURCE, blob, '--sentinel-fuse', MARK, ...segment])
}

async function verify(executable: string, blob: string, { name, platform, arch }: Target): Promise<void> {
  const file = await readFile(executable)
  if (!file.includes(`${MARK}:1`)) throw new Error(`the executable for ${name} does not know that something is in it`)
  // Programs for macOS are signed afterwards, on a Mac, and tried there.
  if (platform === 'darwin') return
  const found = readExecutable(file, RESOURCE)
  if (found.platform !== platform || found.arch !== arch) throw new Error(`${name} was made from Node for ${found.platform}-${found.arch}`)
  if (found.resource?.equals(await readFile(blob)) !== true)
    throw new Error(`the executable for ${name} does not hold what was put into it`)
}
