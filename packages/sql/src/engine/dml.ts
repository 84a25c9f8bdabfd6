/**
 * INSERT, UPDATE and DELETE. The compiler says which rows and to what values; what is written is written here, row by row.
 *
 * - Counts are of rows that really changed: setting what there is changes nothing.
 * - Who has to be told of a change is told inside of its transaction (change-sink.ts).
 */
import { takeNumbers } from '../catalog/counter.ts'
import type { Column, Table } from '../catalog/table.ts'
import { compileDelete, compileInsert, compileUpdate } from '../compile/changes.ts'
import type { CompiledInsert, InsertCell, ParsedChange } from '../compile/changes.ts'
import { coerce } from '../compile/values.ts'
import type { SqliteValue } from '../data-type.ts'
import { SqlError, invalidOperation } from '../sql-error.ts'
import { openChangeSink } from './change-sink.ts'
import type { ChangeSink } from './change-sink.ts'
import { createDefaults } from './defaults.ts'
import { fileCell } from './files.ts'
import { givenOf } from './given.ts'
import { queryRows } from './query-rows.ts'
import type { SqliteRow } from './query-rows.ts'
import { gateName, openRelations, ownerIn, tableRelation } from './relations.ts'
import type { ReadRelations } from './relations.ts'
import type { RowVersion } from './row-change.ts'
import type { Run } from './run.ts'
import { TableRows } from './table-rows.ts'
import { changedTable, missingTable } from './touched-tables.ts'

/** What the statements of this file work with. */
interface Target extends ReadRelations {
  readonly table: Table
  readonly rows: TableRows
  readonly tell: ChangeSink
  readonly defaultOf: (column: Column) => SqliteValue
}

/** Runs one, and answers how many rows it changed. @throws SqlError */
export async function changeRows(parsed: ParsedChange, run: Run): Promise<number> {
  const table = changedTable(parsed, run) ?? missingTable(parsed.target, run)
  if (parsed.kind === 'update' && table.type === 'stream') throw invalidOperation('UPDATE is not supported for STREAM tables')
  const { relations, tables } = await openRelations(parsed.references, run)
  const target: Target = {
    table,
    relations,
    tables: new Set([...tables, gateName(table)]),
    rows: new TableRows(run, table),
    tell: await openChangeSink(run, table),
    defaultOf: createDefaults(run, table),
  }
  const changed = CHANGES[parsed.kind](parsed, target, run)
  target.rows.sweep(changed)
  return changed
}

const CHANGES: Readonly<Record<ParsedChange['kind'], (parsed: ParsedChange, target: Target, run: Run) => number>> = {
  insert: insertRows,
  update: updateRows,
  delete: deleteRows,
}

function insertRows(parsed: ParsedChange, target: Target, run: Run): number {
  const compiled = compileInsert(parsed, tableRelation(target.table, run), target.relations, givenOf(run))
  const indexes = compiled.columns.map((name) => columnIndex(target.table, name))
  const rows = sourceRows(compiled, target, run)
  const sequence = takeSequence(run, rows.length)
  for (const cells of rows) {
    const given = new Map(cells.map((cell, index) => [indexes[index]!, cell]))
    const values = target.table.columns.map((column, index) => {
      const cell = given.get(index)
      return keptValue(cell === undefined ? target.defaultOf(column) : cell, column, target, run)
    })
    const row: RowVersion = { seq: sequence(), values }
    target.rows.insert(row)
    target.tell({ table: target.table, owner: ownerIn(target.table, run), operation: 'insert', row, old: null })
  }
  return rows.length
}

/** `undefined` is the default of its column. */
function sourceRows({ source }: CompiledInsert, { tables }: Target, run: Run): readonly (readonly (SqliteValue | undefined)[])[] {
  if (source.kind === 'query') return queryRows(run, source.query, tables)
  return source.rows.map((cells) => cells.map((cell) => cellValue(cell, tables, run)))
}

function cellValue(cell: InsertCell, tables: ReadonlySet<string>, run: Run): SqliteValue | undefined {
  if (cell.kind === 'default') return undefined
  return cell.kind === 'value' ? cell.value : queryRows(run, cell.query, tables)[0]![0]!
}

function updateRows(parsed: ParsedChange, target: Target, run: Run): number {
  const { table, rows } = target
  const compiled = compileUpdate(parsed, tableRelation(table, run), target.relations, givenOf(run))
  const indexes = compiled.columns.map((name) => columnIndex(table, name))
  const defaults = compiled.defaults.map((name) => columnIndex(table, name))
  const changed = queryRows(run, compiled.query, target.tables).flatMap(([rid, ...given]) => {
    const old = rows.load(rid as bigint)
    const values = [...old.values]
    for (const [at, index] of indexes.entries())
      values[index] = updatedValue(old.values[index]!, given[at]!, table.columns[index]!, target, run)
    for (const index of defaults) values[index] = keptValue(target.defaultOf(table.columns[index]!), table.columns[index]!, target, run)
    return isSameRow(values, old.values) ? [] : [{ rid: rid as bigint, old, values }]
  })
  const keyIndex = table.columns.findIndex((column) => column.primaryKey)
  for (const { rid, old, values } of changed) if (!isSame(values[keyIndex]!, old.values[keyIndex]!)) rows.releaseKey(rid)
  const sequence = takeSequence(run, changed.length)
  for (const { rid, old, values } of changed) {
    const row: RowVersion = { seq: sequence(), values }
    rows.update(rid, row)
    target.tell({ table, owner: ownerIn(table, run), operation: 'update', row, old })
  }
  return changed.length
}

function deleteRows(parsed: ParsedChange, target: Target, run: Run): number {
  const { table, rows } = target
  const found = queryRows(run, compileDelete(parsed, tableRelation(table, run), target.relations, givenOf(run)), target.tables)
  const sequence = takeSequence(run, found.length)
  for (const [given] of found) {
    const rid = given as bigint
    const old = rows.load(rid)
    const seq = sequence()
    rows.delete(rid, seq)
    target.tell({ table, owner: ownerIn(table, run), operation: 'delete', row: { seq, values: old.values }, old })
  }
  return found.length
}

/** Gives the next `_seq` with each call. */
function takeSequence({ database }: Run, count: number): () => bigint {
  let next = count === 0 ? 0n : BigInt(takeNumbers(database, 'seq', count))
  return () => next++
}

function columnIndex(table: Table, name: string): number {
  const index = table.columns.findIndex((column) => column.name === name)
  if (index === -1)
    throw new SqlError('SQL_EXECUTION_ERROR', 'system-column', `System column violation: column '${name}' cannot be written`)
  return index
}

/** A file that a cell holds already is not looked at again. */
function updatedValue(old: SqliteValue, value: SqliteValue, column: Column, target: Target, run: Run): SqliteValue {
  return column.dataType === 'File' && old !== null && value === old ? old : keptValue(value, column, target, run)
}

function keptValue(value: SqliteValue, column: Column, { table }: Target, run: Run): SqliteValue {
  const kept = coerce(value, column)
  if (kept === null && (!column.nullable || column.primaryKey)) throw missingValue(column)
  return column.dataType === 'File' && typeof kept === 'string' ? fileCell(run, { table, owner: ownerIn(table, run), value: kept }) : kept
}

function missingValue({ name }: Column): SqlError {
  return new SqlError('SQL_EXECUTION_ERROR', 'constraint', `NOT NULL constraint violation: column '${name}' cannot be null`)
}

function isSameRow(a: SqliteRow, b: SqliteRow): boolean {
  return a.every((value, index) => isSame(value, b[index]!))
}

function isSame(a: SqliteValue, b: SqliteValue): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b
}
