/** Queries: from PostgreSQL's tree to SQLite's SQL. */
import type { Given } from './given.ts'
import type { CompiledQuery, Reference, Relation } from './relation.ts'

export interface ParsedQuery {
  /** Each place that names something to read from, nested ones too. */
  readonly references: readonly Reference[]
}

/** What each place reads. */
export type Relations = ReadonlyMap<Reference, Relation>

/** One SELECT, WITH … SELECT or VALUES. @throws SqlError */
export function parseQuery(_text: string, _given: Given): ParsedQuery {
  throw new Error('to come')
}

/**
 * Without ORDER BY the rows of a single relation come in its order; without LIMIT they are 50, and never more than 1,000. `whole` leaves both
 * out. `also` names columns of the single relation of a live query, which come after those that are selected and not among them yet.
 *
 * @throws SqlError
 */
export function compileQuery(
  _parsed: ParsedQuery,
  _relations: Relations,
  _given: Given,
  _options?: { readonly whole?: boolean; readonly also?: readonly string[] },
): CompiledQuery {
  throw new Error('to come')
}

/** A live query is SELECT … FROM one table or topic [WHERE …]. @throws SqlError */
export function assertLive(_parsed: ParsedQuery): Reference {
  throw new Error('to come')
}
