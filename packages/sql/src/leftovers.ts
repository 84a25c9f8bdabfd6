/** Whether a process that was here before has left something to be done: looked at once after a start, before there is an engine. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openFileReadOnly } from '@logbrook/storage/database'
import type { Database } from '@logbrook/storage/database'
import { STAGING } from './files/file-store.ts'
import { isSubfolder } from './files/stored-name.ts'
import { placesIn } from './snapshot.ts'

/** Changes that topics were not told of, or files that no row holds, in a data directory. Nothing is read where there is no `sql.db`. */
export function hasLeftovers(dataDir: string): boolean {
  const places = placesIn(dataDir)
  if (!existsSync(places.database)) return false
  const database = openFileReadOnly(places.database)
  try {
    return hasOutbox(database) || hasStrayFiles(database, places.files)
  } finally {
    database.close()
  }
}

function hasOutbox(database: Database): boolean {
  return database.prepare('SELECT 1 FROM outbox LIMIT 1').get() !== undefined
}

function hasStrayFiles(database: Database, directory: string): boolean {
  const folders = existsSync(directory) ? readdirSync(directory) : []
  if (folders.includes(STAGING) && readdirSync(join(directory, STAGING)).length > 0) return true
  const isHeld = database.prepare<[string], number>('SELECT 1 FROM file WHERE id = CAST(substr(?1, 7) AS INTEGER) AND path = ?1').pluck()
  return folders
    .filter(isSubfolder)
    .some((sub) => readdirSync(join(directory, sub)).some((name) => isHeld.get(`${sub}/${name}`) === undefined))
}
