/** `logbrook export`: whole topics into one zip file, from which `logbrook import` makes them again. */
import { stat } from 'node:fs/promises'
import type { Client } from '@logbrook/client/client'
import type { TopicBody } from '@logbrook/contract/topics'
import packageJson from '../../../package.json' with { type: 'json' }
import { UsageError } from '../../usage-error.ts'
import { interruptible } from '../archive/interruptible.ts'
import { withProgress } from '../archive/progress.ts'
import { writeWholeFile } from '../archive/whole-file.ts'
import { ZipWriter } from '../archive/zip-writer.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { countOf, sizeOf } from '../progress.ts'
import { printJson, printLine } from '../shell.ts'
import type { Shell } from '../shell.ts'
import { exportTopics } from './export-topics.ts'

export const command = defineCommand({
  positionals: '[TOPIC]...',
  options: {
    output: { type: 'string', short: 'o', placeholder: 'FILE', meaning: 'The zip file to write; it must not be there yet.' },
    all: { type: 'boolean', meaning: 'Export every topic that you may see.' },
    ...CONNECTION_OPTIONS,
    json: JSON_OPTION,
  },
  details: [
    'Records that come while it runs are left out. The file has its name only once it is whole.',
    "Only what you may READ is exported; a topic's configuration only where you may DESCRIBE_CONFIGS.",
  ].join('\n'),
  examples: ['export logs -o logs.zip', 'export logs audit -o two.zip', 'export --all -o everything.zip'],
  async run({ shell, values, positionals }) {
    const { output } = values
    if (output === undefined) throw new UsageError('say where to: --output FILE')
    if (positionals.length > 0 === (values.all === true)) throw new UsageError('say which topics, or --all')
    const client = await connect(shell, values)
    const names = values.all === true ? (await client.topics.list()).map(({ name }) => name) : [...new Set(positionals)]
    const counts = await exportInto(output, { client, names, shell })
    const { size } = await stat(output)
    if (values.json === true) for (const [topic, records] of counts) await printJson(shell.stdout, { topic, record_count: records })
    else for (const [topic, records] of counts) await printLine(shell.stdout, `exported topic ${topic}: ${countOf(records)}`)
    if (values.json !== true) await printLine(shell.stdout, `${output} is ${sizeOf(size)}`)
  },
})

interface Wanted {
  readonly client: Client
  readonly names: readonly string[]
  readonly shell: Shell
}

/** Answers how many records of each topic. */
async function exportInto(path: string, { client, names, shell }: Wanted): Promise<ReadonlyMap<string, number>> {
  const { clock, stderr } = shell
  const topics: TopicBody[] = []
  for (const name of names) topics.push(await client.topics.describe(name))
  const total = sum(topics.flatMap(({ partitions }) => partitions.map((of) => of.high_watermark - of.log_start_offset)))
  const manifest = await withProgress(shell, { label: 'exporting', totalRecords: total }, (onRecords) =>
    interruptible(clock, (signal) =>
      writeWholeFile(path, (file) => {
        const nowMs = clock.now()
        const zip = new ZipWriter({ file, timestampMs: nowMs })
        return exportTopics({ client, topics, zip, onRecords, signal, writtenBy: `logbrook ${packageJson.version}`, nowMs })
      }),
    ),
  )
  for (const { name, config } of manifest.topics) {
    if (config === null) await printLine(stderr, `logbrook: the configuration of topic ${name} is left out: you may not see it`)
  }
  return new Map(
    manifest.topics.map(({ name, partitions }) => [name, sum(partitions.map((of) => of.high_watermark - of.log_start_offset))]),
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
