/** Whose files of a table a caller may have (contract: HTTP, 3.8 and 5; SQL, 7). */
import type { Catalog } from '../catalog/catalog.ts'
import type { AccessLevel, Table } from '../catalog/table.ts'
import type { FindFileRequest } from '../protocol.ts'
import type { SqlCaller } from '../services.ts'
import { SqlError } from '../sql-error.ts'

interface ReadableFiles {
  readonly table: Table
  /** Empty in shared tables. */
  readonly owner: string
}

/** Namespaces of tables that have no rows of their own. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(['system', 'information_schema'])

/** @throws SqlError TABLE_NOT_FOUND, INVALID_INPUT, PERMISSION_DENIED */
export function readableOwner(catalog: Catalog, { caller, namespace, table: name, userId }: FindFileRequest): ReadableFiles {
  if (SYSTEM_NAMESPACES.has(namespace)) throw invalid('system tables hold no files')
  const table = catalog.table(namespace, name)
  if (table === undefined) throw new SqlError('TABLE_NOT_FOUND', 'unknown-table', `Table '${namespace}.${name}' not found`)
  if (table.type === 'stream') throw invalid('STREAM tables hold no files')
  if (table.type === 'shared') {
    if (userId !== null) throw invalid(`user_id is for USER tables; '${namespace}.${name}' is a SHARED table`)
    if (!readsShared(caller, table.accessLevel)) throw denied(`table '${namespace}.${name}' is ${table.accessLevel ?? 'private'}`)
    return { table, owner: '' }
  }
  const owner = userId ?? caller.user
  if (owner !== caller.user && !isAdministrator(caller)) throw denied('files of other users are for the roles dba and system')
  return { table, owner }
}

function readsShared(caller: SqlCaller, level: AccessLevel | null): boolean {
  if (isAdministrator(caller) || level === 'public') return true
  return caller.role === 'service' && level !== 'dba'
}

function isAdministrator({ role }: SqlCaller): boolean {
  return role === 'dba' || role === 'system'
}

function invalid(text: string): SqlError {
  return new SqlError('INVALID_INPUT', 'invalid-operation', `Invalid input: ${text}`)
}

function denied(text: string): SqlError {
  return new SqlError('PERMISSION_DENIED', 'permission', `Access denied: ${text}`)
}
