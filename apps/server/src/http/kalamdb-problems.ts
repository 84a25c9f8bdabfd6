/**
 * What went wrong, in the words of KalamDB's three surfaces (contract 1.2, 1.3, 6.5).
 *
 * - Sessions say `{error: code, message}`; what takes a token says it in the envelope of SQL.
 * - Topics say who is not let in as SQL does, and everything else as `{error: text, code}`.
 */
import { ERRORS } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import type { SqlError, SqlErrorCode } from '@logbrook/sql/sql-error'

interface KalamdbProblem {
  readonly code: ErrorName
  readonly message: string
  /** Since the request came. */
  readonly tookMs: number
}

interface KalamdbAnswer {
  readonly status: number
  readonly body: object
}

const SESSION_CODES: Partial<Record<ErrorName, string>> = {
  SASL_AUTHENTICATION_FAILED: 'unauthorized',
  MISSING_AUTHORIZATION: 'unauthorized',
  TOKEN_EXPIRED: 'unauthorized',
  POLICY_VIOLATION: 'forbidden',
  THROTTLING_QUOTA_EXCEEDED: 'rate_limited',
  UNACCEPTABLE_CREDENTIAL: 'weak_password',
  INVALID_USER_NAME: 'invalid_user',
  DUPLICATE_RESOURCE: 'user_exists',
}

export function sessionProblem({ code, message }: KalamdbProblem): KalamdbAnswer {
  const { status } = ERRORS[code]
  return { status, body: { error: SESSION_CODES[code] ?? (status >= 500 ? 'internal_error' : code.toLowerCase()), message } }
}

const SQL_CODES: Partial<Record<ErrorName, string>> = {
  SASL_AUTHENTICATION_FAILED: 'INVALID_CREDENTIALS',
  POLICY_VIOLATION: 'REMOTE_ACCESS_DENIED',
  CLUSTER_AUTHORIZATION_FAILED: 'INSUFFICIENT_PERMISSIONS',
  GROUP_AUTHORIZATION_FAILED: 'INSUFFICIENT_PERMISSIONS',
  TOPIC_AUTHORIZATION_FAILED: 'INSUFFICIENT_PERMISSIONS',
  THROTTLING_QUOTA_EXCEEDED: 'RATE_LIMIT_EXCEEDED',
  INVALID_REQUEST: 'INVALID_INPUT',
  KAFKA_STORAGE_ERROR: 'INTERNAL_ERROR',
  UNKNOWN_SERVER_ERROR: 'INTERNAL_ERROR',
}

export function sqlProblem({ code, message, tookMs }: KalamdbProblem): KalamdbAnswer {
  // Only sessions answer 428.
  const status = code === 'SETUP_REQUIRED' ? 401 : ERRORS[code].status
  return { status, body: sqlEnvelope({ code: SQL_CODES[code] ?? code, message }, tookMs) }
}

const SQL_STATUSES: Partial<Record<SqlErrorCode, number>> = { PERMISSION_DENIED: 403, RATE_LIMIT_EXCEEDED: 429, INTERNAL_ERROR: 500 }

/** Of statements, and of requests of them. */
export function sqlFailure({ code, message, details }: SqlError, tookMs: number): KalamdbAnswer {
  return { status: SQL_STATUSES[code] ?? 400, body: sqlEnvelope({ code, message, ...(details !== undefined && { details }) }, tookMs) }
}

function sqlEnvelope(error: { readonly code: string; readonly message: string; readonly details?: string }, tookMs: number): object {
  return { status: 'error', error, results: [], took: Math.round(tookMs * 1000) / 1000 }
}

/** Of who is not let in. */
const BEARER_ERRORS: ReadonlySet<ErrorName> = new Set([
  'MISSING_AUTHORIZATION',
  'SASL_AUTHENTICATION_FAILED',
  'TOKEN_EXPIRED',
  'ACCOUNT_LOCKED',
  'SETUP_REQUIRED',
  'AUTHENTICATION_ERROR',
])

const TOPIC_CODES: Readonly<Record<number, string>> = { 400: 'INVALID_INPUT', 403: 'FORBIDDEN', 404: 'NOT_FOUND' }

export function topicProblem(problem: KalamdbProblem): KalamdbAnswer {
  const { code, message } = problem
  if (BEARER_ERRORS.has(code)) return sqlProblem(problem)
  // What KalamDB found out too late to say it in another way.
  const status = code === 'OFFSET_OUT_OF_RANGE' ? 500 : ERRORS[code].status
  return { status, body: { error: message, code: TOPIC_CODES[status] ?? (status >= 500 ? 'INTERNAL_ERROR' : code) } }
}
