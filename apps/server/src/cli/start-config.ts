/** What `logbrook start` takes, and what it makes of that: options, variables, `--config`, or `logbrook.json`. */
import { readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import { readConfig } from '../config/read-config.ts'
import { CONFIG_FLAG, SETTINGS } from '../config/settings.ts'
import type { Setting } from '../config/settings.ts'
import type { Option, Options } from './command.ts'
import { PROJECT_FILE, readProjectFile } from './project-file.ts'
import type { ProjectFile } from './project-file.ts'
import type { Shell } from './shell.ts'

export function settingOptions(): Options {
  return {
    [CONFIG_FLAG]: { type: 'string', placeholder: 'FILE', meaning: 'JSON file of settings.' },
    ...Object.fromEntries(SETTINGS.map((setting) => [setting.flag, optionOf(setting)])),
  }
}

function optionOf({ placeholder, meaning, defaultText }: Setting): Option {
  if (placeholder === null) return { type: 'boolean', meaning }
  return { type: 'string', placeholder, meaning: defaultText === null ? meaning : `${meaning} Default: ${defaultText}.` }
}

export interface StartConfig {
  readonly config: Config
  readonly project: ProjectFile | undefined
}

/** @throws UsageError for the first thing that is not right */
export function readStartConfig({ env }: Shell, flags: Readonly<Record<string, unknown>>): StartConfig {
  const sources = { flags, env, readFile: (path: string) => readFileSync(path, 'utf8') }
  const project = readProjectFile(sources)
  const unnamed = project && { place: `the settings of ${PROJECT_FILE}`, settings: project.settings }
  return { config: readConfig({ ...sources, unnamed }), project }
}
