/**
 * Brings the records of the outbox into the log, each exactly once and in order.
 *
 * - The log keeps with the records of each partition the id of the last one. What comes again, after a process was killed between the log's
 *   transaction and the outbox's, is known by it and left out.
 * - Records come as commits are told of. What was not told, because an engine or the broker was killed, is read from the outbox when a writer is
 *   opened; so is what would have been too much to keep here.
 * - What cannot be brought into the log now is tried again. Records of a topic that is gone are gone with it.
 * - Rows leave the outbox a while after their records are in the log, many at a time: nobody waits for it.
 */
import { changeHeaders } from '@logbrook/kafka/change-record'
import type { Clock, Timer } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import { RELAY_RECORDS_MAX, RELAY_RETRY_MS, RELAY_TIDY_MS } from '@logbrook/kafka/limits'
import type { Log } from '@logbrook/kafka/log'
import type { NewRecord } from '@logbrook/kafka/record'
import type { OutboxRecord } from '../protocol.ts'

/** Requests `outbox` and `relayed` to the engine that writes. */
interface Outbox {
  read(afterId: number, limit: number): Promise<readonly OutboxRecord[]>
  relayed(uptoId: number): Promise<void>
}

export interface RelayOptions {
  readonly log: Log
  readonly clock: Clock
  readonly outbox: Outbox
  /** Told of what keeps records from the log; it is tried again. */
  readonly onError: (error: unknown) => void
}

export interface Relay {
  /** For `EngineOptions.outboxAfterId`. */
  lastId(): Promise<number>
  /** Of each `committed`, in order. */
  take(records: readonly OutboxRecord[]): void
  /** A writer was opened, perhaps after another one died: what its outbox holds is brought into the log. */
  resume(): void
  /** When all that was taken is in the log, or cannot be brought there now. To be awaited before a statement is answered. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** Of one append: what follows waits for its commit. */
const BATCH_RECORDS_MAX = 500

export function createRelay(options: RelayOptions): Relay {
  return new LogRelay(options)
}

class LogRelay implements Relay {
  readonly #options: RelayOptions
  #queue: OutboxRecord[] = []
  /** Of all that was put in the queue, the last. */
  #queuedId = 0
  /** Of all that is known to be there, the last; more than `#queuedId` where the queue was full. */
  #toldId = 0
  /** Whether the outbox may hold something that was never told of. */
  #isBehind = false
  #doneId = 0
  #tidiedId = 0
  #positions: Map<string, number> | undefined
  #running: Promise<void> | undefined
  /** Of the batch under way. */
  #progress = Promise.withResolvers<void>()
  #retry: Timer | undefined
  #tidying: Timer | undefined
  #isClosed = false

  constructor(options: RelayOptions) {
    this.#options = options
  }

  async lastId(): Promise<number> {
    const positions = await this.#options.log.producerPositions()
    return positions.reduce((last, { position }) => Math.max(last, position), this.#toldId)
  }

  take(records: readonly OutboxRecord[]): void {
    const last = records.at(-1)
    if (last === undefined || this.#isClosed) return
    this.#toldId = Math.max(this.#toldId, last.id)
    if (this.#queue.length + records.length > RELAY_RECORDS_MAX) this.#isBehind = true
    if (!this.#isBehind) this.#enqueue(records)
    this.#start()
  }

  resume(): void {
    this.#isBehind = true
    this.#start()
  }

  async settled(): Promise<void> {
    const upto = this.#toldId
    while (this.#running !== undefined && (this.#isBehind || this.#doneId < upto)) await this.#progress.promise
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#retry?.cancel()
    this.#tidying?.cancel()
    await this.#running
    await this.#tidy()
  }

  #enqueue(records: readonly OutboxRecord[]): void {
    for (const record of records) {
      if (record.id <= this.#queuedId) continue
      this.#queue.push(record)
      this.#queuedId = record.id
    }
  }

  #start(): void {
    if (this.#isClosed || this.#running !== undefined) return
    this.#retry?.cancel()
    this.#running = this.#run()
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed && (await this.#fill())) {
        await this.#relay(this.#queue.slice(0, BATCH_RECORDS_MAX))
        this.#proceed()
      }
    } catch (error) {
      this.#options.onError(error)
      if (!this.#isClosed) this.#retry = this.#options.clock.after(RELAY_RETRY_MS, () => this.#start())
    } finally {
      this.#running = undefined
      this.#proceed()
    }
  }

  #proceed(): void {
    this.#progress.resolve()
    this.#progress = Promise.withResolvers()
    if (!this.#isClosed) this.#tidying ??= this.#options.clock.after(RELAY_TIDY_MS, () => void this.#tidy())
  }

  /** Whether there is something to relay. */
  async #fill(): Promise<boolean> {
    while (this.#queue.length === 0 && this.#isBehind) {
      const records = await this.#options.outbox.read(this.#queuedId, BATCH_RECORDS_MAX)
      this.#enqueue(records)
      // Told of while the outbox was read: it was not in the answer.
      if (records.length < BATCH_RECORDS_MAX && this.#queuedId >= this.#toldId) this.#isBehind = false
    }
    return this.#queue.length > 0
  }

  async #relay(batch: readonly OutboxRecord[]): Promise<void> {
    const positions = (this.#positions ??= await this.#readPositions())
    const missing = batch.filter((record) => record.id > (positions.get(placeOf(record)) ?? 0))
    const appends = Array.from(Map.groupBy(missing, placeOf).values(), (records) => this.#append(records, positions))
    const failed = (await Promise.allSettled(appends)).find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    this.#queue = this.#queue.slice(batch.length)
    this.#doneId = batch.at(-1)!.id
  }

  async #append(records: readonly OutboxRecord[], positions: Map<string, number>): Promise<void> {
    const { topicId, partition } = records[0]!
    const position = records.at(-1)!.id
    try {
      await this.#options.log.append({
        topicId,
        partition,
        records: { kind: 'records', records: records.map(recordOf) },
        timestampMs: this.#options.clock.now(),
        producerPosition: position,
      })
      positions.set(placeOf(records[0]!), position)
    } catch (error) {
      if (!isGone(error)) {
        // It may be there all the same: the log knows.
        this.#positions = undefined
        throw error
      }
    }
  }

  async #readPositions(): Promise<Map<string, number>> {
    const positions = await this.#options.log.producerPositions()
    return new Map(positions.map((one) => [placeOf(one), one.position]))
  }

  async #tidy(): Promise<void> {
    this.#tidying = undefined
    const upto = this.#doneId
    if (upto === this.#tidiedId) return
    try {
      await this.#options.outbox.relayed(upto)
      this.#tidiedId = upto
    } catch {
      // They are left out when they come again, and go with the next ones.
    }
  }
}

function placeOf({ topicId, partition }: Pick<OutboxRecord, 'topicId' | 'partition'>): string {
  return `${topicId} ${partition}`
}

function recordOf({ key, value, timestampMs, ...change }: OutboxRecord): NewRecord {
  return { key: key === null ? null : Buffer.from(key), value, headers: changeHeaders(change), timestampMs }
}

function isGone(error: unknown): boolean {
  return error instanceof KafkaError && error.error === 'UNKNOWN_TOPIC_OR_PARTITION'
}
