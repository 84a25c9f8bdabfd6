/**
 * The log's own file, as an engine reads it: on a connection of its own, for a moment at a time.
 *
 * - No statement of a user comes near it, and no read lasts longer than a chunk, so that the log's checkpoints wait for no query.
 * - Each read finds the partition by its topic's id: where a topic was deleted, its rows are not taken for those of the next one in their place.
 * - A row whose checksum is wrong is an error. One that is not there any more is gone.
 */
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { BUSY_TIMEOUT_MS, OFFSETS_PER_PARTITION_MAX } from '@logbrook/kafka/limits'
import type { RecordSlice } from '@logbrook/kafka/record'
import { sliceLength, sliceOf } from '@logbrook/kafka/record'
import type { BatchRow } from '@logbrook/storage/batch-row'
import { BATCH_COLUMNS, FORMAT, openRow } from '@logbrook/storage/batch-row'
import { baseOffsetOf } from '@logbrook/storage/row-id'
import { SqlError } from '../sql-error.ts'

/** A part of one partition. Times are inclusive. */
export interface FileRange {
  readonly topicId: string
  readonly partition: number
  readonly fromOffset: number
  readonly endOffset: number
  readonly fromTimestampMs: number | null
  readonly toTimestampMs: number | null
  /** The last records first. */
  readonly isBackwards: boolean
}

/** A run of stored rows that are read together. */
export interface FileChunk {
  readonly fromOffset: number
  readonly endOffset: number
  /** The time of its first row. */
  readonly timestampMs: number
  /** Where its first row begins, which may be before `fromOffset`. */
  readonly baseOffset: number
}

interface RowHead {
  readonly id: number
  readonly count: number
  readonly timestamp: number
  readonly format: number
  readonly bytes: number
}

/** As the broker's own connections have it: SQLite's ceiling. */
const MMAP_BYTES = 2 ** 31 - 2 ** 16
/** Of the rows of a chunk together; one row alone may have more. */
const CHUNK_RECORDS_MAX = 1_000
const CHUNK_BYTES_MAX = 256 * 1024
/** Rows of so few records are put together also where their times differ: each row for itself would cost more than what is saved by one time. */
const FEW_RECORDS = 16

export class LogFile {
  readonly #database: DatabaseSync
  readonly #slot: StatementSync
  readonly #heads: StatementSync
  readonly #rows: StatementSync

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    this.#database.exec(`PRAGMA mmap_size = ${MMAP_BYTES}`)
    this.#slot = this.#database.prepare('SELECT slot FROM partition WHERE topic_id = ? AND partition = ?')
    this.#heads = this.#database.prepare(
      `SELECT id, count, timestamp, format, octet_length(body) AS bytes FROM batch
       WHERE id >= coalesce((SELECT id FROM batch WHERE id >= :first AND id <= :from ORDER BY id DESC LIMIT 1), :from) AND id < :end ORDER BY id`,
    )
    this.#rows = this.#database.prepare(
      `SELECT log_start_offset, ${BATCH_COLUMNS} FROM partition
       CROSS JOIN batch ON id >= slot * ${OFFSETS_PER_PARTITION_MAX} + :base AND id < slot * ${OFFSETS_PER_PARTITION_MAX} + :end
       WHERE topic_id = :topicId AND partition = :partition ORDER BY id`,
    )
  }

  /** In order. Rows that hold nothing of the time in question are in none. */
  chunks(range: FileRange): readonly FileChunk[] {
    const chunks = new Chunks(range)
    for (const head of this.#headsIn(range)) if (mayHold(head, range)) chunks.add(head)
    return range.isBackwards ? chunks.all.toReversed() : chunks.all
  }

  /** Whether no record is younger than one behind it, as far as the heads of their rows say. */
  isInTimeOrder(range: FileRange): boolean {
    let last = -Infinity
    for (const { timestamp, format, count } of this.#headsIn(range)) {
      if (timestamp < last || (format === FORMAT.RECORD_BATCH && count > 1)) return false
      last = timestamp
    }
    return true
  }

  /** @throws SqlError for a row that is damaged */
  slices({ topicId, partition }: FileRange, { fromOffset, endOffset, baseOffset }: FileChunk): readonly RecordSlice[] {
    const slices: RecordSlice[] = []
    const rows: unknown[] = this.#rows.all({ topicId, partition, base: baseOffset, end: endOffset })
    for (const { log_start_offset: logStartOffset, ...row } of rows as (BatchRow & { log_start_offset: number })[]) {
      const opened = openRow({ ...row, record_index: bufferOf(row.record_index), body: bufferOf(row.body) })
      const base = baseOffsetOf(row.id)
      if ('problem' in opened) throw damaged(partition, base, opened.problem)
      const start = Math.max(fromOffset, logStartOffset) - base
      const end = Math.min(sliceLength(opened.slice), endOffset - base)
      if (start < end) slices.push(start > 0 || end < row.count ? sliceOf(opened.slice, Math.max(0, start), end) : opened.slice)
    }
    return slices
  }

  close(): void {
    this.#database.close()
  }

  #headsIn({ topicId, partition, fromOffset, endOffset }: FileRange): Iterable<RowHead> {
    const slot = (this.#slot.get(topicId, partition) as { slot: number } | undefined)?.slot
    if (slot === undefined) return []
    const first = slot * OFFSETS_PER_PARTITION_MAX
    return this.#heads.iterate({ first, from: first + fromOffset, end: first + endOffset }) as Iterable<unknown> as Iterable<RowHead>
  }
}

/** A row's time is the latest of its records, and that of all of them where they have none of their own. */
function mayHold({ timestamp, format }: RowHead, { fromTimestampMs, toTimestampMs }: FileRange): boolean {
  if (fromTimestampMs !== null && timestamp < fromTimestampMs) return false
  return toTimestampMs === null || format === FORMAT.RECORD_BATCH || timestamp <= toTimestampMs
}

/** Rows put together. */
class Chunks {
  readonly all: { -readonly [K in keyof FileChunk]: FileChunk[K] }[] = []
  readonly #range: FileRange
  #records = 0
  #bytes = 0
  /** Whether the last row does. */
  #hasFew = false

  constructor(range: FileRange) {
    this.#range = range
  }

  add({ id, count, timestamp, bytes }: RowHead): void {
    const baseOffset = baseOffsetOf(id)
    const endOffset = Math.min(baseOffset + count, this.#range.endOffset)
    const last = this.all.at(-1)
    this.#records += count
    this.#bytes += bytes
    const isAlike = last?.timestampMs === timestamp || (count <= FEW_RECORDS && this.#hasFew)
    this.#hasFew = count <= FEW_RECORDS
    if (last?.endOffset === baseOffset && isAlike && this.#records <= CHUNK_RECORDS_MAX && this.#bytes <= CHUNK_BYTES_MAX) {
      last.endOffset = endOffset
      return
    }
    this.#records = count
    this.#bytes = bytes
    this.all.push({ fromOffset: Math.max(baseOffset, this.#range.fromOffset), endOffset, timestampMs: timestamp, baseOffset })
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function damaged(partition: number, offset: number, problem: string): SqlError {
  return new SqlError(
    'SQL_EXECUTION_ERROR',
    'execution',
    `Execution error: partition ${partition} is damaged at offset ${offset}: ${problem}`,
  )
}
