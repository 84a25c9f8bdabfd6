/** Settings as a program gives them, by their names in `Config`: held against the same rules as flags, variables and files. */
import { suggestion } from '@logbrook/kafka/nearest'
import { UsageError } from '../usage-error.ts'
import type { Config, ConfigKey } from './config.ts'
import { settle } from './read-config.ts'
import { SETTINGS } from './settings.ts'

/** @throws UsageError for the first thing that is not right */
export function readOptions(options: Partial<Config>): Config {
  const known = SETTINGS.map(({ key }) => key)
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const unknown = given.find(([name]) => !known.some((key) => key === name))?.[0]
  if (unknown !== undefined) throw new UsageError(`unknown option ${unknown}${suggestion(unknown, known)}`)
  return settle(new Map(given.map(([name, value]) => [name as ConfigKey, { value, layer: 0, place: `option ${name}` }])))
}
