/** Errors on their way between processes. */
import { KafkaError } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import type { ErrorData } from '../protocol.ts'
import { SqlError } from '../sql-error.ts'
import type { SqlErrorCode, SqlErrorKind } from '../sql-error.ts'

export function toErrorData(error: unknown): ErrorData {
  if (error instanceof SqlError) return dataOf(error)
  if (error instanceof KafkaError) return dataOf(sqlErrorOf(error))
  return { code: 'INTERNAL_ERROR', kind: 'execution', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

function dataOf({ code, kind, message, details }: SqlError): ErrorData {
  return { code, kind, message, ...(details !== undefined && { details }) }
}

export function fromErrorData({ code, kind, message, details }: ErrorData): SqlError {
  return new SqlError(code, kind, message, details === undefined ? {} : { details })
}

/** What the broker refuses, in the words of SQL. */
const TRANSLATIONS: Partial<Record<ErrorName, readonly [code: SqlErrorCode, kind: SqlErrorKind, prefix: string]>> = {
  TOPIC_AUTHORIZATION_FAILED: ['PERMISSION_DENIED', 'permission', 'Permission denied'],
  GROUP_AUTHORIZATION_FAILED: ['PERMISSION_DENIED', 'permission', 'Permission denied'],
  CLUSTER_AUTHORIZATION_FAILED: ['PERMISSION_DENIED', 'permission', 'Permission denied'],
  KAFKA_STORAGE_ERROR: ['INTERNAL_ERROR', 'storage', 'Execution error'],
  UNKNOWN_TOPIC_OR_PARTITION: ['SQL_EXECUTION_ERROR', 'not-found', 'Not found'],
  RESOURCE_NOT_FOUND: ['SQL_EXECUTION_ERROR', 'not-found', 'Not found'],
  GROUP_ID_NOT_FOUND: ['SQL_EXECUTION_ERROR', 'not-found', 'Not found'],
  TOPIC_ALREADY_EXISTS: ['SQL_EXECUTION_ERROR', 'already-exists', 'Already exists'],
  DUPLICATE_RESOURCE: ['SQL_EXECUTION_ERROR', 'already-exists', 'Already exists'],
}

function sqlErrorOf(error: KafkaError): SqlError {
  const [code, kind, prefix] = TRANSLATIONS[error.error] ?? ['SQL_EXECUTION_ERROR', 'invalid-operation', 'Invalid operation']
  return new SqlError(code, kind, `${prefix}: ${error.message}`, { cause: error })
}
