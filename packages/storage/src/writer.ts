/**
 * Group commit: all appends of one turn of the event loop go into one transaction.
 *
 * - An append is answered, and readers that wait are woken, only after the commit; in-memory bounds move only then.
 * - A group whose transaction fails is undone whole. Every append of it gets the error, and the bounds of its partitions are read
 *   again from the disk, so that the next append starts from what is there.
 * - An append that cannot be done for its own reasons fails alone, before the transaction begins.
 * - Appends to one partition get offsets in the order they were called in.
 * - A producer's position is kept in the transaction of the records that it came with.
 */
import assert from 'node:assert/strict'
import { KafkaError } from '@logbrook/kafka/errors'
import { GROUP_BYTES_MAX, OFFSETS_PER_PARTITION_MAX } from '@logbrook/kafka/limits'
import type { AppendRequest, AppendResult, ProducerPosition, TopicId } from '@logbrook/kafka/log'
import { BATCH_COLUMNS } from './batch-row.ts'
import type { Checkpointer } from './checkpointer.ts'
import type { Database, Transact } from './database.ts'
import { storageError } from './database.ts'
import { inNextTurn } from './next-turn.ts'
import type { BoundsReader, Partition } from './partitions.ts'
import { labelOf } from './partitions.ts'
import type { RowDraft } from './row-draft.ts'
import { draftRows, joinDraft, placeRow } from './row-draft.ts'
import { rowId } from './row-id.ts'
import type { Waiters } from './waiters.ts'

export interface WriterOptions {
  readonly database: Database
  readonly transact: Transact
  readonly boundsOf: BoundsReader
  readonly checkpointer: Checkpointer
  readonly waiters: Waiters
  /** After each commit of a group of `requests` appends. */
  readonly committed: (durationMs: number, requests: number) => void
}

interface PendingAppend {
  readonly partition: Partition
  readonly rows: readonly RowDraft[]
  readonly recordCount: number
  readonly bytes: number
  readonly producerPosition: number | undefined
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: unknown) => void
}

export class Writer {
  readonly #options: WriterOptions
  readonly #insert
  readonly #putPosition
  readonly #positions
  readonly #pending: PendingAppend[] = []
  #isScheduled = false

  constructor(options: WriterOptions) {
    this.#options = options
    this.#insert = options.database.prepare<[number, number, number, number, number, number, Uint8Array, Uint8Array]>(
      `INSERT INTO batch (${BATCH_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#putPosition = options.database.prepare<[TopicId, number, number]>(
      `INSERT INTO producer_position (topic_id, partition, position) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET position = excluded.position`,
    )
    this.#positions = options.database.prepare<[], ProducerPosition>(
      'SELECT topic_id AS topicId, partition, position FROM producer_position ORDER BY topic_id, partition',
    )
  }

  append(partition: Partition, { records, timestampMs, producerPosition }: AppendRequest): Promise<AppendResult> {
    const rows = draftRows(records, timestampMs)
    const recordCount = rows.reduce((count, row) => count + row.count, 0)
    assert(recordCount > 0, 'an append has at least one record')
    const bytes = rows.reduce((sum, row) => sum + row.bodyBytes, 0)
    const { promise, resolve, reject } = Promise.withResolvers<AppendResult>()
    this.#pending.push({ partition, rows, recordCount, bytes, producerPosition, resolve, reject })
    this.#schedule()
    return promise
  }

  producerPositions(): readonly ProducerPosition[] {
    return this.#positions.all()
  }

  /** Commits what is pending without waiting for a turn or a checkpoint. */
  flush(): void {
    while (this.#pending.length > 0) this.#commitGroup()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    inNextTurn(() => void this.#turn())
  }

  async #turn(): Promise<void> {
    await this.#options.checkpointer.room()
    this.#isScheduled = false
    // Closing may have flushed meanwhile.
    if (this.#pending.length === 0) return
    this.#commitGroup()
    if (this.#pending.length > 0) this.#schedule()
  }

  #commitGroup(): void {
    const group = new Group(this.#options.boundsOf)
    const appends = this.#takeGroup().filter((append) => group.admit(append))
    if (group.rowCount === 0) return
    const { transact, waiters, checkpointer, committed } = this.#options
    const startMs = performance.now()
    try {
      transact(() => this.#insertRows(group))
    } catch (error) {
      group.fail(error)
      checkpointer.failed()
      return
    }
    const durationMs = performance.now() - startMs
    group.succeed(waiters)
    committed(durationMs, appends.length)
    checkpointer.wrote({ bytes: group.bytes, rows: group.rowCount })
  }

  #takeGroup(): readonly PendingAppend[] {
    let bytes = 0
    let count = 0
    for (const append of this.#pending) {
      bytes += append.bytes
      if (count > 0 && bytes > GROUP_BYTES_MAX) break
      count++
    }
    return this.#pending.splice(0, count)
  }

  #insertRows(group: Group): void {
    for (const [partition, tail] of group.tails) {
      let baseOffset = tail.baseOffset
      let { timestampMaxMs } = tail
      for (const draft of tail.rows) {
        timestampMaxMs = Math.max(timestampMaxMs, draft.timestampMs)
        const timestampLagMs = timestampMaxMs - draft.timestampMs
        const row = placeRow(draft, { id: rowId(partition.slot, baseOffset), baseOffset, timestampLagMs })
        const { id, timestamp, timestamp_lag, count, format, checksum, record_index, body } = row
        this.#insert.run(id, timestamp, timestamp_lag, count, format, checksum, record_index, body)
        baseOffset += draft.count
      }
      tail.timestampMaxMs = timestampMaxMs
      if (tail.producerPosition !== undefined) this.#putPosition.run(partition.topicId, partition.number, tail.producerPosition)
    }
  }
}

/** What a group adds to one partition. */
interface Tail {
  readonly baseOffset: number
  readonly rows: RowDraft[]
  endOffset: number
  timestampMaxMs: number
  producerPosition: number | undefined
}

/** The appends that were admitted to one transaction, and what becomes of them. */
class Group {
  readonly tails = new Map<Partition, Tail>()
  rowCount = 0
  bytes = 0
  readonly #boundsOf: BoundsReader
  readonly #admitted: { readonly append: PendingAppend; readonly baseOffset: number }[] = []

  constructor(boundsOf: BoundsReader) {
    this.#boundsOf = boundsOf
  }

  /** Gives the append its offsets, or rejects it alone. */
  admit(append: PendingAppend): boolean {
    try {
      const tail = this.#tailOf(append.partition)
      if (tail.endOffset + append.recordCount > OFFSETS_PER_PARTITION_MAX) throw fullPartition(append.partition)
      this.#admitted.push({ append, baseOffset: tail.endOffset })
      tail.endOffset += append.recordCount
      for (const row of append.rows) this.#place(tail, row)
      if (append.producerPosition !== undefined) tail.producerPosition = append.producerPosition
      this.bytes += append.bytes
      return true
    } catch (error) {
      append.reject(storageError(`could not append to ${labelOf(append.partition)}`, error))
      return false
    }
  }

  succeed(waiters: Waiters): void {
    for (const [partition, { endOffset, timestampMaxMs }] of this.tails) {
      partition.bounds = { ...this.#boundsOf(partition), highWatermark: endOffset, timestampMaxMs }
    }
    for (const { append, baseOffset } of this.#admitted) {
      append.resolve({ baseOffset, highWatermark: baseOffset + append.recordCount })
    }
    for (const [partition, { endOffset }] of this.tails) waiters.appended(partition, endOffset)
  }

  fail(error: unknown): void {
    for (const partition of this.tails.keys()) partition.bounds = undefined
    for (const { append } of this.#admitted) append.reject(storageError(`could not append to ${labelOf(append.partition)}`, error))
  }

  #tailOf(partition: Partition): Tail {
    const known = this.tails.get(partition)
    if (known !== undefined) return known
    if (partition.isDeleted) {
      throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${partition.topicName} was deleted before the append was committed`)
    }
    const { highWatermark, timestampMaxMs } = this.#boundsOf(partition)
    const tail: Tail = { baseOffset: highWatermark, endOffset: highWatermark, timestampMaxMs, producerPosition: undefined, rows: [] }
    this.tails.set(partition, tail)
    return tail
  }

  #place(tail: Tail, row: RowDraft): void {
    const last = tail.rows.at(-1)
    if (last !== undefined && joinDraft(last, row)) return
    tail.rows.push(row)
    this.rowCount++
  }
}

function fullPartition(partition: Partition): KafkaError {
  return new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `partition ${labelOf(partition)} has no offsets left for the append; the limit is ${OFFSETS_PER_PARTITION_MAX}`,
  )
}
