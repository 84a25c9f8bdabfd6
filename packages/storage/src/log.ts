/**
 * The log of `@logbrook/kafka/log` over SQLite: looks partitions up, and hands each call to the file that does it.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { Log, RetentionResult, Topic, TopicPartition, WaitOutcome, WaitRequest } from '@logbrook/kafka/log'
import type { Clock } from '@logbrook/kafka/clock'
import { guard, storageError } from './database.ts'
import { nextTurn } from './next-turn.ts'
import type { OffsetForTimestamp } from './offset-at-time.ts'
import type { BoundsReader, Partition } from './partitions.ts'
import { labelOf, watermarksOf } from './partitions.ts'
import type { Read } from './reader.ts'
import type { RetainedFrom } from './retention.ts'
import type { Sweeper } from './sweeper.ts'
import type { Topics } from './topics.ts'
import type { Trim } from './trim.ts'
import type { Waiters } from './waiters.ts'
import type { Writer } from './writer.ts'

export interface LogParts {
  readonly clock: Clock
  readonly topics: Topics
  readonly writer: Writer
  readonly waiters: Waiters
  readonly sweeper: Sweeper
  readonly boundsOf: BoundsReader
  readonly read: Read
  readonly trim: Trim
  readonly offsetForTimestamp: OffsetForTimestamp
  readonly retainedFrom: RetainedFrom
  readonly isClosed: () => boolean
}

export function createLog(parts: LogParts): Log {
  const { topics, writer, waiters, sweeper, boundsOf, isClosed } = parts

  return {
    createTopic: (topic) => open(`could not create topic ${topic.name}`, () => topics.create(topic, parts.clock.now())),
    topic: async (name) => topics.byName(name),
    topics: async () => topics.list(),
    addPartitions: (topicId, partitions) => open('could not add partitions', () => topics.grow(topicId, partitions)),
    alterConfig: (topicId, changes) => open('could not alter the configuration', () => topics.alterConfig(topicId, changes)),
    deleteTopic: (topicId) =>
      open('could not delete the topic', () => {
        for (const partition of topics.delete(topicId)) waiters.gone(partition)
      }),
    append: (request) => open('could not append', () => writer.append(partitionOf(request), request)),
    producerPositions: () => open("could not read the producers' positions", () => writer.producerPositions()),
    read: (request) => open('could not read', () => parts.read(topics.partition(request), request)),
    watermarks: (request) =>
      open('could not read the watermarks', () => {
        const partition = topics.partition(request)
        return partition && watermarksOf(boundsOf(partition))
      }),
    offsetForTimestamp: (request, timestampMs) =>
      open('could not look up the time', () => parts.offsetForTimestamp(partitionOf(request), timestampMs)),
    waitForAppend,
    trim: (request, beforeOffset) => open('could not trim', () => parts.trim(partitionOf(request), beforeOffset)),
    enforceRetention,
  }

  /** The one door to SQLite: nothing passes once the log is closed, and its errors leave as ours. */
  async function open<T>(failed: string, work: () => T | Promise<T>): Promise<T> {
    if (isClosed()) throw new KafkaError('KAFKA_STORAGE_ERROR', `${failed}: the log is closed`)
    try {
      return await work()
    } catch (error) {
      throw storageError(failed, error)
    }
  }

  function partitionOf(request: TopicPartition): Partition {
    const partition = topics.partition(request)
    if (partition !== undefined) return partition
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${request.partition} of a topic of id ${request.topicId}`)
  }

  async function waitForAppend({ positions, timeoutMs, signal }: WaitRequest): Promise<WaitOutcome> {
    if (isClosed()) return 'closing'
    const known: { readonly partition: Partition; readonly offset: number }[] = []
    for (const position of positions) {
      const partition = topics.partition(position)
      if (partition === undefined) return 'gone'
      known.push({ partition, offset: position.offset })
    }
    const isThere = guard('could not wait', () => known.some(({ partition, offset }) => boundsOf(partition).highWatermark > offset))
    return isThere ? 'appended' : waiters.wait({ positions: known, timeoutMs, signal })
  }

  /** Of every partition, whatever happens to another; what failed first is thrown at the end. */
  async function enforceRetention(nowMs: number): Promise<readonly RetentionResult[]> {
    const results: RetentionResult[] = []
    const failures: unknown[] = []
    for (const { topic, partition } of topics.partitions()) {
      await nextTurn()
      try {
        const result = await open(`could not enforce the retention of ${labelOf(partition)}`, () => retain(topic, partition, nowMs))
        if (result !== undefined) results.push(result)
      } catch (error) {
        failures.push(error)
      }
    }
    await sweeper.drain()
    if (failures.length > 0) throw failures[0]
    return results
  }

  async function retain({ name, config }: Topic, partition: Partition, nowMs: number): Promise<RetentionResult | undefined> {
    if (partition.isDeleted) return undefined
    const retainedFrom = await parts.retainedFrom(partition, config, nowMs)
    if (partition.isDeleted || isClosed()) return undefined
    const before = boundsOf(partition).logStartOffset
    const { logStartOffset, movedGroups } = parts.trim(partition, retainedFrom)
    if (logStartOffset === before) return undefined
    return { topic: name, partition: partition.number, deletedRecords: logStartOffset - before, logStartOffset, movedGroups }
  }
}
