/**
 * Carries out what was planned: all topics or none.
 *
 * - Topics are made before the first record is sent, and those that were made are deleted again when anything fails.
 * - To take records as they are a topic may need a larger `max.message.bytes` than it shall have, or times that it shall not take from
 *   producers: it gets its own configuration when it is full.
 * - What was appended to a topic that was there before cannot be taken back; the error says how much that is.
 */
import type { Client } from '@logbrook/client/client'
import type { TopicConfig, TopicConfigKey } from '@logbrook/kafka/topic-config'
import { TOPIC_CONFIG_DEFAULTS } from '@logbrook/kafka/topic-config'
import type { OnRecords } from '../archive/progress.ts'
import { countOf } from '../progress.ts'
import type { Archive } from './open-archive.ts'
import { sendRecords } from './send-records.ts'
import type { Tally } from './send-records.ts'
import type { TopicPlan } from './topic-plan.ts'
import type { VerifiedTopic } from './verify-topic.ts'

export type ImportedTopic = TopicPlan & VerifiedTopic

export interface Import {
  readonly client: Client
  readonly archive: Archive
  readonly topics: readonly ImportedTopic[]
  readonly onRecords: OnRecords
  readonly signal: AbortSignal
}

/** @throws Error that says what failed, and what is left of it */
export async function importTopics(given: Import): Promise<void> {
  const { client, topics, signal } = given
  const created: string[] = []
  const tallies = new Map<ImportedTopic, Tally>()
  try {
    for (const topic of topics) {
      signal.throwIfAborted()
      if (topic.way !== 'create') continue
      await createTopic(client, topic)
      created.push(topic.name)
    }
    for (const topic of topics) {
      const tally: Tally = { sent: 0, committed: 0 }
      tallies.set(topic, tally)
      await fillTopic(given, topic, tally)
    }
    for (const topic of topics) if (topic.way === 'create') await settleConfig(client, topic)
  } catch (error) {
    const left = [...(await deleteTopics(client, created)), ...keptRecords(tallies)]
    const outcome = left.length === 0 ? 'nothing was imported' : left.join('; ')
    throw new Error(`${(error as Error).message}; ${outcome}`, { cause: error })
  }
}

/** @throws Error for a topic that is there and takes no records as large as the archive's */
export function assertFits({ name, way, config, largestBytes }: ImportedTopic): void {
  const maxBytes = config['max.message.bytes']
  if (way === 'create' || maxBytes === undefined || largestBytes <= maxBytes) return
  throw new Error(`topic ${name} takes records of up to ${maxBytes} bytes (max.message.bytes); the archive holds one of ${largestBytes}`)
}

async function createTopic(client: Client, { name, archived, config, ...verified }: ImportedTopic): Promise<void> {
  const logStartOffsets = archived.partitions.map((partition) => partition.log_start_offset)
  const whileFilled = { ...config, ...provisionalConfig(config, verified) }
  await client.topics.create({ name, partitions: logStartOffsets.length, config: whileFilled, log_start_offsets: logStartOffsets })
}

/** What has to be otherwise than `config` says for the records to be taken as they are. */
function provisionalConfig(config: Partial<TopicConfig>, { largestBytes }: Pick<VerifiedTopic, 'largestBytes'>): Partial<TopicConfig> {
  const { 'max.message.bytes': maxBytes, 'message.timestamp.type': timestampType } = { ...TOPIC_CONFIG_DEFAULTS, ...config }
  return {
    ...(largestBytes > maxBytes ? { 'max.message.bytes': largestBytes } : {}),
    ...(timestampType === 'LogAppendTime' ? { 'message.timestamp.type': 'CreateTime' } : {}),
  }
}

async function settleConfig(client: Client, { name, config, largestBytes }: ImportedTopic): Promise<void> {
  const provisional = Object.keys(provisionalConfig(config, { largestBytes })) as readonly TopicConfigKey[]
  if (provisional.length === 0) return
  await client.topics.alter(name, { config: Object.fromEntries(provisional.map((key) => [key, config[key] ?? null])) })
}

async function fillTopic(given: Import, { name, way, archived }: TopicPlan, tally: Tally): Promise<void> {
  const { client, archive, onRecords, signal } = given
  for (const { partition, parts } of archived.partitions) {
    const destination = { client, topic: name, partition, keepOffsets: way !== 'append', signal, tally, onCommitted: onRecords }
    for (const part of parts) await sendRecords(archive.records(part), destination)
  }
}

/** Answers, a sentence each, which of them could not be. */
async function deleteTopics(client: Client, names: readonly string[]): Promise<readonly string[]> {
  const failures: string[] = []
  for (const name of names) {
    try {
      await client.topics.delete(name)
    } catch (error) {
      failures.push(`topic ${name} is there, not whole, and could not be deleted: ${(error as Error).message}`)
    }
  }
  return failures
}

/** Answers, a sentence each, what stays of the archive in topics that were there before. */
function keptRecords(tallies: ReadonlyMap<ImportedTopic, Tally>): readonly string[] {
  return Array.from(tallies).flatMap(([{ name, way }, { sent, committed }]) => {
    if (way === 'create' || sent === 0) return []
    return [`topic ${name} keeps ${committed === sent ? '' : `${committed} to `}${countOf(sent)} of the archive`]
  })
}
