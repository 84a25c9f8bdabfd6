/**
 * Which of a topic's records a query can want at all: what its WHERE clause says of partition, offset and timestamp.
 *
 * - Only what is joined by AND at the top is taken, and only what is held against something known. Anything else widens nothing and narrows
 *   nothing: the clause itself is evaluated all the same.
 */
import type { A_Expr, Node, RangeFunction, SelectStmt } from 'libpg-query'
import { constantOf } from './constants.ts'
import { convert } from './convert.ts'
import type { Given } from './given.ts'
import type { TopicBounds } from './relation.ts'
import { stringsOf } from './tree.ts'

type Bounds = { -readonly [K in keyof TopicBounds]: TopicBounds[K] }
type Operator = '=' | '<' | '<=' | '>' | '>='
export type BoundColumn = 'partition' | 'offset' | 'timestamp'

const FLIPPED: Readonly<Record<Operator, Operator>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

/** Of the topic at `node`, read by `select`. */
export function boundsOf(node: RangeFunction, select: SelectStmt | null, given: Given): TopicBounds {
  const bounds: Bounds = { partitions: null, fromOffset: null, toOffset: null, fromTimestampMs: null, toTimestampMs: null }
  if (select?.whereClause === undefined) return bounds
  const name = topicName(node)
  // A bare column can be no other's.
  const isAlone = select.fromClause?.length === 1 && select.fromClause.some((item) => 'RangeFunction' in item)
  const columnOf = (expression: Node | undefined): BoundColumn | null => boundColumn(expression, name, isAlone)
  for (const condition of conjuncts(select.whereClause)) {
    if ('A_Expr' in condition) narrow(bounds, condition.A_Expr, columnOf, given)
  }
  return bounds
}

/** What its columns are called by. */
export function topicName({ alias }: RangeFunction): string {
  return (alias?.aliasname ?? 'topic').toLowerCase()
}

function conjuncts(node: Node): readonly Node[] {
  return 'BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR' ? (node.BoolExpr.args ?? []).flatMap(conjuncts) : [node]
}

/** `name`: of the topic; `isAlone`: a column without one is the topic's. */
export function boundColumn(node: Node | undefined, name: string, isAlone: boolean): BoundColumn | null {
  if (node === undefined || !('ColumnRef' in node)) return null
  const fields = (node.ColumnRef.fields ?? []).map((field) => ('String' in field ? (field.String.sval ?? '').toLowerCase() : '*'))
  const column = fields.at(-1)
  const isOurs = fields.length === 1 ? isAlone : fields.length === 2 && fields[0] === name
  return isOurs && (column === 'partition' || column === 'offset' || column === 'timestamp') ? column : null
}

function narrow(
  bounds: Bounds,
  { kind, name, lexpr, rexpr }: A_Expr,
  columnOf: (node: Node | undefined) => BoundColumn | null,
  given: Given,
): void {
  const column = columnOf(lexpr)
  const operator = stringsOf(name)[0] ?? ''
  if (kind === 'AEXPR_OP') {
    if (!isOperator(operator)) return
    const flipped = column === null ? columnOf(rexpr) : null
    if (column !== null) compare(bounds, column, operator, integerOf(column, rexpr, given))
    else if (flipped !== null) compare(bounds, flipped, FLIPPED[operator], integerOf(flipped, lexpr, given))
  }
  if (column === null) return
  const values = listOf(rexpr)
  if (kind === 'AEXPR_BETWEEN') {
    compare(bounds, column, '>=', integerOf(column, values[0], given))
    compare(bounds, column, '<=', integerOf(column, values[1], given))
  } else if (kind === 'AEXPR_IN' && operator === '=' && column === 'partition') {
    const partitions = values.map((value) => integerOf(column, value, given))
    if (partitions.every((partition) => partition !== null)) among(bounds, partitions.map(Number))
  }
}

function isOperator(text: string): text is Operator {
  return Object.hasOwn(FLIPPED, text)
}

function listOf(node: Node | undefined): readonly Node[] {
  return node !== undefined && 'List' in node ? (node.List.items ?? []) : []
}

/** What a column is held against, as the column keeps it; `null`: not known, or nothing that it is surely compared with as a whole number. */
function integerOf(column: BoundColumn, node: Node | undefined, given: Given): bigint | null {
  const known = node === undefined ? null : constantOf(node, given)
  if (known === null || known.value === null) return null
  const isDay = known.dataType === 'Date'
  const value = convert(known.value, column === 'timestamp' && !isDay ? 'Timestamp' : isDay ? 'Date' : 'BigInt')
  if (typeof value !== 'bigint') return null
  return isDay ? (column === 'timestamp' ? value * 86_400_000_000n : null) : value
}

function compare(bounds: Bounds, column: BoundColumn, operator: Operator, value: bigint | null): void {
  if (value === null) return
  if (column === 'partition') {
    if (operator === '=') among(bounds, [Number(value)])
    return
  }
  const isFrom = operator !== '<' && operator !== '<='
  const isTo = operator !== '>' && operator !== '>='
  if (column === 'offset') {
    if (isFrom) bounds.fromOffset = larger(bounds.fromOffset, Number(operator === '>' ? value + 1n : value))
    if (isTo) bounds.toOffset = smaller(bounds.toOffset, Number(operator === '<' ? value - 1n : value))
    return
  }
  // A millisecond is kept of each moment that is told: bounds may hold a little more.
  const ms = Number(value) / 1_000
  if (isFrom) bounds.fromTimestampMs = larger(bounds.fromTimestampMs, Math.floor(ms))
  if (isTo) bounds.toTimestampMs = smaller(bounds.toTimestampMs, Math.ceil(ms))
}

function among(bounds: Bounds, partitions: readonly number[]): void {
  const distinct = [...new Set(partitions)]
  bounds.partitions = bounds.partitions === null ? distinct : bounds.partitions.filter((partition) => distinct.includes(partition))
}

function larger(one: number | null, other: number): number {
  return one === null ? other : Math.max(one, other)
}

function smaller(one: number | null, other: number): number {
  return one === null ? other : Math.min(one, other)
}
