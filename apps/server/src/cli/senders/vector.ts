import { defineCommand } from '../command.ts'
import { print } from '../shell.ts'
import { formatOf, intakeOf, quotedLiteral, SENDER_HELP, SENDER_OPTIONS } from './options.ts'
import type { Intake } from './options.ts'

export const command = defineCommand({
  positionals: 'TOPIC',
  options: {
    format: { type: 'string', placeholder: 'yaml|toml', meaning: 'What vector.yaml or vector.toml is to hold. Default: yaml.' },
    ...SENDER_OPTIONS,
  },
  details: SENDER_HELP,
  examples: ['vector logs > vector.yaml', 'vector logs --format toml > vector.toml', 'vector logs --api-key alice:wonderland'],
  async run({ shell, values, positionals: [topic = ''] }) {
    const intake = intakeOf(shell, values, topic)
    await print(shell.stdout, formatOf(values.format, ['yaml', 'toml']) === 'yaml' ? yaml(intake) : toml(intake))
  },
})

function yaml({ url, apiKey }: Intake): string {
  return `# vector.yaml: lines of standard input become logs; put your own sources in its place.
sources:
  in:
    type: stdin
sinks:
  logbrook:
    type: datadog_logs
    inputs: [in]
    endpoint: ${quotedLiteral(url)}
    default_api_key: ${quotedLiteral(apiKey)}
    compression: zstd
`
}

function toml({ url, apiKey }: Intake): string {
  return `# vector.toml: lines of standard input become logs; put your own sources in its place.
[sources.in]
type = "stdin"

[sinks.logbrook]
type = "datadog_logs"
inputs = ["in"]
endpoint = ${quotedLiteral(url)}
default_api_key = ${quotedLiteral(apiKey)}
compression = "zstd"
`
}
