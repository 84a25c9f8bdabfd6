/**
 * Following a topic: records as they are appended, partition by partition, until the reader leaves.
 *
 * - The reader's pace is the pace: nothing is read ahead of what it has taken.
 * - READ is asked again before every round of records is handed out.
 * - A position whose record is gone, or that this topic never had, goes on at the log start.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import { TAIL_IDLE_MS, TAILS_MAX, TAIL_ROUND_BYTES } from '@logbrook/kafka/limits'
import type { Log, Topic } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import type { LogRecord } from '@logbrook/kafka/record'
import { assertTopicName } from '@logbrook/kafka/topic-name'
import type { Caller } from './caller.ts'
import type { BrokerObserver } from './observer.ts'
import type { Permissions } from './permissions.ts'
import { existingPartition, existingTopic } from './topics.ts'

export interface TailRequest {
  readonly topic: string
  /** Only these partitions; all, also those added later, where it is not given. */
  readonly partitions?: readonly number[]
  /** Where to begin, by partition number; a partition without a position begins at its end. */
  readonly positions: ReadonlyMap<number, number>
  /** Where partitions without a position begin. */
  readonly from: 'earliest' | 'latest'
}

/** What a round brings; `idle` when the wait ended with nothing, so that a door can keep its connection alive. */
export type TailRound =
  | { readonly kind: 'records'; readonly partition: number; readonly records: readonly LogRecord[] }
  | { readonly kind: 'idle' }

export interface Tails {
  /** Checked at once: resolves when the tail stands, and what is appended from then on will come. */
  open(caller: Caller, request: TailRequest, signal: AbortSignal): Promise<Tail>
}

export interface Tail {
  /** The next offset of each partition that is followed: what a reader needs to resume. */
  readonly positions: ReadonlyMap<number, number>
  /** Ends when the reader's signal aborts, the topic is deleted, READ is taken away, or the broker stops. */
  rounds(): AsyncGenerator<TailRound, TailEnd>
}

export type TailEnd = 'aborted' | 'gone' | 'closing' | 'denied'

export interface TailsOptions {
  readonly log: Log
  readonly permissions: Permissions
  readonly observer: BrokerObserver
}

export function createTails({ log, permissions, observer }: TailsOptions): Tails {
  let open = 0

  async function startOf(topic: Topic, partition: number, from: TailRequest['from']): Promise<number> {
    const watermarks = await log.watermarks({ topicId: topic.id, partition })
    return (from === 'earliest' ? watermarks?.logStartOffset : watermarks?.highWatermark) ?? 0
  }

  async function* follow(
    caller: Caller,
    topic: Topic,
    fixed: boolean,
    positions: Map<number, number>,
    signal: AbortSignal,
  ): AsyncGenerator<TailRound, TailEnd> {
    for (;;) {
      if (signal.aborted) return 'aborted'
      if (!permissions.allows(caller, 'READ', { type: 'TOPIC', name: topic.name })) return 'denied'
      let quiet = true
      for (const [partition, fromOffset] of positions) {
        const round = await readRound(topic, partition, fromOffset)
        if (round === 'gone') return 'gone'
        positions.set(partition, round.nextOffset)
        if (round.records.length === 0) continue
        quiet = false
        yield { kind: 'records', partition, records: round.records }
      }
      if (!quiet) continue
      const outcome = await log.waitForAppend({
        positions: Array.from(positions, ([partition, offset]) => ({ topicId: topic.id, partition, offset })),
        timeoutMs: TAIL_IDLE_MS,
        signal,
      })
      if (outcome === 'gone' || outcome === 'closing' || outcome === 'aborted') return outcome
      if (!fixed) await addGrown(topic, positions)
      if (outcome === 'timeout') yield { kind: 'idle' }
    }
  }

  async function readRound(
    topic: Topic,
    partition: number,
    fromOffset: number,
  ): Promise<'gone' | { nextOffset: number; records: readonly LogRecord[] }> {
    const result = await log.read({
      topicId: topic.id,
      partition,
      fromOffset,
      isolationLevel: 'read_uncommitted',
      maxBytes: TAIL_ROUND_BYTES,
      maxRecords: Infinity,
      atLeastOne: true,
    })
    if (result.error === 'UNKNOWN_TOPIC_OR_PARTITION') return 'gone'
    if (result.error === 'KAFKA_STORAGE_ERROR')
      throw new KafkaError('KAFKA_STORAGE_ERROR', `topic ${topic.name}, partition ${partition} cannot be read at offset ${fromOffset}`)
    if (result.error === 'OFFSET_OUT_OF_RANGE') {
      // Also from beyond the end: that position is of an earlier topic of the same name, and all of this one is new.
      return { nextOffset: result.watermarks.logStartOffset, records: [] }
    }
    if (result.recordCount > 0) observer.fetched(topic.name, result.recordCount, result.byteCount)
    return { nextOffset: fromOffset + result.recordCount, records: result.slices.flatMap(recordsOf) }
  }

  /** Partitions added while the tail is open are followed from their first record on. */
  async function addGrown(topic: Topic, positions: Map<number, number>): Promise<void> {
    const now = await log.topic(topic.name)
    if (now?.id !== topic.id) return
    for (let partition = 0; partition < now.partitions; partition++) if (!positions.has(partition)) positions.set(partition, 0)
  }

  async function* counted(rounds: AsyncGenerator<TailRound, TailEnd>): AsyncGenerator<TailRound, TailEnd> {
    open++
    observer.tailStarted()
    try {
      return yield* rounds
    } finally {
      open--
      observer.tailEnded()
    }
  }

  return {
    async open(caller, request, signal) {
      assertTopicName(request.topic)
      permissions.require(caller, 'READ', { type: 'TOPIC', name: request.topic })
      const topic = await existingTopic(log, request.topic)
      if (open >= TAILS_MAX) throw new KafkaError('POLICY_VIOLATION', `${open} tails are open; the limit is ${TAILS_MAX}`)
      const positions = new Map<number, number>()
      for (const partition of request.partitions ?? Array.from({ length: topic.partitions }, (_, number) => number)) {
        existingPartition(topic, partition)
        positions.set(partition, request.positions.get(partition) ?? (await startOf(topic, partition, request.from)))
      }
      return { positions, rounds: () => counted(follow(caller, topic, request.partitions !== undefined, positions, signal)) }
    },
  }
}
