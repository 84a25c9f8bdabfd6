/**
 * What goes wrong in a statement, as KalamDB's clients are told it (contract: SQL, error codes and texts).
 *
 * `kind` decides the prefix of the text, and what of it a plain user may read (error-text.ts).
 */
export type SqlErrorCode =
  | 'INVALID_INPUT'
  | 'INVALID_PARAMETER'
  | 'EMPTY_SQL'
  | 'BATCH_PARSE_ERROR'
  | 'INVALID_SQL'
  | 'PARAMS_WITH_BATCH'
  | 'SQL_EXECUTION_ERROR'
  | 'TABLE_NOT_FOUND'
  | 'FILE_TOO_LARGE'
  | 'TOO_MANY_FILES'
  | 'MISSING_FILE'
  | 'EXTRA_FILE'
  | 'INVALID_MIME_TYPE'
  | 'PERMISSION_DENIED'
  | 'RATE_LIMIT_EXCEEDED'
  | 'INTERNAL_ERROR'

/** What a failure is about. */
export type SqlErrorKind =
  | 'syntax'
  | 'permission'
  | 'unauthorized'
  | 'not-found'
  | 'unknown-table'
  | 'unknown-column'
  | 'already-exists'
  | 'constraint'
  | 'parameter'
  | 'invalid-operation'
  | 'system-column'
  | 'deadline'
  /** What is stored cannot be used just now. */
  | 'storage'
  | 'execution'

interface SqlErrorOptions extends ErrorOptions {
  readonly details?: string
}

export class SqlError extends Error {
  override readonly name = 'SqlError'
  readonly code: SqlErrorCode
  readonly kind: SqlErrorKind
  /** The statement; for administrators. */
  readonly details: string | undefined

  /** `message` as the contract has it, prefix of its kind included ("Not found: Namespace 'x' not found"). */
  constructor(code: SqlErrorCode, kind: SqlErrorKind, message: string, options: SqlErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.kind = kind
    this.details = options.details
  }
}

/** Whether what went wrong is ours alone to know. */
export function isFaultOfOurs({ code, kind }: Pick<SqlError, 'code' | 'kind'>): boolean {
  return code === 'INTERNAL_ERROR' && kind !== 'storage'
}

/** `text` without the prefix. */
export function notFound(text: string): SqlError {
  return new SqlError('SQL_EXECUTION_ERROR', 'not-found', `Not found: ${text}`)
}

/** `text` without the prefix. */
export function alreadyExists(text: string): SqlError {
  return new SqlError('SQL_EXECUTION_ERROR', 'already-exists', `Already exists: ${text}`)
}

/** `text` without the prefix. */
export function invalidOperation(text: string): SqlError {
  return new SqlError('SQL_EXECUTION_ERROR', 'invalid-operation', `Invalid operation: ${text}`)
}

/** A plain user is told nothing of it, not even the name (error-text.ts). */
export function unknownTable(namespace: string, name: string): SqlError {
  return new SqlError('SQL_EXECUTION_ERROR', 'unknown-table', `Table not found: ${namespace}.${name}`)
}
