import Sqlite from 'better-sqlite3'

/** Of the SQLite that this process uses. */
export function sqliteVersion(): string {
  const database = new Sqlite(':memory:')
  try {
    return database.prepare<[], string>('SELECT sqlite_version()').pluck().get()!
  } finally {
    database.close()
  }
}
