/**
 * Writes the answer of a fetch (contract F2–F6) straight to bytes: the very bytes that `JSON.stringify` of those objects would give,
 * four times as fast.
 *
 * - Every text made here is a byte string: a character for each byte, none above 0xff. Base64 and numbers are ASCII anyway; names
 *   and header keys are turned into the characters of their UTF-8 bytes. So `latin1`, a plain copy, writes all of them.
 * - One text per slice, joined from its records, then one write: a write per record would take a third longer.
 */
import type { FetchedPartition, FetchedTopic } from '@logbrook/broker/fetch'
import { ERRORS } from '@logbrook/kafka/errors'
import { type LogRecord, recordBytes, type RecordHeader, type RecordSlice, sliceLength, type VerbatimSlice } from '@logbrook/kafka/record'

/** Entries in the order given, as F7 has it. */
export function encodeFetch(topics: readonly FetchedTopic[]): Buffer<ArrayBuffer> {
  const answer = new ByteStringWriter(expectedBytes(topics))
  answer.write('{"topics":[')
  for (const [i, { topic, partitions }] of topics.entries()) {
    answer.write(`${i === 0 ? '' : ','}{"topic":${quoted(topic)},"partitions":[`)
    for (const [j, partition] of partitions.entries()) {
      answer.write(`${j === 0 ? '' : ','}${partitionHead(partition)}"records":[`)
      writeRecords(answer, partition.slices)
      answer.write(']}')
    }
    answer.write(']}')
  }
  answer.write(']}')
  return answer.written()
}

/**
 * The record alone (contract R1), as it stands within a fetch. A string, since Node sends one together with its headers in one piece, and
 * bytes in two: 14 µs of 90.
 */
export function encodeRecord(record: LogRecord): string {
  const byteString = recordText(record)
  // Only the keys of headers can hold more than ASCII.
  return record.headers.length === 0 ? byteString : Buffer.from(byteString, 'latin1').toString('utf8')
}

function partitionHead({ partition, error, watermarks }: FetchedPartition): string {
  const name = error === 'NONE' ? '' : `,"error":"${error}"`
  const { highWatermark, lastStableOffset, logStartOffset } = watermarks
  return (
    `{"partition":${partition},"error_code":${ERRORS[error].code}${name},` +
    `"high_watermark":${highWatermark},"last_stable_offset":${lastStableOffset},"log_start_offset":${logStartOffset},`
  )
}

function writeRecords(answer: ByteStringWriter, slices: readonly RecordSlice[]): void {
  let separator = ''
  for (const slice of slices) {
    if (sliceLength(slice) === 0) continue
    answer.write(separator + (slice.kind === 'verbatim' ? verbatimText(slice) : slice.records.map(recordText).join(',')))
    separator = ','
  }
}

/** What `recordText` makes of each record, without making the records; in as few pieces as can be, which saves 4 % of a fetch. */
function verbatimText({ body, ranges, baseOffset, timestampMs }: VerbatimSlice): string {
  const beforeValue = `,"timestamp":${timestampMs},"key":null,"value":"`
  let text = `{"offset":${baseOffset}${beforeValue}${body.toString('base64', ranges[0], ranges[1])}`
  for (let i = 2; i < ranges.length; i += 2) {
    text += `","headers":[]},{"offset":${baseOffset + i / 2}${beforeValue}${body.toString('base64', ranges[i], ranges[i + 1])}`
  }
  return `${text}","headers":[]}`
}

function recordText({ offset, timestampMs, key, value, headers }: LogRecord): string {
  const headerTexts = headers.length === 0 ? '' : headers.map(headerText).join(',')
  return `{"offset":${offset},"timestamp":${timestampMs},"key":${base64(key)},"value":${base64(value)},"headers":[${headerTexts}]}`
}

function headerText({ key, value }: RecordHeader): string {
  return `{"key":${quoted(key)},"value":${base64(value)}}`
}

function base64(bytes: Uint8Array | null): string {
  if (bytes === null) return 'null'
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return `"${buffer.toString('base64')}"`
}

/** Printable ASCII but for quotes and backslashes: nothing to escape, a byte each. */
const PLAIN = /^[ !#-[\]-~]*$/

/** A JSON string, as a byte string. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : Buffer.from(JSON.stringify(text)).toString('latin1')
}

/** Numbers and names of a record or a partition, generously. */
const FRAME_BYTES = 200

/** About what will be written: room for it saves moving what is there, and nothing else depends on it. */
function expectedBytes(topics: readonly FetchedTopic[]): number {
  let valueBytes = 0
  let frames = 1
  for (const { partitions } of topics) {
    frames += 1 + partitions.length
    for (const { slices } of partitions) {
      for (const slice of slices) {
        frames += sliceLength(slice)
        valueBytes += sliceBytes(slice)
      }
    }
  }
  return Math.ceil((valueBytes / 3) * 4) + frames * FRAME_BYTES
}

function sliceBytes(slice: RecordSlice): number {
  if (slice.kind === 'records') return slice.records.reduce((sum, record) => sum + recordBytes(record), 0)
  return (slice.ranges.at(-1) ?? 0) - (slice.ranges[0] ?? 0)
}

class ByteStringWriter {
  #bytes: Buffer<ArrayBuffer>
  #length = 0

  constructor(expectedLength: number) {
    this.#bytes = Buffer.allocUnsafe(expectedLength)
  }

  write(text: string): void {
    const length = this.#length + text.length
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    this.#bytes.write(text, this.#length, 'latin1')
    this.#length = length
  }

  written(): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length)
  }
}
