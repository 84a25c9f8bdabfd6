/** ALTER TABLE: one change of one table. A change that changes nothing makes no version. */
import { SQL_COLUMNS_MAX } from '@logbrook/kafka/limits'
import type { TableChange } from '../../catalog/catalog.ts'
import { physicalColumn, physicalTable } from '../../catalog/physical-table.ts'
import { queryOne } from '../../catalog/query.ts'
import type { Column, Table } from '../../catalog/table.ts'
import { isSameType, typeName } from '../../compile/types.ts'
import type { AlterTableOperation, NewColumn, Statement } from '../../language/statement.ts'
import { alreadyExists, invalidOperation, SqlError } from '../../sql-error.ts'
import { assertMayDefine } from '../access.ts'
import { note } from '../audit.ts'
import { releaseColumn } from '../files.ts'
import { messageResult } from '../result.ts'
import type { Handlers, Run } from '../run.ts'
import { isSystemNamespace, qualified, requireTable } from '../touched-tables.ts'
import { convertColumn, fillColumn } from './column-values.ts'
import { accessLevelOf } from './table-options.ts'
import { assertStorable } from './tables.ts'

type Operation<K extends AlterTableOperation['kind']> = AlterTableOperation & { readonly kind: K }

/** What is to be changed (`null`: it is so already), and how the answer calls it. */
interface Alteration {
  readonly change: TableChange | null
  readonly summary: string
}

export const alterTableHandlers: Handlers<'alter-table'> = {
  'alter-table': (statement, run) => {
    const table = alterable(statement, run)
    const { change, summary } = alteration(statement.operation, table, run)
    const target = `${table.namespace}.${table.name}`
    if (change === null) return messageResult(run, `Table ${target} altered successfully: ${summary} (version ${table.version})`)
    const changed = run.catalog.changeTable(table.id, change, run.nowMs)
    if (change.kind === 'add-column') fillColumn(changed, run)
    run.effects.catalogChanged = true
    note(run, { action: 'ALTER_TABLE', target, details: { change: summary } })
    return messageResult(run, `Table ${target} altered successfully: ${summary} (version ${changed.version})`)
  },
}

function alterable({ table: name }: Extract<Statement, { readonly kind: 'alter-table' }>, run: Run): Table {
  const { namespace } = qualified(name, run)
  if (isSystemNamespace(namespace)) throw invalidOperation(`Cannot alter system table '${namespace}.${name.name}'`)
  const table = requireTable(run, name)
  assertMayDefine(table, table.type, run.caller.role)
  return table
}

function alteration(operation: AlterTableOperation, table: Table, run: Run): Alteration {
  switch (operation.kind) {
    case 'add-column':
      return addColumn(operation, table, run)
    case 'drop-column':
      return dropColumn(operation, table, run)
    case 'rename-column':
      return renameColumn(operation, table)
    case 'modify-column':
      return modifyColumn(operation, table, run)
    case 'set-nullable':
      return setNullable(operation, table, run)
    case 'set-default':
      return setDefault(operation, table, run)
    case 'set-access-level':
      return setAccessLevel(operation, table)
    case 'create-index':
    case 'drop-index':
    default:
      return changeIndex(operation, table)
  }
}

function addColumn({ column }: Operation<'add-column'>, table: Table, run: Run): Alteration {
  assertFree(table, column.name)
  if (table.columns.length >= SQL_COLUMNS_MAX) {
    throw invalidOperation(`table ${table.namespace}.${table.name} has ${SQL_COLUMNS_MAX} columns, which is the limit`)
  }
  assertStorable(column, table.type, run)
  if (!column.nullable && column.default === null && hasRows(table, run))
    throw nullsIn(column, `rows of ${table.namespace}.${table.name} have none`)
  return { change: { kind: 'add-column', column }, summary: `ADD COLUMN ${column.name} ${typeName(column.dataType)}` }
}

function dropColumn({ column: name }: Operation<'drop-column'>, table: Table, run: Run): Alteration {
  const { id: columnId, primaryKey, dataType } = columnOf(table, name)
  if (primaryKey) throw invalidOperation(`Cannot drop PRIMARY KEY column '${name}'`)
  if (table.columns.length === 1) throw invalidOperation(`Cannot drop column '${name}': the table has no other`)
  if (dataType === 'File') releaseColumn(run.database, table.id, columnId)
  return { change: { kind: 'drop-column', columnId }, summary: `DROP COLUMN ${name}` }
}

function renameColumn({ column: name, to }: Operation<'rename-column'>, table: Table): Alteration {
  const { id: columnId } = columnOf(table, name)
  const summary = `RENAME COLUMN ${name} TO ${to}`
  if (name === to) return { change: null, summary }
  assertFree(table, to)
  return { change: { kind: 'change-column', columnId, change: { name: to } }, summary }
}

function modifyColumn({ column: name, dataType, nullable }: Operation<'modify-column'>, table: Table, run: Run): Alteration {
  const column = columnOf(table, name)
  const summary = `MODIFY COLUMN ${name} ${typeName(dataType)}`
  if (nullable !== null && nullable !== column.nullable) assertNullable(column, nullable, table, run)
  const change = { dataType, nullable: nullable ?? column.nullable }
  if (isSameType(dataType, column.dataType) && change.nullable === column.nullable) return { change: null, summary }
  if (!isSameType(dataType, column.dataType)) {
    if (column.dataType === 'File' || dataType === 'File') throw invalidOperation(`Cannot change column '${name}' from or to FILE`)
    assertStorable({ ...column, dataType }, table.type, run)
    convertColumn(column, dataType, table, run)
  }
  return { change: { kind: 'change-column', columnId: column.id, change }, summary }
}

function setNullable({ column: name, nullable }: Operation<'set-nullable'>, table: Table, run: Run): Alteration {
  const column = columnOf(table, name)
  const summary = `ALTER COLUMN ${name} ${nullable ? 'DROP' : 'SET'} NOT NULL`
  if (column.nullable === nullable) return { change: null, summary }
  assertNullable(column, nullable, table, run)
  return { change: { kind: 'change-column', columnId: column.id, change: { nullable } }, summary }
}

function assertNullable(column: Column, nullable: boolean, table: Table, run: Run): void {
  if (nullable && column.primaryKey) throw invalidOperation(`PRIMARY KEY column '${column.name}' is never NULL`)
  const sql = `SELECT 1 FROM ${physicalTable(table.id)} WHERE deleted = 0 AND ${physicalColumn(column.id)} IS NULL LIMIT 1`
  if (!nullable && queryOne(run.database, sql) !== undefined) throw nullsIn(column, 'it has NULL in rows that there are')
}

function setDefault({ column: name, default: value }: Operation<'set-default'>, table: Table, run: Run): Alteration {
  const column = columnOf(table, name)
  const summary = `ALTER COLUMN ${name} ${value === null ? 'DROP' : 'SET'} DEFAULT`
  if (JSON.stringify(column.default) === JSON.stringify(value)) return { change: null, summary }
  assertStorable({ ...column, default: value }, table.type, run)
  return { change: { kind: 'change-column', columnId: column.id, change: { default: value } }, summary }
}

function setAccessLevel({ level: word }: Operation<'set-access-level'>, table: Table): Alteration {
  if (table.type !== 'shared') {
    throw invalidOperation(`ACCESS LEVEL is only supported for SHARED tables, which ${table.namespace}.${table.name} is not`)
  }
  const level = accessLevelOf(word)
  const summary = `SET ACCESS LEVEL ${level}`
  return { change: level === table.accessLevel ? null : { kind: 'access-level', level }, summary }
}

function changeIndex({ kind, column: name }: Operation<'create-index' | 'drop-index'>, table: Table): Alteration {
  const { id: columnId } = columnOf(table, name)
  return { change: { kind, columnId }, summary: `${kind === 'create-index' ? 'CREATE' : 'DROP'} INDEX ${name}` }
}

function columnOf(table: Table, name: string): Column {
  const column = table.columns.find((each) => each.name === name)
  if (column !== undefined) return column
  if (name === '_seq' || name === '_deleted') {
    throw new SqlError('SQL_EXECUTION_ERROR', 'system-column', `System column violation: Column '${name}' cannot be altered`)
  }
  throw new SqlError('SQL_EXECUTION_ERROR', 'unknown-column', `Column '${name}' does not exist`)
}

function assertFree(table: Table, name: string): void {
  if (table.columns.some((column) => column.name === name)) throw alreadyExists(`Column '${name}' already exists`)
}

function hasRows(table: Table, { database }: Run): boolean {
  return queryOne(database, `SELECT 1 FROM ${physicalTable(table.id)} WHERE deleted = 0 LIMIT 1`) !== undefined
}

function nullsIn({ name }: Pick<NewColumn, 'name'>, why: string): SqlError {
  return new SqlError('SQL_EXECUTION_ERROR', 'constraint', `NOT NULL constraint violation: column '${name}' cannot be NOT NULL: ${why}`)
}
