/**
 * Producing: a request's records go to one partition, all or none.
 *
 * A door opens the topic before it reads a body, so that a sender that may not write is told so before it has sent 64 MiB, and
 * appends to what it opened.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { Clock } from '@logbrook/kafka/clock'
import type { Log, Topic } from '@logbrook/kafka/log'
import { recordBytes } from '@logbrook/kafka/record'
import type { KeyedRecords, NewRecord, VerbatimRecords } from '@logbrook/kafka/record'
import { assertTopicName } from '@logbrook/kafka/topic-name'
import type { Caller } from './caller.ts'
import type { BrokerObserver } from './observer.ts'
import type { PartitionRotation } from './partition-rotation.ts'
import type { Permissions } from './permissions.ts'
import { existingPartition, existingTopic } from './topics.ts'

export interface ProduceRequest {
  readonly topic: Topic
  /** Where a sender names none, the topic's rotation chooses. */
  readonly partition?: number
  readonly records: VerbatimRecords | ProducedRecords
  /** What the request counts for in the rotation: its body after decompression. */
  readonly bodyBytes: number
}

/** Records as a producer sends them: one without a time gets the broker's. */
export interface ProducedRecords {
  readonly kind: 'records'
  readonly records: readonly (Omit<NewRecord, 'timestampMs'> & { readonly timestampMs: number | null })[]
}

interface ProduceResult {
  readonly partition: number
  /** `null` when there was nothing to store. */
  readonly baseOffset: number | null
  readonly recordCount: number
}

export interface Producer {
  /**
   * The topic, when the caller may write to it: its name, then WRITE, then existence, so that a denied caller cannot probe.
   *
   * @throws KafkaError INVALID_TOPIC_EXCEPTION, TOPIC_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_OR_PARTITION
   */
  open(caller: Caller, topicName: string): Promise<Topic>
  /** @throws KafkaError MESSAGE_TOO_LARGE naming the record, UNKNOWN_TOPIC_OR_PARTITION, KAFKA_STORAGE_ERROR */
  produce(request: ProduceRequest): Promise<ProduceResult>
}

export interface ProducerOptions {
  readonly log: Log
  readonly permissions: Permissions
  readonly rotation: PartitionRotation
  readonly clock: Clock
  readonly observer: BrokerObserver
}

export function createProducer({ log, permissions, rotation, clock, observer }: ProducerOptions): Producer {
  return {
    async open(caller, topicName) {
      assertTopicName(topicName)
      permissions.require(caller, 'WRITE', { type: 'TOPIC', name: topicName })
      return await existingTopic(log, topicName)
    },

    async produce({ topic, partition: named, records: submitted, bodyBytes }) {
      if (named !== undefined) existingPartition(topic, named)
      const timestampMs = clock.now()
      const records = submitted.kind === 'verbatim' ? submitted : timed(submitted, topic, timestampMs)
      const { recordCount, byteCount } = measured(records, topic)
      const partition = named ?? rotation.next(topic, bodyBytes)
      if (recordCount === 0) return { partition, baseOffset: null, recordCount }
      const { baseOffset } = await log.append({ topicId: topic.id, partition, records, timestampMs })
      observer.produced(topic.name, recordCount, byteCount)
      return { partition, baseOffset, recordCount }
    },
  }
}

function timed({ records }: ProducedRecords, topic: Topic, nowMs: number): KeyedRecords {
  const appendTime = topic.config['message.timestamp.type'] === 'LogAppendTime'
  return {
    kind: 'records',
    records: records.map((record) => ({ ...record, timestampMs: appendTime ? nowMs : (record.timestampMs ?? nowMs) })),
  }
}

/** Counts the records and holds each against the topic's limit. */
function measured(records: VerbatimRecords | KeyedRecords, topic: Topic): { recordCount: number; byteCount: number } {
  const maxBytes = topic.config['max.message.bytes']
  const recordCount = records.kind === 'verbatim' ? records.ranges.length / 2 : records.records.length
  let byteCount = 0
  for (let i = 0; i < recordCount; i++) {
    const bytes = records.kind === 'verbatim' ? records.ranges[2 * i + 1]! - records.ranges[2 * i]! : recordBytes(records.records[i]!)
    if (bytes > maxBytes) {
      throw new KafkaError(
        'MESSAGE_TOO_LARGE',
        `record ${i} is ${bytes} bytes; the limit of topic ${topic.name} (max.message.bytes) is ${maxBytes}`,
      )
    }
    byteCount += bytes
  }
  return { recordCount, byteCount }
}
