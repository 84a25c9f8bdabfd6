/** ORDER BY, LIMIT and OFFSET. */
import type { Node, SelectStmt, SortBy } from 'libpg-query'
import type { DataType } from '../data-type.ts'
import { constantOf } from './constants.ts'
import { convert } from './convert.ts'
import type { Draft } from './draft.ts'
import { sqlOf } from './expression.ts'
import { expression } from './expressions.ts'
import type { Scope } from './scope.ts'
import type { OutputColumn } from './select.ts'
import { invalid, only, stringOf, unsupported } from './tree.ts'
import { isDecimal } from './types.ts'

/** Of the rows of an answer. */
export interface RowLimits {
  /** Where the query asks for no limit. */
  readonly default: number
  readonly max: number
}

/** What SQLite sorts a value by. */
export function orderKey(sql: string, dataType: DataType | null): string {
  return isDecimal(dataType) ? `lb_decimal_key(${sql})` : sql
}

export function orderClause(nodes: readonly Node[], columns: readonly OutputColumn[], scope: Scope): string {
  if (nodes.length === 0) return ''
  const terms = nodes.map((node) => {
    if (!('SortBy' in node)) throw unsupported('ORDER BY')
    return orderTerm(node.SortBy, columns, scope)
  })
  return ` ORDER BY ${terms.join(', ')}`
}

function orderTerm(node: SortBy, columns: readonly OutputColumn[], scope: Scope): string {
  only(node, 'ORDER BY', 'node', 'sortby_dir', 'sortby_nulls', 'location')
  if (node.node === undefined) throw unsupported('ORDER BY')
  const isDescending = node.sortby_dir === 'SORTBY_DESC'
  // As PostgreSQL and DataFusion have it: NULL is larger than everything.
  const isNullsFirst = node.sortby_nulls === 'SORTBY_NULLS_DEFAULT' ? isDescending : node.sortby_nulls === 'SORTBY_NULLS_FIRST'
  return `${termKey(node.node, columns, scope)} ${isDescending ? 'DESC' : 'ASC'} NULLS ${isNullsFirst ? 'FIRST' : 'LAST'}`
}

function termKey(node: Node, columns: readonly OutputColumn[], scope: Scope): string {
  const output = outputAt(node, columns)
  if (output !== undefined) return orderKey(output.sql, output.dataType)
  const value = expression(node, scope)
  return orderKey(sqlOf(value, scope.draft), value.dataType)
}

/** By its place, or by its name alone. */
function outputAt(node: Node, columns: readonly OutputColumn[]): OutputColumn | undefined {
  if ('A_Const' in node && node.A_Const.ival !== undefined) {
    const place = node.A_Const.ival.ival ?? 0
    const column = columns[place - 1]
    if (column === undefined) throw invalid(`ORDER BY position ${place} is not in the SELECT list`)
    return column
  }
  const [field, ...qualified] = 'ColumnRef' in node ? (node.ColumnRef.fields ?? []) : []
  if (field === undefined || qualified.length > 0 || !('String' in field)) return undefined
  const name = stringOf(field).toLowerCase()
  return columns.find((column) => column.name.toLowerCase() === name)
}

/** `limits`: of the statement as a whole. */
export function limitClause(select: SelectStmt, draft: Draft, limits: RowLimits | null): string {
  const asked = select.limitCount === undefined ? undefined : countOf(select.limitCount, 'LIMIT', draft)
  const offset = select.limitOffset === undefined ? null : countOf(select.limitOffset, 'OFFSET', draft)
  const limit = limits === null ? (asked ?? null) : smaller(asked === undefined ? BigInt(limits.default) : asked, BigInt(limits.max))
  if (limit === null && offset === null) return ''
  return ` LIMIT ${draft.bind(limit ?? -1n)}${offset === null ? '' : ` OFFSET ${draft.bind(offset)}`}`
}

function smaller(asked: bigint | null, max: bigint): bigint {
  return asked === null || asked > max ? max : asked
}

/** `null`: LIMIT ALL. */
function countOf(node: Node, clause: string, draft: Draft): bigint | null {
  const known = constantOf(node, draft.given)
  if (known === null) throw invalid(`${clause} has to be a literal or a parameter`)
  if (known.value === null) return null
  const count = convert(known.value, 'BigInt')
  if (typeof count !== 'bigint' || count < 0n) throw invalid(`${clause} has to be a whole number that is not negative`)
  return count
}
