/**
 * Where the records lie that a query of a topic may want: in the log's own file, or, of a broker in memory, here they are.
 *
 * - What can be seen is what was there when the statement began: from the log start to the high watermark of that moment.
 * - A lower bound of time is looked up as `offset-at-time` does it. An upper one is left to those who read: times need not ascend.
 */
import type { Broker } from '@logbrook/broker/broker'
import { topicOf } from '@logbrook/broker/groups/consume'
import { KafkaError } from '@logbrook/kafka/errors'
import { SQL_TOPIC_BYTES_MAX } from '@logbrook/kafka/limits'
import type { Log, Topic } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import type { TopicBounds } from '../compile/relation.ts'
import { callerOf } from '../process/caller-of.ts'
import type { BrokerServices, TopicRange } from '../services.ts'
import { SqlError } from '../sql-error.ts'
import { elementOf } from './elements.ts'

export interface TopicRecordsOptions {
  readonly broker: Pick<Broker, 'permissions'>
  readonly log: Log
  readonly hasFile: boolean
}

export function createTopicRecords({ broker, log, hasFile }: TopicRecordsOptions): BrokerServices['topicRecords'] {
  return async (caller, name, bounds) => {
    broker.permissions.require(callerOf(caller), 'READ', { type: 'TOPIC', name })
    const topic = await topicOf(log, name)
    const ranges = await rangesOf(topic, bounds)
    const { fromTimestampMs, toTimestampMs } = bounds
    if (hasFile) return { kind: 'file', topicId: topic.id, ranges, fromTimestampMs, toTimestampMs }
    return { kind: 'records', json: await readAll(topic, ranges, bounds) }
  }

  async function rangesOf(topic: Topic, bounds: TopicBounds): Promise<readonly TopicRange[]> {
    const ranges: TopicRange[] = []
    for (let partition = 0; partition < topic.partitions; partition++) {
      if (bounds.partitions !== null && !bounds.partitions.includes(partition)) continue
      const range = await rangeOf(topic, partition, bounds)
      if (range.fromOffset < range.endOffset) ranges.push(range)
    }
    return ranges
  }

  async function rangeOf({ id: topicId }: Topic, partition: number, bounds: TopicBounds): Promise<TopicRange> {
    const at = { topicId, partition }
    const watermarks = await log.watermarks(at)
    const { logStartOffset, highWatermark } = watermarks ?? { logStartOffset: 0, highWatermark: 0 }
    const endOffset = Math.min(highWatermark, (bounds.toOffset ?? Infinity) + 1)
    const fromOffset = Math.max(logStartOffset, bounds.fromOffset ?? 0)
    if (bounds.fromTimestampMs === null || fromOffset >= endOffset) return { partition, fromOffset, endOffset }
    const found = await log.offsetForTimestamp(at, bounds.fromTimestampMs)
    return { partition, fromOffset: Math.max(fromOffset, found?.offset ?? endOffset), endOffset }
  }

  /** An array of elements, each with its partition and its offset behind it. */
  async function readAll(topic: Topic, ranges: readonly TopicRange[], bounds: TopicBounds): Promise<string> {
    let bytes = 0
    const elements: string[] = []
    for (const range of ranges) {
      for await (const element of elementsIn(topic, range, bounds)) {
        bytes += element.length
        if (bytes > SQL_TOPIC_BYTES_MAX) throw tooMuch(topic)
        elements.push(element)
      }
    }
    return `[${elements.join(',')}]`
  }

  async function* elementsIn(topic: Topic, { partition, fromOffset, endOffset }: TopicRange, bounds: TopicBounds): AsyncGenerator<string> {
    const { fromTimestampMs, toTimestampMs } = bounds
    let offset = fromOffset
    while (offset < endOffset) {
      const result = await log.read({
        topicId: topic.id,
        partition,
        fromOffset: offset,
        isolationLevel: 'read_uncommitted',
        maxBytes: ROUND_BYTES,
        maxRecords: endOffset - offset,
        atLeastOne: true,
      })
      if (result.error === 'KAFKA_STORAGE_ERROR') throw unreadable(topic, partition, offset)
      // What retention took meanwhile, or who deleted the topic, is gone.
      if (result.recordCount === 0) return
      for (const record of result.slices.flatMap(recordsOf)) {
        const isTooOld = fromTimestampMs !== null && record.timestampMs < fromTimestampMs
        const isTooYoung = toTimestampMs !== null && record.timestampMs > toTimestampMs
        if (!isTooOld && !isTooYoung) yield JSON.stringify([...elementOf(record), partition, record.offset])
      }
      offset += result.recordCount
    }
  }
}

const ROUND_BYTES = 1024 * 1024

function tooMuch({ name }: Topic): SqlError {
  return new SqlError(
    'SQL_EXECUTION_ERROR',
    'parameter',
    `Execution error: the records of topic '${name}' that the query reads are larger than ${SQL_TOPIC_BYTES_MAX} bytes, the limit of a broker in ` +
      'memory; bounds on partition, offset or timestamp make them fewer',
  )
}

function unreadable({ name }: Topic, partition: number, offset: number): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', `the records at topic ${name}, partition ${partition}, offset ${offset} cannot be read`)
}
