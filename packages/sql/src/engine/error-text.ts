/**
 * What of an error its reader may know (contract: SQL, 11).
 *
 * - Administrators get the text, and the statement as details.
 * - Others get the exact text where it tells them of their own doing only, and else one that tells nothing: not even whether a table exists.
 * - Failures of statements that ran say which of the request's statements it was; refusals before the first ran do not.
 */
import type { Role } from '@logbrook/kafka/users'
import { SqlError, isFaultOfOurs } from '../sql-error.ts'
import type { SqlErrorKind } from '../sql-error.ts'
import { isAdmin } from './access.ts'
import { asStorageError } from './storage-error.ts'

/** What others than administrators are told instead. */
const VEILED: Partial<Record<SqlErrorKind, string>> = {
  syntax: 'SQL statement is invalid or not allowed',
  'unknown-table': 'SQL statement failed',
  execution: 'SQL statement failed',
}

/** One that could not be read is in the error itself. */
export interface FailedStatement {
  /** Without secrets. */
  readonly text: string
  /** From 1; `null`: it was refused before the first ran. */
  readonly number: number | null
}

/** The error as `role` may read it. A fault of ours stays what it is: it is for the broker's log. */
export function readableError(cause: unknown, role: Role, statement: FailedStatement | null): unknown {
  const error = asStorageError(cause)
  if (!(error instanceof SqlError) || isFaultOfOurs(error)) return error
  const veil = isAdmin(role) ? undefined : veilOf(error)
  if (veil !== undefined) return new SqlError(error.code, error.kind, veil, { cause: error })
  const prefix = statement === null || statement.number === null ? '' : `Statement ${statement.number} failed: `
  const details = statement?.text ?? error.details
  const shown = details !== undefined && isAdmin(role) ? { details } : {}
  return new SqlError(error.code, error.kind, `${prefix}${error.message}`, { cause: error, ...shown })
}

/** Texts of a request as a whole ("Unterminated block comment") tell their sender of their own text. */
function veilOf({ code, kind }: SqlError): string | undefined {
  return kind === 'syntax' && code !== 'INVALID_SQL' ? undefined : VEILED[kind]
}
