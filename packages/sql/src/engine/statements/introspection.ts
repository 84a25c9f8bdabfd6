/** What tables there are and what they are like: SHOW, DESCRIBE; and SET, which sets nothing. */
import { queryOne } from '../../catalog/query.ts'
import type { Table } from '../../catalog/table.ts'
import type { Cell } from '../../data-type.ts'
import type { TableName } from '../../language/statement.ts'
import { notFound } from '../../sql-error.ts'
import { assertMayRead, assertMayReadSystem, isAdmin } from '../access.ts'
import { tableRelation } from '../relations.ts'
import { messageResult, rowsResult } from '../result.ts'
import type { ResultField } from '../result.ts'
import type { Handlers, Run } from '../run.ts'
import { allTables, dataTypeText, describe, systemTables } from '../system/described-table.ts'
import type { DescribedTable } from '../system/described-table.ts'
import { systemResult, systemRowsResult } from '../system/relation.ts'
import { latestSchemaRows } from '../system/rows.ts'
import { isSystemNamespace, missingTable, qualified, requireTable } from '../touched-tables.ts'

const DESCRIBE_FIELDS: readonly ResultField[] = [
  { name: 'column_name', dataType: 'Text' },
  { name: 'ordinal_position', dataType: 'Int' },
  { name: 'column_id', dataType: 'BigInt' },
  { name: 'data_type', dataType: 'Text' },
  { name: 'is_nullable', dataType: 'Boolean' },
  { name: 'is_primary_key', dataType: 'Boolean' },
  { name: 'column_default', dataType: 'Text' },
  { name: 'column_comment', dataType: 'Text' },
  { name: 'schema_version', dataType: 'Int' },
]

const STATS_FIELDS: readonly ResultField[] = [
  { name: 'table_name', dataType: 'Text' },
  { name: 'namespace', dataType: 'Text' },
  { name: 'schema_version', dataType: 'Int' },
  { name: 'logical_rows', dataType: 'BigInt' },
  { name: 'flushed_segments', dataType: 'BigInt' },
  { name: 'active_streams', dataType: 'BigInt' },
  { name: 'memory_bytes', dataType: 'BigInt' },
]

type IntrospectionStatement = 'show-tables' | 'describe-table' | 'show-columns' | 'show-stats' | 'show-all' | 'set'

export const introspectionHandlers: Handlers<IntrospectionStatement> = {
  'show-tables': ({ namespace }, run) => {
    if (namespace !== null && !isSystemNamespace(namespace) && run.catalog.namespace(namespace) === undefined) {
      throw notFound(`Namespace '${namespace}' does not exist`)
    }
    const seen = isAdmin(run.caller.role) ? allTables(run) : run.catalog.tables().map(describe)
    const tables = seen.filter((table) => namespace === null || table.namespace === namespace)
    return systemRowsResult('schemas', latestSchemaRows(tables), run)
  },

  'describe-table': ({ table: name, history }, run) => {
    const versions = history ? versionsOf(name, run) : [describedTable(name, run)]
    return rowsResult(run, DESCRIBE_FIELDS, versions.flatMap(describeRows))
  },

  'show-columns': ({ table: name }, run) => rowsResult(run, DESCRIBE_FIELDS, describeRows(describedTable(name, run))),

  'show-stats': ({ table: name }, run) => {
    const table = requireTable(run, name)
    assertMayRead(table, run.caller.role)
    return rowsResult(run, STATS_FIELDS, [[table.name, table.namespace, table.version, String(countRows(table, run)), '0', '0', '0']])
  },

  'show-all': (_statement, run) => systemResult('settings', run),

  set: ({ name, value }, run) => messageResult(run, `SET ${name} TO ${value}: accepted, and without effect`),
}

function describedTable(name: TableName, run: Run): DescribedTable {
  const whole = qualified(name, run)
  if (!isSystemNamespace(whole.namespace)) return describe(requireTable(run, name))
  assertMayReadSystem(whole, run.caller.role)
  return systemTables().find((table) => table.namespace === whole.namespace && table.name === whole.name) ?? missingTable(name, run)
}

/** The newest first. */
function versionsOf(name: TableName, run: Run): readonly DescribedTable[] {
  const { namespace } = qualified(name, run)
  if (isSystemNamespace(namespace)) return [describedTable(name, run)]
  return run.catalog.versions(requireTable(run, name).id).map(describe).toReversed()
}

function describeRows({ columns, version }: DescribedTable): readonly (readonly Cell[])[] {
  return columns.map((column) => [
    column.name,
    column.ordinal,
    column.id === null ? null : String(column.id),
    dataTypeText(column.dataType),
    column.nullable,
    column.primaryKey,
    column.default,
    column.comment,
    version,
  ])
}

/** Those that the caller would see. */
function countRows(table: Table, run: Run): number {
  const parameters: Record<string, string | number> = {}
  const rows = tableRelation(table, run).render((value) => {
    const name = `p${Object.keys(parameters).length}`
    parameters[name] = value as string | number
    return `:${name}`
  })
  return (queryOne(run.database, `SELECT count(*) AS count FROM ${rows}`, parameters) as { count: number }).count
}
