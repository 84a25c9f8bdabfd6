/**
 * The write-ahead log of `sql.db`, which grows for as long as somebody reads from it at any time: SQLite's own checkpoints begin it anew only where
 * nobody does, and beside queries that follow each other it had 350 MB after 20 seconds.
 *
 * So when it is large the broker lets no query begin (process/engines.ts) until the writer has begun it anew.
 */
import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { SQL_WAL_BYTES_MAX } from '@logbrook/kafka/limits'

export interface WriteAheadLog {
  /** Whether it is to be begun anew; says so once. */
  isLarge(): boolean
  /** Where a stranger reads from it, it goes on growing, and is large again when it has grown by as much once more. */
  renew(): void
}

/** @param file the database's */
export function openWriteAheadLog(database: DatabaseSync, file: string): WriteAheadLog {
  let largeBytes = SQL_WAL_BYTES_MAX
  const bytes = (): number => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  return {
    isLarge() {
      if (bytes() <= largeBytes) return false
      largeBytes = Infinity
      return true
    },
    renew() {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      largeBytes = bytes() + SQL_WAL_BYTES_MAX
    },
  }
}
