/** `/v1/kafka/topics`: create, list, describe, alter, delete. */
import type { Caller } from '@logbrook/broker/caller'
import type { TopicChanges } from '@logbrook/broker/topics'
import type { PartitionBody, TopicBody, TopicList } from '@logbrook/contract/topics'
import type { Topic, Watermarks } from '@logbrook/kafka/log'
import { parseTopicConfig, TOPIC_CONFIG_DEFAULTS } from '@logbrook/kafka/topic-config'
import { basicCaller } from '../caller.ts'
import type { App, RouteContext } from '../context.ts'
import { bodyAs } from '../described-body.ts'
import { closedQuery } from '../query.ts'

export function registerTopics(app: App, context: RouteContext): void {
  const { topics, permissions } = context.broker

  function topicBody(caller: Caller, topic: Topic, watermarks: readonly Watermarks[]): TopicBody {
    const mayDescribeConfigs = permissions.allows(caller, 'DESCRIBE_CONFIGS', { type: 'TOPIC', name: topic.name })
    return {
      name: topic.name,
      id: topic.id,
      partitions: watermarks.map((of, partition) => partitionBody(partition, of)),
      ...(mayDescribeConfigs ? { config: topic.config } : {}),
      created_at: topic.createdMs,
    }
  }

  async function describe(caller: Caller, name: string): Promise<TopicBody> {
    const { topic, watermarks } = await topics.describe(caller, name)
    return topicBody(caller, topic, watermarks)
  }

  app.get('/v1/kafka/topics', async (c) => {
    const caller = await basicCaller(c.env, context)
    closedQuery(c.env, [])
    return c.json(listBody(await topics.list(caller)))
  })

  app.post('/v1/kafka/topics', async (c) => {
    const caller = await basicCaller(c.env, context)
    const { name, partitions = 1, config = {}, log_start_offsets: logStartOffsets = [] } = await bodyAs(c.env, loadCreateTopicRequest)
    const topic = await topics.create(caller, { name, partitions, config: parseTopicConfig(config), logStartOffsets })
    // Who may create a topic need not be allowed to describe it, and knows that it is empty.
    const watermarks = Array.from({ length: topic.partitions }, (_, partition) => emptyAt(logStartOffsets[partition] ?? 0))
    return c.json(topicBody(caller, topic, watermarks), 201, { Location: `/v1/kafka/topics/${topic.name}` })
  })

  app.get('/v1/kafka/topics/:topic', async (c) => {
    const caller = await basicCaller(c.env, context)
    closedQuery(c.env, [])
    return c.json(await describe(caller, c.req.param('topic')))
  })

  app.patch('/v1/kafka/topics/:topic', async (c) => {
    const caller = await basicCaller(c.env, context)
    const { partitions, config } = await bodyAs(c.env, loadAlterTopicRequest)
    const { name } = await topics.alter(caller, c.req.param('topic'), {
      ...(partitions === undefined ? {} : { partitions }),
      ...(config === undefined ? {} : { config: parseConfigChanges(config) }),
    })
    return c.json(await describe(caller, name))
  })

  app.delete('/v1/kafka/topics/:topic', async (c) => {
    const caller = await basicCaller(c.env, context)
    closedQuery(c.env, [])
    await topics.delete(caller, c.req.param('topic'))
    return c.body(null, 204)
  })
}

function emptyAt(offset: number): Watermarks {
  return { logStartOffset: offset, lastStableOffset: offset, highWatermark: offset }
}

export function partitionBody(partition: number, { logStartOffset, highWatermark, lastStableOffset }: Watermarks): PartitionBody {
  return { partition, log_start_offset: logStartOffset, high_watermark: highWatermark, last_stable_offset: lastStableOffset }
}

function listBody(topics: readonly Topic[]): TopicList {
  return { topics: topics.map(({ name, id, partitions, createdMs }) => ({ name, id, partition_count: partitions, created_at: createdMs })) }
}

/** A key whose value is `null` is held against the known ones by its default. @throws KafkaError INVALID_CONFIG */
function parseConfigChanges(raw: Readonly<Record<string, string | number | null>>): NonNullable<TopicChanges['config']> {
  const defaults: Readonly<Record<string, unknown>> = { ...TOPIC_CONFIG_DEFAULTS }
  const parsed = parseTopicConfig(Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, value ?? defaults[key]])))
  const unset = Object.keys(raw).filter((key) => raw[key] === null)
  return { ...parsed, ...Object.fromEntries(unset.map((key) => [key, null])) }
}

async function loadCreateTopicRequest() {
  const { CreateTopicRequest } = await import('@logbrook/contract/topics')
  return CreateTopicRequest
}

async function loadAlterTopicRequest() {
  const { AlterTopicRequest } = await import('@logbrook/contract/topics')
  return AlterTopicRequest
}
