/**
 * Consuming as KalamDB does (contract 6.1 to 6.4): records for a group, each to one of its consumers at a time, and acknowledgments.
 *
 * - Without a group nothing is claimed and nothing kept: a read at an offset.
 * - A group begins where it committed, else where its first request says; what follows is its place's to say.
 * - Nothing is claimed for a client that is gone, or whose permission is.
 * - An acknowledgment is kept before it is answered. It never moves a group back.
 */
import type { Clock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import type { GroupOffsets } from '@logbrook/kafka/groups'
import { CONSUME_RECORDS_MAX, CONSUME_WAIT_MS_MAX, FETCH_BYTES_DEFAULT, LONG_POLLS_MAX } from '@logbrook/kafka/limits'
import type { Log, ReadResult, Topic, TopicPartition } from '@logbrook/kafka/log'
import type { RecordSlice } from '@logbrook/kafka/record'
import type { Caller } from '../caller.ts'
import type { BrokerObserver } from '../observer.ts'
import type { NamedPartition } from '../topics.ts'
import type { Access } from './access.ts'
import { Patience } from './patience.ts'
import type { Place } from './place.ts'
import type { Places } from './places.ts'

export interface ConsumeRequest extends NamedPartition {
  /** `null`: a read that nothing remembers. */
  readonly groupId: string | null
  readonly start: 'earliest' | 'latest' | number
  /** Held within 1 to `CONSUME_RECORDS_MAX`. */
  readonly limit: number
  /** For a record, when there is none; at most `CONSUME_WAIT_MS_MAX`. */
  readonly timeoutMs: number
}

export interface Consumed {
  readonly slices: readonly RecordSlice[]
  readonly recordCount: number
  readonly nextOffset: number
  readonly hasMore: boolean
  /** To be called when the answer could not be sent: what it holds is handed out again. */
  readonly release: () => void
}

interface Acknowledgment extends NamedPartition {
  readonly groupId: string
  /** The last one that is done with. */
  readonly uptoOffset: number
}

export interface GroupConsumer extends Pick<Access, 'requireRole'> {
  /**
   * `signal` is the client's hang-up.
   *
   * @throws KafkaError TOPIC_ and GROUP_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_OR_PARTITION, INVALID_GROUP_ID, KAFKA_STORAGE_ERROR; and
   *   OFFSET_OUT_OF_RANGE where no group asks for records that are gone
   */
  consume(caller: Caller, request: ConsumeRequest, signal: AbortSignal): Promise<Consumed>
  acknowledge(caller: Caller, acknowledgment: Acknowledgment): Promise<void>
}

export interface GroupConsumerOptions {
  readonly log: Log
  readonly offsets: GroupOffsets
  readonly places: Places
  readonly access: Access
  readonly clock: Clock
  readonly observer: BrokerObserver
}

type Counted = Consumed & { readonly byteCount: number }

/** What lies at `[fromOffset, endOffset)` is there to be had, and `result` holds the first of it. */
interface Found {
  readonly fromOffset: number
  readonly endOffset: number
  readonly result: ReadResult
}

/** One look at the log, and what to wait for when it found nothing. */
interface Attempt {
  readonly consumed: Counted
  /** A record here, or a change of the place, may make another attempt worth while. */
  readonly awaited: { readonly offset: number; readonly place?: { readonly place: Place; readonly version: number } }
}

interface Asked extends ConsumeRequest {
  readonly at: TopicPartition
}

const NOTHING_HELD = () => undefined
/** No record is ever there: only a change of the place helps. */
const NEVER_THERE = Number.MAX_SAFE_INTEGER

export function createGroupConsumer({ log, offsets, places, access, clock, observer }: GroupConsumerOptions): GroupConsumer {
  let waiting = 0

  async function startOf({ at, start }: Asked): Promise<number> {
    if (typeof start === 'number') return start
    const watermarks = await log.watermarks(at)
    return (start === 'earliest' ? watermarks?.logStartOffset : watermarks?.highWatermark) ?? 0
  }

  async function groupStart(groupId: string, asked: Asked): Promise<number> {
    return (await offsets.committed(groupId, asked.at))?.offset ?? (await startOf(asked))
  }

  async function read(asked: Asked, fromOffset: number, maxRecords: number): Promise<ReadResult> {
    const result = await log.read({
      ...asked.at,
      fromOffset,
      isolationLevel: 'read_uncommitted',
      maxBytes: FETCH_BYTES_DEFAULT,
      maxRecords,
      atLeastOne: true,
    })
    if (result.error === 'UNKNOWN_TOPIC_OR_PARTITION') throw noTopic(asked.topic)
    if (result.error !== 'KAFKA_STORAGE_ERROR') return result
    const place = `topic ${asked.topic}, partition ${asked.partition}, offset ${fromOffset}`
    throw new KafkaError('KAFKA_STORAGE_ERROR', `the records at ${place} cannot be read`)
  }

  async function attemptAlone(asked: Asked): Promise<Attempt> {
    const offset = await startOf(asked)
    const result = await read(asked, offset, asked.limit)
    const { logStartOffset } = result.watermarks
    if (offset < logStartOffset) {
      const message = `OffsetOutOfRange: requested offset ${offset} is before earliest available offset ${logStartOffset}`
      throw new KafkaError('OFFSET_OUT_OF_RANGE', message)
    }
    const endOffset = result.watermarks.highWatermark
    return { consumed: consumedFrom(asked, { fromOffset: offset, endOffset, result }, NOTHING_HELD), awaited: { offset } }
  }

  async function attemptForGroup(asked: Asked, groupId: string, signal: AbortSignal): Promise<Attempt> {
    const place = places.of(groupId, asked.at)
    return await place.inTurn(async () => {
      if (place.position === undefined) place.begin(await groupStart(groupId, asked))
      const watched = { place, version: place.version }
      if (place.isFull) return { consumed: nothingAt(await groupStart(groupId, asked)), awaited: { offset: NEVER_THERE, place: watched } }
      const found = await readUnclaimed(place, asked)
      const { fromOffset, result } = found
      if (result.recordCount === 0 || signal.aborted) {
        return { consumed: nothingAt(await groupStart(groupId, asked)), awaited: { offset: fromOffset, place: watched } }
      }
      const release = place.claim(fromOffset, fromOffset + result.recordCount)
      return { consumed: consumedFrom(asked, found, release), awaited: { offset: fromOffset } }
    })
  }

  async function readUnclaimed(place: Place, asked: Asked): Promise<Found> {
    const { fromOffset, endOffset } = place.unclaimed()
    const result = await read(asked, fromOffset, Math.min(asked.limit, endOffset - fromOffset))
    const { logStartOffset, highWatermark } = result.watermarks
    if (fromOffset >= logStartOffset) return { fromOffset, endOffset: Math.min(endOffset, highWatermark), result }
    place.skipTo(logStartOffset)
    return await readUnclaimed(place, asked)
  }

  async function attempt(caller: Caller, asked: Asked, signal: AbortSignal): Promise<Attempt> {
    access.require(caller, 'consumption', asked)
    return await (asked.groupId === null ? attemptAlone(asked) : attemptForGroup(asked, asked.groupId, signal))
  }

  async function waitFor(caller: Caller, asked: Asked, first: Attempt, signal: AbortSignal): Promise<Counted> {
    using patience = new Patience({ log, clock, timeoutMs: asked.timeoutMs, signal })
    let last = first
    while (!patience.isOver) {
      const { offset, place } = last.awaited
      const outcome = await patience.wait({ ...asked.at, offset }, place)
      if (outcome === 'closing') break
      last = await attempt(caller, asked, signal)
      if (last.consumed.recordCount > 0) break
    }
    return last.consumed
  }

  return {
    requireRole: (caller, doing) => access.requireRole(caller, doing),

    async consume(caller, request, signal) {
      access.require(caller, 'consumption', request)
      const topic = await topicOf(log, request.topic)
      assertPartition(topic, request.partition)
      const asked: Asked = {
        ...request,
        at: { topicId: topic.id, partition: request.partition },
        limit: Math.min(Math.max(request.limit, 1), CONSUME_RECORDS_MAX),
        timeoutMs: Math.min(request.timeoutMs, CONSUME_WAIT_MS_MAX),
      }
      const first = await attempt(caller, asked, signal)
      // Past the limit of waiting readers an answer without records is right too: the reader asks again.
      const mayWait = asked.timeoutMs > 0 && waiting < LONG_POLLS_MAX
      const consumed =
        first.consumed.recordCount > 0 || !mayWait ? first.consumed : await counted(() => waitFor(caller, asked, first, signal))
      if (consumed.recordCount > 0) observer.fetched(topic.name, consumed.recordCount, consumed.byteCount)
      return consumed
    },

    async acknowledge(caller, { topic: name, partition, groupId, uptoOffset }) {
      access.require(caller, 'acknowledgment', { topic: name, groupId })
      const topic = await topicOf(log, name)
      const at = { topicId: topic.id, partition }
      const place = places.of(groupId, at)
      await place.inTurn(async () => {
        await offsets.commit(groupId, [{ ...at, offset: uptoOffset + 1 }], { nowMs: clock.now(), forward: true })
        place.acknowledge(uptoOffset + 1)
      })
    },
  }

  async function counted<T>(wait: () => Promise<T>): Promise<T> {
    waiting++
    observer.longPollStarted()
    try {
      return await wait()
    } finally {
      waiting--
      observer.longPollEnded()
    }
  }
}

function consumedFrom({ limit }: Asked, { fromOffset, endOffset, result }: Found, release: () => void): Counted {
  const { slices, recordCount, byteCount } = result
  const nextOffset = fromOffset + recordCount
  // Large records may fill an answer before there are as many as were asked for.
  const hasMore = recordCount === limit || (recordCount > 0 && nextOffset < endOffset)
  return { slices, recordCount, byteCount, nextOffset, hasMore, release }
}

function nothingAt(offset: number): Counted {
  return { slices: [], recordCount: 0, byteCount: 0, nextOffset: offset, hasMore: false, release: NOTHING_HELD }
}

/** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION, as KalamDB says it */
export async function topicOf(log: Log, name: string): Promise<Topic> {
  const topic = await log.topic(name)
  if (topic === undefined) throw noTopic(name)
  return topic
}

/** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION */
export function assertPartition(topic: Topic, partition: number): void {
  if (partition < topic.partitions) return
  throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `Topic '${topic.name}' has no partition ${partition}; it has ${topic.partitions}`)
}

function noTopic(name: string): KafkaError {
  return new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `Topic '${name}' does not exist`)
}
