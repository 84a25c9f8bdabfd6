/** Whose files of a table a caller may have (contract: HTTP, 3.8 and 5; SQL, 7). */
import type { Catalog } from '../catalog/catalog.ts'
import type { Table } from '../catalog/table.ts'
import type { FindFileRequest } from '../protocol.ts'
import { SqlError } from '../sql-error.ts'
import { assertMayRead, isAdmin } from './access.ts'
import { isSystemNamespace } from './touched-tables.ts'

interface ReadableFiles {
  readonly table: Table
  /** Empty in shared tables. */
  readonly owner: string
}

/** @throws SqlError TABLE_NOT_FOUND, INVALID_INPUT, PERMISSION_DENIED */
export function readableFiles(catalog: Catalog, { caller, namespace, table: name, userId }: FindFileRequest): ReadableFiles {
  if (isSystemNamespace(namespace)) throw invalid('system tables hold no files')
  const table = catalog.table(namespace, name)
  if (table === undefined) throw new SqlError('TABLE_NOT_FOUND', 'unknown-table', `Table '${namespace}.${name}' not found`)
  if (table.type === 'stream') throw invalid('STREAM tables hold no files')
  if (table.type === 'shared') {
    if (userId !== null) throw invalid(`user_id is for USER tables; '${namespace}.${name}' is a SHARED table`)
    assertMayRead(table, caller.role)
    return { table, owner: '' }
  }
  const owner = userId ?? caller.user
  if (owner === caller.user || isAdmin(caller.role)) return { table, owner }
  throw new SqlError('PERMISSION_DENIED', 'permission', 'Access denied: files of other users are for the roles dba and system')
}

function invalid(text: string): SqlError {
  return new SqlError('INVALID_INPUT', 'invalid-operation', `Invalid input: ${text}`)
}
