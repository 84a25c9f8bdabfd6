/**
 * An OpenTelemetry Collector's configuration.
 *
 * Its exporter checks its key where metrics go, and tells about its host there: that must not be Datadog, which a password of this broker is
 * not for.
 */
import { defineCommand } from '../command.ts'
import { print } from '../shell.ts'
import { intakeOf, quotedLiteral, SENDER_HELP, SENDER_OPTIONS } from './options.ts'
import type { Intake } from './options.ts'

export const command = defineCommand({
  positionals: 'TOPIC',
  options: SENDER_OPTIONS,
  details: SENDER_HELP,
  examples: ['otel logs > otelcol.yaml', 'otel logs --url http://10.0.0.5:8080 --api-key alice:wonderland'],
  async run({ shell, values, positionals: [topic = ''] }) {
    await print(shell.stdout, yaml(intakeOf(shell, values, topic)))
  },
})

function yaml({ url, apiKey }: Intake): string {
  return `# otelcol.yaml: OpenTelemetry Collector, the contrib distribution.
receivers:
  otlp:
    protocols:
      grpc: { endpoint: 127.0.0.1:4317 }
      http: { endpoint: 127.0.0.1:4318 }
exporters:
  datadog:
    api:
      key: ${quotedLiteral(apiKey)}
      fail_on_invalid_key: false
    logs:
      endpoint: ${quotedLiteral(url)}
    metrics: # Where the key is checked.
      endpoint: ${quotedLiteral(url)}
    host_metadata:
      enabled: false
service:
  pipelines:
    logs:
      receivers: [otlp]
      exporters: [datadog]
`
}
