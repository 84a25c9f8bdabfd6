/**
 * `logbrook backup`: a consistent, compact copy of the database, also of one that a broker is writing to.
 *
 * - SQLite makes the copy (VACUUM INTO): it holds everything that was committed when it began, and nothing later.
 * - The copy gets its name when it is whole and on the disk; a backup that was interrupted leaves `FILE.partial` behind.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { KafkaError } from '@logbrook/kafka/errors'
import { guard, openReadOnly } from './database.ts'

/**
 * Blocks until it is done: run it in a process, or a thread, of its own.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR when `file` exists, there is no database of ours, or there is no room
 */
export function backupStorage(dataDir: string, file: string): void {
  assertNew(file)
  const partial = `${file}.partial`
  const database = openReadOnly(dataDir)
  try {
    rmSync(partial, { force: true })
    guard(`${dataDir} could not be backed up`, () => database.prepare('VACUUM INTO ?').run(partial))
  } finally {
    database.close()
  }
  toDisk(partial)
  assertNew(file)
  renameSync(partial, file)
}

function assertNew(file: string): void {
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
