/** Conditions that stand alone: of a topic's source. */
import { Draft } from './draft.ts'
import { condition } from './expressions.ts'
import { relationSource } from './from.ts'
import type { Given } from './given.ts'
import { parseStatement } from './parse.ts'
import { finished } from './query.ts'
import { findReferences } from './references.ts'
import type { CompiledQuery, Relation } from './relation.ts'
import { emptyScope } from './scope.ts'
import { invalid, only, unsupported, hasSubquery } from './tree.ts'

/** The rows of the relation that a condition holds for, one column of `1` each. No subqueries. @throws SqlError */
export function compileFilter(text: string, relation: Relation, given: Given): CompiledQuery {
  const statement = parseStatement(`SELECT WHERE ${text}`)
  if (!('SelectStmt' in statement) || statement.SelectStmt.whereClause === undefined) throw invalid('it is no condition')
  only(statement.SelectStmt, 'condition', 'whereClause', 'limitOption', 'op')
  const where = statement.SelectStmt.whereClause
  if (hasSubquery(where)) throw unsupported('subquery in a condition')
  const draft = new Draft(given, findReferences([where], given), new Map())
  const scope = { ...emptyScope(draft), noAggregates: 'a condition' }
  const { sql, columns } = relationSource(relation, scope)
  const held = condition(where, { ...scope, sources: [{ name: 'row', namespace: null, columns }] })
  return finished({ sql: `SELECT 1 AS o1 FROM ${sql} WHERE ${held}`, columns: [{ name: '1', sql: 'o1', dataType: 'BigInt' }] }, draft)
}
