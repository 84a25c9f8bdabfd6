/** CREATE TABLE and DROP TABLE. */
import { SQL_COLUMNS_MAX, SQL_TABLES_MAX } from '@logbrook/kafka/limits'
import type { NewTable } from '../../catalog/catalog.ts'
import type { TableType } from '../../catalog/table.ts'
import { isInteger } from '../../compile/types.ts'
import { coerce } from '../../compile/values.ts'
import type { NewColumn, Statement } from '../../language/statement.ts'
import type { SqlCaller } from '../../services.ts'
import { alreadyExists, invalidOperation, notFound, SqlError } from '../../sql-error.ts'
import { assertMayDefine } from '../access.ts'
import { note } from '../audit.ts'
import { createDefaults } from '../defaults.ts'
import { noteJob } from '../jobs.ts'
import { findTable, isSystemNamespace } from '../touched-tables.ts'
import { messageResult } from '../result.ts'
import type { Handlers, Run } from '../run.ts'
import { accessLevelOf, readTableOptions } from './table-options.ts'

type CreateTable = Extract<Statement, { readonly kind: 'create-table' }>

const TYPE_NAMES: Readonly<Record<TableType, string>> = { user: 'User', shared: 'Shared', stream: 'Stream' }

export const tableHandlers: Handlers<'create-table' | 'drop-table'> = {
  'create-table': (statement, run) => {
    const namespace = statement.table.namespace ?? run.namespace
    const { name } = statement.table
    const type = tableTypeOf(statement, { namespace, caller: run.caller })
    assertMayDefine({ namespace, name }, type, run.caller.role)
    assertNamespace(namespace, run)
    if (run.catalog.table(namespace, name) !== undefined) {
      if (statement.ifNotExists) return messageResult(run, `Table ${namespace}.${name} already exists`)
      throw alreadyExists(`Table ${namespace}.${name} already exists`)
    }
    run.catalog.createTable(newTable(statement, { namespace, type }, run), run.nowMs)
    run.effects.catalogChanged = true
    note(run, { action: 'CREATE_TABLE', target: `${namespace}.${name}`, details: { table_type: type } })
    return messageResult(run, `${TYPE_NAMES[type]} table ${namespace}.${name} created successfully`)
  },

  'drop-table': (statement, run) => {
    const namespace = statement.table.namespace ?? run.namespace
    const { name } = statement.table
    if (isSystemNamespace(namespace)) throw invalidOperation(`Cannot drop system table '${namespace}.${name}'`)
    const table = findTable(run, statement.table)
    if (table === undefined) {
      if (statement.ifExists) return messageResult(run, `Table ${namespace}.${name} does not exist (skipped)`)
      throw notFound(`Table '${name}' not found in namespace '${namespace}'`)
    }
    run.catalog.dropTable(table.id)
    run.effects.catalogChanged = true
    const target = `${namespace}.${name}`
    note(run, { action: 'DROP_TABLE', target, details: { table_type: table.type } })
    const parameters = { table_id: `${namespace}:${name}`, table_type: table.type }
    const job = noteJob(run, { type: 'cleanup', parameters, message: `Table ${target} removed` })
    return messageResult(run, `Table ${target} dropped successfully. Cleanup job: ${job}`)
  },
}

/** Where none is said, a table in the namespace that bears one's name has rows of one's own. */
export function tableTypeOf(
  { type }: CreateTable,
  { namespace, caller }: { readonly namespace: string; readonly caller: SqlCaller },
): TableType {
  const isOwn = namespace === caller.user.toLowerCase() && (caller.role === 'service' || caller.role === 'user')
  return type ?? (isOwn ? 'user' : 'shared')
}

function assertNamespace(namespace: string, { catalog }: Run): void {
  if (isSystemNamespace(namespace)) throw invalidOperation(`Cannot create a table in system namespace '${namespace}'`)
  if (catalog.namespace(namespace) !== undefined) return
  throw new SqlError(
    'SQL_EXECUTION_ERROR',
    'not-found',
    `Namespace '${namespace}' does not exist. Create it first with CREATE NAMESPACE ${namespace}`,
  )
}

function newTable(
  statement: CreateTable,
  { namespace, type }: { readonly namespace: string; readonly type: TableType },
  run: Run,
): NewTable {
  const { name } = statement.table
  const { columns, options } = statement
  assertColumns(columns, type, run)
  if (run.catalog.tables().length >= SQL_TABLES_MAX) throw invalidOperation(`there are ${SQL_TABLES_MAX} tables, which is the limit`)
  const { ttlSeconds } = readTableOptions(options, type, run.database)
  const accessLevel = type === 'shared' ? accessLevelOf(options['ACCESS_LEVEL'] ?? 'private') : null
  return { namespace, name, type, accessLevel, columns, options, ttlSeconds }
}

function assertColumns(columns: readonly NewColumn[], type: TableType, run: Run): void {
  if (columns.length > SQL_COLUMNS_MAX) {
    throw invalidOperation(`the table has ${columns.length} columns; the limit is ${SQL_COLUMNS_MAX}`)
  }
  if (type !== 'stream' && !columns.some((column) => column.primaryKey)) {
    throw invalidOperation(`${TYPE_NAMES[type]} tables require a PRIMARY KEY column`)
  }
  for (const column of columns) assertStorable(column, type, run)
}

/** @throws SqlError for a column that no row could fill: of a type that the table cannot have, or with a default of another type */
export function assertStorable(column: NewColumn, type: TableType, run: Run): void {
  const { name, dataType, primaryKey } = column
  if (dataType === 'File') {
    // A stream's rows go by themselves, and nobody would remove their files.
    if (type === 'stream') throw invalidOperation(`STREAM tables cannot have a FILE column, as '${name}' is`)
    if (primaryKey) throw invalidOperation(`a FILE column, as '${name}' is, cannot be the PRIMARY KEY`)
  }
  // An identifier is made when it is needed; whole numbers can all be one.
  if (column.default?.kind === 'snowflake' && isInteger(dataType)) return
  coerce(createDefaults(run, { id: 0 })({ ...column, id: 0, comment: null }), column)
}
