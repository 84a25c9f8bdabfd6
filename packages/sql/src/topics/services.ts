/**
 * The broker's side of what statements ask of topics.
 *
 * - Each asks the same permissions as the doors that do the same. That a statement is one for administrators is the engine's to ask.
 * - A topic is named in the words of KalamDB where there is none.
 */
import type { Broker } from '@logbrook/broker/broker'
import { topicOf } from '@logbrook/broker/groups/consume'
import { changeOf } from '@logbrook/kafka/change-record'
import type { Clock } from '@logbrook/kafka/clock'
import type { Log, Topic } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import type { LogRecord } from '@logbrook/kafka/record'
import type { TopicConfig } from '@logbrook/kafka/topic-config'
import type { SqliteValue } from '../data-type.ts'
import type { TopicRetention } from '../language/statement.ts'
import { callerOf } from '../process/caller-of.ts'
import type { BrokerServices, ConsumedRecord, SqlCaller, TopicFound } from '../services.ts'
import { createTopicRecords } from './topic-records.ts'

export interface TopicServicesOptions {
  readonly broker: Broker
  readonly log: Log
  readonly clock: Clock
  /** Whether engines can read `logbrook.db` themselves. */
  readonly hasFile: boolean
}

export type TopicServices = Pick<
  BrokerServices,
  'topic' | 'createTopic' | 'dropTopic' | 'clearTopic' | 'setTopicRetention' | 'resetGroup' | 'consume' | 'acknowledge' | 'topicRecords'
> & {
  /** `systemRows` of these two; in place of its routes a topic's row has its id (system-topics.ts). */
  topicRows(caller: SqlCaller, table: 'topics' | 'topic_offsets'): ReturnType<BrokerServices['systemRows']>
}

/** KalamDB's defaults. */
const RETENTION_DEFAULT: Required<TopicRetention> = { retentionSeconds: 7 * 24 * 60 * 60, retentionMaxBytes: 1024 ** 3 }
const MS_PER_SECOND = 1_000
const US_PER_MS = 1_000n

/** What it throws are KafkaErrors, and SqlErrors where the contract has a text of its own. */
export function createTopicServices({ broker, log, hasFile }: TopicServicesOptions): TopicServices {
  return {
    async topic(name) {
      const topic = await log.topic(name)
      return topic === undefined ? null : foundOf(topic)
    },

    async createTopic(caller, { topic: name, partitions, retention }) {
      const config = configOf({ ...RETENTION_DEFAULT, ...retention })
      return foundOf(await broker.topics.create(callerOf(caller), { name, partitions, config }))
    },

    async dropTopic(caller, name) {
      await topicOf(log, name)
      await broker.topics.delete(callerOf(caller), name)
    },

    async clearTopic(caller, name) {
      const { partitions } = await topicOf(log, name)
      for (let partition = 0; partition < partitions; partition++) {
        await broker.topics.trim(callerOf(caller), { topic: name, partition }, HIGH_WATERMARK)
      }
    },

    async setTopicRetention(caller, name, retention) {
      await topicOf(log, name)
      await broker.topics.alter(callerOf(caller), name, { config: configOf(retention) })
    },

    async resetGroup(caller, { group, topic, partition, offset }) {
      await topicOf(log, topic)
      await broker.groups.reset(callerOf(caller), group, { topic, partition: partition ?? 0, to: { offset } })
    },

    async consume(caller, { topic, group, start, limit }) {
      const request = { topic, partition: 0, groupId: group, start, limit, timeoutMs: 0 }
      const { slices } = await broker.groupConsumer.consume(callerOf(caller), request, new AbortController().signal)
      return slices.flatMap((slice) => recordsOf(slice).map(consumedOf))
    },

    async acknowledge(caller, { topic, group, partition, uptoOffset }) {
      await broker.groupConsumer.acknowledge(callerOf(caller), { topic, groupId: group, partition, uptoOffset })
    },

    topicRecords: createTopicRecords({ broker, log, hasFile }),
    topicRows: (caller, table) => (table === 'topics' ? topicRows(caller) : offsetRows(caller)),
  }

  async function topicRows(caller: SqlCaller): Promise<readonly (readonly SqliteValue[])[]> {
    return (await broker.topics.list(callerOf(caller))).map(topicRow)
  }

  async function offsetRows(caller: SqlCaller): Promise<readonly (readonly SqliteValue[])[]> {
    const rows: SqliteValue[][] = []
    for (const { groupId } of await broker.groups.list(callerOf(caller))) {
      for (const { topic, partition, committedOffset, updatedMs } of await broker.groups.describe(callerOf(caller), groupId)) {
        if (committedOffset === null || updatedMs === null) continue
        const lastAcked = committedOffset === 0 ? null : BigInt(committedOffset) - 1n
        rows.push([topic, groupId, BigInt(partition), lastAcked, BigInt(updatedMs) * US_PER_MS])
      }
    }
    return rows
  }
}

/** As a trim takes it. */
const HIGH_WATERMARK = -1

function foundOf({ id, name, partitions }: Topic): TopicFound {
  return { id, name, partitions }
}

function configOf({ retentionSeconds, retentionMaxBytes }: TopicRetention): Partial<TopicConfig> {
  return {
    ...(retentionSeconds !== undefined && { 'retention.ms': retentionSeconds === null ? -1 : retentionSeconds * MS_PER_SECOND }),
    ...(retentionMaxBytes !== undefined && { 'retention.bytes': retentionMaxBytes ?? -1 }),
  }
}

function consumedOf(record: LogRecord): ConsumedRecord {
  const { offset, key, value, timestampMs } = record
  return { partition: 0, offset, key: key === null ? null : Buffer.from(key).toString(), value, timestampMs, ...changeOf(record) }
}

function topicRow({ id, name, partitions, config, createdMs }: Topic): readonly SqliteValue[] {
  const retentionMs = config['retention.ms']
  const retentionBytes = config['retention.bytes']
  const created = BigInt(createdMs) * US_PER_MS
  return [
    name,
    name,
    null,
    BigInt(partitions),
    retentionMs < 0 ? null : BigInt(Math.floor(retentionMs / MS_PER_SECOND)),
    retentionBytes < 0 ? null : BigInt(retentionBytes),
    id,
    created,
    created,
  ]
}
