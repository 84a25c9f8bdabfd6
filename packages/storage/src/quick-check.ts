/** SQLite's quick look at its own pages, for whoever asks how a directory is: `logbrook check` reads all there is. */
import { statSync } from 'node:fs'
import { QUICK_CHECK_BYTES_MAX } from '@logbrook/kafka/limits'
import { databaseFile, guard, openReadOnly } from './database.ts'

export interface QuickCheck {
  readonly databaseBytes: number
  /** `null` where there is more to read than anyone would wait for. */
  readonly problems: readonly string[] | null
}

/**
 * Also beside a running broker. `null` where there is no database yet.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR when there is one that is not ours, or that cannot be opened
 */
export function quickCheck(dataDir: string, maxBytes = QUICK_CHECK_BYTES_MAX): QuickCheck | null {
  const databaseBytes = statSync(databaseFile(dataDir), { throwIfNoEntry: false })?.size
  if (databaseBytes === undefined) return null
  const database = openReadOnly(dataDir)
  try {
    if (databaseBytes > maxBytes) return { databaseBytes, problems: null }
    const rows = guard('the database cannot be read', () => database.prepare<[], { quick_check: string }>('PRAGMA quick_check(10)').all())
    return { databaseBytes, problems: rows.flatMap((row) => integrityProblems(row.quick_check)) }
  } finally {
    database.close()
  }
}

/** Of a row of SQLite's checks: it may be many lines, below the name of the database; `ok` is none. */
export function integrityProblems(row: string): readonly string[] {
  return row.split('\n').filter((line) => line !== 'ok' && !line.startsWith('*** in database'))
}
