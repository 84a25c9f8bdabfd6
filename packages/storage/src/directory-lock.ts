/**
 * One process per data directory, held by a second small database.
 *
 * - Who holds it has written its name down and then keeps a write transaction open. A second one is refused at once, and can read the
 *   name, because an open write transaction does not keep readers out.
 * - The operating system frees it when the process dies, however it dies.
 * - See database.ts for why nothing but SQLite may open the file.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { KafkaError } from '@logbrook/kafka/errors'
import { storageError } from './database.ts'

export interface DirectoryLock {
  release(): void
}

/** A stranger may be writing its name down at this moment. */
const OWNER_TIMEOUT_MS = 1_000

/**
 * @param owner what a second process is told of this one
 * @throws KafkaError KAFKA_STORAGE_ERROR that names the directory, and its owner where there is one
 */
export function lockDirectory(dataDir: string, owner: string): DirectoryLock {
  let database: Sqlite.Database | undefined
  try {
    database = new Sqlite(join(dataDir, 'logbrook.lock'), { timeout: 0 })
    database.exec('BEGIN IMMEDIATE')
    database.exec('CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL) STRICT')
    database.prepare('INSERT OR REPLACE INTO owner (id, name) VALUES (1, ?)').run(owner)
    database.exec('COMMIT')
    database.exec('BEGIN IMMEDIATE')
    const held = database
    return { release: () => held.close() }
  } catch (error) {
    const refusal = isBusy(error)
      ? new KafkaError('KAFKA_STORAGE_ERROR', `the data directory ${dataDir} is in use by ${ownerOf(database)}`, { cause: error })
      : storageError(`the data directory ${dataDir} cannot be written`, error)
    database?.close()
    throw refusal
  }
}

/**
 * Who holds the directory; `null` when nobody does. It is held itself for the moment that asking takes.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR when its lock cannot be looked at
 */
export function directoryOwner(dataDir: string): string | null {
  const file = join(dataDir, 'logbrook.lock')
  if (!existsSync(file)) return null
  let database: Sqlite.Database | undefined
  try {
    database = new Sqlite(file, { timeout: 0, fileMustExist: true })
    database.exec('BEGIN IMMEDIATE')
    return null
  } catch (error) {
    if (isBusy(error)) return ownerOf(database)
    throw storageError(`${file} cannot be looked at`, error)
  } finally {
    database?.close()
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

function ownerOf(database: Sqlite.Database | undefined): string {
  try {
    database?.pragma(`busy_timeout = ${OWNER_TIMEOUT_MS}`)
    const row = database?.prepare<[], { name: string }>('SELECT name FROM owner').get()
    return row?.name ?? 'another process'
  } catch {
    return 'another process'
  }
}
