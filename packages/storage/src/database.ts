/**
 * SQLite connections: the one place that names better-sqlite3 and its settings.
 *
 * - The writer never checkpoints on its own: checkpointer.ts decides when.
 * - Database files are opened by SQLite alone. Closing any descriptor of a file drops the process's POSIX locks on it, so
 *   `fs.open` (or a second SQLite library) on a live file would let a second broker in.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import Sqlite from 'better-sqlite3'
import { KafkaError } from '@logbrook/kafka/errors'
import { BUSY_TIMEOUT_MS } from '@logbrook/kafka/limits'
import { assertSchema, migrate } from './schema.ts'

export type Database = Sqlite.Database
export type Statement<Parameters extends unknown[], Row> = Sqlite.Statement<Parameters, Row>

/**
 * `os`: a killed process loses nothing acknowledged. `fsync`: a power cut neither. `none`: as `os`, but a power cut may spoil the
 * whole file, for which nothing ever waits for the disk.
 */
export type Durability = 'none' | 'os' | 'fsync'

const SYNCHRONOUS: Readonly<Record<Durability, string>> = { none: 'OFF', os: 'NORMAL', fsync: 'FULL' }

/** SQLite's own ceiling: reads come from the page cache of the operating system without being copied through a buffer. */
export const MMAP_BYTES = 2 ** 31 - 2 ** 16
const CACHE_KIB = 16 * 1024

export function databaseFile(dataDir: string): string {
  return join(dataDir, 'logbrook.db')
}

/** @throws KafkaError KAFKA_STORAGE_ERROR in one sentence when the directory cannot be made */
export function makeDataDir(dataDir: string): void {
  try {
    makeDirs(resolve(dataDir))
  } catch (cause) {
    throw new KafkaError('KAFKA_STORAGE_ERROR', `the data directory ${dataDir} cannot be made: ${reasonOf(cause)}`, { cause })
  }
}

/** Node's own `recursive` never comes back where a directory says that it does not exist when one is made in it, as /proc does. */
function makeDirs(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
  const parent = dirname(path)
  if (!existsSync(parent)) makeDirs(parent)
  mkdirSync(path)
}

/**
 * Opens the log's database for writing, making or migrating it where needed.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR in one sentence when the file cannot be written, is not ours or is newer than this program
 */
export function openDatabase(location: { readonly dataDir: string } | 'memory', durability: Durability): Database {
  const file = location === 'memory' ? ':memory:' : databaseFile(location.dataDir)
  let database: Database | undefined
  try {
    database = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS })
    assertSchema(database, file)
    prepareToWrite(database, durability)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof KafkaError) throw error
    throw new KafkaError('KAFKA_STORAGE_ERROR', `${file} cannot be opened: ${reasonOf(error)}`, { cause: error })
  }
}

/** Opens for writing, in memory, the bytes of a database file of ours. */
export function openImage(image: Buffer): Database {
  const database = new Sqlite(image)
  prepareToWrite(database, 'none')
  return database
}

function prepareToWrite(database: Database, durability: Durability): void {
  database.pragma('page_size = 4096')
  database.pragma('journal_mode = WAL')
  database.pragma('wal_autocheckpoint = 0')
  database.pragma(`synchronous = ${SYNCHRONOUS[durability]}`)
  database.pragma(`mmap_size = ${MMAP_BYTES}`)
  database.pragma(`cache_size = -${CACHE_KIB}`)
  database.pragma('temp_store = MEMORY')
  migrate(database)
}

/**
 * A connection that writes nothing, also beside a running broker.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR in one sentence when there is no such file or it is not ours
 */
export function openReadOnly(dataDir: string): Database {
  const file = databaseFile(dataDir)
  let database: Database | undefined
  try {
    database = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS })
    assertSchema(database, file)
    return database
  } catch (error) {
    database?.close()
    if (error instanceof KafkaError) throw error
    throw new KafkaError('KAFKA_STORAGE_ERROR', `${file} cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}

/**
 * A database that is not the log's, for whoever keeps one beside it.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR when there is no such file
 */
export function openFileReadOnly(file: string): Database {
  return guard(`${file} cannot be read`, () => new Sqlite(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }))
}

/** Runs `work` in one transaction: all of it is kept, or none. */
export type Transact = <T>(work: () => T) => T

/**
 * After some errors SQLite has rolled back by itself, after others it waits to be told, and the rollback may fail in turn:
 * whatever is left open is undone before the next transaction begins.
 */
export function createTransact(database: Database): Transact {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  return (work) => {
    if (!database.open) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log is closed')
    if (database.inTransaction) rollback.run()
    begin.run()
    try {
      const result = work()
      commit.run()
      return result
    } catch (error) {
      undo()
      throw error
    }
  }

  function undo(): void {
    if (!database.inTransaction) return
    try {
      rollback.run()
    } catch {
      // The error that led here is the one to tell; the next transaction tries again.
    }
  }
}

/** Runs what speaks to SQLite: its errors leave as KafkaError KAFKA_STORAGE_ERROR that says what `failed`. */
export function guard<T>(failed: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storageError(failed, error)
  }
}

/** The one translation of SQLite's errors. What is not SQLite's comes back as it is. */
export function storageError(failed: string, error: unknown): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error
  return new KafkaError('KAFKA_STORAGE_ERROR', `${failed}: ${reasonOf(error)}`, { cause: error })
}

function reasonOf(error: unknown): string {
  if (error instanceof Sqlite.SqliteError) return `${error.message} (${error.code})`
  return error instanceof Error ? error.message : String(error)
}
