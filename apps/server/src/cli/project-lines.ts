/** What a person at a terminal is told of `logbrook.json`: what it did, and what it could not. */
import type { Config } from '../config/config.ts'
import { PROJECT_FILE } from './project-file.ts'
import type { ProjectFile } from './project-file.ts'

/** Longer lists are not read. */
const SENTENCES_MAX = 5

export function projectLines({ settings, init }: ProjectFile, config: Config, applied: readonly string[]): string {
  const shown = applied.slice(0, SENTENCES_MAX)
  if (applied.length > shown.length) shown.push(`and ${applied.length - shown.length} more`)
  const done = shown.length === 0 ? 'all is there that it asks for' : shown.join('; ')
  const names = Object.keys(settings)
  const bindings = init['acls']
  const areIdle = !config.acls && Array.isArray(bindings) && bindings.length > 0
  return [
    `${PROJECT_FILE}: ${done}${names.length === 0 ? '' : `; settings: ${names.join(', ')}`}\n`,
    ...(areIdle ? [`${PROJECT_FILE}: its ACL bindings count only with --acls on\n`] : []),
  ].join('')
}
