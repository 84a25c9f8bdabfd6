/**
 * Brings Node for a platform from the package registry, through npm, which knows where that is.
 *
 * - The archive is kept in node_modules/.cache, and checked each time it is used against the integrity that is written down beside its
 *   version: what was changed on the way, or since, is not used.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../program.ts'
import type { NodePackage } from './targets.ts'

const run = promisify(execFile)
const CACHE = join(ROOT, 'node_modules/.cache/logbrook-binary')

/** A file of the package. @throws Error when the archive is not the one that was written down */
export async function fileOf({ name, version, integrity }: NodePackage, file: string): Promise<Buffer> {
  const archive = join(CACHE, `${name}-${version}.tgz`)
  if (!existsSync(archive)) await bring(`${name}@${version}`, archive)
  if ((await integrityOf(archive)) !== integrity) {
    await rm(archive)
    throw new Error(`${name}@${version} is not the archive whose integrity is ${integrity}`)
  }
  const { stdout } = await run('tar', ['-xzOf', archive, file], { encoding: 'buffer', maxBuffer: Infinity })
  return stdout
}

/** What a build that was broken off leaves never has the archive's name. */
async function bring(specifier: string, archive: string): Promise<void> {
  await mkdir(CACHE, { recursive: true })
  const scratch = await mkdtemp(join(CACHE, 'npm-'))
  try {
    // A shell finds npm where it is a script of the shell's, as on Windows.
    await run('npm', ['pack', specifier, '--silent', '--pack-destination', scratch], { cwd: scratch, shell: process.platform === 'win32' })
    const [file] = await readdir(scratch)
    if (file === undefined) throw new Error(`npm brought nothing for ${specifier}`)
    await rename(join(scratch, file), archive)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function integrityOf(file: string): Promise<string> {
  return `sha512-${createHash('sha512')
    .update(await readFile(file))
    .digest('base64')}`
}
