/** Reading a topic's records from the log itself. */
import type { Broker } from '@logbrook/broker/broker'
import { existingPartition, existingTopic } from '@logbrook/broker/topics'
import { KafkaError } from '@logbrook/kafka/errors'
import type { Topic, TopicPartition } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import type { LogRecord } from '@logbrook/kafka/record'
import type { Storage } from '@logbrook/storage/storage'
import { readAs } from './records.ts'
import type { FixtureRecord, RecordForm } from './records.ts'

export interface ReadOptions<Form extends RecordForm = 'text'> {
  /** All of them by default. */
  readonly partition?: number | undefined
  /** The first offset to read, of each partition; the log's start by default. */
  readonly from?: number | undefined
  /** What values are read as; `text` by default. */
  readonly as?: Form | undefined
}

/** What is there now: asked for at each call, because a restore replaces it. */
export interface Present {
  readonly broker: Broker
  readonly storage: Storage
}

export interface TopicReader {
  readonly topic: Topic
  /** Those that are asked for. */
  readonly partitions: readonly number[]
  /** What there is from each partition's position on; moves the positions behind it. */
  readFrom<Form extends RecordForm>(positions: Map<number, number>, form: Form): Promise<FixtureRecord<Form>[]>
}

/** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION */
export async function openTopic({ storage: { log } }: Present, name: string, partition: number | undefined): Promise<TopicReader> {
  if (partition !== undefined) assertWhole('partition', partition)
  const topic = await existingTopic(log, name)
  const partitions = partition === undefined ? Array.from({ length: topic.partitions }, (_, number) => number) : [partition]
  for (const number of partitions) existingPartition(topic, number)

  async function readPartition(at: TopicPartition, fromOffset: number): Promise<readonly LogRecord[]> {
    const { error, slices } = await log.read({ ...at, fromOffset, ...EVERYTHING })
    if (error === 'OFFSET_OUT_OF_RANGE') return []
    if (error !== 'NONE') throw new KafkaError(error, `topic ${name}, partition ${at.partition} cannot be read at offset ${fromOffset}`)
    return slices.flatMap(recordsOf)
  }

  return {
    topic,
    partitions,
    async readFrom(positions, form) {
      const read: FixtureRecord<typeof form>[] = []
      for (const [number, position] of positions) {
        const at = { topicId: topic.id, partition: number }
        const { logStartOffset = 0 } = (await log.watermarks(at)) ?? {}
        const fromOffset = Math.max(position, logStartOffset)
        const records = await readPartition(at, fromOffset)
        for (const record of records) read.push(readAs(record, number, form))
        positions.set(number, fromOffset + records.length)
      }
      return read
    },
  }
}

/** The log itself sets no bounds to a read. */
const EVERYTHING = { isolationLevel: 'read_uncommitted', maxBytes: Infinity, maxRecords: Infinity, atLeastOne: true } as const

/** @throws KafkaError INVALID_REQUEST */
export function assertWhole(key: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return
  throw new KafkaError('INVALID_REQUEST', `${key}: ${String(value)} is no whole number from 0 on`)
}
