/**
 * Reads a zip archive that anybody may have made, entry by entry and never whole.
 *
 * - What an archive holds is what the directory at its end says: an archive that was cut short has none. fflate's streaming reader goes by
 *   the entries' own heads and looks for the next one among compressed bytes, where chance can put one, so this is yauzl's work.
 * - Names are looked up and never become paths; one that would lead anywhere else as a path is refused all the same.
 */
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { ARCHIVE_ENTRIES_MAX } from '@logbrook/kafka/limits'
import { getFileNameLowLevel, openPromise, validateFileName } from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { ArchiveError } from './archive-error.ts'

export interface ZipArchive extends AsyncDisposable {
  /** Without folders. */
  readonly entries: ReadonlyMap<string, ZipEntryHead>
  /** The entry's bytes, inflated: as many as its head says. @throws ArchiveError where they cannot be had */
  read(name: string): AsyncGenerator<Buffer>
}

/** What the directory says of an entry. */
interface ZipEntryHead {
  /** Inflated. */
  readonly bytes: number
  readonly crc32: number
}

/** @throws ArchiveError for what is no zip archive, not a whole one, or not one to be trusted; Error where there is no such file */
export async function openZip(path: string, { maxEntries = ARCHIVE_ENTRIES_MAX } = {}): Promise<ZipArchive> {
  const zip = await openPromise(path, { autoClose: false, decodeStrings: false }).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    const entries = await readDirectory(zip, path, maxEntries)
    return {
      entries: new Map(Array.from(entries, ([name, { uncompressedSize: bytes, crc32 }]) => [name, { bytes, crc32 }])),
      read: (name) => inflated(zip, entries.get(name)!, `${path}: entry ${JSON.stringify(name)}`),
      [Symbol.asyncDispose]: () => close(zip),
    }
  } catch (error) {
    await close(zip)
    throw error
  }
}

async function readDirectory(zip: ZipFile, path: string, maxEntries: number): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>()
  try {
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry)
      if (name.endsWith('/') && entry.uncompressedSize === 0) continue
      if (entries.has(name)) throw new ArchiveError(`it holds the entry ${JSON.stringify(name)} twice`)
      if (!entry.canDecodeFileData())
        throw new ArchiveError(`entry ${JSON.stringify(name)} is encrypted, or compressed by something else than deflate`)
      if (entries.size === maxEntries) throw new ArchiveError(`it holds more than ${maxEntries} entries, which is the limit`)
      entries.set(name, entry)
    }
  } catch (error) {
    throw unreadable(path, error)
  }
  return entries
}

function nameOf(entry: Entry): string {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
  if (validateFileName(name) === null && !name.includes('\0')) return name
  throw new ArchiveError(`the name of entry ${JSON.stringify(name)} leads out of the archive`)
}

async function* inflated(zip: ZipFile, entry: Entry, label: string): AsyncGenerator<Buffer> {
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream) yield chunk as Buffer
  } catch (error) {
    throw new ArchiveError(`${label} is damaged: ${(error as Error).message}`, { cause: error })
  }
}

async function close(zip: ZipFile): Promise<void> {
  const closed = once(zip, 'close')
  zip.close()
  await closed
}

function unreadable(path: string, error: unknown): Error {
  const { message, code } = error as NodeJS.ErrnoException
  if (error instanceof ArchiveError) return new ArchiveError(`${path}: ${message}`, { cause: error })
  if (code !== undefined) return new Error(`could not read ${path}: ${message}`, { cause: error })
  return new ArchiveError(`${path} is not a whole zip archive: ${message}`, { cause: error })
}
