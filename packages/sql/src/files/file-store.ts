/**
 * The bytes of FILE columns: one file each under `<data dir>/files/`, beside `sql.db`, which says whose they are.
 *
 * - A file is received in `staging/`, and moved to where it is found before the statement that brings it runs. Whether a row holds it then is
 *   asked of the engine, whatever the statement answered: what no row holds is removed.
 * - A file never changes, and its name is never given to another: its id is the engine's.
 * - What a process that died left behind is swept with the first use: all that is older than this process and that no row holds.
 */
import { open, mkdir, readdir, rename, rm, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineRequest, FileReference, FindFileRequest, FoundFile } from '../protocol.ts'
import { createFileNumbers } from './file-numbers.ts'
import { receiveFile } from './receive-file.ts'
import type { IncomingFile } from './receive-file.ts'
import { idIn, isSubfolder, storedNameOf, subfolderOf } from './stored-name.ts'

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

/** What is received goes when this is disposed of, but for what a row holds then. */
export interface Upload extends AsyncDisposable {
  /**
   * Takes all of a file.
   *
   * @throws SqlError FILE_TOO_LARGE
   */
  receive(file: IncomingFile): Promise<FileReference>
  /** Puts what was received where it is found. */
  publish(): Promise<void>
}

/** To be closed by whoever has it. */
export interface OpenFile {
  readonly reference: FileReference
  readonly handle: FileHandle
}

export function createFileStore(options: FileStoreOptions): FileStore {
  const { directory, durability, ask, onError } = options
  const staging = join(directory, 'staging')
  const numbers = createFileNumbers(async (count) => Number(await ask({ kind: 'reserve-files', count })))
  let emptied: Promise<void> | undefined
  let swept: Promise<void> | undefined

  /** What is being received when this process begins is another's, which is gone. */
  function openStaging(): Promise<void> {
    return (emptied ??= emptyStaging().catch((error: unknown) => {
      emptied = undefined
      throw error
    }))
  }

  async function emptyStaging(): Promise<void> {
    await rm(staging, { recursive: true, force: true })
    await mkdir(staging, { recursive: true })
  }

  function upload(): Upload {
    const received: Received[] = []
    let published = false

    async function discard(): Promise<void> {
      const held = new Set(published ? ((await ask({ kind: 'stored-files', among: received.map(pathOf) })) as readonly string[]) : [])
      const gone = received.filter((file) => !held.has(pathOf(file)))
      await removeAll(gone.map((file) => (file.isPublished ? join(directory, pathOf(file)) : file.staged)))
    }

    return {
      async receive(incoming) {
        const number = await numbers.next()
        await openStaging()
        const id = String(number)
        const staged = join(staging, id)
        const file: Received = { staged, storedName: storedNameOf(id, incoming.name), sub: subfolderOf(number), isPublished: false }
        received.push(file)
        const content = await receiveFile(incoming, staged, durability)
        return { id, sub: file.sub, name: incoming.name, size: content.size, mime: incoming.mime, sha256: content.sha256 }
      },
      async publish() {
        published = true
        for (const sub of new Set(received.map((file) => file.sub))) await mkdir(join(directory, sub), { recursive: true })
        for (const file of received) {
          await rename(file.staged, join(directory, pathOf(file)))
          file.isPublished = true
        }
        if (durability === 'fsync') await syncDirectories([directory, ...received.map(({ sub }) => join(directory, sub))])
      },
      // A file that cannot be asked about now is one that the next process sweeps.
      [Symbol.asyncDispose]: () => discard().catch(onError),
    }
  }

  async function removeAll(files: readonly string[]): Promise<void> {
    for (const file of files) await unlink(file).catch(unlessGone(onError))
  }

  async function sweepOnce(): Promise<void> {
    const subfolders = (await readdir(directory).catch(emptyWhenGone)).filter(isSubfolder)
    if (subfolders.length > 0) await openStaging()
    for (const sub of subfolders) {
      const first = await numbers.firstOfProcess()
      const names = await readdir(join(directory, sub))
      const older = names.filter((name) => Number(idIn(name) ?? Infinity) < first).map((name) => `${sub}/${name}`)
      const held = new Set((await ask({ kind: 'stored-files', among: older })) as readonly string[])
      await removeAll(older.filter((path) => !held.has(path)).map((path) => join(directory, path)))
    }
  }

  return {
    upload,
    async open(request) {
      const found = (await ask({ kind: 'find-file', ...request })) as FoundFile | null
      if (found === null || !isPath(found.path)) return null
      const handle = await open(join(directory, found.path)).catch(nullWhenGone)
      return handle === null ? null : { reference: found.reference, handle }
    },
    remove: (paths) => removeAll(paths.filter(isPath).map((path) => join(directory, path))),
    sweep: () => (swept ??= sweepOnce().catch(onError)),
  }
}

interface Received {
  readonly staged: string
  readonly sub: string
  readonly storedName: string
  isPublished: boolean
}

function pathOf({ sub, storedName }: Pick<Received, 'sub' | 'storedName'>): string {
  return `${sub}/${storedName}`
}

/** What comes from the process that runs SQL names files of ours and nothing else. */
function isPath(path: string): boolean {
  return /^f\d{4}\/[1-9][\da-z.-]*$/.test(path)
}

function unlessGone(onError: (error: unknown) => void): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== 'ENOENT') onError(error)
  }
}

function emptyWhenGone(error: NodeJS.ErrnoException): readonly string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

function nullWhenGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

/** So that a name survives a power cut. */
async function syncDirectories(directories: readonly string[]): Promise<void> {
  for (const directory of new Set(directories)) {
    await using handle = await open(directory)
    await handle.sync()
  }
}
