/** Whether a broker that was here before has left something for topics: looked at once, before there is an engine. */
import { existsSync } from 'node:fs'
import { openFileReadOnly } from '@logbrook/storage/database'
import { placesIn } from '../snapshot.ts'

/** Of a data directory. Nothing is read where there is no `sql.db`. */
export function hasPendingOutbox(dataDir: string): boolean {
  const { database: file } = placesIn(dataDir)
  if (!existsSync(file)) return false
  const database = openFileReadOnly(file)
  try {
    return database.prepare('SELECT 1 FROM outbox LIMIT 1').get() !== undefined
  } finally {
    database.close()
  }
}
