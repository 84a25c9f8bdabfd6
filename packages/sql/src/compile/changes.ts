/** INSERT, UPDATE and DELETE: what they change, and the queries that say which rows and to what. */
import type { DeleteStmt, InsertStmt, Node, RangeVar, ResTarget, UpdateStmt } from 'libpg-query'
import type { SqliteValue } from '../data-type.ts'
import type { TableName } from '../language/statement.ts'
import { SqlError } from '../sql-error.ts'
import { assigned } from './assign.ts'
import { Draft } from './draft.ts'
import { sqlOf, written } from './expression.ts'
import type { Expression } from './expression.ts'
import { condition, expression } from './expressions.ts'
import { placeholderOf } from './files.ts'
import { relationSource } from './from.ts'
import type { Given } from './given.ts'
import { parseStatement } from './parse.ts'
import { finished } from './query.ts'
import type { Relations } from './query.ts'
import { findReferences } from './references.ts'
import type { Places } from './references.ts'
import type { CompiledQuery, Reference, Relation, RelationColumn } from './relation.ts'
import { emptyScope, unknownField } from './scope.ts'
import type { Scope } from './scope.ts'
import { compileSubquery } from './select.ts'
import { invalid, kindOf, only, unsupported } from './tree.ts'

export type ParsedChange = {
  readonly target: TableName
  /** What its subqueries, or an INSERT's SELECT, read; not the target. */
  readonly references: readonly Reference[]
  readonly places: Places
} & (
  | { readonly kind: 'insert'; readonly node: InsertStmt }
  | { readonly kind: 'update'; readonly node: UpdateStmt }
  | { readonly kind: 'delete'; readonly node: DeleteStmt }
)

/** A value of a row to be inserted; `query` gives one row of one column. */
export type InsertCell = { readonly kind: 'default' } | CompiledValue

export type CompiledValue =
  | { readonly kind: 'value'; readonly value: SqliteValue }
  | { readonly kind: 'query'; readonly query: CompiledQuery }

export interface CompiledInsert {
  /** Names of the target's columns, in the order of the values. */
  readonly columns: readonly string[]
  readonly source:
    | { readonly kind: 'values'; readonly rows: readonly (readonly InsertCell[])[] }
    | { readonly kind: 'query'; readonly query: CompiledQuery }
}

export interface CompiledUpdate {
  /** Names of the columns whose values `query` gives, after `_rid`. */
  readonly columns: readonly string[]
  /** Names of those that get their default. */
  readonly defaults: readonly string[]
  /** Column 0 is `_rid`. */
  readonly query: CompiledQuery
}

/** One INSERT, UPDATE or DELETE. @throws SqlError */
export function parseChange(text: string, given: Given): ParsedChange {
  const statement = parseStatement(text)
  if ('InsertStmt' in statement) {
    const node = statement.InsertStmt
    only(node, 'INSERT', 'relation', 'cols', 'selectStmt', 'override')
    if (node.override !== 'OVERRIDING_NOT_SET') throw unsupported('OVERRIDING')
    return { kind: 'insert', node, ...whatItTouches(node.relation, [node.selectStmt], given) }
  }
  if ('UpdateStmt' in statement) {
    const node = statement.UpdateStmt
    only(node, 'UPDATE', 'relation', 'targetList', 'whereClause')
    return { kind: 'update', node, ...whatItTouches(node.relation, [...(node.targetList ?? []), node.whereClause], given) }
  }
  if ('DeleteStmt' in statement) {
    const node = statement.DeleteStmt
    only(node, 'DELETE', 'relation', 'whereClause')
    return { kind: 'delete', node, ...whatItTouches(node.relation, [node.whereClause], given) }
  }
  throw invalid(`it is no INSERT, UPDATE or DELETE (${kindOf(statement)})`)
}

function whatItTouches(
  relation: RangeVar | undefined,
  read: readonly (Node | undefined)[],
  given: Given,
): Pick<ParsedChange, 'target' | 'references' | 'places'> {
  if (relation === undefined) throw invalid('a table is missing')
  only(relation, 'table', 'catalogname', 'schemaname', 'relname', 'inh', 'relpersistence', 'alias', 'location')
  const places = findReferences(read, given)
  return { target: targetOf(relation), references: [...places.values()], places }
}

function targetOf({ catalogname, schemaname, relname }: RangeVar): TableName {
  if (catalogname !== undefined && catalogname.toLowerCase() !== 'kalam') throw unsupported(`catalog '${catalogname}'`)
  return { namespace: schemaname?.toLowerCase() ?? null, name: (relname ?? '').toLowerCase() }
}

/** The values are as written: `coerce` (values.ts) makes them what their column keeps. @throws SqlError */
export function compileInsert(parsed: ParsedChange, target: Relation, relations: Relations, given: Given): CompiledInsert {
  if (parsed.kind !== 'insert') throw new TypeError('no INSERT')
  const { node, places } = parsed
  const newDraft = (): Draft => new Draft(given, places, relations)
  const own = target.columns.filter((column) => !isSystemColumn(column.name))
  const named = node.cols?.map((column) => assignedColumn(column, target, parsed.target.name))
  if (node.selectStmt === undefined) return { columns: [], source: { kind: 'values', rows: [[]] } }
  if (!('SelectStmt' in node.selectStmt)) throw unsupported('INSERT')
  const select = node.selectStmt.SelectStmt
  if (select.valuesLists !== undefined && isBare(select)) {
    const lists = select.valuesLists.map((list) => ('List' in list ? (list.List.items ?? []) : []))
    const columns = filled(named, own, lists[0]?.length ?? 0)
    if (lists.some((list) => list.length !== columns.length)) throw invalid('VALUES lists must all be the same length')
    const rows = lists.map((list) => list.map((value, at) => insertCell(value, columns[at] ?? own[0], newDraft)))
    return { columns: columns.map(({ name }) => name), source: { kind: 'values', rows } }
  }
  const draft = newDraft()
  const selected = compileSubquery(select, emptyScope(draft))
  const columns = filled(named, own, selected.columns.length)
  const list = columns.map((column, at) => {
    const from = selected.columns[at]
    return `${from === undefined ? 'NULL' : sqlOf(assigned(written(from.sql, from.dataType), column.dataType, draft), draft)} AS o${at + 1}`
  })
  const query = { sql: `SELECT ${list.join(', ')} FROM (${selected.sql})`, columns: columns.map(outputColumn) }
  return { columns: columns.map(({ name }) => name), source: { kind: 'query', query: finished(query, draft) } }
}

/** Nothing but rows. */
function isBare(select: object): boolean {
  return !['withClause', 'sortClause', 'limitCount', 'limitOffset'].some((clause) => clause in select)
}

function filled(named: readonly RelationColumn[] | undefined, own: readonly RelationColumn[], count: number): readonly RelationColumn[] {
  const columns = named ?? own.slice(0, count)
  if (columns.length === count) return columns
  throw invalid(`INSERT has ${count > columns.length ? 'more' : 'fewer'} expressions than target columns`)
}

function insertCell(node: Node, column: RelationColumn | undefined, newDraft: () => Draft): InsertCell {
  if ('SetToDefault' in node) return { kind: 'default' }
  const draft = newDraft()
  const file = placeholderOf(node, draft.given)
  if (file !== null) return { kind: 'value', value: file }
  const value = expression(node, { ...emptyScope(draft), noAggregates: 'VALUES' })
  return compiledValue(column === undefined ? value : assigned(value, column.dataType, draft), draft)
}

function compiledValue(value: Expression, draft: Draft): CompiledValue {
  if (value.kind === 'constant') return { kind: 'value', value: value.value }
  const query = { sql: `SELECT ${value.sql} AS o1`, columns: [{ name: 'value', sql: 'o1', dataType: value.dataType }] }
  return { kind: 'query', query: finished(query, draft) }
}

/** What an expression that reads nothing is, as written. @throws SqlError */
export function compileValue(text: string, given: Given): CompiledValue {
  const statement = parseStatement(`SELECT ${text}`)
  const [target] = 'SelectStmt' in statement ? (statement.SelectStmt.targetList ?? []) : []
  const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined
  if (value === undefined) throw invalid(`'${text}' is no value`)
  const draft = new Draft(given, new Map(), new Map())
  return compiledValue(expression(value, emptyScope(draft)), draft)
}

/** `target` gives `_rid`. @throws SqlError */
export function compileUpdate(parsed: ParsedChange, target: Relation, relations: Relations, given: Given): CompiledUpdate {
  if (parsed.kind !== 'update') throw new TypeError('no UPDATE')
  const { node, places } = parsed
  const draft = new Draft(given, places, relations)
  const { scope, from, rid } = changedRows(node.relation, target, parsed.target, draft)
  const columns: RelationColumn[] = []
  const [defaults, values]: [string[], string[]] = [[], []]
  for (const assignment of node.targetList ?? []) {
    const column = assignedColumn(assignment, target, parsed.target.name)
    if (columns.includes(column) || defaults.includes(column.name)) throw invalid(`multiple assignments to column '${column.name}'`)
    const value = 'ResTarget' in assignment ? assignment.ResTarget.val : undefined
    if (value === undefined) throw invalid(`column '${column.name}' is set to nothing`)
    if ('SetToDefault' in value) defaults.push(column.name)
    else {
      columns.push(column)
      values.push(updatedValue(value, column, scope))
    }
  }
  const list = [`${rid} AS o0`, ...values.map((value, at) => `${value} AS o${at + 1}`)]
  const query = {
    sql: `SELECT ${list.join(', ')} FROM ${from}${whereOf(node.whereClause, scope)}`,
    columns: [RID, ...columns.map(outputColumn)],
  }
  return { columns: columns.map(({ name }) => name), defaults, query: finished(query, draft) }
}

function updatedValue(node: Node, column: RelationColumn, scope: Scope): string {
  const { draft } = scope
  const file = placeholderOf(node, draft.given)
  return file === null ? sqlOf(assigned(expression(node, scope), column.dataType, draft), draft) : draft.bind(file)
}

/** Of the rows that go, their `_rid`. @throws SqlError */
export function compileDelete(parsed: ParsedChange, target: Relation, relations: Relations, given: Given): CompiledQuery {
  if (parsed.kind !== 'delete') throw new TypeError('no DELETE')
  const { node, places } = parsed
  const draft = new Draft(given, places, relations)
  const { scope, from, rid } = changedRows(node.relation, target, parsed.target, draft)
  return finished({ sql: `SELECT ${rid} AS o0 FROM ${from}${whereOf(node.whereClause, scope)}`, columns: [RID] }, draft)
}

const RID = { name: '_rid', sql: 'o0', dataType: 'BigInt' } as const

/** The target's rows, as its expressions see them. */
function changedRows(
  node: RangeVar | undefined,
  target: Relation,
  { namespace, name }: TableName,
  draft: Draft,
): { readonly scope: Scope; readonly from: string; readonly rid: string } {
  const empty = { ...emptyScope(draft), noAggregates: 'a change' }
  const { sql, alias, columns } = relationSource(target, empty)
  const alias1 = node?.alias?.aliasname?.toLowerCase()
  const source = { name: alias1 ?? name, namespace: alias1 === undefined ? namespace : null, columns }
  return { scope: { ...empty, sources: [source] }, from: sql, rid: `${alias}."_rid"` }
}

function whereOf(node: Node | undefined, scope: Scope): string {
  return node === undefined ? '' : ` WHERE ${condition(node, scope)}`
}

/** @throws SqlError where there is none, or it is the system's */
function assignedColumn(node: Node, target: Relation, table: string): RelationColumn {
  const { name = '', indirection }: ResTarget = 'ResTarget' in node ? node.ResTarget : {}
  if (indirection !== undefined) throw unsupported('assignment to a part of a column')
  const column = target.columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
  if (column === undefined)
    throw unknownField(
      [name],
      target.columns.map((candidate) => `${table}.${candidate.name}`),
    )
  if (!isSystemColumn(column.name)) return column
  throw new SqlError('SQL_EXECUTION_ERROR', 'system-column', `System column violation: column '${column.name}' cannot be written`)
}

function isSystemColumn(name: string): boolean {
  return name.startsWith('_')
}

function outputColumn(
  { name, dataType }: RelationColumn,
  at: number,
): { readonly name: string; readonly sql: string; readonly dataType: RelationColumn['dataType'] } {
  return { name, sql: `o${at + 1}`, dataType }
}
