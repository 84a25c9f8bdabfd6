/** Storages, of which only what is said of them is kept, and what KalamDB does to move rows between them: here there is nothing to move. */
import { run as execute } from '../../catalog/query.ts'
import type { Table } from '../../catalog/table.ts'
import type { TableName } from '../../language/statement.ts'
import { alreadyExists, invalidOperation, notFound } from '../../sql-error.ts'
import { note } from '../audit.ts'
import { noteJob } from '../jobs.ts'
import { messageResult, rowsResult } from '../result.ts'
import type { Handlers, Run } from '../run.ts'
import { LOCAL_STORAGE, storageExists } from '../storages.ts'
import { systemResult } from '../system/relation.ts'
import { tableId } from '../system/rows.ts'
import { isSystemNamespace, qualified, requireTable } from '../touched-tables.ts'

type StorageStatement =
  | 'create-storage'
  | 'alter-storage'
  | 'drop-storage'
  | 'show-storages'
  | 'check-storage'
  | 'flush-table'
  | 'flush-all'
  | 'compact-table'
  | 'compact-all'

export const storageHandlers: Handlers<StorageStatement> = {
  'create-storage': ({ id, type, options }, run) => {
    if (storageExists(run.database, id)) throw alreadyExists(`Storage '${id}' already exists`)
    const sql = 'INSERT INTO storage (id, type, options, created_ms, updated_ms) VALUES (:id, :type, :options, :nowMs, :nowMs)'
    execute(run.database, sql, { id, type, options: JSON.stringify(options), nowMs: run.nowMs })
    return changed(run, { id, verb: 'created', action: 'CREATE_STORAGE' })
  },

  'alter-storage': ({ id, options }, run) => {
    assertOwnStorage(run, id)
    const sql = 'UPDATE storage SET options = json_patch(options, :options), updated_ms = :nowMs WHERE id = :id'
    execute(run.database, sql, { id, options: JSON.stringify(options), nowMs: run.nowMs })
    return changed(run, { id, verb: 'altered', action: 'ALTER_STORAGE' })
  },

  'drop-storage': ({ id }, run) => {
    assertOwnStorage(run, id)
    const user = run.catalog.tables().find((table) => table.options['STORAGE_ID'] === id)
    if (user !== undefined) throw invalidOperation(`Storage '${id}' is used by table ${user.namespace}.${user.name}`)
    execute(run.database, 'DELETE FROM storage WHERE id = :id', { id })
    return changed(run, { id, verb: 'dropped', action: 'DROP_STORAGE' })
  },

  'show-storages': (_statement, run) => systemResult('storages', run),

  'check-storage': ({ id }, run) => {
    if (!storageExists(run.database, id)) throw notFound(`Storage '${id}' not found`)
    const fields = ['storage_id', 'status', 'message'].map((name) => ({ name, dataType: 'Text' as const }))
    return rowsResult(run, fields, [[id, 'ok', 'rows of all tables lie in the data directory']])
  },

  'flush-table': ({ table: name }, run) => {
    const { namespace, name: table } = flushable(name, run)
    return messageResult(run, `Storage flush skipped: no pending writes for table '${namespace}.${table}'`)
  },

  'flush-all': (statement, run) => {
    const namespace = namespaceOf(statement.namespace, run)
    return messageResult(run, `Storage flush skipped: no pending writes in namespace '${namespace}'`)
  },

  'compact-table': ({ table: name }, run) => {
    const table = flushable(name, run)
    const job = compact(table, run)
    return messageResult(run, `Storage compaction started for table '${table.namespace}.${table.name}'. Job ID: ${job}`)
  },

  'compact-all': (statement, run) => {
    const namespace = namespaceOf(statement.namespace, run)
    const tables = run.catalog.tables().filter((table) => table.namespace === namespace && table.type !== 'stream')
    if (tables.length === 0) return messageResult(run, `No compactable tables found in namespace ${namespace}`)
    const jobs = tables.map((table) => compact(table, run)).join(', ')
    return messageResult(run, `Storage compaction started for ${tables.length} table(s) in namespace '${namespace}'. Job IDs: [${jobs}]`)
  },
}

function assertOwnStorage({ database }: Run, id: string): void {
  if (!storageExists(database, id)) throw notFound(`Storage '${id}' not found`)
  if (id === LOCAL_STORAGE) throw invalidOperation(`Storage '${id}' is the broker's own`)
}

function changed(run: Run, { id, verb, action }: { readonly id: string; readonly verb: string; readonly action: string }) {
  note(run, { action, target: id })
  return messageResult(run, `Storage '${id}' ${verb} successfully`)
}

function flushable(name: TableName, run: Run): Table {
  const { namespace } = qualified(name, run)
  if (isSystemNamespace(namespace)) throw invalidOperation(`Cannot flush or compact system table '${namespace}.${name.name}'`)
  const table = requireTable(run, name)
  if (table.type === 'stream') throw invalidOperation(`STREAM tables, such as '${namespace}.${table.name}', have nothing in storage`)
  return table
}

function namespaceOf(named: string | null, run: Run): string {
  const namespace = named ?? run.namespace
  if (run.catalog.namespace(namespace) === undefined) throw notFound(`Namespace '${namespace}' does not exist`)
  return namespace
}

/** SQLite keeps its own house: there is nothing to do. */
function compact(table: Table, run: Run): string {
  return noteJob(run, { type: 'compact', parameters: { table_id: tableId(table) }, message: 'Nothing to compact' })
}
