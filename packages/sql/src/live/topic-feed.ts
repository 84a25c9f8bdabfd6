/**
 * One topic that live queries are of: its records, as they are appended, held against all of them at once.
 *
 * - A subscriber joins at the feed's place: what lies before it is the subscriber's to read, what lies after it is told.
 * - READ is asked again before records are handed out.
 * - The pace is that of the engine and of the subscribers, who are waited for a moment: what is not read yet is the log's to keep.
 */
import type { Permissions } from '@logbrook/broker/permissions'
import type { Clock } from '@logbrook/kafka/clock'
import { LIVE_PATIENCE_MS, TAIL_IDLE_MS, TAIL_ROUND_BYTES } from '@logbrook/kafka/limits'
import type { Log, ReadResult, Topic } from '@logbrook/kafka/log'
import { callerOf } from '../process/caller-of.ts'
import type { FrameForMany } from './frame.ts'
import { LiveError } from './live-error.ts'
import type { LiveListener, LiveQuery } from './live-source.ts'
import { changeMessage } from './messages.ts'
import type { MatchRecords } from './topic-match.ts'
import { queryKey, withSeq } from './topic-rows.ts'

export interface FeedOptions {
  readonly log: Log
  readonly permissions: Pick<Permissions, 'allows'>
  readonly clock: Clock
  readonly match: MatchRecords
  /** The last subscriber has left, or there is nothing more to come. */
  readonly onIdle: () => void
  readonly onError: (error: unknown) => void
}

interface Member {
  readonly query: LiveQuery
  readonly listener: LiveListener
}

export class TopicFeed {
  readonly topic: Topic
  readonly #options: FeedOptions
  readonly #members = new Set<Member>()
  readonly #places = new Map<number, number>()
  readonly #stopped = new AbortController()
  #begun: Promise<void> | undefined

  constructor(topic: Topic, options: FeedOptions) {
    this.topic = topic
    this.#options = options
  }

  /** Answers from which offset of each partition on records will be told; `null`: it has ended, there is to be another. */
  async join(member: Member): Promise<ReadonlyMap<number, number> | null> {
    await (this.#begun ??= this.#begin())
    if (this.#stopped.signal.aborted) return null
    this.#members.add(member)
    return new Map(this.#places)
  }

  leave(member: Member): void {
    if (this.#members.delete(member) && this.#members.size === 0) this.stop()
  }

  stop(): void {
    this.#stopped.abort()
    this.#options.onIdle()
  }

  /** At the end of each partition. */
  async #begin(): Promise<void> {
    const { log, onError } = this.#options
    // While nobody has joined nobody can leave: it does not end before somebody has.
    for (let partition = 0; partition < this.topic.partitions; partition++) {
      const watermarks = await log.watermarks({ topicId: this.topic.id, partition })
      this.#places.set(partition, watermarks?.highWatermark ?? 0)
    }
    this.#follow().catch((error: unknown) => {
      onError(error)
      this.#endAll(new LiveError('SUBSCRIPTION_FAILED', `the records of topic '${this.topic.name}' cannot be read`))
    })
  }

  async #follow(): Promise<void> {
    const { log } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      let isQuiet = true
      for (const partition of this.#places.keys()) isQuiet = (await this.#round(partition)) && isQuiet
      if (!isQuiet || signal.aborted) continue
      const positions = Array.from(this.#places, ([partition, offset]) => ({ topicId: this.topic.id, partition, offset }))
      const outcome = await log.waitForAppend({ positions, timeoutMs: TAIL_IDLE_MS, signal })
      if (outcome === 'gone') this.#endAll(new LiveError('NOT_FOUND', `Topic '${this.topic.name}' does not exist any more`))
      if (outcome === 'gone' || outcome === 'closing') this.stop()
      else await this.#addGrown()
    }
  }

  /** Whether there was nothing. */
  async #round(partition: number): Promise<boolean> {
    const place = this.#places.get(partition)!
    const result = await this.#read(partition, place)
    if (result.error === 'UNKNOWN_TOPIC_OR_PARTITION') return true
    if (result.error === 'OFFSET_OUT_OF_RANGE') {
      this.#places.set(partition, result.watermarks.logStartOffset)
      return result.watermarks.logStartOffset === place
    }
    if (result.error === 'KAFKA_STORAGE_ERROR')
      throw new Error(`topic ${this.topic.name}, partition ${partition}: cannot be read at ${place}`)
    if (result.recordCount === 0) return true
    // Who joins from here on begins behind these.
    this.#places.set(partition, place + result.recordCount)
    const members = this.#permitted()
    await this.#tell(partition, result, members)
    await this.#patience(members)
    return false
  }

  #read(partition: number, fromOffset: number): Promise<ReadResult> {
    return this.#options.log.read({
      topicId: this.topic.id,
      partition,
      fromOffset,
      isolationLevel: 'read_uncommitted',
      maxBytes: TAIL_ROUND_BYTES,
      maxRecords: Infinity,
      atLeastOne: true,
    })
  }

  async #tell(partition: number, { slices }: ReadResult, members: readonly Member[]): Promise<void> {
    const queries = new Map(members.map(({ query }) => [queryKey(query), query]))
    const matched = await this.#options.match(partition, slices, queries)
    const messages = new Map<string, FrameForMany>()
    for (const [key, { rows }] of matched) {
      if (rows.length === 0) continue
      const told = rows.map((row) => JSON.stringify(withSeq(this.topic, partition, row)))
      messages.set(key, changeMessage('insert', told, []))
    }
    for (const member of members) {
      if (!this.#members.has(member)) continue
      const key = queryKey(member.query)
      const error = matched.get(key)?.error ?? null
      const message = messages.get(key)
      if (error !== null) member.listener.end(error)
      else if (message !== undefined) member.listener.tell(message, () => true)
    }
  }

  /** Those who may read; the others are told that they may not. */
  #permitted(): readonly Member[] {
    const { name } = this.topic
    return Array.from(this.#members).filter(({ query, listener }) => {
      const caller = callerOf(query.caller)
      const isAllowed = this.#options.permissions.allows(caller, 'READ', { type: 'TOPIC', name })
      if (!isAllowed) listener.end(new LiveError('UNAUTHORIZED', `${caller.principal} may not READ topic ${name}`))
      return isAllowed
    })
  }

  /** A reader that takes nothing more holds up the others no longer than this. */
  async #patience(members: readonly Member[]): Promise<void> {
    const full = members.flatMap(({ listener }) => listener.room() ?? [])
    if (full.length === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.#options.clock.after(LIVE_PATIENCE_MS, resolve)
    await Promise.race([Promise.all(full), promise])
    timer.cancel()
  }

  async #addGrown(): Promise<void> {
    const now = await this.#options.log.topic(this.topic.name)
    if (now?.id !== this.topic.id) return
    for (let partition = 0; partition < now.partitions; partition++) if (!this.#places.has(partition)) this.#places.set(partition, 0)
  }

  #endAll(why: LiveError): void {
    for (const { listener } of this.#members) listener.end(why)
  }
}
