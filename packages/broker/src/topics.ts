/** Administration of topics. What it answers is visible to the next request on any connection. */
import { CLUSTER_NAME } from '@logbrook/kafka/acl'
import { KafkaError } from '@logbrook/kafka/errors'
import { NO_WATERMARKS } from '@logbrook/kafka/log'
import type { MovedGroup } from '@logbrook/kafka/groups'
import type { Log, NewTopic, Topic, TopicId, TopicPartition, Trimmed, Watermarks } from '@logbrook/kafka/log'
import type { TopicConfig } from '@logbrook/kafka/topic-config'
import { assertTopicName } from '@logbrook/kafka/topic-name'
import type { Caller } from './caller.ts'
import type { Permissions } from './permissions.ts'

interface TopicDescription {
  readonly topic: Topic
  /** `null` for a caller who may DESCRIBE the topic but not DESCRIBE_CONFIGS. */
  readonly config: TopicConfig | null
  /** By partition number. */
  readonly watermarks: readonly Watermarks[]
}

export interface TopicChanges {
  /** Partitions in all; only more than there are. */
  readonly partitions?: number
  /** `null` puts a key back to its default. */
  readonly config?: { readonly [K in keyof TopicConfig]?: TopicConfig[K] | null }
}

export interface Topics {
  /** What the caller may DESCRIBE, by name. */
  list(caller: Caller): Promise<readonly Topic[]>
  describe(caller: Caller, name: string): Promise<TopicDescription>
  /** CREATE on the topic or on the cluster. */
  create(caller: Caller, topic: NewTopic): Promise<Topic>
  /** ALTER to grow, ALTER_CONFIGS to configure; both or neither. */
  alter(caller: Caller, name: string, changes: TopicChanges): Promise<Topic>
  delete(caller: Caller, name: string): Promise<void>
  /** Moves the log start offset; −1 is the high watermark. DELETE on the topic. */
  trim(caller: Caller, partition: NamedPartition, beforeOffset: number): Promise<Trimmed>
}

export interface NamedPartition {
  readonly topic: string
  readonly partition: number
}

export interface TopicsOptions {
  readonly log: Log
  readonly permissions: Permissions
  readonly onDeleted: (topicId: TopicId) => void
  /** Told of each group that had yet to read what a trim took. */
  readonly onTrimmed: (moved: MovedGroup & NamedPartition) => void
}

/** The topic of that name. @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION */
export async function existingTopic(log: Log, name: string): Promise<Topic> {
  const topic = await log.topic(name)
  if (topic === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${JSON.stringify(name)}`)
  return topic
}

/** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION */
export function existingPartition(topic: Topic, partition: number): TopicPartition {
  if (partition >= topic.partitions) {
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${topic.name} has no partition ${partition}; it has ${topic.partitions}`)
  }
  return { topicId: topic.id, partition }
}

export function createTopics({ log, permissions, onDeleted, onTrimmed }: TopicsOptions): Topics {
  async function permitted(caller: Caller, operation: 'DESCRIBE' | 'ALTER' | 'ALTER_CONFIGS' | 'DELETE', name: string): Promise<Topic> {
    assertTopicName(name)
    permissions.require(caller, operation, { type: 'TOPIC', name })
    return await existingTopic(log, name)
  }

  return {
    async list(caller) {
      const topics = await log.topics()
      return topics.filter(({ name }) => permissions.allows(caller, 'DESCRIBE', { type: 'TOPIC', name }))
    },

    async describe(caller, name) {
      const topic = await permitted(caller, 'DESCRIBE', name)
      const watermarks: Watermarks[] = []
      for (let partition = 0; partition < topic.partitions; partition++) {
        watermarks.push((await log.watermarks({ topicId: topic.id, partition })) ?? NO_WATERMARKS)
      }
      const showsConfig = permissions.allows(caller, 'DESCRIBE_CONFIGS', { type: 'TOPIC', name })
      return { topic, config: showsConfig ? topic.config : null, watermarks }
    },

    async create(caller, topic) {
      assertTopicName(topic.name)
      if (!permissions.allows(caller, 'CREATE', { type: 'CLUSTER', name: CLUSTER_NAME })) {
        permissions.require(caller, 'CREATE', { type: 'TOPIC', name: topic.name })
      }
      return await log.createTopic(topic)
    },

    async alter(caller, name, { partitions, config }) {
      // To change nothing is asked for as growing is.
      if (partitions !== undefined || config === undefined) await permitted(caller, 'ALTER', name)
      if (config !== undefined) await permitted(caller, 'ALTER_CONFIGS', name)
      let topic = await existingTopic(log, name)
      // Growing is what can be refused: first, so that a refusal changes nothing.
      if (partitions !== undefined) topic = await log.addPartitions(topic.id, partitions)
      if (config !== undefined) topic = await log.alterConfig(topic.id, config)
      return topic
    },

    async delete(caller, name) {
      const topic = await permitted(caller, 'DELETE', name)
      await log.deleteTopic(topic.id)
      onDeleted(topic.id)
    },

    async trim(caller, { topic: name, partition }, beforeOffset) {
      const topic = await permitted(caller, 'DELETE', name)
      const named = existingPartition(topic, partition)
      const end = beforeOffset === -1 ? (await log.watermarks(named))?.highWatermark : beforeOffset
      const trimmed = await log.trim(named, end ?? 0)
      for (const moved of trimmed.movedGroups) onTrimmed({ topic: name, partition, ...moved })
      return trimmed
    },
  }
}
