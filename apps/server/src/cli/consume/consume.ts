import { defineCommand } from '../command.ts'
import { printRecords, READ_HELP, READ_OPTIONS } from './print-records.ts'
import { START_OFFSET_HELP } from './start-offset.ts'

export const command = defineCommand({
  positionals: 'TOPIC',
  options: {
    offset: { type: 'string', short: 'o', placeholder: 'OFFSET', meaning: `Where to begin: ${START_OFFSET_HELP}. Default: start.` },
    exit: { type: 'boolean', short: 'e', meaning: 'End where the topic ends now. Without it, what comes is waited for.' },
    ...READ_OPTIONS,
  },
  details: READ_HELP,
  examples: [
    'consume logs -e',
    'consume logs -o end',
    'consume logs -o -10 -p 0 -e',
    String.raw`consume logs -o 2026-01-31T12:00:00Z -n 100 -f '%p:%o %v\n'`,
    'consume logs -e --where level=error --json | jq .value',
  ],
  run: ({ shell, values, positionals: [topic = ''] }) =>
    printRecords({ shell, values, topic, start: { option: '--offset', text: values.offset ?? 'start' }, follow: values.exit !== true }),
})
