/** Disks that are soon full: a small file system where mounting is allowed, and everywhere a limit on the size of files. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '../temporary-directory.ts'

const run = promisify(execFile)
const MIB = 1024 * 1024

export interface SmallDisk extends AsyncDisposable {
  readonly dataDir: string
  /** Makes it small for a process that is running. */
  limit(pid: number): Promise<void>
  /** Gives much more room. */
  makeRoom(pid: number): Promise<void>
}

/** @throws Error where this user may not mount */
export async function mountSmallDisk(): Promise<SmallDisk> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'logbrook-disk-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', mountPoint])
  } catch (error) {
    await rmdir(mountPoint)
    throw error
  }
  const filler = join(mountPoint, 'filler')
  await writeFile(filler, Buffer.alloc(56 * MIB))
  return {
    dataDir: join(mountPoint, 'data'),
    limit: async () => {},
    makeRoom: () => rm(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      // What ended a moment ago may not have closed its files yet.
      await run('umount', ['--lazy', mountPoint])
      await rmdir(mountPoint)
    },
  }
}

export async function limitFileSize(): Promise<SmallDisk> {
  const directory = await temporaryDirectory()
  return {
    dataDir: directory.path,
    limit: (pid) => limitFiles(pid, String(6 * MIB)),
    makeRoom: (pid) => limitFiles(pid, 'unlimited'),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

/** Of a running process; only the soft limit, so that it can be taken away again without being root. */
async function limitFiles(pid: number, bytes: string): Promise<void> {
  await run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`])
}
