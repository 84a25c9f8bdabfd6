/**
 * Reads a run of records out of stored rows, within budgets: on the event loop or on a thread (read-worker.ts).
 *
 * - Rows are read one by one until a budget is spent: what is not asked for is not read.
 * - What comes out is contiguous from `fromOffset`. A damaged or missing row ends the run before it.
 */
import type { ReadRequest } from '@logbrook/kafka/log'
import type { RecordSlice } from '@logbrook/kafka/record'
import { recordBytes, sliceLength, sliceOf } from '@logbrook/kafka/record'
import type { BatchRow } from './batch-row.ts'
import { BATCH_COLUMNS, openRow } from './batch-row.ts'
import type { Database } from './database.ts'
import { baseOffsetOf, rowId } from './row-id.ts'

export type Budget = Pick<ReadRequest, 'fromOffset' | 'maxBytes' | 'maxRecords' | 'atLeastOne'>

export interface RunRequest extends Budget {
  readonly slot: number
  /** Exclusive. */
  readonly endOffset: number
}

export interface RecordRun {
  readonly slices: readonly RecordSlice[]
  readonly recordCount: number
  readonly byteCount: number
  /** There should have been a record, and none could be read. */
  readonly isDamaged: boolean
}

export type ReadRun = (request: RunRequest) => RecordRun

export function createRunReader(database: Database): ReadRun {
  const selectAt = database.prepare<[number, number], BatchRow>(
    `SELECT ${BATCH_COLUMNS} FROM batch WHERE id >= ? AND id <= ? ORDER BY id DESC LIMIT 1`,
  )
  const selectAfter = database.prepare<[number, number], BatchRow>(`SELECT ${BATCH_COLUMNS} FROM batch WHERE id > ? AND id < ? ORDER BY id`)

  return (request) => {
    const run = new Run(request)
    if (run.hasRoom) for (const row of rowsFrom(request)) if (!run.take(row)) break
    return run.result()
  }

  /** The row that holds `fromOffset`, if there is one, and those behind it. */
  function* rowsFrom({ slot, fromOffset, endOffset }: RunRequest): Generator<BatchRow> {
    const first = selectAt.get(rowId(slot, 0), rowId(slot, fromOffset))
    if (first === undefined) return
    yield first
    yield* selectAfter.iterate(first.id, rowId(slot, endOffset))
  }
}

/** One read under way. */
export class Run {
  readonly #maxBytes: number
  readonly #maxRecords: number
  readonly #slices: RecordSlice[] = []
  #nextOffset: number
  #recordCount = 0
  #byteCount = 0
  #mayExceed: boolean
  #isSpent: boolean

  constructor({ fromOffset, maxBytes, maxRecords, atLeastOne }: Budget) {
    this.#nextOffset = fromOffset
    this.#maxBytes = maxBytes
    this.#maxRecords = maxRecords
    this.#mayExceed = atLeastOne
    this.#isSpent = !this.hasRoom
  }

  /** A spent budget takes no more, not even an empty record. */
  get hasRoom(): boolean {
    return this.#recordCount < this.#maxRecords && (this.#byteCount < this.#maxBytes || this.#mayExceed)
  }

  /** Trouble further on is for the next read to tell. */
  get #isDamaged(): boolean {
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

  result(): RecordRun {
    const isDamaged = this.#isDamaged
    return { slices: this.#slices, recordCount: this.#recordCount, byteCount: this.#byteCount, isDamaged }
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
