import { PARTITIONS_MAX } from '@logbrook/kafka/limits'
import { wholeNumber } from '../arguments.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printJson, printLine } from '../shell.ts'
import { CONFIG_OPTION, parseConfigText } from './config-text.ts'

export const command = defineCommand({
  positionals: 'NAME...',
  options: {
    partitions: { type: 'string', short: 'p', placeholder: 'N', meaning: 'Number of partitions. Default: 1.' },
    config: CONFIG_OPTION,
    ...CONNECTION_OPTIONS,
    json: JSON_OPTION,
  },
  examples: ['topics create logs -p 4', 'topic create audit -c retention.ms=30d -c max.message.bytes=1MiB'],
  async run({ shell, values, positionals }) {
    const partitions = wholeNumber('--partitions', values.partitions ?? '1', { min: 1, max: PARTITIONS_MAX })
    const config = parseConfigText(values.config ?? [])
    const client = await connect(shell, values)
    for (const name of positionals) {
      const topic = await client.topics.create({ name, partitions, config })
      if (values.json === true) await printJson(shell.stdout, topic)
      else await printLine(shell.stdout, `created topic ${name} with ${partitions} partition${partitions === 1 ? '' : 's'}`)
    }
  },
})
