/**
 * `logbrook backup`: a consistent, compact copy of the database, also of one that a broker is writing to.
 *
 * - SQLite makes the copy (VACUUM INTO): it holds everything that was committed when it began, and nothing later.
 * - The copy gets its name when it is whole and on the disk; a backup that was interrupted leaves `FILE.partial` behind.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { KafkaError } from '@logbrook/kafka/errors'
import type { Database } from './database.ts'
import { guard, openReadOnly } from './database.ts'

/**
 * Blocks until it is done: run it in a process, or a thread, of its own.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR when `file` exists, there is no database of ours, or there is no room
 */
export function backupStorage(dataDir: string, file: string): void {
  assertNew(file)
  const partial = `${file}.partial`
  rmSync(partial, { force: true })
  copyWhole(openReadOnly(dataDir), partial)
  assertNew(file)
  renameSync(partial, file)
}

/** Copies a database, which is closed then, to a path where there is nothing; the copy is on the disk. @throws KafkaError KAFKA_STORAGE_ERROR */
export function copyWhole(database: Database, file: string): void {
  try {
    guard(`${database.name} could not be backed up`, () => database.prepare('VACUUM INTO ?').run(file))
  } finally {
    database.close()
  }
  toDisk(file)
}

export function assertNew(file: string): void {
  if (existsSync(file)) throw new KafkaError('KAFKA_STORAGE_ERROR', `${file} exists; a backup does not overwrite`)
}

function toDisk(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
