/** FROM: what a query reads, and by what names. */
import type { Alias, JoinExpr, Node, RangeFunction, RangeSubselect, RangeVar } from 'libpg-query'
import { comparands } from './compare.ts'
import { simple } from './expression.ts'
import { condition } from './expressions.ts'
import type { Reference, Relation } from './relation.ts'
import { noFindings } from './scope.ts'
import type { Scope, Source, SourceColumn } from './scope.ts'
import { compileSubquery } from './select.ts'
import type { OutputColumn } from './select.ts'
import { invalid, kindOf, only, quoted, stringsOf, unsupported } from './tree.ts'

export interface FromItem {
  readonly sql: string
  readonly sources: readonly Source[]
  /** Columns that its rows are in the order of, where it is one relation. */
  readonly order: readonly SourceColumn[]
  /** They are in the order that is asked for. */
  readonly isOrdered?: boolean
}

/** @throws SqlError */
export function fromClause(nodes: readonly Node[], scope: Scope): FromItem | null {
  const items = nodes.map((node) => fromItem(node, scope))
  const [first] = items
  if (first === undefined) return null
  const sources = items.flatMap((item) => item.sources)
  const twice = sources.find((source, at) => sources.findIndex(({ name }) => name === source.name) !== at)
  if (twice !== undefined) throw invalid(`table name '${twice.name}' is specified more than once`)
  return items.length === 1 ? first : { sql: items.map((item) => item.sql).join(' JOIN '), sources, order: [] }
}

function fromItem(node: Node, scope: Scope): FromItem {
  if ('RangeVar' in node) return table(node.RangeVar, scope)
  if ('RangeFunction' in node) return topic(node.RangeFunction, scope)
  if ('RangeSubselect' in node) return subselect(node.RangeSubselect, scope)
  if ('JoinExpr' in node) return join(node.JoinExpr, scope)
  throw unsupported(`FROM (${kindOf(node)})`)
}

function table(node: RangeVar, scope: Scope): FromItem {
  only(node, 'table', 'catalogname', 'schemaname', 'relname', 'inh', 'relpersistence', 'alias', 'location')
  const reference = scope.draft.referenceAt(node)
  const name = (node.relname ?? '').toLowerCase()
  if (reference !== undefined) return relationItem(reference, node.alias, name, node.schemaname?.toLowerCase() ?? null, scope)
  const common = commonTable(name, scope)
  if (common === undefined) throw invalid(`'${name}' is used before it is given`)
  const alias = scope.draft.name()
  return { sql: `${common.sql} AS ${alias}`, sources: [called(node.alias, name, null, columnsUnder(alias, common.columns))], order: [] }
}

function commonTable(name: string, scope: Scope): ReturnType<Scope['commonTables']['get']> {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const found = at.commonTables.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

function topic(node: RangeFunction, scope: Scope): FromItem {
  const reference = scope.draft.referenceAt(node)
  if (reference === undefined) throw unsupported('table function')
  return relationItem(reference, node.alias, 'topic', null, scope)
}

function relationItem(reference: Reference, alias: Alias | undefined, name: string, namespace: string | null, scope: Scope): FromItem {
  // Bounds of topics are found by the names of columns.
  if (alias?.colnames !== undefined) throw unsupported('names for columns of a table')
  const relation = scope.draft.relationOf(reference)
  const { sql, columns } = relationSource(relation, scope)
  const order = relation.order.flatMap((ordering) => columns.filter((column) => column.name === ordering))
  return { sql, sources: [called(alias, name, namespace, columns)], order, isOrdered: relation.isOrdered === true }
}

/** A relation under a name of its own. */
export function relationSource(
  relation: Relation,
  { draft }: Scope,
): { readonly sql: string; readonly alias: string; readonly columns: readonly SourceColumn[] } {
  const alias = draft.name()
  const columns = relation.columns.map((column) => {
    const { name, dataType, jsonColumn } = column
    const expression = simple(`${alias}.${quoted(name)}`, dataType, column)
    return { name, expression: jsonColumn === undefined ? expression : { ...expression, json: `${alias}.${quoted(jsonColumn)}` } }
  })
  return { sql: `${relation.render(draft.bind)} AS ${alias}`, alias, columns }
}

function subselect(node: RangeSubselect, scope: Scope): FromItem {
  only(node, 'subquery in FROM', 'subquery', 'alias')
  if (node.subquery === undefined || !('SelectStmt' in node.subquery)) throw unsupported('subquery in FROM')
  // It sees what is around the query, and not what stands beside it.
  const outside: Scope = { ...scope, sources: [], findings: noFindings(), noAggregates: null }
  const { sql, columns } = compileSubquery(node.subquery.SelectStmt, outside)
  const alias = scope.draft.name()
  return { sql: `(${sql}) AS ${alias}`, sources: [called(node.alias, '', null, columnsUnder(alias, columns))], order: [] }
}

function columnsUnder(alias: string, columns: readonly OutputColumn[]): readonly SourceColumn[] {
  return columns.map(({ name, sql, dataType, origin }) => ({ name, expression: simple(`${alias}.${sql}`, dataType, origin) }))
}

/** By its alias, if it has one, and with the names that stand behind that. */
function called(alias: Alias | undefined, name: string, namespace: string | null, columns: readonly SourceColumn[]): Source {
  if (alias === undefined) return { name, namespace, columns }
  const names = stringsOf(alias.colnames)
  if (names.length > columns.length) throw invalid(`'${alias.aliasname ?? ''}' has ${columns.length} columns, not ${names.length}`)
  const renamed = columns.map((column, at) => ({ ...column, name: names[at] ?? column.name }))
  return { name: (alias.aliasname ?? '').toLowerCase(), namespace: null, columns: renamed }
}

const JOINS: Readonly<Record<string, string>> = {
  JOIN_INNER: 'JOIN',
  JOIN_LEFT: 'LEFT JOIN',
  JOIN_RIGHT: 'RIGHT JOIN',
  JOIN_FULL: 'FULL JOIN',
}

function join(node: JoinExpr, scope: Scope): FromItem {
  only(node, 'join', 'jointype', 'isNatural', 'larg', 'rarg', 'usingClause', 'quals')
  const type = JOINS[node.jointype ?? '']
  if (type === undefined || node.larg === undefined || node.rarg === undefined) throw unsupported('join')
  const [left, right] = [fromItem(node.larg, scope), fromItem(node.rarg, scope)]
  const shared = node.isNatural === true ? commonNames(left.sources, right.sources) : stringsOf(node.usingClause)
  if (type === 'FULL JOIN' && shared.length > 0) throw unsupported('FULL JOIN … USING')
  const conditions = shared.map((name) => {
    const pair = [columnOf(name, left.sources).expression, columnOf(name, right.sources).expression]
    return comparands(pair, scope.draft).join(' = ')
  })
  // The side whose rows may be missing gives its names away.
  const sources =
    type === 'RIGHT JOIN' ? [...merged(left.sources, shared), ...right.sources] : [...left.sources, ...merged(right.sources, shared)]
  if (node.quals !== undefined)
    conditions.push(condition(node.quals, { ...scope, sources, findings: noFindings(), noAggregates: 'JOIN … ON' }))
  const on = conditions.length === 0 ? '' : ` ON ${conditions.join(' AND ')}`
  return { sql: `(${left.sql} ${type} ${right.sql}${on})`, sources, order: [] }
}

function visible(sources: readonly Source[]): readonly SourceColumn[] {
  return sources.flatMap((source) => source.columns).filter((column) => column.isMerged !== true)
}

function commonNames(left: readonly Source[], right: readonly Source[]): readonly string[] {
  const others = new Set(visible(right).map((column) => column.name.toLowerCase()))
  return visible(left).flatMap((column) => (others.has(column.name.toLowerCase()) ? [column.name] : []))
}

function columnOf(name: string, sources: readonly Source[]): SourceColumn {
  const found = visible(sources).filter((column) => column.name.toLowerCase() === name.toLowerCase())
  const [column] = found
  if (column === undefined || found.length > 1)
    throw invalid(`column '${name}' of USING is ${found.length === 0 ? 'not' : 'not once'} on both sides`)
  return column
}

function merged(sources: readonly Source[], names: readonly string[]): readonly Source[] {
  const hidden = new Set(names.map((name) => name.toLowerCase()))
  return sources.map((source) => ({
    ...source,
    columns: source.columns.map((column) => (hidden.has(column.name.toLowerCase()) ? { ...column, isMerged: true } : column)),
  }))
}
