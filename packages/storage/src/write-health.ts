/**
 * Whether the disk takes writes, as the last transaction found it.
 *
 * - Only the disk's own refusals count: no room, an error, a file system that turned read-only. A transaction that was refused for what
 *   it asked says nothing of the disk.
 * - A transaction that succeeds ends it. Where nobody sends any more because the broker said that it is not ready, whoever asks again
 *   finds out: when there is room for the largest group of appends, a page is written to see.
 */
import { statfsSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { DISK_ROOM_BYTES_MIN } from '@logbrook/kafka/limits'
import type { Database, Transact } from './database.ts'
import { SCHEMA_VERSION } from './schema.ts'

export interface WriteHealth {
  /** Goes through it as before, and is watched. */
  readonly transact: Transact
  /** What the disk said to the last transaction, when it refused it. Tries it again where there is room. */
  readonly failure: () => string | undefined
}

export interface WriteHealthOptions {
  readonly database: Database
  readonly transact: Transact
  /** Bytes that the disk has left for us. */
  readonly roomBytes: () => number
}

export function createWriteHealth({ database, transact: unwatched, roomBytes }: WriteHealthOptions): WriteHealth {
  let failure: string | undefined

  function transact<T>(work: () => T): T {
    try {
      const result = unwatched(work)
      failure = undefined
      return result
    } catch (error) {
      failure = diskRefusal(error) ?? failure
      throw error
    }
  }

  function tryAgain(): void {
    try {
      if (roomBytes() >= DISK_ROOM_BYTES_MIN) transact(() => database.pragma(`user_version = ${SCHEMA_VERSION}`))
    } catch {
      // It is as it was, and `failure` says why.
    }
  }

  return {
    transact,
    failure() {
      if (failure !== undefined) tryAgain()
      return failure
    },
  }
}

/** Without opening a file: database.ts says why. */
export function roomBytesOf(dataDir: string): number {
  const { bavail, bsize } = statfsSync(dataDir)
  return bavail * bsize
}

function diskRefusal(error: unknown): string | undefined {
  const isOfDisk = error instanceof Sqlite.SqliteError && /^SQLITE_(?:FULL|IOERR|READONLY|CANTOPEN)/.test(error.code)
  return isOfDisk ? `${error.message} (${error.code})` : undefined
}
