/**
 * An archive, opened: its manifest, held against itself and against what the zip's directory says of every entry, and its records.
 *
 * - A part's records have been found whole and right when its generator has come to its end, and not before.
 */
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { ARCHIVE_MANIFEST } from '@logbrook/contract/archive'
import type { ArchiveManifest, ArchivePart } from '@logbrook/contract/archive'
import { ARCHIVE_MANIFEST_BYTES_MAX, RECORD_BYTES_MAX } from '@logbrook/kafka/limits'
import { recordBytes } from '@logbrook/kafka/record'
import type { LogRecord } from '@logbrook/kafka/record'
import { ArchiveError } from '../archive/archive-error.ts'
import { decodeLine } from '../archive/archived-record.ts'
import { checksumText } from '../archive/checksum.ts'
import { openZip } from '../archive/zip-reader.ts'
import type { ZipArchive } from '../archive/zip-reader.ts'
import { printable } from '../style.ts'
import { parseManifest } from './manifest.ts'

export interface Archive extends AsyncDisposable {
  readonly manifest: ArchiveManifest
  /** As they come, some at a time. @throws ArchiveError naming the entry and the line */
  records(part: ArchivePart): AsyncGenerator<readonly LogRecord[]>
}

/** @throws ArchiveError naming the archive, and in it the entry or the key; Error where there is no such file */
export async function openArchive(path: string): Promise<Archive> {
  const zip = await openZip(path)
  try {
    const manifest = await readManifest(zip, path)
    compareEntries(zip, manifest, path)
    return { manifest, records: (part) => readPart(zip, part, path), [Symbol.asyncDispose]: () => zip[Symbol.asyncDispose]() }
  } catch (error) {
    await zip[Symbol.asyncDispose]()
    throw error
  }
}

async function readManifest(zip: ZipArchive, path: string): Promise<ArchiveManifest> {
  const head = zip.entries.get(ARCHIVE_MANIFEST)
  if (head === undefined) throw new ArchiveError(`${path} is no archive of Logbrook: it holds no ${ARCHIVE_MANIFEST}`)
  const label = `${path}: ${ARCHIVE_MANIFEST}`
  if (head.bytes > ARCHIVE_MANIFEST_BYTES_MAX) {
    throw new ArchiveError(`${label} is ${head.bytes} bytes; the limit is ${ARCHIVE_MANIFEST_BYTES_MAX}`)
  }
  const bytes = await buffer(zip.read(ARCHIVE_MANIFEST))
  assertSum(label, crc32(bytes), head.crc32)
  try {
    return parseManifest(bytes)
  } catch (error) {
    throw new ArchiveError(`${label}: ${printable((error as Error).message)}`, { cause: error })
  }
}

/** Each entry that the manifest names is there, as it says, and no other. */
function compareEntries({ entries }: ZipArchive, { topics }: ArchiveManifest, path: string): void {
  const named = new Set([ARCHIVE_MANIFEST])
  for (const part of topics.flatMap(({ partitions }) => partitions.flatMap(({ parts }) => parts))) {
    const head = entries.get(part.entry)
    const label = `${path}: entry ${JSON.stringify(part.entry)}`
    if (head === undefined) throw new ArchiveError(`${label} is missing; the manifest names it`)
    if (head.bytes !== part.bytes) throw new ArchiveError(`${label} is ${head.bytes} bytes; the manifest says ${part.bytes}`)
    assertSum(label, head.crc32, Number.parseInt(part.crc32, 16))
    named.add(part.entry)
  }
  const stranger = entries.keys().find((name) => !named.has(name))
  if (stranger !== undefined) throw new ArchiveError(`${path}: entry ${JSON.stringify(stranger)} is not named by the manifest`)
}

async function* readPart(zip: ZipArchive, part: ArchivePart, path: string): AsyncGenerator<readonly LogRecord[]> {
  const label = `${path}: entry ${JSON.stringify(part.entry)}`
  let sum = 0
  let count = 0

  function decode(line: Buffer): LogRecord {
    count++
    try {
      const record = decodeLine(line)
      const expected = part.base_offset + count - 1
      if (recordBytes(record) > RECORD_BYTES_MAX) {
        throw new ArchiveError(`the record is ${recordBytes(record)} bytes; the limit is ${RECORD_BYTES_MAX}`)
      }
      if (record.offset !== expected) throw new ArchiveError(`offset is ${record.offset}; it must be ${expected}`)
      return record
    } catch (error) {
      throw new ArchiveError(`${label}, line ${count}: ${printable((error as Error).message)}`, { cause: error })
    }
  }

  for await (const lines of splitLines(tally())) yield lines.map(decode)
  assertSum(label, sum, Number.parseInt(part.crc32, 16))
  if (count !== part.record_count) throw new ArchiveError(`${label} holds ${count} records; the manifest says ${part.record_count}`)

  async function* tally(): AsyncGenerator<Buffer> {
    for await (const chunk of zip.read(part.entry)) {
      sum = crc32(chunk, sum)
      yield chunk
    }
  }
}

const NEWLINE = 0x0a

/** The whole lines of each chunk; what follows the last newline is a line too, unless it is nothing. */
async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer[] = []
  for await (const chunk of chunks) {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = chunk.subarray(start, end)
      lines.push(rest.length === 0 ? line : Buffer.concat([...rest, line]))
      rest = []
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
    if (lines.length > 0) yield lines
  }
  if (rest.length > 0) yield [Buffer.concat(rest)]
}

function assertSum(label: string, actual: number, expected: number): void {
  if (actual === expected) return
  throw new ArchiveError(`${label} is damaged: its CRC-32 is ${checksumText(actual)} and should be ${checksumText(expected)}`)
}
