/**
 * A Datadog Agent's configuration.
 *
 * Logs have a key of their own (`logs_config.api_key`): the other one goes to Datadog, which a password of this broker must not.
 */
import { defineCommand } from '../command.ts'
import { print } from '../shell.ts'
import { formatOf, intakeOf, quoted, SENDER_HELP, SENDER_OPTIONS } from './options.ts'
import type { Intake } from './options.ts'

export const command = defineCommand({
  positionals: 'TOPIC',
  options: {
    format: { type: 'string', placeholder: 'yaml|env', meaning: 'datadog.yaml, or environment variables. Default: yaml.' },
    ...SENDER_OPTIONS,
  },
  details: SENDER_HELP,
  examples: [
    'datadog logs >> datadog.yaml',
    'datadog logs --format env > datadog.env',
    'datadog logs --url http://10.0.0.5:8080 --api-key alice:wonderland',
  ],
  async run({ shell, values, positionals: [topic = ''] }) {
    const intake = intakeOf(shell, values, topic)
    await print(shell.stdout, formatOf(values.format, ['yaml', 'env']) === 'yaml' ? yaml(intake) : variables(intake))
  },
})

function yaml({ url, apiKey }: Intake): string {
  return `# datadog.yaml: Agent 7.70 or newer; older ones know no path in logs_dd_url.
api_key: anything # For Datadog itself, where metrics go: put yours here if you have one.
logs_enabled: true
logs_config:
  logs_dd_url: ${quoted(url)}
  api_key: ${quoted(apiKey)}
  force_use_http: true
  use_v2_api: true
  use_compression: true
  compression_kind: zstd
`
}

function variables({ url, apiKey }: Intake): string {
  const lines = {
    DD_API_KEY: 'anything',
    DD_LOGS_ENABLED: 'true',
    DD_LOGS_CONFIG_LOGS_DD_URL: url,
    DD_LOGS_CONFIG_API_KEY: apiKey,
    DD_LOGS_CONFIG_FORCE_USE_HTTP: 'true',
    DD_LOGS_CONFIG_USE_V2_API: 'true',
    DD_LOGS_CONFIG_USE_COMPRESSION: 'true',
    DD_LOGS_CONFIG_COMPRESSION_KIND: 'zstd',
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${shellWord(value)}\n`)
    .join('')
}

/** Docker's files of variables know no quotes: they are only there where a shell needs them. */
function shellWord(text: string): string {
  return /^[\w:/.@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
