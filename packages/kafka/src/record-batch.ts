/**
 * Kafka's RecordBatch, magic 2 (protocol guide, "Record Batch"; KIP-98): how records with keys, headers and times of their own are
 * stored, and what Kafka's clients send and expect. Numbers are big-endian; varints and varlongs are zigzag (`varint.ts`).
 *
 * ```
 *        0               8             12                  16      17          21
 *        ┌───────────────┬─────────────┬───────────────────┬───────┬───────────┬─┄
 *        │ baseOffset    │ batchLength │ partitionLeader-  │ magic │ crc       │
 *        │ int64         │ int32       │ Epoch       int32 │ int8  │ uint32    │
 *        └───────────────┴─────────────┴───────────────────┴───────┴───────────┴─┄
 *                                      ├╌╌╌ batchLength counts from here to the end
 *
 *        21           23               27              35              43
 *      ┄─┬────────────┬────────────────┬───────────────┬───────────────┬─┄
 *        │ attributes │ lastOffset-    │ baseTimestamp │ maxTimestamp  │
 *        │ int16      │ Delta    int32 │ int64         │ int64         │
 *      ┄─┴────────────┴────────────────┴───────────────┴───────────────┴─┄
 *        ├╌╌╌ crc covers from here to the end
 *
 *        43            51              53              57             61
 *      ┄─┬─────────────┬───────────────┬───────────────┬──────────────┬───────────────┐
 *        │ producerId  │ producerEpoch │ baseSequence  │ recordsCount │ records       │
 *        │ int64    −1 │ int16      −1 │ int32      −1 │ int32        │ compressed or │
 *      ┄─┴─────────────┴───────────────┴───────────────┴──────────────┴───────────────┘
 *
 * record ┌────────┬────────────┬────────────────┬─────────────┬─────────────┬─────────────┬──────────────┬─────────┐
 *        │ length │ attributes │ timestampDelta │ offsetDelta │ keyLength + │ valueLength │ headersCount │ headers │
 *        │ varint │ int8     0 │ varlong        │ varint      │ key, varint │ + value     │ varint       │         │
 *        └────────┴────────────┴────────────────┴─────────────┴─────────────┴─────────────┴──────────────┴─────────┘
 * header ┌────────────────────────┬────────────────────────────┐
 *        │ keyLength + key, UTF-8 │ valueLength + value        │      a length of −1 stands for null
 *        └────────────────────────┴────────────────────────────┘
 *
 * attributes   bit 0–2 compression   3 LogAppendTime   4 transactional   5 control batch
 * ```
 *
 * - What is written: no compression, no producer, CreateTime, offsets without gaps.
 * - What is read: also what others write, compressed by gzip or zstd, stamped by a broker, transactional, with gaps left by compaction.
 * - The checksum is verified before anything behind it is believed, and a count or length that does not come out exactly is corruption.
 * - Offsets and times are safe integers here; a batch that names larger ones is refused.
 */
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { ByteReader } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { crc32c } from './crc32c.ts'
import { KafkaError } from './errors.ts'
import { BATCH_INFLATED_BYTES_MAX, ZSTD_WINDOW_LOG_MAX } from './limits.ts'
import type { LogRecord, NewRecord, RecordHeader } from './record.ts'
import { varintLength, varlongLength } from './varint.ts'

const LEADER_EPOCH_AT = 12
const CRC_AT = 17
const ATTRIBUTES_AT = 21
const RECORDS_AT = 61

const MAGIC = 2
const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const COMPRESSION_MASK = 0b111
const LOG_APPEND_TIME = 1 << 3
const TRANSACTIONAL = 1 << 4
const CONTROL = 1 << 5

export interface NewRecordBatch {
  readonly baseOffset: number
  /** At least one. */
  readonly records: readonly NewRecord[]
}

export interface RecordBatch {
  readonly baseOffset: number
  /** Not below the last record's offset; above it where compaction removed records at the end. */
  readonly lastOffset: number
  readonly maxTimestampMs: number
  readonly isTransactional: boolean
  /** Whether this is a transaction's marker. It takes an offset, but no reader is ever handed it: `records` is empty. */
  readonly isControlBatch: boolean
  /** Keys and values are views into the batch, or into what it inflated to. */
  readonly records: readonly LogRecord[]
}

export function encodeRecordBatch({ baseOffset, records }: NewRecordBatch): Buffer<ArrayBuffer> {
  const first = records[0]
  if (first === undefined) throw new RangeError('a record batch holds at least one record')
  const baseTimestampMs = first.timestampMs

  let batchBytes = RECORDS_AT
  let maxTimestampMs = baseTimestampMs
  const recordLengths = records.map((record, offsetDelta) => {
    const length = measureRecord(record, record.timestampMs - baseTimestampMs, offsetDelta)
    batchBytes += varintLength(length) + length
    maxTimestampMs = Math.max(maxTimestampMs, record.timestampMs)
    return length
  })

  const bytes = Buffer.allocUnsafe(batchBytes)
  const writer = new ByteWriter(bytes)
  writer.int64(baseOffset)
  writer.int32(batchBytes - LEADER_EPOCH_AT)
  writer.int32(-1) // partitionLeaderEpoch
  writer.int8(MAGIC)
  writer.uint32(0) // crc, once what it covers is there
  writer.int16(0) // attributes: no compression, CreateTime
  writer.int32(records.length - 1)
  writer.int64(baseTimestampMs)
  writer.int64(maxTimestampMs)
  writer.int64(-1) // producerId
  writer.int16(-1) // producerEpoch
  writer.int32(-1) // baseSequence
  writer.int32(records.length)
  for (const [offsetDelta, record] of records.entries()) {
    writer.varint(recordLengths[offsetDelta]!)
    writeRecord(writer, record, record.timestampMs - baseTimestampMs, offsetDelta)
  }
  bytes.writeUInt32BE(crc32c(bytes.subarray(ATTRIBUTES_AT)), CRC_AT)
  return bytes
}

/** Bytes that `writeRecord` will write. */
function measureRecord(record: NewRecord, timestampDelta: number, offsetDelta: number): number {
  let length = 1 + varlongLength(timestampDelta) + varintLength(offsetDelta)
  length += measureBytes(record.key) + measureBytes(record.value) + varintLength(record.headers.length)
  for (const { key, value } of record.headers) {
    const keyLength = Buffer.byteLength(key)
    length += varintLength(keyLength) + keyLength + measureBytes(value)
  }
  return length
}

function measureBytes(bytes: Uint8Array | null): number {
  return bytes === null ? varintLength(-1) : varintLength(bytes.byteLength) + bytes.byteLength
}

function writeRecord(writer: ByteWriter, record: NewRecord, timestampDelta: number, offsetDelta: number): void {
  writer.int8(0) // attributes
  writer.varlong(timestampDelta)
  writer.varint(offsetDelta)
  writer.varintBytes(record.key)
  writer.varintBytes(record.value)
  writer.varint(record.headers.length)
  for (const { key, value } of record.headers) {
    writer.varintString(key)
    writer.varintBytes(value)
  }
}

/**
 * Reads exactly one batch.
 *
 * @throws KafkaError CORRUPT_MESSAGE; UNSUPPORTED_COMPRESSION_TYPE for snappy and lz4; MESSAGE_TOO_LARGE for one that inflates beyond
 * `BATCH_INFLATED_BYTES_MAX`
 */
export function decodeRecordBatch(bytes: Buffer): RecordBatch {
  const header = readBatchHeader(new ByteReader(bytes, 'record batch'), bytes)
  const { baseOffset, attributes, maxTimestampMs } = header
  const isControlBatch = (attributes & CONTROL) !== 0
  const records = readRecords(new ByteReader(inflateRecords(bytes.subarray(RECORDS_AT), attributes), 'records of a batch'), header)
  return {
    baseOffset,
    lastOffset: baseOffset + header.lastOffsetDelta,
    maxTimestampMs,
    isTransactional: (attributes & TRANSACTIONAL) !== 0,
    isControlBatch,
    records: isControlBatch ? [] : records,
  }
}

type BatchHeader = ReturnType<typeof readBatchHeader>

function readBatchHeader(reader: ByteReader, bytes: Buffer) {
  const baseOffset = reader.int64()
  const batchLength = reader.int32()
  if (batchLength !== reader.remaining()) throw reader.corrupt(`its length is ${batchLength} and ${reader.remaining()} bytes follow`)
  reader.int32() // partitionLeaderEpoch: the broker's, and none of the records'
  const magic = reader.int8()
  if (magic !== MAGIC) throw reader.corrupt(`magic is ${magic}; only ${MAGIC} is read`)
  const crc = reader.uint32()
  const actualCrc = crc32c(bytes.subarray(ATTRIBUTES_AT))
  if (crc !== actualCrc) throw reader.corrupt(`crc is ${hex(crc)} and its bytes have ${hex(actualCrc)}`)

  const attributes = reader.int16()
  const lastOffsetDelta = reader.int32()
  const baseTimestampMs = reader.int64()
  const maxTimestampMs = reader.int64()
  reader.raw(8 + 2 + 4) // producerId, producerEpoch, baseSequence: who sent it and in which order is settled once it is in a log
  const recordsCount = reader.int32()
  if (baseOffset < 0 || lastOffsetDelta < 0 || !Number.isSafeInteger(baseOffset + lastOffsetDelta)) {
    throw reader.corrupt(`no offsets go from ${baseOffset} to ${lastOffsetDelta} above it`)
  }
  if (recordsCount < 0) throw reader.corrupt(`its count of records is ${recordsCount}`)
  return { baseOffset, attributes, lastOffsetDelta, baseTimestampMs, maxTimestampMs, recordsCount }
}

function readRecords(reader: ByteReader, header: BatchHeader): readonly LogRecord[] {
  const records: LogRecord[] = []
  let offsetDeltaMin = 0
  for (let i = 0; i < header.recordsCount; i++) {
    const length = reader.varint()
    const start = reader.position()
    const record = readRecord(reader, header)
    const offsetDelta = record.offset - header.baseOffset
    if (reader.position() - start !== length) {
      throw reader.corrupt(`record ${i} says that it has ${length} bytes and has ${reader.position() - start}`)
    }
    if (offsetDelta < offsetDeltaMin || offsetDelta > header.lastOffsetDelta) {
      throw reader.corrupt(`record ${i} is at offset delta ${offsetDelta}, not in ${offsetDeltaMin} to ${header.lastOffsetDelta}`)
    }
    offsetDeltaMin = offsetDelta + 1
    records.push(record)
  }
  if (reader.remaining() > 0) throw reader.corrupt(`${reader.remaining()} bytes follow the last of ${header.recordsCount} records`)
  return records
}

function readRecord(reader: ByteReader, { baseOffset, baseTimestampMs, maxTimestampMs, attributes }: BatchHeader): LogRecord {
  reader.int8() // attributes, unused so far
  const createTimeMs = baseTimestampMs + reader.varlong()
  const offset = baseOffset + reader.varint()
  const key = reader.varintBytes()
  const value = reader.varintBytes()
  const headers = readHeaders(reader)
  return { offset, timestampMs: attributes & LOG_APPEND_TIME ? maxTimestampMs : createTimeMs, key, value, headers }
}

function readHeaders(reader: ByteReader): readonly RecordHeader[] {
  const count = reader.varint()
  if (count < 0) throw reader.corrupt(`a count of headers is ${count}`)
  const headers: RecordHeader[] = []
  for (let i = 0; i < count; i++) headers.push({ key: reader.varintString(), value: reader.varintBytes() })
  return headers
}

function inflateRecords(records: Buffer, attributes: number): Buffer {
  const compression = COMPRESSIONS[attributes & COMPRESSION_MASK]
  if (compression === 'none') return records
  if (compression === 'gzip') return inflated(() => gunzipSync(records, { maxOutputLength: BATCH_INFLATED_BYTES_MAX }))
  if (compression === 'zstd') return inflated(() => unzstd(records))
  throw new KafkaError(
    'UNSUPPORTED_COMPRESSION_TYPE',
    `record batch is compressed by ${compression ?? 'a codec without a name'}; only gzip and zstd are read`,
  )
}

/** What `info: true` makes of node:zlib's answer; its types do not know. */
interface InflatedWithInfo {
  readonly buffer: Buffer
  readonly engine: { readonly bytesWritten: number }
}

function unzstd(records: Buffer): Buffer {
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX }
  const options = { maxOutputLength: BATCH_INFLATED_BYTES_MAX, params, info: true }
  const { buffer, engine } = zstdDecompressSync(records, options) as unknown as InflatedWithInfo
  // Node stops after the first frame without a word; Kafka's clients write one.
  if (engine.bytesWritten !== records.length) throw new Error('bytes follow the zstd frame')
  return buffer
}

function inflated(inflate: () => Buffer): Buffer {
  try {
    return inflate()
  } catch (error) {
    if (error instanceof RangeError) {
      throw new KafkaError('MESSAGE_TOO_LARGE', `record batch inflates to more than ${BATCH_INFLATED_BYTES_MAX} bytes`, { cause: error })
    }
    throw new KafkaError('CORRUPT_MESSAGE', `record batch does not inflate: ${(error as Error).message}`, { cause: error })
  }
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`
}
