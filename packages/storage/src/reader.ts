/**
 * Reads: runs of records out of stored rows, within budgets.
 *
 * - One record is read without the rest of its row: record-reader.ts.
 * - Rows are read one by one until a budget is spent: what is not asked for is not read.
 * - What comes out is contiguous from `fromOffset`. A damaged or missing row ends the answer before it; asked for itself, it is
 *   answered with `KAFKA_STORAGE_ERROR`. Rows behind it can still be read.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { ReadRequest, ReadResult, Watermarks } from '@logbrook/kafka/log'
import { NO_WATERMARKS } from '@logbrook/kafka/log'
import type { RecordSlice } from '@logbrook/kafka/record'
import { recordBytes, sliceLength, sliceOf } from '@logbrook/kafka/record'
import type { BatchRow } from './batch-row.ts'
import { BATCH_COLUMNS, openRow } from './batch-row.ts'
import type { Database } from './database.ts'
import { storageError } from './database.ts'
import type { BoundsReader, Partition } from './partitions.ts'
import { watermarksOf } from './partitions.ts'
import { createRecordReader } from './record-reader.ts'
import { baseOffsetOf, rowId } from './row-id.ts'

export type Read = (partition: Partition | undefined, request: ReadRequest) => ReadResult

export function createReader(database: Database, boundsOf: BoundsReader): Read {
  const readRecord = createRecordReader(database)
  const selectAt = database.prepare<[number, number], BatchRow>(
    `SELECT ${BATCH_COLUMNS} FROM batch WHERE id >= ? AND id <= ? ORDER BY id DESC LIMIT 1`,
  )
  const selectAfter = database.prepare<[number, number], BatchRow>(`SELECT ${BATCH_COLUMNS} FROM batch WHERE id > ? AND id < ? ORDER BY id`)

  return (partition, request) => {
    if (partition === undefined) return emptyResult('UNKNOWN_TOPIC_OR_PARTITION', NO_WATERMARKS)
    let watermarks = NO_WATERMARKS
    try {
      watermarks = watermarksOf(boundsOf(partition))
      const { fromOffset } = request
      const endOffset = request.isolationLevel === 'read_committed' ? watermarks.lastStableOffset : watermarks.highWatermark
      if (fromOffset < watermarks.logStartOffset || fromOffset > endOffset) return emptyResult('OFFSET_OUT_OF_RANGE', watermarks)
      const run = new Run(request)
      if (fromOffset === endOffset || !run.hasRoom) return run.result(watermarks)
      if (request.maxRecords === 1) run.takeRecord(readRecord(partition, fromOffset))
      else for (const row of rowsFrom(partition, fromOffset, endOffset)) if (!run.take(row)) break
      return run.isDamaged ? emptyResult('KAFKA_STORAGE_ERROR', watermarks) : run.result(watermarks)
    } catch (error) {
      const failure = storageError('could not read', error)
      if (failure instanceof KafkaError && failure.error === 'KAFKA_STORAGE_ERROR') return emptyResult('KAFKA_STORAGE_ERROR', watermarks)
      throw failure
    }
  }

  /** The row that holds `fromOffset`, if there is one, and those behind it. */
  function* rowsFrom(partition: Partition, fromOffset: number, endOffset: number): Generator<BatchRow> {
    const first = selectAt.get(rowId(partition.slot, 0), rowId(partition.slot, fromOffset))
    if (first === undefined) return
    yield first
    yield* selectAfter.iterate(first.id, rowId(partition.slot, endOffset))
  }
}

function emptyResult(error: ReadResult['error'], watermarks: Watermarks): ReadResult {
  return { error, watermarks, slices: [], recordCount: 0, byteCount: 0 }
}

/** One read under way. */
class Run {
  readonly #maxBytes: number
  readonly #maxRecords: number
  readonly #slices: RecordSlice[] = []
  #nextOffset: number
  #recordCount = 0
  #byteCount = 0
  #mayExceed: boolean
  #isSpent = false

  constructor({ fromOffset, maxBytes, maxRecords, atLeastOne }: ReadRequest) {
    this.#nextOffset = fromOffset
    this.#maxBytes = maxBytes
    this.#maxRecords = maxRecords
    this.#mayExceed = atLeastOne
  }

  /** A spent budget takes no more, not even an empty record. */
  get hasRoom(): boolean {
    return this.#recordCount < this.#maxRecords && (this.#byteCount < this.#maxBytes || this.#mayExceed)
  }

  /** Whether there should have been a record and none could be read. Trouble further on is for the next read to tell. */
  get isDamaged(): boolean {
    return this.#recordCount === 0 && !this.#isSpent
  }

  /** Takes what fits of the row's records from the next offset on; answers whether to go on. */
  take(row: BatchRow): boolean {
    const baseOffset = baseOffsetOf(row.id)
    const skipped = this.#nextOffset - baseOffset
    const opened = skipped >= 0 && skipped < row.count ? openRow(row) : undefined
    if (opened === undefined || 'problem' in opened) return false
    const { slice } = opened
    const length = sliceLength(slice)
    let end = skipped
    while (end < length && this.#takes(bytesAt(slice, end))) end++
    if (end > skipped) this.#slices.push(sliceOf(slice, skipped, end))
    this.#nextOffset = baseOffset + end
    return end === length && this.hasRoom
  }

  /** Takes the record at the next offset, where it could be read. */
  takeRecord(slice: RecordSlice | undefined): void {
    if (slice !== undefined && this.#takes(bytesAt(slice, 0))) this.#slices.push(slice)
  }

  result(watermarks: Watermarks): ReadResult {
    return { error: 'NONE', watermarks, slices: this.#slices, recordCount: this.#recordCount, byteCount: this.#byteCount }
  }

  #takes(bytes: number): boolean {
    if (!this.hasRoom || (this.#byteCount + bytes > this.#maxBytes && !this.#mayExceed)) {
      this.#isSpent = true
      return false
    }
    this.#mayExceed = false
    this.#recordCount++
    this.#byteCount += bytes
    return true
  }
}

function bytesAt(slice: RecordSlice, i: number): number {
  return slice.kind === 'verbatim' ? slice.ranges[2 * i + 1]! - slice.ranges[2 * i]! : recordBytes(slice.records[i]!)
}
