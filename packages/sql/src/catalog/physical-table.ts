/**
 * How a user's table lies in SQLite: `t<id>`, with a column `c<id>` for each of its own (schema.ts).
 *
 * Names here are made of numbers that we gave: nothing that a user wrote is in them.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { DataType, SqliteValue } from '../data-type.ts'
import type { Column, Table } from './table.ts'

export function physicalTable(tableId: number): string {
  return `t${tableId}`
}

export function physicalColumn(columnId: number): string {
  return `c${columnId}`
}

type Storage = 'INTEGER' | 'REAL' | 'TEXT' | 'BLOB'

const STORAGE: Readonly<Record<Extract<DataType, string>, Storage>> = {
  Boolean: 'INTEGER',
  SmallInt: 'INTEGER',
  Int: 'INTEGER',
  BigInt: 'INTEGER',
  Float: 'REAL',
  Double: 'REAL',
  Text: 'TEXT',
  Bytes: 'BLOB',
  Json: 'TEXT',
  Timestamp: 'INTEGER',
  DateTime: 'INTEGER',
  Date: 'INTEGER',
  Time: 'INTEGER',
  Uuid: 'TEXT',
  File: 'TEXT',
}

/** What SQLite keeps values of a type as. */
export function storageOf(dataType: DataType): Storage {
  return typeof dataType === 'string' ? STORAGE[dataType] : 'TEXT'
}

export function createPhysicalTable(database: DatabaseSync, table: Table): void {
  const name = physicalTable(table.id)
  const columns = table.columns.map((column) => `, ${physicalColumn(column.id)} ${storageOf(column.dataType)}`)
  database.exec(
    `CREATE TABLE ${name} (rid INTEGER PRIMARY KEY, owner TEXT NOT NULL, seq INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, ` +
      `written_ms INTEGER NOT NULL${columns.join('')}) STRICT;` +
      `CREATE INDEX ${name}_seq ON ${name} (owner, seq);` +
      // What is swept is found by its age: rows of a stream, and of other tables what is left of deleted ones.
      `CREATE INDEX ${name}_written ON ${name} (written_ms)${table.type === 'stream' ? '' : ' WHERE deleted = 1'}`,
  )
  const key = table.columns.find((column) => column.primaryKey)
  if (key !== undefined) createKeyIndex(database, table.id, key.id)
}

function createKeyIndex(database: DatabaseSync, tableId: number, columnId: number): void {
  const name = physicalTable(tableId)
  database.exec(`CREATE UNIQUE INDEX ${name}_key ON ${name} (owner, ${physicalColumn(columnId)})`)
}

export function dropPhysicalTable(database: DatabaseSync, tableId: number): void {
  database.exec(`DROP TABLE ${physicalTable(tableId)}`)
}

export function addPhysicalColumn(database: DatabaseSync, tableId: number, column: Column): void {
  database.exec(`ALTER TABLE ${physicalTable(tableId)} ADD COLUMN ${physicalColumn(column.id)} ${storageOf(column.dataType)}`)
}

/** With its values: SQLite writes every row without them. */
export function dropPhysicalColumn(database: DatabaseSync, tableId: number, columnId: number): void {
  dropColumnIndex(database, tableId, columnId)
  database.exec(`ALTER TABLE ${physicalTable(tableId)} DROP COLUMN ${physicalColumn(columnId)}`)
}

export function createColumnIndex(database: DatabaseSync, tableId: number, columnId: number): void {
  const name = physicalTable(tableId)
  const column = physicalColumn(columnId)
  database.exec(`CREATE INDEX IF NOT EXISTS ${name}_${column} ON ${name} (owner, ${column})`)
}

export function dropColumnIndex(database: DatabaseSync, tableId: number, columnId: number): void {
  database.exec(`DROP INDEX IF EXISTS ${physicalTable(tableId)}_${physicalColumn(columnId)}`)
}

/**
 * Gives the values of a column, which is of another type by now, each by `convert`, and the column another storage class: SQLite has no statement
 * for that.
 *
 * @throws what `convert` throws
 */
export function convertPhysicalColumn(
  database: DatabaseSync,
  tableId: number,
  column: Column,
  convert: (value: SqliteValue, isDeleted: boolean) => SqliteValue,
): void {
  const name = physicalTable(tableId)
  const physical = physicalColumn(column.id)
  database.function('convert_value', { useBigIntArguments: true, directOnly: true }, (value, deleted) => convert(value, deleted === 1n))
  database.exec(`ALTER TABLE ${name} ADD COLUMN converted ${storageOf(column.dataType)}`)
  database.exec(`UPDATE ${name} SET converted = convert_value(${physical}, deleted) WHERE ${physical} IS NOT NULL`)
  if (column.primaryKey) database.exec(`DROP INDEX ${name}_key`)
  dropPhysicalColumn(database, tableId, column.id)
  database.exec(`ALTER TABLE ${name} RENAME COLUMN converted TO ${physical}`)
  if (column.primaryKey) createKeyIndex(database, tableId, column.id)
}
