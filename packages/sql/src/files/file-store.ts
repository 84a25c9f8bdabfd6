/**
 * The bytes of FILE columns: one file each under `<data dir>/files/`, beside `sql.db`, which says whose they are.
 *
 * - A file is received in `staging/`, and moved to where it is found before the statement that brings it runs. Whether a row holds it then is
 *   asked of the engine, whatever the statement answered: what no row holds is removed.
 * - A file never changes, and its name is never given to another: its id is the engine's.
 * - What a process that died left behind is swept at the start (leftovers.ts): all that is older than this process and that no row holds.
 */
import { mkdir, open, readdir, rm, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineRequest, FileReference, FindFileRequest, FoundFile } from '../protocol.ts'
import { createFileNumbers } from './file-numbers.ts'
import { unwritable } from './receive-file.ts'
import { idIn, isSubfolder } from './stored-name.ts'
import { createUpload } from './upload.ts'
import type { Upload } from './upload.ts'

/** Where files are while they come. */
export const STAGING = 'staging'

export interface FileStoreOptions {
  /** Made when the first file comes. */
  readonly directory: string
  readonly durability: 'none' | 'os' | 'fsync'
  readonly ask: (request: EngineRequest) => Promise<unknown>
  /** Told of what went wrong behind an answer. */
  readonly onError: (error: unknown) => void
}

export interface FileStore {
  /** Room for the files of one request. */
  upload(): Upload
  /**
   * A file for whoever may have it; `null`: there is none such.
   *
   * @throws SqlError
   */
  open(request: Omit<FindFileRequest, 'kind'>): Promise<OpenFile | null>
  /** Of `Effects.droppedFiles`. */
  remove(paths: readonly string[]): Promise<void>
  /** Removes what nobody holds that lies there since before this process; once, in the background of whoever comes first. */
  sweep(): Promise<void>
}

/** To be closed by whoever has it. */
export interface OpenFile {
  readonly reference: FileReference
  readonly handle: FileHandle
}

export function createFileStore({ directory, durability, ask, onError }: FileStoreOptions): FileStore {
  const staging = join(directory, STAGING)
  const numbers = createFileNumbers(async (count) => Number(await ask({ kind: 'reserve-files', count })))
  let emptied: Promise<string> | undefined
  let swept: Promise<void> | undefined

  /** What is being received when this process begins is another's, which is gone. */
  function openStaging(): Promise<string> {
    return (emptied ??= emptyStaging().catch((error: unknown) => {
      emptied = undefined
      throw error
    }))
  }

  async function emptyStaging(): Promise<string> {
    await rm(staging, { recursive: true, force: true }).catch(unwritable)
    await mkdir(staging, { recursive: true }).catch(unwritable)
    return staging
  }

  async function heldOf(paths: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set((await ask({ kind: 'stored-files', among: paths })) as readonly string[])
  }

  async function remove(files: readonly string[]): Promise<void> {
    for (const file of files) await unlink(file).catch(nullWhenGone).catch(onError)
  }

  async function sweepOnce(): Promise<void> {
    const folders = await readdir(directory).catch(emptyWhenGone)
    if (folders.length > 0) await openStaging()
    for (const sub of folders.filter(isSubfolder)) {
      const first = await numbers.firstOfProcess()
      const names = await readdir(join(directory, sub))
      const older = names.filter((name) => Number(idIn(name) ?? Infinity) < first).map((name) => `${sub}/${name}`)
      const held = await heldOf(older)
      await remove(older.filter((path) => !held.has(path)).map((path) => join(directory, path)))
    }
  }

  return {
    upload: () => createUpload({ directory, durability, numbers, openStaging, heldOf, remove, onError }),
    async open(request) {
      const found = (await ask({ kind: 'find-file', ...request })) as FoundFile | null
      if (found === null || !isPath(found.path)) return null
      const handle = await open(join(directory, found.path)).catch(nullWhenGone)
      return handle === null ? null : { reference: found.reference, handle }
    },
    remove: (paths) => remove(paths.filter(isPath).map((path) => join(directory, path))),
    sweep: () => (swept ??= sweepOnce().catch(onError)),
  }
}

/** What comes from the process that runs SQL names files of ours and nothing else. */
function isPath(path: string): boolean {
  return /^f\d{4}\/[1-9][\da-z.-]*$/.test(path)
}

function emptyWhenGone(error: NodeJS.ErrnoException): readonly string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

function nullWhenGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
