/** Whether a broker that was here before has left something for topics: looked at once, before there is an engine. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Of a data directory. Nothing is read where there is no `sql.db`. */
export async function hasPendingOutbox(dataDir: string): Promise<boolean> {
  const file = join(dataDir, 'sql.db')
  if (!existsSync(file)) return false
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(file)
  try {
    return database.prepare('SELECT 1 FROM outbox LIMIT 1').get() !== undefined
  } finally {
    database.close()
  }
}
