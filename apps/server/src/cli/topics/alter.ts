import { PARTITIONS_MAX } from '@logbrook/kafka/limits'
import { UsageError } from '../../usage-error.ts'
import { wholeNumber } from '../arguments.ts'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { connect, CONNECTION_OPTIONS } from '../connect.ts'
import { printJson, printLine } from '../shell.ts'
import { CONFIG_OPTION, parseConfigText } from './config-text.ts'

export const command = defineCommand({
  positionals: 'NAME',
  options: {
    partitions: { type: 'string', short: 'p', placeholder: 'N', meaning: 'Partitions in all; only more than there are.' },
    config: CONFIG_OPTION,
    'delete-config': { type: 'string', multiple: true, placeholder: 'KEY', meaning: 'Put a configuration key back to its default.' },
    ...CONNECTION_OPTIONS,
    json: JSON_OPTION,
  },
  examples: ['topics alter logs -p 8', 'topics alter logs -c retention.bytes=1GiB --delete-config retention.ms'],
  async run({ shell, values, positionals: [name = ''] }) {
    const reset = (values['delete-config'] ?? []).map((key) => [key, null] as const)
    const config = { ...parseConfigText(values.config ?? []), ...Object.fromEntries(reset) }
    const changes = {
      ...(values.partitions === undefined
        ? {}
        : { partitions: wholeNumber('--partitions', values.partitions, { min: 1, max: PARTITIONS_MAX }) }),
      ...(Object.keys(config).length === 0 ? {} : { config }),
    }
    if (Object.keys(changes).length === 0) throw new UsageError('nothing to change: say --partitions, --config or --delete-config')
    const client = await connect(shell, values)
    const topic = await client.topics.alter(name, changes)
    if (values.json === true) await printJson(shell.stdout, topic)
    else await printLine(shell.stdout, `altered topic ${name}`)
  },
})
