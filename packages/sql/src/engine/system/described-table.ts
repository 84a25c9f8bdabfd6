/** A table as those are told of it who ask for tables: one shape for the user's tables and for the system's. */
import type { AccessLevel, ColumnDefault, Table, TableType } from '../../catalog/table.ts'
import type { DataType } from '../../data-type.ts'
import type { Run } from '../run.ts'
import { LOCAL_STORAGE } from '../storages.ts'
import type { RelationColumn } from '../../compile/relation.ts'
import { INFORMATION_COLUMNS, SYSTEM_COLUMNS } from './columns.ts'

interface DescribedColumn {
  /** `null` of a column of the system's. */
  readonly id: number | null
  readonly name: string
  /** From 1. */
  readonly ordinal: number
  readonly dataType: DataType
  readonly nullable: boolean
  readonly primaryKey: boolean
  readonly default: string | null
  readonly comment: string | null
}

export interface DescribedTable {
  readonly namespace: string
  readonly name: string
  readonly type: TableType | 'system'
  readonly columns: readonly DescribedColumn[]
  /** JSON text: the type, and what else was said of the table. */
  readonly options: string
  readonly accessLevel: AccessLevel | null
  readonly storage: string | null
  readonly usesUserStorage: boolean
  readonly version: number
  /** `null`: it was there from the beginning. */
  readonly createdMs: number | null
  readonly updatedMs: number | null
}

/** With its system columns. */
export function describe(table: Table): DescribedTable {
  const { namespace, name, type, accessLevel, version, createdMs, updatedMs } = table
  const storage = table.options['STORAGE_ID'] ?? LOCAL_STORAGE
  const usesUserStorage = table.options['USE_USER_STORAGE']?.toLowerCase() === 'true'
  const own = table.columns.map((column, index): DescribedColumn => {
    const { id, dataType, nullable, primaryKey, comment } = column
    return { id, name: column.name, ordinal: index + 1, dataType, nullable, primaryKey, default: defaultText(column.default), comment }
  })
  const columns = [...own, ...systemColumns(type, own.length)]
  return { namespace, name, type, columns, options: optionsOf(table), accessLevel, storage, usesUserStorage, version, createdMs, updatedMs }
}

/** Users' tables and the system's. */
export function allTables({ catalog }: Run): readonly DescribedTable[] {
  return [...catalog.tables().map(describe), ...systemTables()]
}

/** The tables of `system` and `information_schema`. */
export function systemTables(): readonly DescribedTable[] {
  return [
    ...Object.entries(SYSTEM_COLUMNS).map(systemTable('system')),
    ...Object.entries(INFORMATION_COLUMNS).map(systemTable('information_schema')),
  ]
}

function systemTable(namespace: string): (entry: readonly [string, readonly RelationColumn[]]) => DescribedTable {
  return ([name, columns]) => ({
    namespace,
    name,
    type: 'system',
    columns: columns.map((column, index) => systemColumn(column.name, column.dataType, index + 1)),
    options: JSON.stringify({ table_type: 'SYSTEM' }),
    accessLevel: null,
    storage: null,
    usesUserStorage: false,
    version: 1,
    createdMs: null,
    updatedMs: null,
  })
}

function systemColumns(type: TableType, before: number): readonly DescribedColumn[] {
  const seq: DescribedColumn = { ...systemColumn('_seq', 'BigInt', before + 1), nullable: false }
  return type === 'stream' ? [seq] : [seq, { ...systemColumn('_deleted', 'Boolean', before + 2), nullable: false }]
}

function systemColumn(name: string, dataType: DataType, ordinal: number): DescribedColumn {
  return { id: null, name, ordinal, dataType, nullable: true, primaryKey: false, default: null, comment: null }
}

function optionsOf({ type, options, accessLevel, ttlSeconds }: Table): string {
  return JSON.stringify({
    table_type: type.toUpperCase(),
    ...(type === 'stream' ? { ttl_seconds: ttlSeconds } : { storage_id: options['STORAGE_ID'] ?? LOCAL_STORAGE }),
    ...(type === 'stream' ? {} : { flush_policy: options['FLUSH_POLICY'] ?? null }),
    ...(type === 'shared' ? { access_level: accessLevel } : {}),
    ...(type === 'user' ? { use_user_storage: options['USE_USER_STORAGE']?.toLowerCase() === 'true' } : {}),
    ...('DELETED_RETENTION_HOURS' in options ? { deleted_retention_hours: Number(options['DELETED_RETENTION_HOURS']) } : {}),
  })
}

const DEFAULT_FUNCTIONS: Readonly<Record<Exclude<ColumnDefault['kind'], 'literal'>, string>> = {
  now: 'NOW()',
  snowflake: 'SNOWFLAKE_ID()',
  uuid: 'UUID_V7()',
  ulid: 'ULID()',
  'current-user': 'CURRENT_USER()',
}

/** As it would be written. */
function defaultText(value: ColumnDefault | null): string | null {
  if (value === null) return null
  return value.kind === 'literal' ? value.sql : DEFAULT_FUNCTIONS[value.kind]
}

/** A closed name, or JSON of one with numbers. */
export function dataTypeText(dataType: DataType): string {
  return typeof dataType === 'string' ? dataType : JSON.stringify(dataType)
}

/** As `system.schemas` and SHOW TABLES have them. */
export function columnsText(table: DescribedTable): string {
  return JSON.stringify(
    table.columns.map((column) => ({
      column_name: column.name,
      ordinal_position: column.ordinal,
      column_id: column.id,
      data_type: column.dataType,
      is_nullable: column.nullable,
      is_primary_key: column.primaryKey,
      default_value: column.default,
      column_default: column.default,
      column_comment: column.comment,
    })),
  )
}
