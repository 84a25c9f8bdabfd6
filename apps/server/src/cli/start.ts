/** `logbrook start`: a broker, from its configuration to its end. */
import { readFileSync } from 'node:fs'
import { CONFIG_FLAG, SETTINGS } from '../config/settings.ts'
import type { Setting } from '../config/settings.ts'
import { readConfig } from '../config/read-config.ts'
import { defineCommand, JSON_OPTION } from './command.ts'
import type { Option, Options } from './command.ts'
import { PROJECT_FILE, readProjectFile } from './project-file.ts'

export const command = defineCommand({
  positionals: '',
  options: startOptions(),
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
    const sources = { flags, env: shell.env, readFile: (path: string) => readFileSync(path, 'utf8') }
    const project = readProjectFile(sources)
    const unnamed = project && { place: `the settings of ${PROJECT_FILE}`, settings: project.settings }
    const config = readConfig({ ...sources, unnamed })
    // Help and mistakes need not wait for all that a broker is made of.
    const { runBroker } = await import('./run-broker.ts')
    await runBroker({ config, shell, project, json: json === true })
  },
})

function startOptions(): Options & { readonly json: { readonly type: 'boolean'; readonly meaning: string } } {
  return {
    [CONFIG_FLAG]: { type: 'string', placeholder: 'FILE', meaning: 'JSON file of settings.' },
    ...Object.fromEntries(SETTINGS.map((setting) => [setting.flag, optionOf(setting)])),
    json: { ...JSON_OPTION, meaning: 'Print the first line as JSON.' },
  }
}

function optionOf({ placeholder, meaning, defaultText }: Setting): Option {
  if (placeholder === null) return { type: 'boolean', meaning }
  return { type: 'string', placeholder, meaning: defaultText === null ? meaning : `${meaning} Default: ${defaultText}.` }
}
