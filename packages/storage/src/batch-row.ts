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
 * - No byte of a row whose checksum does not fit is ever handed out.
 */
import { crc32 } from 'node:zlib'
import { KafkaError } from '@logbrook/kafka/errors'
import { decodeRecordBatch } from '@logbrook/kafka/record-batch'
import type { RecordSlice } from '@logbrook/kafka/record'
import { decodeRecordIndex, indexedCount } from './record-index.ts'
import { baseOffsetOf } from './row-id.ts'

/** What a body is made of. Numbers are on disk: they are never given another meaning. */
export const FORMAT = {
  /** The bytes that were submitted, as they were; the index says where the values lie. */
  VERBATIM: 1,
  /** One Kafka RecordBatch of magic 2. */
  RECORD_BATCH: 2,
} as const

/** The columns of table `batch`, in its order. */
export interface BatchRow {
  readonly id: number
  readonly timestamp: number
  readonly timestamp_lag: number
  readonly count: number
  readonly format: number
  readonly checksum: number
  readonly record_index: Uint8Array
  readonly body: Buffer
}

export const BATCH_COLUMNS = 'id, timestamp, timestamp_lag, count, format, checksum, record_index, body'

export function sealRow(row: Omit<BatchRow, 'checksum'>): BatchRow {
  return { ...row, checksum: checksumOf(row) }
}

const numbers = new Float64Array(5)
const numberBytes = new Uint8Array(numbers.buffer)

function checksumOf(row: Omit<BatchRow, 'checksum'>): number {
  numbers[0] = row.id
  numbers[1] = row.timestamp
  numbers[2] = row.timestamp_lag
  numbers[3] = row.count
  numbers[4] = row.format
  return crc32(row.body, crc32(row.record_index, crc32(numberBytes)))
}

/** A row as records, or in words what is wrong with it. */
export type OpenedRow = { readonly slice: RecordSlice } | { readonly problem: string }

export function openRow(row: BatchRow): OpenedRow {
  if (checksumOf(row) !== row.checksum) return { problem: 'the checksum does not match the row' }
  if (row.format === FORMAT.VERBATIM) return openVerbatim(row)
  if (row.format === FORMAT.RECORD_BATCH) return openRecordBatch(row)
  return { problem: `the format of the row is ${row.format}, which this version does not know` }
}

function openVerbatim(row: BatchRow): OpenedRow {
  const ranges = decodeRecordIndex(row.record_index, row.count, row.body.length)
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
