/** A statement of SQLite's while it is being written: what is bound, what names are taken, what each place reads. */
import type { SqliteValue } from '../data-type.ts'
import type { Given } from './given.ts'
import type { Places } from './references.ts'
import type { Bind, Reference, Relation } from './relation.ts'
import { SqlError } from '../sql-error.ts'

/** Longer ones are bound each time they occur, rather than looked for. */
const SHARED_CHARS_MAX = 256

/** - Equal values are bound once, so that equal expressions are written in equal words. */
export class Draft {
  readonly given: Given
  readonly #places: Places
  readonly #relations: ReadonlyMap<Reference, Relation>
  readonly #bindings: Record<string, SqliteValue> = {}
  readonly #shared = new Map<SqliteValue, string>()
  #bound = 0
  #named = 0

  constructor(given: Given, places: Places, relations: ReadonlyMap<Reference, Relation>) {
    this.given = given
    this.#places = places
    this.#relations = relations
  }

  readonly bind: Bind = (value) => {
    const isShared = !(value instanceof Uint8Array) && !(typeof value === 'string' && value.length > SHARED_CHARS_MAX)
    const known = isShared ? this.#shared.get(value) : undefined
    if (known !== undefined) return known
    const name = `p${++this.#bound}`
    this.#bindings[name] = value
    if (isShared) this.#shared.set(value, `:${name}`)
    return `:${name}`
  }

  /** What stands in the SQL: some was bound for words that were then written in another way. */
  bindingsIn(sql: string): Readonly<Record<string, SqliteValue>> {
    const names = new Set(Array.from(sql.matchAll(/:(p\d+)/gu), ([, name = '']) => name))
    return Object.fromEntries(Object.entries(this.#bindings).filter(([name]) => names.has(name)))
  }

  /** A name that nothing else has: what users call a thing is written nowhere. */
  name(): string {
    return `s${++this.#named}`
  }

  referenceAt(node: object): Reference | undefined {
    return this.#places.get(node)
  }

  relationOf(reference: Reference): Relation {
    const relation = this.#relations.get(reference)
    if (relation !== undefined) return relation
    const name = reference.kind === 'topic' ? reference.topic : reference.table.name
    throw new SqlError('INTERNAL_ERROR', 'execution', `Execution error: nothing was found for '${name}'`)
  }
}
