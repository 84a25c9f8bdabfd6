/** What is to be known of each setting beside its value: its names, and what help and the README say of it. */
import { CONFIG } from './config.ts'
import type { Config, ConfigKey, SettingDefinition } from './config.ts'

export interface Setting {
  readonly key: ConfigKey
  /** Of the command line, without its dashes; also the key of the configuration file. */
  readonly flag: string
  readonly variable: string
  /** What stands for the value in help; `null` for a flag that takes none. */
  readonly placeholder: string | null
  readonly meaning: string
  /** As a flag would say it; `null` when there is none. */
  readonly defaultText: string | null
}

/** Names of what the other commands read from the environment. */
export const CLIENT_VARIABLES = ['LOGBROOK_URL', 'LOGBROOK_USER', 'LOGBROOK_NEW_PASSWORD'] as const
/** Where the configuration file is: the one thing that it cannot say itself. */
export const CONFIG_FLAG = 'config'
export const CONFIG_VARIABLE = 'LOGBROOK_CONFIG'

export const SETTINGS: readonly Setting[] = Object.keys(CONFIG).map((key) => settingOf(key as ConfigKey))

function settingOf(key: ConfigKey): Setting {
  const { placeholder, meaning, byDefault }: SettingDefinition<Config[ConfigKey]> = CONFIG[key]
  const flag = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return {
    key,
    flag,
    variable: `LOGBROOK_${flag.toUpperCase().replaceAll('-', '_')}`,
    placeholder: placeholder ?? null,
    meaning,
    defaultText: defaultText(byDefault),
  }
}

function defaultText(value: Config[ConfigKey]): string | null {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === null || typeof value === 'object' ? null : String(value)
}

/** The README's table of settings. */
export function settingsTable(): string {
  const rows = SETTINGS.map(({ flag, variable, placeholder, meaning, defaultText: byDefault }) =>
    row([
      `\`--${flag}${placeholder === null ? '' : ` ${placeholder.replaceAll('|', String.raw`\|`)}`}\``,
      `\`${variable}\``,
      byDefault === null ? '' : `\`${byDefault}\``,
      meaning,
    ]),
  )
  return [row(['Flag', 'Environment', 'Default', 'Meaning']), row(['---', '---', '---', '---']), ...rows].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
