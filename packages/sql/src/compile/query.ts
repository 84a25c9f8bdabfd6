/** Queries: from PostgreSQL's tree to SQLite's SQL. */
import type { Node, SelectStmt } from 'libpg-query'
import { SQL_ROWS_DEFAULT, SQL_ROWS_MAX } from '@logbrook/kafka/limits'
import { AGGREGATES } from './aggregates.ts'
import { functionName } from './calls.ts'
import { Draft } from './draft.ts'
import type { Given } from './given.ts'
import { parseStatement } from './parse.ts'
import { findReferences } from './references.ts'
import type { Places } from './references.ts'
import type { CompiledQuery, Reference, Relation } from './relation.ts'
import { emptyScope } from './scope.ts'
import { compileSelect } from './select.ts'
import type { Selected } from './select.ts'
import { contains, invalid, unsupported } from './tree.ts'

export interface ParsedQuery {
  /** Each place that names something to read from, nested ones too. */
  readonly references: readonly Reference[]
  readonly select: SelectStmt
  readonly places: Places
}

/** What each place reads. */
export type Relations = ReadonlyMap<Reference, Relation>

export interface QueryOptions {
  /** Without the order and the limits that are put on what asks for none. */
  readonly whole?: boolean
  /** Columns of the one relation that is read, to be given after those that are asked for. */
  readonly also?: readonly string[]
}

/** One SELECT, WITH … SELECT or VALUES. @throws SqlError */
export function parseQuery(text: string, given: Given): ParsedQuery {
  const statement = parseStatement(text)
  if (!('SelectStmt' in statement)) throw invalid('it is no SELECT')
  const places = findReferences([statement], given)
  return { references: [...places.values()], select: statement.SelectStmt, places }
}

/**
 * Without ORDER BY the rows of a single relation come in its order; without LIMIT they are 50, and never more than 1,000.
 *
 * @throws SqlError
 */
export function compileQuery(
  parsed: ParsedQuery,
  relations: Relations,
  given: Given,
  { whole = false, also = [] }: QueryOptions = {},
): CompiledQuery {
  const draft = new Draft(given, parsed.places, relations)
  const limits = whole ? null : { default: SQL_ROWS_DEFAULT, max: SQL_ROWS_MAX }
  return finished(compileSelect(parsed.select, emptyScope(draft), { limits, also }), draft)
}

export function finished({ sql, columns }: Selected, draft: Draft): CompiledQuery {
  return { sql, bindings: draft.bindingsIn(sql), columns: columns.map(({ name, dataType, origin }) => ({ name, dataType, origin })) }
}

/** What a live query may say. */
const LIVE_CLAUSES: ReadonlySet<string> = new Set([
  'targetList',
  'fromClause',
  'whereClause',
  'limitOption',
  'op',
] satisfies (keyof SelectStmt)[])
const CLAUSE_NAMES: Readonly<Record<string, string>> = {
  sortClause: 'ORDER BY',
  limitCount: 'LIMIT',
  limitOffset: 'OFFSET',
  groupClause: 'GROUP BY',
  havingClause: 'HAVING',
  distinctClause: 'DISTINCT',
  withClause: 'WITH',
  valuesLists: 'VALUES',
  larg: 'UNION',
}

/** A live query is SELECT … FROM one table or topic [WHERE …]; this is that table. @throws SqlError */
export function assertLive({ select, references, places }: ParsedQuery): Reference {
  for (const clause of Object.keys(select)) {
    if (!LIVE_CLAUSES.has(clause)) throw unsupported(`${CLAUSE_NAMES[clause] ?? clause} in a live query`)
  }
  const [item, ...others] = select.fromClause ?? []
  const node =
    item === undefined ? undefined : 'RangeVar' in item ? item.RangeVar : 'RangeFunction' in item ? item.RangeFunction : undefined
  const reference = node === undefined ? undefined : places.get(node)
  if (reference === undefined || others.length > 0) throw unsupported('live query: it reads one table')
  if (references.length > 1 || contains([select.targetList, select.whereClause], isNoPart)) {
    throw unsupported('subquery or aggregate function in a live query')
  }
  return reference
}

function isNoPart(node: Node): boolean {
  return 'SubLink' in node || ('FuncCall' in node && AGGREGATES.has(functionName(node.FuncCall)))
}
