/**
 * What an import will do for each topic of an archive, decided before any of it is done.
 *
 * - A topic that is not there is made, with the archive's partitions, offsets and configuration.
 * - One that is there is filled if it stands, empty, exactly where the archive's begins: then offsets come out the same as well.
 * - Any other is only appended to, and only when that was asked for: its records get new offsets.
 */
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import type { ArchiveTopic } from '@logbrook/contract/archive'
import type { TopicBody } from '@logbrook/contract/topics'
import { parseTopicConfig } from '@logbrook/kafka/topic-config'
import type { TopicConfig } from '@logbrook/kafka/topic-config'
import { countOf } from '../progress.ts'

export interface TopicPlan {
  readonly archived: ArchiveTopic
  /** In the broker. */
  readonly name: string
  readonly way: 'create' | 'fill' | 'append'
  /** That it gets, or has; empty where that is not known. */
  readonly config: Partial<TopicConfig>
}

export interface PlanOptions {
  readonly append: boolean
  readonly configOverrides: Partial<TopicConfig>
}

/** Asks for WRITE first, so that who may not is told before anything is made. @throws LogbrookError, or Error for a topic that is in the way */
export async function planTopic(client: Client, archived: ArchiveTopic, name: string, options: PlanOptions): Promise<TopicPlan> {
  const existing = await writableTopic(client, name)
  if (existing === undefined) {
    return { archived, name, way: 'create', config: { ...parseTopicConfig(archived.config ?? {}), ...options.configOverrides } }
  }
  if (Object.keys(options.configOverrides).length > 0)
    throw new Error(`topic ${name} exists; --config is for topics that the import creates`)
  const config: Partial<TopicConfig> = existing.config ?? {}
  const obstacle = obstacleTo(existing, archived)
  if (obstacle === null) return { archived, name, way: 'fill', config }
  if (!options.append) {
    throw new Error(`topic ${name} exists: ${obstacle}; delete it, choose another name with --topic, or append to it with --append`)
  }
  if (existing.partitions.length < archived.partitions.length) {
    throw new Error(`topic ${name} has ${existing.partitions.length} partitions; the archive has records of ${archived.partitions.length}`)
  }
  return { archived, name, way: 'append', config }
}

/** Where the topic is missing, whether one may write to it is known all the same: that is asked before existence. */
async function writableTopic(client: Client, name: string): Promise<TopicBody | undefined> {
  try {
    await client.produce(name, [], { partition: 0 })
  } catch (error) {
    if (error instanceof LogbrookError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined
    throw error
  }
  return await client.topics.describe(name)
}

/** Why an import would not come out as the archive has it. */
function obstacleTo({ partitions, config }: TopicBody, archived: ArchiveTopic): string | null {
  if (partitions.length !== archived.partitions.length) {
    return `it has ${partitions.length} partitions and the archive ${archived.partitions.length}`
  }
  for (const [i, { log_start_offset: logStart, high_watermark: highWatermark }] of partitions.entries()) {
    if (highWatermark > logStart) return `its partition ${i} holds ${countOf(highWatermark - logStart)}`
    const start = archived.partitions[i]?.log_start_offset
    if (highWatermark !== start) return `its partition ${i} stands at offset ${highWatermark} and the archive's begins at ${start}`
  }
  return config?.['message.timestamp.type'] === 'LogAppendTime' ? 'it gives records a time of its own (message.timestamp.type)' : null
}
