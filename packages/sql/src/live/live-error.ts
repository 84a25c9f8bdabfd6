/** Why a subscription is refused or ends, as its subscriber is told it (contract 7.6). */
import { KafkaError } from '@logbrook/kafka/errors'
import { SqlError } from '../sql-error.ts'
import type { SqlErrorKind } from '../sql-error.ts'
import type { LiveErrorCode } from './messages.ts'

export class LiveError extends Error {
  override readonly name = 'LiveError'
  readonly code: LiveErrorCode

  constructor(code: LiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const CODES: Partial<Record<SqlErrorKind, LiveErrorCode>> = {
  permission: 'UNAUTHORIZED',
  unauthorized: 'UNAUTHORIZED',
  'not-found': 'NOT_FOUND',
  'unknown-table': 'NOT_FOUND',
  syntax: 'INVALID_SQL',
  'unknown-column': 'INVALID_SQL',
  parameter: 'INVALID_SQL',
  'system-column': 'INVALID_SQL',
}

/** Whether nobody but us can do something about it. */
export function isOurs(error: unknown): boolean {
  if (error instanceof SqlError) return error.code === 'INTERNAL_ERROR'
  return !(error instanceof LiveError) && !(error instanceof KafkaError && error.status < 500)
}

/** `otherwise`: the code of what has none of its own. */
export function toLiveError(error: unknown, otherwise: LiveErrorCode): LiveError {
  if (error instanceof LiveError) return error
  if (error instanceof SqlError && !isOurs(error)) return new LiveError(CODES[error.kind] ?? otherwise, error.message, { cause: error })
  if (error instanceof KafkaError && error.status === 403) return new LiveError('UNAUTHORIZED', error.message, { cause: error })
  if (error instanceof KafkaError && error.status < 500) return new LiveError('NOT_FOUND', error.message, { cause: error })
  // What went wrong is ours to know.
  return new LiveError(otherwise, 'the live query failed', { cause: error })
}
