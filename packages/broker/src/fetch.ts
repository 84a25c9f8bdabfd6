/**
 * Fetching by Kafka's rules (contract F7–F12).
 *
 * - Entries are answered in the request's order, one for each, never merged: the same partition may be asked several times.
 * - A caller is authorized before existence is looked at, and again before records are handed out after a wait.
 * - Budgets are spent in request order; only the first entry that has records may exceed them, by one record.
 * - A long poll waits once, on exactly the asked partitions, and only when no entry has a record and none an error.
 */
import { FETCH_BYTES_DEFAULT, FETCH_BYTES_MAX, FETCH_RECORDS_MAX, LONG_POLLS_MAX, LONG_POLL_MS_MAX } from '@logbrook/kafka/limits'
import { KafkaError } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import { NO_WATERMARKS } from '@logbrook/kafka/log'
import type { IsolationLevel, Log, Topic, WaitRequest, Watermarks } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import type { LogRecord, RecordSlice } from '@logbrook/kafka/record'
import { assertTopicName, isTopicName } from '@logbrook/kafka/topic-name'
import type { Caller } from './caller.ts'
import type { BrokerObserver } from './observer.ts'
import type { Permissions } from './permissions.ts'
import { existingPartition, existingTopic } from './topics.ts'
import type { NamedPartition } from './topics.ts'

export interface FetchRequest {
  readonly topics: readonly FetchTopic[]
  /** 0 = the broker's own budget. */
  readonly maxBytes: number
  /** 0 = no limit but the broker's. */
  readonly maxRecords: number
  readonly isolationLevel: IsolationLevel
  readonly longPoll: boolean
}

export interface FetchTopic {
  readonly topic: string
  readonly partitions: readonly FetchPartition[]
}

export interface FetchPartition {
  readonly partition: number
  /** From 2^53 on no longer exact, which does no harm: no record is ever kept there. */
  readonly fetchOffset: number
  readonly partitionMaxBytes: number
}

export interface FetchedTopic {
  readonly topic: string
  readonly partitions: readonly FetchedPartition[]
}

export interface FetchedPartition {
  readonly partition: number
  readonly error: ErrorName
  readonly watermarks: Watermarks
  readonly slices: readonly RecordSlice[]
}

export interface Consumer {
  /** `signal` is the client's hang-up: it ends a wait at once. */
  fetch(caller: Caller, request: FetchRequest, signal: AbortSignal): Promise<readonly FetchedTopic[]>
  /** @throws KafkaError TOPIC_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_OR_PARTITION, OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR */
  fetchRecord(caller: Caller, at: NamedPartition & { readonly offset: number }): Promise<LogRecord>
}

export interface ConsumerOptions {
  readonly log: Log
  readonly permissions: Permissions
  readonly observer: BrokerObserver
}

/** What is left of a request's budgets; entries draw on it in turn. */
interface Budget {
  bytes: number
  records: number
  /** Whether an entry had records already: from then on the byte limits are hard. */
  begun: boolean
}

export function createConsumer({ log, permissions, observer }: ConsumerOptions): Consumer {
  let waiting = 0

  async function readAll(caller: Caller, request: FetchRequest): Promise<readonly FetchedTopic[]> {
    const budget = budgetOf(request)
    const answer: FetchedTopic[] = []
    for (const { topic: name, partitions } of request.topics) {
      const entries: FetchedPartition[] = []
      const error = readProblem(caller, name)
      const topic = error === null ? await log.topic(name) : undefined
      for (const entry of partitions) {
        entries.push(
          topic === undefined
            ? { partition: entry.partition, error: error ?? 'UNKNOWN_TOPIC_OR_PARTITION', watermarks: NO_WATERMARKS, slices: [] }
            : await readEntry(topic, entry, request.isolationLevel, budget),
        )
      }
      answer.push({ topic: name, partitions: entries })
    }
    return answer
  }

  function readProblem(caller: Caller, name: string): ErrorName | null {
    if (!isTopicName(name)) return 'UNKNOWN_TOPIC_OR_PARTITION'
    if (permissions.allows(caller, 'READ', { type: 'TOPIC', name })) return null
    observer.authorizationFailed('READ')
    return 'TOPIC_AUTHORIZATION_FAILED'
  }

  async function readEntry(topic: Topic, entry: FetchPartition, isolationLevel: IsolationLevel, budget: Budget): Promise<FetchedPartition> {
    const { error, watermarks, slices, recordCount, byteCount } = await log.read({
      topicId: topic.id,
      partition: entry.partition,
      fromOffset: entry.fetchOffset,
      isolationLevel,
      maxBytes: Math.min(entry.partitionMaxBytes, budget.bytes),
      maxRecords: budget.records,
      atLeastOne: !budget.begun,
    })
    if (recordCount > 0) {
      budget.begun = true
      budget.bytes = Math.max(0, budget.bytes - byteCount)
      budget.records -= recordCount
      observer.fetched(topic.name, recordCount, byteCount)
    }
    return { partition: entry.partition, error, watermarks, slices }
  }

  /** The positions to wait on, or `null` when one of the topics is gone and there is nothing to wait for. */
  async function positionsOf({ topics }: FetchRequest): Promise<WaitRequest['positions'] | null> {
    const positions: WaitRequest['positions'][number][] = []
    for (const { topic: name, partitions } of topics) {
      const topic = await log.topic(name)
      if (topic === undefined) return null
      for (const { partition, fetchOffset } of partitions) positions.push({ topicId: topic.id, partition, offset: fetchOffset })
    }
    return positions
  }

  async function wait(request: FetchRequest, signal: AbortSignal): Promise<void> {
    const positions = await positionsOf(request)
    if (positions === null) return
    waiting++
    observer.longPollStarted()
    try {
      await log.waitForAppend({ positions, timeoutMs: LONG_POLL_MS_MAX, signal })
    } finally {
      waiting--
      observer.longPollEnded()
    }
  }

  return {
    async fetch(caller, request, signal) {
      const answer = await readAll(caller, request)
      // Past the limit of waiting readers an answer without records is right too: the reader asks again.
      if (!request.longPoll || waiting >= LONG_POLLS_MAX || !isQuiet(answer)) return answer
      await wait(request, signal)
      return signal.aborted ? answer : await readAll(caller, request)
    },

    async fetchRecord(caller, { topic: name, partition, offset }) {
      assertTopicName(name)
      permissions.require(caller, 'READ', { type: 'TOPIC', name })
      const topic = await existingTopic(log, name)
      const result = await log.read({
        ...existingPartition(topic, partition),
        fromOffset: offset,
        isolationLevel: 'read_uncommitted',
        maxBytes: 0,
        maxRecords: 1,
        atLeastOne: true,
      })
      const record = result.slices[0] === undefined ? undefined : recordsOf(result.slices[0])[0]
      const place = `topic ${name}, partition ${partition}, offset ${Number.isSafeInteger(offset) ? offset : '2^53 or above'}`
      if (result.error === 'KAFKA_STORAGE_ERROR') throw new KafkaError('KAFKA_STORAGE_ERROR', `the record at ${place} cannot be read`)
      if (record === undefined || record.offset !== offset) {
        const { logStartOffset, highWatermark } = result.watermarks
        throw new KafkaError('OFFSET_OUT_OF_RANGE', `no record at ${place}; the partition holds [${logStartOffset}, ${highWatermark})`)
      }
      observer.fetched(name, 1, result.byteCount)
      return record
    },
  }
}

function budgetOf({ maxBytes, maxRecords }: FetchRequest): Budget {
  return {
    bytes: maxBytes === 0 ? FETCH_BYTES_DEFAULT : Math.min(maxBytes, FETCH_BYTES_MAX),
    records: maxRecords === 0 ? FETCH_RECORDS_MAX : Math.min(maxRecords, FETCH_RECORDS_MAX),
    begun: false,
  }
}

/** Something to wait for, no record and no error yet. */
function isQuiet(answer: readonly FetchedTopic[]): boolean {
  const entries = answer.flatMap(({ partitions }) => partitions)
  return entries.length > 0 && entries.every(({ error, slices }) => error === 'NONE' && slices.length === 0)
}
