/** `logbrook start`: a broker, from its configuration to its end. */
import { defineCommand, JSON_OPTION } from './command.ts'
import { readStartConfig, settingOptions } from './start-config.ts'

export const command = defineCommand({
  positionals: '',
  options: { ...settingOptions(), json: { ...JSON_OPTION, meaning: 'Print the first line as JSON.' } },
  details: [
    'Every option is also an environment variable (--data-dir is LOGBROOK_DATA_DIR) and a key of the JSON file that --config names',
    '("data-dir"). Options win over variables, those over the file.',
    '',
    'logbrook.json in the current folder is picked up where neither --config nor --init-file names another file: an init file (topics, users,',
    'super_users, acls) that may also hold "settings", an object with the keys of --config. What of it was applied is said.',
    '',
    'When the broker is ready, the first line on stdout is "listening on http://HOST:PORT". Log lines go to stderr.',
    'SIGTERM or Ctrl-C ends it when the requests under way are answered; a second one ends it at once.',
  ].join('\n'),
  examples: ['start', 'start --memory --port 0', 'start --data-dir /var/lib/logbrook --init-file init.json --auth required --acls on'],
  async run({ shell, values }) {
    const { json, ...flags } = values
    const { config, project } = readStartConfig(shell, flags)
    // Help and mistakes need not wait for all that a broker is made of.
    const { runBroker } = await import('./run-broker.ts')
    await runBroker({ config, shell, project, json: json === true })
  },
})
