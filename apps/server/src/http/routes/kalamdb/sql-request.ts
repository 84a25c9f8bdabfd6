/**
 * What a request of SQL says.
 *
 * - Parameters keep the type that they were written as: a whole number over the range of 64 bits is a `bigint`, one with a fraction or an exponent
 *   a double, `3.0` too.
 */
import type { IncomingMessage } from 'node:http'
import { KafkaError } from '@logbrook/kafka/errors'
import { SQL_BODY_BYTES_MAX } from '@logbrook/kafka/limits'
import type { ParameterValue } from '@logbrook/sql/data-type'
import type { SqlRequest } from '@logbrook/sql/sql'
import { SqlError } from '@logbrook/sql/sql-error'
import { parseJson } from '../../json-body.ts'
import { jsonTextOf } from '../../request.ts'

type Asked = Pick<SqlRequest, 'sql' | 'params' | 'namespace'>

const NAMESPACE_DEFAULT = 'default'

/** @throws SqlError INVALID_INPUT, INVALID_PARAMETER; KafkaError PAYLOAD_TOO_LARGE */
export async function readSqlRequest(incoming: IncomingMessage): Promise<Asked> {
  const body = parse(await jsonText(incoming))
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('expected an object')
  return sqlRequestOf(body)
}

/** Other members are not looked at. @throws SqlError INVALID_INPUT, INVALID_PARAMETER */
export function sqlRequestOf(body: { readonly sql?: unknown; readonly params?: unknown; readonly namespace_id?: unknown }): Asked {
  const { sql, params, namespace_id: namespace } = body
  if (sql === undefined) throw invalid('missing field `sql`')
  if (typeof sql !== 'string') throw invalid('`sql` must be a string')
  if (namespace !== undefined && namespace !== null && typeof namespace !== 'string') throw invalid('`namespace_id` must be a string')
  return { sql, params: parametersOf(params ?? []), namespace: (namespace ?? NAMESPACE_DEFAULT).toLowerCase() }
}

/** The part `params` of a form. @throws SqlError INVALID_INPUT, INVALID_PARAMETER */
export function parseParameters(text: string): readonly ParameterValue[] {
  return parametersOf(parse(text))
}

function parametersOf(params: unknown): readonly ParameterValue[] {
  if (!Array.isArray(params)) throw invalid('`params` must be an array')
  params.forEach((value: unknown, index) => {
    if (typeof value === 'object' && value !== null)
      throw invalidParameter(index, 'arrays and objects are no values; send them as JSON text')
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value)
      throw invalidParameter(index, 'the number does not fit into 64 bits')
    if (typeof value === 'number' && !Number.isFinite(value)) throw invalidParameter(index, 'the number is too large')
  })
  return params as readonly ParameterValue[]
}

async function jsonText(incoming: IncomingMessage): Promise<string> {
  try {
    return await jsonTextOf(incoming, SQL_BODY_BYTES_MAX)
  } catch (error) {
    throw asSqlError(error)
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text, numberAsWritten)
  } catch (error) {
    throw asSqlError(error)
  }
}

function asSqlError(error: unknown): unknown {
  return error instanceof KafkaError && error.error === 'INVALID_REQUEST' ? invalid(error.message) : error
}

/** A reviver. */
function numberAsWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context!.source!) : value
}

function invalid(problem: string): SqlError {
  return new SqlError('INVALID_INPUT', 'invalid-operation', `Invalid JSON payload: ${problem}`)
}

function invalidParameter(index: number, problem: string): SqlError {
  return new SqlError('INVALID_PARAMETER', 'parameter', `Parameter $${index + 1} invalid: ${problem}`)
}
