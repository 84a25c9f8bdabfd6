import { defineCommand } from '../command.ts'
import { printRecords, READ_HELP, READ_OPTIONS } from './print-records.ts'
import { START_OFFSET_HELP } from './start-offset.ts'

export const command = defineCommand({
  positionals: 'TOPIC',
  options: {
    from: { type: 'string', placeholder: 'WHEN', meaning: `Where to begin: ${START_OFFSET_HELP}. Default: end.` },
    follow: { type: 'boolean', meaning: 'Go on with what comes, which it does anyway.' },
    ...READ_OPTIONS,
  },
  details: `Ctrl-C ends it. When the broker goes away, it is waited for; what comes after that goes on where it ended.\n\n${READ_HELP}`,
  examples: ['tail logs', 'tail logs --from 10m --where level=error', 'tail logs --where "http.status>=500" --where service~pay'],
  run: ({ shell, values, positionals: [topic = ''] }) =>
    printRecords({ shell, values, topic, start: { option: '--from', text: values.from ?? 'end' }, follow: true }),
})
