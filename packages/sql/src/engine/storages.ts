/**
 * Storages: where KalamDB puts segments of tables. Here they are names that tables may bear; all rows lie in `sql.db`.
 *
 * `local` is there by itself.
 */
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { queryAll, queryOne } from '../catalog/query.ts'

export const LOCAL_STORAGE = 'local'

export interface Storage {
  readonly id: string
  readonly type: string
  readonly options: Readonly<Record<string, string>>
  readonly createdMs: number
  readonly updatedMs: number
}

export function allStorages(database: DatabaseSync): readonly Storage[] {
  const sql = 'SELECT id, type, options, created_ms AS createdMs, updated_ms AS updatedMs FROM storage ORDER BY id'
  const rows = queryAll(database, sql) as { id: string; type: string; options: string; createdMs: number; updatedMs: number }[]
  return [localStorage(database), ...rows.map((row) => Object.assign(row, { options: JSON.parse(row.options) as Storage['options'] }))]
}

export function storageExists(database: DatabaseSync, id: string): boolean {
  return id === LOCAL_STORAGE || queryOne(database, 'SELECT id FROM storage WHERE id = :id', { id }) !== undefined
}

function localStorage(database: DatabaseSync): Storage {
  const { file } = queryOne(database, 'PRAGMA database_list') as { file: string }
  const options = {
    NAME: 'Local storage',
    DESCRIPTION: 'The directory of the data',
    BASE_DIRECTORY: dirname(file),
    SHARED_TABLES_TEMPLATE: '{namespace}/{tableName}',
    USER_TABLES_TEMPLATE: '{namespace}/{tableName}/{userId}',
  }
  return { id: LOCAL_STORAGE, type: 'filesystem', options, createdMs: 0, updatedMs: 0 }
}
