/** The rows of the system tables, in the order of their columns (columns.ts): what `sql.db` knows, and what the broker answers. */
import { queryAll } from '../../catalog/query.ts'
import type { Namespace, TopicSource } from '../../catalog/table.ts'
import { isAdmin } from '../access.ts'
import type { Run } from '../run.ts'
import { allStorages } from '../storages.ts'
import type { Storage } from '../storages.ts'
import { SYSTEM_COLUMNS } from './columns.ts'
import type { SystemTable } from './columns.ts'
import { DATA_TYPE_ROWS } from './data-types.ts'
import { allTables, columnsText, dataTypeText, describe, systemTables } from './described-table.ts'
import type { DescribedTable } from './described-table.ts'
import type { SystemRow } from './relation.ts'
import { settingRows, statRows } from './settings.ts'
import { userRows } from './users.ts'

const US_PER_MS = 1_000
/** The only one there is. */
const NODE_ID = 1

const ROUTES = SYSTEM_COLUMNS.topics.findIndex(({ name }) => name === 'routes')

type Rows = (run: Run) => readonly SystemRow[] | Promise<readonly SystemRow[]>

const none: Rows = () => []

export const systemRows: Readonly<Record<SystemTable, Rows>> = {
  users: userRows,
  namespaces: (run) => run.catalog.namespaces().map((namespace) => namespaceRow(namespace, run)),
  schemas: schemaRows,
  tables: (run) => allTables(run).map(tableRow),
  columns: (run) => allTables(run).flatMap(columnRows),
  live: ({ services, caller }) => services.systemRows(caller, 'live'),
  jobs: jobRows,
  storages: (run) => allStorages(run.database).map((storage) => storageRow(storage, isAdmin(run.caller.role))),
  audit_log: auditRows,
  stats: statRows,
  settings: settingRows,
  cluster: ({ services, caller }) => services.systemRows(caller, 'cluster'),
  topics: topicRows,
  topic_offsets: ({ services, caller }) => services.systemRows(caller, 'topic_offsets'),
  job_nodes: none,
  manifest: none,
  server_logs: none,
  cluster_groups: none,
  datatypes: () => DATA_TYPE_ROWS,
  sessions: ({ services, caller }) => services.systemRows(caller, 'sessions'),
  transactions: none,
}

/** What SHOW TABLES answers: tables as they are now. */
export function latestSchemaRows(tables: readonly DescribedTable[]): readonly SystemRow[] {
  return tables.map((table) => schemaRow(table, true))
}

function namespaceRow({ name, createdMs, options }: Namespace, { catalog }: Run): SystemRow {
  const tables = catalog.tables().filter((table) => table.namespace === name).length
  return [name, name, createdMs * US_PER_MS, JSON.stringify(options), tables]
}

/** One row a version. */
function schemaRows({ catalog }: Run): readonly SystemRow[] {
  const versions = catalog.tables().flatMap((table) => {
    const all = catalog.versions(table.id)
    return all.map((version) => schemaRow(describe(version), version.version === table.version))
  })
  return [...versions, ...latestSchemaRows(systemTables())]
}

function schemaRow(table: DescribedTable, isLatest: boolean): SystemRow {
  return [
    tableId(table),
    table.name,
    table.namespace,
    table.type,
    microseconds(table.createdMs),
    table.version,
    columnsText(table),
    null,
    microseconds(table.updatedMs),
    table.options,
    table.accessLevel,
    Number(isLatest),
    table.storage,
    Number(table.usesUserStorage),
  ]
}

function tableRow(table: DescribedTable): SystemRow {
  const { namespace, name, type, storage, version, options } = table
  return [namespace, name, type, storage, version, options, null, microseconds(table.updatedMs), microseconds(table.createdMs)]
}

function columnRows({ namespace, name, version, columns }: DescribedTable): readonly SystemRow[] {
  return columns.map((column) => [
    namespace,
    name,
    version,
    column.id,
    column.name,
    column.comment,
    dataTypeText(column.dataType),
    column.default,
    column.ordinal,
    Number(column.nullable),
    Number(column.primaryKey),
    column.primaryKey ? 1 : null,
  ])
}

function storageRow({ id, type, options, createdMs, updatedMs }: Storage, showsCredentials: boolean): SystemRow {
  const credentials = options['CREDENTIALS'] ?? null
  return [
    id,
    options['NAME'] ?? id,
    options['DESCRIPTION'] ?? null,
    type,
    options['BASE_DIRECTORY'] ?? options['PATH'] ?? options['BUCKET'] ?? '',
    showsCredentials || credentials === null ? credentials : '***',
    options['CONFIG'] ?? null,
    options['SHARED_TABLES_TEMPLATE'] ?? null,
    options['USER_TABLES_TEMPLATE'] ?? null,
    createdMs * US_PER_MS,
    updatedMs * US_PER_MS,
  ]
}

interface JobRow {
  readonly id: string
  readonly type: string
  readonly parameters: string
  readonly message: string
  readonly created_ms: number
  readonly finished_ms: number
}

function jobRows({ database }: Run): readonly SystemRow[] {
  const sql = 'SELECT id, type, parameters, message, created_ms, finished_ms FROM job ORDER BY number'
  const rows = queryAll(database, sql) as JobRow[]
  return rows.map(({ id, type, parameters, message, created_ms: createdMs, finished_ms: finishedMs }) => {
    const [created, finished] = [createdMs * US_PER_MS, finishedMs * US_PER_MS]
    const named: (string | number | null)[] = [id, type, 'completed', null, parameters, message]
    return named.concat([null, null, null, 0, '0', '0', null, null], [created, finished, created, finished, NODE_ID, NODE_ID])
  })
}

function auditRows({ database }: Run): readonly SystemRow[] {
  const sql =
    `SELECT 'AU-' || number AS id, timestamp_ms * ${US_PER_MS} AS timestamp, actor, action, target, details, host, subject ` +
    'FROM audit ORDER BY number'
  const rows = queryAll(database, sql) as Readonly<Record<string, string | number | null>>[]
  return rows.map((row) => Object.values(row))
}

/** The broker knows topics, and `sql.db` what they are told of. */
async function topicRows({ services, caller, catalog }: Run): Promise<readonly SystemRow[]> {
  const rows = await services.systemRows(caller, 'topics')
  const sources = catalog.sources()
  return rows.map((row) => {
    const routes = sources.filter((source) => source.topicId === row[6]).map((source) => routeOf(source, catalog))
    return row.with(ROUTES, JSON.stringify(routes))
  })
}

function routeOf({ tableId: id, operation, payload, filter }: TopicSource, catalog: Run['catalog']) {
  const table = catalog.tableById(id)
  return {
    table_id: table === undefined ? String(id) : tableId(table),
    op: operation,
    payload_mode: payload,
    filter_expr: filter,
    partition_key_expr: null,
  }
}

export function tableId({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}:${name}`
}

function microseconds(ms: number | null): number | null {
  return ms === null ? null : ms * US_PER_MS
}
