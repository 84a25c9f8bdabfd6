/** `logbrook import`: topics out of a zip file that `logbrook export` wrote, as they were. */
import type { ArchiveManifest } from '@logbrook/contract/archive'
import { parseTopicConfig, TOPIC_CONFIG_DEFAULTS } from '@logbrook/kafka/topic-config'
import { interruptible } from '../archive/interruptible.ts'
import { withProgress } from '../archive/progress.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { countOf } from '../progress.ts'
import { printJson, printLine } from '../shell.ts'
import type { Shell } from '../shell.ts'
import { CONFIG_OPTION, parseConfigText } from '../topics/config-text.ts'
import { assertFits, importTopics } from './import-topics.ts'
import type { ImportedTopic } from './import-topics.ts'
import { openArchive } from './open-archive.ts'
import type { Archive } from './open-archive.ts'
import { topicNames } from './topic-names.ts'
import { planTopic } from './topic-plan.ts'
import type { TopicPlan } from './topic-plan.ts'
import { verifyTopic } from './verify-topic.ts'
import type { VerifyOptions } from './verify-topic.ts'

export const command = defineCommand({
  positionals: 'FILE',
  options: {
    topic: {
      type: 'string',
      multiple: true,
      placeholder: '[OLD=]NEW',
      meaning: "Another name for the archive's topic, or for its topic OLD.",
    },
    append: { type: 'boolean', meaning: 'Append to topics that exist; their records get new offsets.' },
    config: CONFIG_OPTION,
    ...CONNECTION_OPTIONS,
    json: JSON_OPTION,
  },
  details: [
    'Topics are created with the partitions, offsets and configuration that they had. All of an archive is checked before any of it is',
    'applied, and topics that were created are deleted again when an import fails.',
  ].join('\n'),
  examples: ['import logs.zip', 'import logs.zip --topic logs-of-monday -c retention.ms=-1', 'import logs.zip --append'],
  async run({ shell, values, positionals: [path = ''] }) {
    const options = { append: values.append === true, configOverrides: parseTopicConfig(parseConfigText(values.config ?? [])) }
    await using archive = await openArchive(path)
    const { manifest } = archive
    const names = topicNames(manifest.topics, values.topic ?? [])
    const client = await connect(shell, values)
    const plans: TopicPlan[] = []
    for (const topic of manifest.topics) plans.push(await planTopic(client, topic, names.get(topic.name)!, options))

    const totalRecords = recordCount(manifest)
    const topics = await interruptible(shell.clock, async (signal) => {
      const checking = { label: 'checking', totalRecords }
      const checked = await withProgress(shell, checking, (onRecords) => check(archive, plans, { onRecords, signal }))
      const importing = { label: 'importing', totalRecords }
      await withProgress(shell, importing, (onRecords) => importTopics({ client, archive, topics: checked, onRecords, signal }))
      return checked
    })
    for (const topic of topics) await report(topic, shell, values.json === true)
  },
})

async function check(archive: Archive, plans: readonly TopicPlan[], options: VerifyOptions): Promise<readonly ImportedTopic[]> {
  const checked: ImportedTopic[] = []
  for (const plan of plans) {
    const topic = { ...plan, ...(await verifyTopic(archive, plan.archived, options)) }
    assertFits(topic)
    checked.push(topic)
  }
  return checked
}

function recordCount({ topics }: ArchiveManifest): number {
  const counts = topics.flatMap(({ partitions }) => partitions.map((of) => of.high_watermark - of.log_start_offset))
  return counts.reduce((sum, count) => sum + count, 0)
}

async function report(topic: ImportedTopic, shell: Shell, json: boolean): Promise<void> {
  const { name, way, recordCount: count, config, earliestMs } = topic
  const { 'retention.ms': retentionMs, 'message.timestamp.type': timestampType } = { ...TOPIC_CONFIG_DEFAULTS, ...config }
  if (retentionMs >= 0 && earliestMs < shell.clock.now() - retentionMs) {
    const advice = way === 'create' ? '; imported with --config retention.ms=-1 they stay' : ''
    await printLine(shell.stderr, `logbrook: topic ${name}: records older than retention.ms=${retentionMs} will soon be deleted${advice}`)
  }
  if (way === 'append' && timestampType === 'LogAppendTime') {
    await printLine(shell.stderr, `logbrook: topic ${name} gives records its own time (message.timestamp.type): theirs are new as well`)
  }
  if (json) return await printJson(shell.stdout, { topic: name, record_count: count, offsets_kept: way !== 'append' })
  const offsets = way === 'append' ? 'at new offsets' : 'at the offsets that they had'
  await printLine(shell.stdout, `imported topic ${name}: ${countOf(count)}, ${offsets}`)
}
