import type { ArchiveTopic } from '@logbrook/contract/archive'
import { suggestion } from '@logbrook/kafka/nearest'
import { topicNameProblem } from '@logbrook/kafka/topic-name'
import { UsageError } from '../../usage-error.ts'

/**
 * What each topic of an archive is to be called in the broker, by its name in the archive. `renames` are `OLD=NEW`, or `NEW` where the
 * archive has one topic.
 *
 * @throws UsageError
 */
export function topicNames(topics: readonly ArchiveTopic[], renames: readonly string[]): ReadonlyMap<string, string> {
  const archived = topics.map(({ name }) => name)
  const names = new Map(archived.map((name) => [name, name]))
  for (const text of renames) {
    const [old, name] = parseRename(text, archived)
    names.set(old, name)
  }
  const taken = new Map<string, string>()
  for (const [old, name] of names) {
    const other = taken.get(name)
    if (other !== undefined) throw new UsageError(`topics ${other} and ${old} of the archive cannot both become ${name}`)
    taken.set(name, old)
  }
  return names
}

function parseRename(text: string, archived: readonly string[]): readonly [old: string, name: string] {
  const equals = text.indexOf('=')
  const name = text.slice(equals + 1)
  const problem = topicNameProblem(name)
  if (problem !== null) throw new UsageError(`--topic: ${problem}`)
  if (equals === -1) {
    const [only, ...others] = archived
    if (only !== undefined && others.length === 0) return [only, name]
    throw new UsageError(`the archive has ${archived.length} topics: say which is to be called ${name}, as --topic OLD=${name}`)
  }
  const old = text.slice(0, equals)
  if (archived.includes(old)) return [old, name]
  const hint = archived.length === 0 ? '; it has none' : suggestion(old, archived)
  throw new UsageError(`--topic: the archive has no topic ${JSON.stringify(old)}${hint}`)
}
