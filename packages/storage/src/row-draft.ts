/**
 * Turns the records of an append into rows that have everything but their place in the partition.
 *
 * - A row's body is at most `BATCH_BODY_BYTES_MAX`, and it holds at most `BATCH_RECORDS_MAX` records; one larger record has a row for
 *   itself.
 * - Small verbatim bodies of one partition and one time share a row: a thousand requests of one record in a turn would
 *   otherwise be a thousand rows.
 * - Verbatim bodies are kept without being copied, unless they share a row.
 */
import { BATCH_BODY_BYTES_MAX, BATCH_RECORDS_MAX } from '@logbrook/kafka/limits'
import { encodeRecordBatch } from '@logbrook/kafka/record-batch'
import type { KeyedRecords, NewRecord, VerbatimRecords } from '@logbrook/kafka/record'
import { recordBytes } from '@logbrook/kafka/record'
import type { BatchRow } from './batch-row.ts'
import { FORMAT, sealRow } from './batch-row.ts'
import { encodeCount, encodeRecordIndex } from './record-index.ts'

export type RowDraft = VerbatimDraft | RecordBatchDraft

interface VerbatimDraft {
  readonly kind: 'verbatim'
  readonly timestampMs: number
  count: number
  bodyBytes: number
  /** Each body is cut to its first record's start and its last one's end; of the ranges only the differences count. */
  readonly bodies: Buffer[]
  readonly ranges: Int32Array[]
}

interface RecordBatchDraft {
  readonly kind: 'records'
  readonly timestampMs: number
  readonly count: number
  readonly bodyBytes: number
  /** With base offset 0 until its place is known. */
  readonly body: Buffer
}

/** A larger body is worth a row of its own; copying it together with others would cost more than the row. */
const SHARED_BODY_BYTES_MAX = 4 * 1024

export function draftRows(records: VerbatimRecords | KeyedRecords, timestampMs: number): readonly RowDraft[] {
  return records.kind === 'verbatim' ? draftVerbatim(records, timestampMs) : draftRecordBatches(records.records)
}

function draftVerbatim({ body, ranges }: VerbatimRecords, timestampMs: number): readonly RowDraft[] {
  const drafts: RowDraft[] = []
  let first = 0
  for (let i = 0; i < ranges.length; i += 2) {
    const isFull = ranges[i + 1]! - ranges[first]! > BATCH_BODY_BYTES_MAX || i - first >= 2 * BATCH_RECORDS_MAX
    if (isFull && i > first) {
      drafts.push(verbatimDraft(body, ranges.subarray(first, i), timestampMs))
      first = i
    }
  }
  if (first < ranges.length) drafts.push(verbatimDraft(body, ranges.subarray(first), timestampMs))
  return drafts
}

function verbatimDraft(body: Buffer, ranges: Int32Array, timestampMs: number): VerbatimDraft {
  const cut = body.subarray(ranges[0], ranges.at(-1))
  return { kind: 'verbatim', timestampMs, count: ranges.length / 2, bodyBytes: cut.length, bodies: [cut], ranges: [ranges] }
}

/** Upper bounds of what the codec adds to the bytes of a batch, a record and a header. */
const BATCH_OVERHEAD_BYTES = 64
const RECORD_OVERHEAD_BYTES = 40
const HEADER_OVERHEAD_BYTES = 10

function draftRecordBatches(records: readonly NewRecord[]): readonly RowDraft[] {
  const drafts: RowDraft[] = []
  let first = 0
  let bytes = BATCH_OVERHEAD_BYTES
  for (const [i, record] of records.entries()) {
    const encodedBytes = recordBytes(record) + RECORD_OVERHEAD_BYTES + HEADER_OVERHEAD_BYTES * record.headers.length
    const isFull = bytes + encodedBytes > BATCH_BODY_BYTES_MAX || i - first >= BATCH_RECORDS_MAX
    if (isFull && i > first) {
      drafts.push(recordBatchDraft(records.slice(first, i)))
      first = i
      bytes = BATCH_OVERHEAD_BYTES
    }
    bytes += encodedBytes
  }
  if (first < records.length) drafts.push(recordBatchDraft(records.slice(first)))
  return drafts
}

function recordBatchDraft(records: readonly NewRecord[]): RecordBatchDraft {
  let timestampMs = -Infinity
  for (const record of records) timestampMs = Math.max(timestampMs, record.timestampMs)
  const body = encodeRecordBatch({ baseOffset: 0, records })
  return { kind: 'records', timestampMs, count: records.length, bodyBytes: body.length, body }
}

/** Puts the records of `draft` behind those of `row`, where they fit; answers whether they did. */
export function joinDraft(row: RowDraft, draft: RowDraft): boolean {
  if (row.kind !== 'verbatim' || draft.kind !== 'verbatim' || row.timestampMs !== draft.timestampMs) return false
  if (draft.bodyBytes > SHARED_BODY_BYTES_MAX || row.bodies[0]!.length > SHARED_BODY_BYTES_MAX) return false
  if (row.bodyBytes + draft.bodyBytes > BATCH_BODY_BYTES_MAX || row.count + draft.count > BATCH_RECORDS_MAX) return false
  row.bodies.push(...draft.bodies)
  row.ranges.push(...draft.ranges)
  row.bodyBytes += draft.bodyBytes
  row.count += draft.count
  return true
}

export interface RowPlace {
  readonly id: number
  readonly baseOffset: number
  readonly timestampLagMs: number
}

export function placeRow(draft: RowDraft, { id, baseOffset, timestampLagMs }: RowPlace): BatchRow {
  const columns = { id, timestamp: draft.timestampMs, timestamp_lag: timestampLagMs, count: draft.count }
  if (draft.kind === 'verbatim') {
    const body = draft.bodies.length === 1 ? draft.bodies[0]! : Buffer.concat(draft.bodies)
    return sealRow({ ...columns, format: FORMAT.VERBATIM, record_index: encodeRecordIndex(draft.ranges), body })
  }
  // The batch's own checksum does not cover its base offset, so that a broker can set it.
  draft.body.writeBigInt64BE(BigInt(baseOffset))
  return sealRow({ ...columns, format: FORMAT.RECORD_BATCH, record_index: encodeCount(draft.count), body: draft.body })
}
