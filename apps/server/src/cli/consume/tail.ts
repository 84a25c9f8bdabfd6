import { defineCommand } from '../command.ts'
import { FORMAT_HELP, printRecords, READ_OPTIONS } from './print-records.ts'

export const command = defineCommand({
  positionals: 'TOPIC',
  options: READ_OPTIONS,
  details: `Ctrl-C ends it. The same as consume -o end.\n\n${FORMAT_HELP}`,
  examples: ['tail logs', String.raw`tail logs -f '%p:%o %v\n'`],
  run: ({ shell, values, positionals: [topic = ''] }) => printRecords({ shell, values, topic, offset: 'end', follow: true }),
})
