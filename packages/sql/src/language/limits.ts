/** What a request of SQL may hold. */
import { SQL_PARAMETERS_MAX, SQL_PARAMETER_BYTES_MAX, SQL_TEXT_BYTES_MAX } from '@logbrook/kafka/limits'
import type { ParameterValue } from '../data-type.ts'
import { SqlError } from '../sql-error.ts'

/** @throws SqlError INVALID_SQL */
export function assertSqlText(sql: string): void {
  const bytes = Buffer.byteLength(sql)
  if (bytes <= SQL_TEXT_BYTES_MAX) return
  throw new SqlError('INVALID_SQL', 'syntax', `SQL text is ${bytes} bytes; the limit is ${SQL_TEXT_BYTES_MAX}`)
}

/**
 * That the parameters are few and small enough, and belong to one statement.
 *
 * @throws SqlError PARAMS_WITH_BATCH, INVALID_PARAMETER
 */
export function assertParameters(params: readonly ParameterValue[], statementCount: number): void {
  if (params.length === 0) return
  if (statementCount > 1) {
    throw new SqlError('PARAMS_WITH_BATCH', 'parameter', `Parameters belong to a single statement; the request holds ${statementCount}`)
  }
  if (params.length > SQL_PARAMETERS_MAX) {
    refuse(`Parameter limit exceeded: the statement has ${params.length} parameters; the maximum is ${SQL_PARAMETERS_MAX}`)
  }
  for (const [index, value] of params.entries()) {
    const bytes = typeof value === 'string' ? Buffer.byteLength(value) : 0
    if (bytes > SQL_PARAMETER_BYTES_MAX) {
      refuse(`Parameter size exceeded: parameter $${index + 1} is ${bytes} bytes; the maximum is ${SQL_PARAMETER_BYTES_MAX} (512 KiB)`)
    }
  }
}

function refuse(problem: string): never {
  throw new SqlError('INVALID_PARAMETER', 'parameter', problem)
}
