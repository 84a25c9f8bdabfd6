/** What SQLite says of the file rather than of a statement: a disk that is full, a file that may not be written, a stranger who holds it. */
import { SqlError } from '../sql-error.ts'

/** In its numbers BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN and NOTADB. */
const FAULTS_OF_THE_FILE: ReadonlySet<number> = new Set([5, 6, 8, 10, 11, 13, 14, 26])
/** The rest of a number says more, as which of its files it was. */
const PRIMARY_CODE = 0xff

/** As anybody may read it; everything else stays what it is. A transaction in which it happens is rolled back. */
export function asStorageError(error: unknown): unknown {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return error
  if (!FAULTS_OF_THE_FILE.has(error.errcode & PRIMARY_CODE)) return error
  const message = `Execution error: sql.db cannot be used: ${error.message} (SQLite's error ${error.errcode}); nothing was stored`
  return new SqlError('INTERNAL_ERROR', 'storage', message, { cause: error })
}
