/**
 * A row of table `batch`: sealed with a checksum on its way in, verified and turned into records on its way out.
 *
 * ```
 * checksum = CRC-32 over
 * ┌──────────┬────────────┬────────────────┬────────┬─────────┬──────────────┬───────┐
 * │ id       │ timestamp  │ timestamp_lag  │ count  │ format  │ record_index │ body  │
 * │ 8 bytes  │ 8          │ 8              │ 8      │ 8       │ …            │ …     │     numbers as little-endian float64
 * └──────────┴────────────┴────────────────┴────────┴─────────┴──────────────┴───────┘
 * ```
 *
 * - Of a large verbatim body the checksum holds only what the index says of it: behind the index stand the checksums of the body's
 *   blocks (block-checksums.ts).
 * - No byte is ever handed out that its checksum does not fit.
 */
import { crc32 } from 'node:zlib'
import { KafkaError } from '@logbrook/kafka/errors'
import { decodeRecordBatch } from '@logbrook/kafka/record-batch'
import type { RecordSlice } from '@logbrook/kafka/record'
import type { Blocks } from './block-checksums.ts'
import { BLOCK_BYTES, BlockChecksums, blocksAround, withBlockChecksums } from './block-checksums.ts'
import { decodeRecordIndex, indexedCount, recordRange } from './record-index.ts'
import { baseOffsetOf } from './row-id.ts'

/** What a body is made of. Numbers are on disk: they are never given another meaning. */
export const FORMAT = {
  /** The bytes that were submitted, as they were; the index says where the values lie. */
  VERBATIM: 1,
  /** One Kafka RecordBatch of magic 2. */
  RECORD_BATCH: 2,
  /** As `VERBATIM`, of a body longer than a block; the checksums of its blocks stand behind the index. */
  VERBATIM_BLOCKS: 3,
} as const

/** The columns of table `batch`, in its order. */
export interface BatchRow {
  readonly id: number
  readonly timestamp: number
  readonly timestamp_lag: number
  readonly count: number
  readonly format: number
  readonly checksum: number
  readonly record_index: Buffer
  readonly body: Buffer
}

/** A row without its body. */
export type RowHead = Omit<BatchRow, 'body'>

export const HEAD_COLUMNS = 'id, timestamp, timestamp_lag, count, format, checksum, record_index'
export const BATCH_COLUMNS = `${HEAD_COLUMNS}, body`

/** A verbatim body longer than a block gets checksums for each of its blocks. */
export function sealRow(row: Omit<BatchRow, 'checksum'>): BatchRow {
  if (row.format !== FORMAT.VERBATIM || row.body.length <= BLOCK_BYTES) return { ...row, checksum: checksumOf(row) }
  const inBlocks = { ...row, format: FORMAT.VERBATIM_BLOCKS, record_index: withBlockChecksums(row.record_index, row.body) }
  return { ...inBlocks, checksum: headChecksumOf(inBlocks) }
}

const numbers = new Float64Array(5)
const numberBytes = new Uint8Array(numbers.buffer)

function checksumOf(row: Omit<BatchRow, 'checksum'>): number {
  return crc32(row.body, headChecksumOf(row))
}

function headChecksumOf(row: Omit<RowHead, 'checksum'>): number {
  numbers[0] = row.id
  numbers[1] = row.timestamp
  numbers[2] = row.timestamp_lag
  numbers[3] = row.count
  numbers[4] = row.format
  return crc32(row.record_index, crc32(numberBytes))
}

/** A row as records, or in words what is wrong with it. */
export type OpenedRow = { readonly slice: RecordSlice } | { readonly problem: string }

const UNFIT: OpenedRow = { problem: 'the checksum does not match the row' }

export function openRow(row: BatchRow): OpenedRow {
  if (row.format === FORMAT.VERBATIM_BLOCKS) {
    const checksums = blockChecksumsOf(row)
    return checksums?.fitBody(row.body) ? openVerbatim(row, checksums.index) : UNFIT
  }
  if (checksumOf(row) !== row.checksum) return UNFIT
  if (row.format === FORMAT.VERBATIM) return openVerbatim(row, row.record_index)
  if (row.format === FORMAT.RECORD_BATCH) return openRecordBatch(row)
  return { problem: `the format of the row is ${row.format}, which this version does not know` }
}

/** Of a row of format `VERBATIM_BLOCKS`, when its head is what was written. */
function blockChecksumsOf(head: RowHead): BlockChecksums | null {
  return headChecksumOf(head) === head.checksum ? BlockChecksums.behind(head.record_index) : null
}

/** Reads these blocks of a row's body, as far as it goes. */
export type ReadBlocks = (id: number, blocks: Blocks) => Buffer | undefined

/** The one record at `offset` of a row of format `VERBATIM_BLOCKS`; of the body it reads the blocks that the record lies in. */
export function openRecord(head: RowHead, offset: number, readBlocks: ReadBlocks): OpenedRow {
  const checksums = blockChecksumsOf(head)
  if (checksums === null) return UNFIT
  const range = recordRange(checksums.index, offset - baseOffsetOf(head.id))
  if (range === null) return { problem: 'the index does not match the row' }
  const blocks = blocksAround(range.start, range.end)
  const body = readBlocks(head.id, blocks)
  const isThere = body !== undefined && body.length >= range.end - blocks.start
  if (!isThere || !checksums.fitPart(body, blocks.start)) return UNFIT
  const ranges = Int32Array.of(range.start - blocks.start, range.end - blocks.start)
  return { slice: { kind: 'verbatim', baseOffset: offset, timestampMs: head.timestamp, body, ranges } }
}

function openVerbatim(row: BatchRow, index: Buffer): OpenedRow {
  const ranges = decodeRecordIndex(index, row.count, row.body.length)
  if (ranges === null) return { problem: 'the index does not match the body' }
  return { slice: { kind: 'verbatim', baseOffset: baseOffsetOf(row.id), timestampMs: row.timestamp, body: row.body, ranges } }
}

function openRecordBatch(row: BatchRow): OpenedRow {
  try {
    const { baseOffset, records } = decodeRecordBatch(row.body)
    if (baseOffset !== baseOffsetOf(row.id) || records.length !== row.count) return { problem: 'the row holds the batch of another row' }
    return { slice: { kind: 'records', records } }
  } catch (error) {
    if (error instanceof KafkaError) return { problem: error.message }
    throw error
  }
}

/** Where a row ends, or `null` when its two counts disagree. Needs the row's head only. */
export function endOffsetOf(row: Pick<BatchRow, 'id' | 'count' | 'record_index'>): number | null {
  return row.count > 0 && indexedCount(row.record_index) === row.count ? baseOffsetOf(row.id) + row.count : null
}
