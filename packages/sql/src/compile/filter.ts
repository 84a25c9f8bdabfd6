/** Conditions that stand alone: of a topic's source. */
import type { Given } from './given.ts'
import type { CompiledQuery, Relation } from './relation.ts'

/** The rows of the relation that a condition holds for, one column of `1` each. No subqueries. @throws SqlError */
export function compileFilter(_text: string, _relation: Relation, _given: Given): CompiledQuery {
  throw new Error('to come')
}
