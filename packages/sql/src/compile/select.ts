/**
 * SELECT, VALUES and sets of them, with what stands before them (WITH) and behind (ORDER BY, LIMIT).
 *
 * - Columns of what is written are called `o1`, `o2`, … in SQL; what users call them is beside it.
 * - To group rows SQLite sorts them, with all columns that it needs later. Of a topic that would be whole records: there only what is grouped by and
 *   what aggregates take is made of each record (`g1`, `g2`, …) before the sort.
 */
import type { CommonTableExpr, Node, SelectStmt } from 'libpg-query'
import type { DataType } from '../data-type.ts'
import { cast, commonTypeOf, unified } from './cast.ts'
import { isNull, sqlOf, written } from './expression.ts'
import type { Expression } from './expression.ts'
import { condition, expression, groupedBy } from './expressions.ts'
import { fromClause } from './from.ts'
import type { FromItem } from './from.ts'
import { nameOf } from './names.ts'
import { limitClause, orderClause, orderKey } from './order.ts'
import type { RowLimits } from './order.ts'
import type { CompiledColumn } from './relation.ts'
import { noFindings, sourcesOf } from './scope.ts'
import type { CommonTable, Scope } from './scope.ts'
import { invalid, only, stringOf, stringsOf, unsupported, hasSubquery } from './tree.ts'

export interface OutputColumn extends CompiledColumn {
  readonly sql: string
}

export interface Selected {
  readonly sql: string
  readonly columns: readonly OutputColumn[]
}

/** Of a whole statement. */
export interface Top {
  /** `null`: all rows, in no order of ours. */
  readonly limits: RowLimits | null
  /** Columns of the one relation that it reads, given after its own. */
  readonly also: readonly string[]
}

const WHOLE: Top = { limits: null, also: [] }

/** A target with its name. */
interface Target {
  readonly name: string
  readonly expression: Expression
}

/** One that is part of something else. @throws SqlError */
export function compileSubquery(select: SelectStmt, outer: Scope): Selected {
  return compileSelect(select, outer, WHOLE)
}

/** @throws SqlError */
export function compileSelect(select: SelectStmt, outer: Scope, top: Top): Selected {
  only(
    select,
    'SELECT',
    ...(['distinctClause', 'targetList', 'fromClause', 'whereClause', 'groupClause', 'havingClause', 'valuesLists', 'sortClause'] as const),
    ...(['limitOffset', 'limitCount', 'limitOption', 'withClause', 'op', 'all', 'larg', 'rarg'] as const),
  )
  if (select.limitOption === 'LIMIT_OPTION_WITH_TIES') throw unsupported('WITH TIES')
  const { prefix, scope } = withClause(select, outer)
  const limit = limitClause(select, scope.draft, top.limits)
  const body = select.op === 'SETOP_NONE' || select.op === undefined ? plain(select, scope, top) : combined(select, scope)
  return { sql: `${prefix}${body.sql}${limit}`, columns: body.columns }
}

function withClause(select: SelectStmt, outer: Scope): { readonly prefix: string; readonly scope: Scope } {
  const tables = new Map<string, CommonTable>()
  const scope: Scope = {
    draft: outer.draft,
    sources: [],
    commonTables: tables,
    outer,
    findings: noFindings(),
    noAggregates: null,
    lift: null,
  }
  if (select.withClause === undefined) return { prefix: '', scope }
  only(select.withClause, 'WITH', 'ctes', 'location')
  const parts = (select.withClause.ctes ?? []).map((node) => {
    if (!('CommonTableExpr' in node)) throw unsupported('WITH')
    const { name, table, sql } = commonTable(node.CommonTableExpr, scope)
    if (tables.has(name)) throw invalid(`WITH query name '${name}' is specified more than once`)
    tables.set(name, table)
    return `${table.sql} AS (${sql})`
  })
  return { prefix: `WITH ${parts.join(', ')} `, scope }
}

function commonTable(node: CommonTableExpr, scope: Scope): { readonly name: string; readonly table: CommonTable; readonly sql: string } {
  only(node, 'WITH', 'ctename', 'aliascolnames', 'ctematerialized', 'ctequery', 'location')
  if (node.ctequery === undefined || !('SelectStmt' in node.ctequery)) throw unsupported('WITH (of a change)')
  const { sql, columns } = compileSubquery(node.ctequery.SelectStmt, scope)
  const names = stringsOf(node.aliascolnames)
  if (names.length > columns.length) throw invalid(`'${node.ctename ?? ''}' has ${columns.length} columns, not ${names.length}`)
  const renamed = columns.map(({ name, sql: column, dataType, origin }, at) => ({ name: names[at] ?? name, sql: column, dataType, origin }))
  return { name: (node.ctename ?? '').toLowerCase(), table: { sql: scope.draft.name(), columns: renamed }, sql }
}

function plain(select: SelectStmt, outer: Scope, top: Top): Selected {
  if (select.valuesLists !== undefined) return values(select, select.valuesLists, outer)
  const from = fromClause(select.fromClause ?? [], outer)
  const findings = noFindings()
  const lifted: string[] = []
  const lift = isLifted(select) ? lifting(lifted) : null
  const scope: Scope = { ...outer, sources: from?.sources ?? [], findings, lift }
  const where = select.whereClause === undefined ? '' : ` WHERE ${condition(select.whereClause, within(scope, 'WHERE'))}`
  const targetNodes = (select.targetList ?? []).map((node) => ('ResTarget' in node ? node.ResTarget : {}))
  const grouping = groupClause(select, targetNodes, scope)
  const targets = targetNodes.flatMap((target) => readTarget(target.val, target.name, scope))
  if (targets.length === 0) throw invalid('SELECT wants at least one column')
  const isAlone = from?.sources.length === 1
  const columns = targets.map(({ name, expression: read }, at) => {
    return { name, sql: `o${at + 1}`, dataType: read.dataType, origin: isAlone ? originOf(read) : undefined }
  })
  const having = select.havingClause === undefined ? '' : ` HAVING ${condition(select.havingClause, scope)}`
  const asked = orderClause(select.sortClause ?? [], columns, scope)
  const isGrouped = grouping !== '' || having !== '' || findings.aggregates > 0
  if (isGrouped) assertGrouped(scope)
  const isDistinct = distinct(select)
  const isOwnRows = !isGrouped && !isDistinct
  const also = isOwnRows ? alsoOf(top, from, columns.length) : []
  const list = [...targets.map((target, at) => `${sqlOf(target.expression, scope.draft)} AS o${at + 1}`), ...also.map(({ sql }) => sql)]
  const sql =
    `SELECT ${isDistinct ? 'DISTINCT ' : ''}${list.join(', ')}${from === null ? where : rowsOf(from, where, lifted)}${grouping}${having}` +
    (asked === '' && top.limits !== null && isOwnRows ? ownOrder(from) : from?.isOrdered === true ? '' : asked)
  return { sql, columns: [...columns, ...also.map(({ column }) => column)] }
}

function originOf(read: Expression): OutputColumn['origin'] {
  return read.kind === 'written' ? read.origin : undefined
}

/** Grouped rows of a topic. A subquery could ask for columns that are not there any more. */
function isLifted({ fromClause: from = [], groupClause: groups, targetList, havingClause, sortClause }: SelectStmt): boolean {
  const isTopic = from.length === 1 && from.every((node) => 'RangeFunction' in node)
  return isTopic && groups !== undefined && !hasSubquery([groups, targetList, havingClause, sortClause])
}

function lifting(lifted: string[]): (sql: string) => string {
  return (sql) => {
    const known = lifted.indexOf(sql)
    return `g${known === -1 ? lifted.push(sql) : known + 1}`
  }
}

/** LIMIT keeps SQLite from dissolving the query in the one around it. */
function rowsOf({ sql }: FromItem, where: string, lifted: readonly string[]): string {
  if (lifted.length === 0) return ` FROM ${sql}${where}`
  return ` FROM (SELECT ${lifted.map((one, at) => `${one} AS g${at + 1}`).join(', ')} FROM ${sql}${where} LIMIT -1)`
}

function within(scope: Scope, clause: string): Scope {
  return { ...scope, findings: noFindings(), noAggregates: clause }
}

function readTarget(node: Node | undefined, name: string | undefined, scope: Scope): readonly Target[] {
  if (node === undefined) throw invalid('a column is missing')
  const fields = 'ColumnRef' in node ? (node.ColumnRef.fields ?? []) : []
  if (!fields.some((field) => 'A_Star' in field)) {
    const read = expression(node, scope)
    // A column is called as it was made, in whatever case it is named here.
    const column = scope.sources.flatMap(({ columns }) => columns).find((each) => each.expression === read)
    return [{ name: name ?? column?.name ?? nameOf(node), expression: read }]
  }
  const qualifier = fields.slice(0, -1).map(stringOf)
  return sourcesOf(qualifier, scope).flatMap((source) =>
    source.columns
      .filter((column) => qualifier.length > 0 || column.isMerged !== true)
      .map((column) => {
        const isGrouped = scope.findings.grouped.has(column.expression.sql)
        if (!isGrouped) scope.findings.loose.push(column.name)
        return { name: column.name, expression: isGrouped ? groupedBy(column.expression, scope) : column.expression }
      }),
  )
}

/** What a SELECT groups by: columns, places of its list, names of its list, expressions. */
function groupClause(select: SelectStmt, targets: readonly { readonly name?: string; readonly val?: Node }[], scope: Scope): string {
  if (select.groupClause === undefined) return ''
  const terms = select.groupClause.map((node) => {
    const sql = sqlOf(expression(grouped(node, targets, scope), within(scope, 'GROUP BY')), scope.draft)
    scope.findings.grouped.add(sql)
    return scope.lift?.(sql) ?? sql
  })
  return ` GROUP BY ${terms.join(', ')}`
}

function grouped(node: Node, targets: readonly { readonly name?: string; readonly val?: Node }[], scope: Scope): Node {
  if ('A_Const' in node && node.A_Const.ival !== undefined) {
    const place = node.A_Const.ival.ival ?? 0
    const target = targets[place - 1]?.val
    if (target === undefined) throw invalid(`GROUP BY position ${place} is not in the SELECT list`)
    return target
  }
  const [field, ...qualified] = 'ColumnRef' in node ? (node.ColumnRef.fields ?? []) : []
  if (field === undefined || qualified.length > 0 || !('String' in field)) return node
  const name = stringOf(field).toLowerCase()
  const isColumn = scope.sources.some((source) => source.columns.some((column) => column.name.toLowerCase() === name))
  return isColumn ? node : (targets.find((target) => target.name?.toLowerCase() === name)?.val ?? node)
}

function assertGrouped({ findings }: Scope): void {
  const [loose] = findings.loose
  if (loose !== undefined) throw invalid(`column '${loose}' must appear in the GROUP BY clause or be used in an aggregate function`)
}

function distinct({ distinctClause }: SelectStmt): boolean {
  if (distinctClause?.some((node) => Object.keys(node).length > 0) === true) throw unsupported('DISTINCT ON')
  return distinctClause !== undefined
}

function alsoOf({ also }: Top, from: FromItem | null, count: number): readonly { readonly sql: string; readonly column: OutputColumn }[] {
  return also.map((name, at) => {
    const found = from?.sources[0]?.columns.find((column) => column.name === name)
    if (found === undefined) throw new RangeError(`no column '${name}'`)
    const sql = `o${count + at + 1}`
    return { sql: `${found.expression.sql} AS ${sql}`, column: { name, sql, dataType: found.expression.dataType } }
  })
}

/** What is asked for in no order comes in that of its key. */
function ownOrder(from: FromItem | null): string {
  if (from === null || from.order.length === 0) return ''
  return ` ORDER BY ${from.order.map((column) => orderKey(column.expression.sql, column.expression.dataType)).join(', ')}`
}

function values(select: SelectStmt, lists: readonly Node[], scope: Scope): Selected {
  const { draft } = scope
  const rows = lists.map((list) => ('List' in list ? (list.List.items ?? []) : []).map((node) => expression(node, scope)))
  const width = rows[0]?.length ?? 0
  if (rows.some((row) => row.length !== width)) throw invalid('VALUES lists must all be the same length')
  const columns = Array.from({ length: width }, (_, at) =>
    unified(
      rows.flatMap((row) => row[at] ?? []),
      draft,
    ),
  )
  const named = columns.map(({ dataType }, at) => ({ name: `column${at + 1}`, sql: `o${at + 1}`, dataType }))
  const table = rows.map((_, at) => `(${columns.map(({ sql }) => sql[at] ?? 'NULL').join(', ')})`).join(', ')
  const sql = `SELECT ${named.map((column) => `${column.name} AS ${column.sql}`).join(', ')} FROM (VALUES ${table})`
  return ordered(select, { sql, columns: named }, scope)
}

const SETS: Readonly<Record<string, string>> = { SETOP_UNION: 'UNION', SETOP_INTERSECT: 'INTERSECT', SETOP_EXCEPT: 'EXCEPT' }

function combined(select: SelectStmt, scope: Scope): Selected {
  const set = SETS[select.op ?? '']
  if (set === undefined || select.larg === undefined || select.rarg === undefined) throw unsupported('set of queries')
  const [left, right] = [compileSubquery(select.larg, scope), compileSubquery(select.rarg, scope)]
  if (left.columns.length !== right.columns.length) throw invalid(`each ${set} query must have the same number of columns`)
  const pairs = left.columns.map((column, at) => [outputOf(column), outputOf(right.columns[at] ?? column)] as const)
  const types = pairs.map((pair) => commonTypeOf(pair))
  // SQLite's own INTERSECT and EXCEPT take a row once: with its number it is another one each time.
  const isCounted = select.all === true && set !== 'UNION'
  const side = (query: Selected, at: 0 | 1): string => {
    const list = pairs.map((pair, column) => `${converted(pair[at], types[column] ?? null, scope)} AS o${column + 1}`)
    const names = pairs.map((_, column) => `o${column + 1}`).join(', ')
    const count = isCounted ? `, row_number() OVER (PARTITION BY ${names}) AS n` : ''
    return `SELECT ${isCounted ? `${names}${count} FROM (SELECT ` : ''}${list.join(', ')} FROM (${query.sql})${isCounted ? ')' : ''}`
  }
  const columns = left.columns.map((column, at) => ({ name: column.name, sql: `o${at + 1}`, dataType: types[at] ?? null }))
  const sql = `${side(left, 0)} ${set}${select.all === true && !isCounted ? ' ALL' : ''} ${side(right, 1)}`
  return ordered(
    select,
    isCounted ? { sql: `SELECT ${columns.map((column) => column.sql).join(', ')} FROM (${sql})`, columns } : { sql, columns },
    scope,
  )
}

function outputOf(column: OutputColumn): Expression {
  return written(column.sql, column.dataType)
}

function converted(value: Expression, dataType: DataType | null, scope: Scope): string {
  return sqlOf(dataType === null || isNull(value) ? value : cast(value, dataType, scope.draft), scope.draft)
}

/** A set has no other columns than its own to be ordered by. */
function ordered(select: SelectStmt, query: Selected, scope: Scope): Selected {
  const order = orderClause(select.sortClause ?? [], query.columns, { ...scope, sources: [] })
  if (order === '') return query
  return { sql: `SELECT ${query.columns.map((column) => column.sql).join(', ')} FROM (${query.sql})${order}`, columns: query.columns }
}
