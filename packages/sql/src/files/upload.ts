/** The files of one request, from when they come until a row holds them, or none does. */
import { mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileReference } from '../protocol.ts'
import type { FileNumbers } from './file-numbers.ts'
import { receiveFile, unwritable } from './receive-file.ts'
import type { IncomingFile } from './receive-file.ts'
import { storedNameOf, subfolderOf } from './stored-name.ts'

/** What is received goes when this is disposed of, but for what a row holds then. */
export interface Upload extends AsyncDisposable {
  /**
   * Takes all of a file.
   *
   * @throws SqlError FILE_TOO_LARGE
   * @throws KafkaError KAFKA_STORAGE_ERROR
   */
  receive(file: IncomingFile): Promise<FileReference>
  /** Puts what was received where it is found. @throws KafkaError KAFKA_STORAGE_ERROR */
  publish(): Promise<void>
}

interface UploadSurroundings {
  readonly directory: string
  readonly durability: 'none' | 'os' | 'fsync'
  readonly numbers: FileNumbers
  /** Makes the folder for what is being received, and answers where it is. */
  readonly openStaging: () => Promise<string>
  /** Those of the paths, below the directory, that rows hold. */
  readonly heldOf: (paths: readonly string[]) => Promise<ReadonlySet<string>>
  readonly remove: (files: readonly string[]) => Promise<void>
  readonly onError: (error: unknown) => void
}

interface Received {
  readonly staged: string
  /** Below the directory, once it is published. */
  readonly path: string
  readonly sub: string
  isPublished: boolean
}

export function createUpload({ directory, durability, numbers, openStaging, heldOf, remove, onError }: UploadSurroundings): Upload {
  const received: Received[] = []

  async function discard(): Promise<void> {
    const published = received.filter((file) => file.isPublished).map(({ path }) => path)
    const held = published.length === 0 ? new Set() : await heldOf(published)
    const gone = received.filter(({ path }) => !held.has(path))
    await remove(gone.map(({ staged, path, isPublished }) => (isPublished ? join(directory, path) : staged)))
  }

  return {
    async receive(incoming) {
      const number = await numbers.next()
      const id = String(number)
      const sub = subfolderOf(number)
      const staged = join(await openStaging(), id)
      received.push({ staged, path: `${sub}/${storedNameOf(id, incoming.name)}`, sub, isPublished: false })
      const { size, sha256 } = await receiveFile(incoming, staged, durability)
      return { id, sub, name: incoming.name, size, mime: incoming.mime, sha256 }
    },
    async publish() {
      const folders = new Set(received.map(({ sub }) => join(directory, sub)))
      for (const folder of folders) await mkdir(folder, { recursive: true }).catch(unwritable)
      for (const file of received) {
        await rename(file.staged, join(directory, file.path)).catch(unwritable)
        file.isPublished = true
      }
      if (durability === 'fsync') for (const folder of [directory, ...folders]) await syncDirectory(folder).catch(unwritable)
    },
    // A file that cannot be asked about now is one that the next process sweeps.
    [Symbol.asyncDispose]: () => discard().catch(onError),
  }
}

/** So that a name survives a power cut. */
async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory)
  await handle.sync()
}
