/** Writes the lines of one partition into numbered parts, none larger than its limit. */
import type { ArchivePart } from '@logbrook/contract/archive'
import type { FetchedRecord } from '@logbrook/contract/record'
import { ARCHIVE_PART_BYTES_MAX } from '@logbrook/kafka/limits'
import { encodeLine } from '../archive/archived-record.ts'
import { checksumText } from '../archive/checksum.ts'
import type { ZipEntry, ZipWriter } from '../archive/zip-writer.ts'

interface PartWriterOptions {
  readonly zip: ZipWriter
  readonly topic: string
  readonly partition: number
  readonly maxBytes?: number
}

/** Lines are given to the zip in pieces of this size. */
const PIECE_BYTES = 256 * 1024
/** As Kafka names the files of a partition: its offsets have 20 digits. */
const OFFSET_DIGITS = 20

export class PartWriter {
  readonly #options: Required<PartWriterOptions>
  readonly #parts: ArchivePart[] = []
  #open: { readonly name: string; readonly entry: ZipEntry; readonly baseOffset: number; count: number; bytes: number } | undefined
  #lines: Buffer[] = []
  #lineBytes = 0

  constructor({ maxBytes = ARCHIVE_PART_BYTES_MAX, ...options }: PartWriterOptions) {
    this.#options = { maxBytes, ...options }
  }

  async write(records: readonly FetchedRecord[]): Promise<void> {
    for (const record of records) {
      const line = encodeLine(record)
      if (this.#open !== undefined && this.#open.bytes + line.length > this.#options.maxBytes) await this.#endPart()
      const part = (this.#open ??= this.#beginPart(record.offset))
      part.count++
      part.bytes += line.length
      this.#lines.push(line)
      this.#lineBytes += line.length
      if (this.#lineBytes >= PIECE_BYTES) await this.#flush()
    }
  }

  /** What was written, part by part. */
  async end(): Promise<ArchivePart[]> {
    await this.#endPart()
    return this.#parts
  }

  #beginPart(baseOffset: number) {
    const { zip, topic, partition } = this.#options
    const name = `topics/${topic}/${partition}/${String(baseOffset).padStart(OFFSET_DIGITS, '0')}.ndjson`
    return { name, entry: zip.begin(name), baseOffset, count: 0, bytes: 0 }
  }

  async #endPart(): Promise<void> {
    if (this.#open === undefined) return
    await this.#flush()
    const { name, entry, baseOffset, count } = this.#open
    await entry.end()
    this.#open = undefined
    this.#parts.push({ entry: name, base_offset: baseOffset, record_count: count, bytes: entry.bytes, crc32: checksumText(entry.crc32) })
  }

  async #flush(): Promise<void> {
    const piece = Buffer.concat(this.#lines)
    this.#lines = []
    this.#lineBytes = 0
    await this.#open?.entry.write(piece)
  }
}
