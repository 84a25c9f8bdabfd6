/** Topics: `/v1/kafka/topics`, and the offsets and the trimming of their partitions. */
import { TOPIC_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { z } from 'zod'
import { closedObject } from './closed-object.ts'
import { COMPONENTS } from './components.ts'

const TopicName = z.string().meta({ pattern: '^[a-zA-Z0-9._-]+$', maxLength: TOPIC_NAME_LENGTH_MAX })
/** Bounds are the log's to say: what is not possible is `INVALID_PARTITIONS`, not a malformed request. */
const PartitionCount = z.int().describe('partitions in all')

/** Every key of a topic's configuration, with defaults filled in. */
const TopicConfigBody = z
  .object({
    'retention.ms': z.int().describe('age after which records may be deleted; −1 = never'),
    'retention.bytes': z.int().describe('bytes of one partition above which its oldest records may be deleted; −1 = no limit'),
    'max.message.bytes': z.int().describe('largest record: key + value + headers'),
    'message.timestamp.type': z
      .enum(['CreateTime', 'LogAppendTime'])
      .describe("whose time a record carries: its producer's or the broker's"),
  })
  .register(COMPONENTS, { id: 'TopicConfig' })

/** Keys and values are checked by the broker, which names the nearest known key; numbers may come as strings, as Kafka's tools send them. */
const ConfigInput = z.record(z.string(), z.union([z.string(), z.number()]))

export const CreateTopicRequest = closedObject({
  name: TopicName,
  partitions: PartitionCount.optional().describe('1 by default'),
  config: ConfigInput.optional().describe('only what shall differ from the defaults; keys as in TopicConfig'),
  log_start_offsets: z.array(z.int()).optional().describe('by partition number, for a log that keeps its offsets; 0 by default'),
}).register(COMPONENTS, { id: 'CreateTopicRequest' })
export type CreateTopicRequest = z.infer<typeof CreateTopicRequest>

export const AlterTopicRequest = closedObject({
  partitions: PartitionCount.optional().describe('only more than there are'),
  config: z
    .record(z.string(), z.union([z.string(), z.number(), z.null()]))
    .optional()
    .describe('`null` puts a key back to its default'),
}).register(COMPONENTS, { id: 'AlterTopicRequest' })
export type AlterTopicRequest = z.infer<typeof AlterTopicRequest>

/** Records lie at `[log_start_offset, high_watermark)`. */
export const PartitionBody = z
  .object({ partition: z.int(), log_start_offset: z.int(), high_watermark: z.int(), last_stable_offset: z.int() })
  .register(COMPONENTS, { id: 'Partition' })
export type PartitionBody = z.infer<typeof PartitionBody>

/** `moved_groups`: those that the caller may READ. */
export const TrimmedPartition = PartitionBody.extend({
  moved_groups: z
    .array(z.object({ group_id: z.string(), from_offset: z.int(), to_offset: z.int() }))
    .describe('consumer groups that had not committed what is gone, and go on at the log start'),
}).register(COMPONENTS, { id: 'TrimmedPartition' })
export type TrimmedPartition = z.infer<typeof TrimmedPartition>

const TopicId = z.string().describe('never used again, also when a topic of the same name is created later')
const CreatedAt = z.int().describe('epoch milliseconds')

export const TopicBody = z
  .object({
    name: TopicName,
    id: TopicId,
    partitions: z.array(PartitionBody),
    config: TopicConfigBody.optional().describe('absent where the caller may not DESCRIBE_CONFIGS'),
    created_at: CreatedAt,
  })
  .register(COMPONENTS, { id: 'Topic' })
export type TopicBody = z.infer<typeof TopicBody>

/** The topics that the caller may DESCRIBE, by name, without what costs a look at every partition. */
export const TopicList = z
  .object({ topics: z.array(z.object({ name: TopicName, id: TopicId, partition_count: z.int(), created_at: CreatedAt })) })
  .register(COMPONENTS, { id: 'TopicList' })
export type TopicList = z.infer<typeof TopicList>

export const OffsetList = z
  .object({
    topic: TopicName,
    partitions: z.array(
      PartitionBody.extend({
        offset: z.int().describe('the first record at or after the time asked for; the high watermark when there is none'),
        timestamp: z.int().nullable().describe("that record's time"),
      }),
    ),
  })
  .register(COMPONENTS, { id: 'OffsetList' })
export type OffsetList = z.infer<typeof OffsetList>
