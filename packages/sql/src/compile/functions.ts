/**
 * What SQLite does not have, and compiled SQL calls: functions of ours, whose names begin with `lb_`.
 *
 * - NULL in gives NULL.
 * - They take whole numbers as `bigint`, so that none is rounded.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { DataType, SqliteValue } from '../data-type.ts'
import { SqlError } from '../sql-error.ts'
import { cannotCast } from './constants.ts'
import { convert } from './convert.ts'
import { calculate, decimalKey } from './decimal.ts'
import type { DecimalOperator } from './decimal.ts'
import { Identifiers } from './identifiers.ts'
import { dayOf, formatTimestamp } from './instants.ts'
import { globPattern } from './like.ts'
import { shown } from './values.ts'

type Value = Exclude<SqliteValue, null>
type Function = (...args: readonly Value[]) => SqliteValue

const FUNCTIONS: Readonly<Record<string, Function>> = {
  lb_lower: (text) => ofText(text, (letters) => letters.toLowerCase()),
  lb_upper: (text) => ofText(text, (letters) => letters.toUpperCase()),
  lb_glob: (pattern, escape) => globPattern(String(pattern), String(escape)),
  lb_number: numberOf,
  lb_divisor: divisor,
  lb_cast: (value, type = '"Text"') => {
    const dataType = typeOf(String(type))
    const converted = convert(value, dataType)
    if (converted === null) throw cannotCast(value, dataType)
    return converted
  },
  lb_convert: (value, type) => convert(value, typeOf(String(type))),
  lb_day: (micros) => ofMicros(micros, dayOf),
  lb_timestamp_text: (micros) => ofMicros(micros, formatTimestamp),
  lb_decimal_key: (number) => decimalKey(String(number)),
  lb_decimal_calculate: (left, operator, right) => exact(String(left), operator as DecimalOperator, String(right)),
  lb_json: (text) => convert(text, 'Json'),
  lb_json_text: (json) => scalarText(JSON.parse(String(json)), String(json)),
  lb_json_length: (json) => {
    const value: unknown = JSON.parse(String(json))
    return typeof value === 'object' && value !== null ? BigInt(Object.keys(value).length) : null
  },
  lb_json_object_keys: (json) => {
    const value: unknown = JSON.parse(String(json))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(Object.keys(value)) : null
  },
}

const IDENTIFIERS = ['lb_snowflake_id', 'lb_uuid_v7', 'lb_ulid'] as const
const DECIMAL_AGGREGATES = ['lb_decimal_sum', 'lb_decimal_min', 'lb_decimal_max'] as const

/** Of SQLite's own. Operators are functions to it, too. */
const NATIVE =
  'glob like -> ->> json_extract json_type json_valid json_each coalesce nullif length substr trim ltrim rtrim replace instr abs round floor ceil ' +
  'mod count sum avg min max row_number'

/** All functions that compiled SQL may call, in lower case: SQLite's and ours. */
export const COMPILED_FUNCTIONS: ReadonlySet<string> = new Set([
  ...NATIVE.split(' '),
  ...Object.keys(FUNCTIONS),
  ...IDENTIFIERS,
  ...DECIMAL_AGGREGATES,
])

/** To be done once for each connection that runs compiled SQL. @param snowflake gives the next one */
export function registerFunctions(database: DatabaseSync, snowflake: (nowMs: bigint) => bigint): void {
  for (const [name, run] of Object.entries(FUNCTIONS)) {
    database.function(name, { deterministic: true, useBigIntArguments: true, varargs: true }, (...args) =>
      args.includes(null) ? null : run(...(args as Value[])),
    )
  }
  const identifiers = new Identifiers()
  const options = { useBigIntArguments: true }
  database.function('lb_snowflake_id', options, (nowMs) => snowflake(nowMs as bigint))
  database.function('lb_uuid_v7', options, (nowMs) => identifiers.uuid(nowMs as bigint))
  database.function('lb_ulid', options, (nowMs) => identifiers.ulid(nowMs as bigint))
  registerDecimalAggregate(database, 'lb_decimal_sum', (sum, value) => exact(sum, '+', value))
  registerDecimalAggregate(database, 'lb_decimal_min', (least, value) => (isLess(value, least) ? value : least))
  registerDecimalAggregate(database, 'lb_decimal_max', (most, value) => (isLess(most, value) ? value : most))
}

function registerDecimalAggregate(
  database: DatabaseSync,
  name: (typeof DECIMAL_AGGREGATES)[number],
  step: (sum: string, value: string) => string,
): void {
  database.aggregate<string | null>(name, {
    start: null,
    useBigIntArguments: true,
    step: (sum, value: SQLOutputValue) => (value === null ? sum : sum === null ? String(value) : step(sum, String(value))),
    result: (sum) => sum,
  })
}

function isLess(one: string, other: string): boolean {
  return (decimalKey(one) ?? '') < (decimalKey(other) ?? '')
}

/** As JSON says it, by code of ours. */
function typeOf(text: string): DataType {
  return JSON.parse(text) as DataType
}

function exact(left: string, operator: DecimalOperator, right: string): string {
  const result = calculate(left, operator, right)
  if (result !== null) return result
  throw new SqlError('SQL_EXECUTION_ERROR', 'execution', `Execution error: ${shown(left)} ${operator} ${shown(right)} is no decimal`)
}

/** Of bytes there is none: the value of a record may be no text. */
function ofText(value: Value, read: (text: string) => string): string | null {
  return value instanceof Uint8Array ? null : read(String(value))
}

/** Fractions of a microsecond, which arithmetic may have made, are cut off. */
function ofMicros(value: Value, read: (micros: bigint) => SqliteValue): SqliteValue {
  const micros = convert(typeof value === 'number' ? Math.trunc(value) : value, 'BigInt')
  return typeof micros === 'bigint' ? read(micros) : null
}

/** The number that a text says; `null`: it says none. */
function numberOf(value: Value): SqliteValue {
  return typeof value === 'string' ? (convert(value, 'BigInt') ?? convert(value, 'Double')) : value instanceof Uint8Array ? null : value
}

function divisor(value: Value): SqliteValue {
  if (value === 0n || value === 0) throw new SqlError('SQL_EXECUTION_ERROR', 'execution', 'Execution error: Divide by zero error')
  return value
}

function scalarText(value: unknown, json: string): string | null {
  if (value === null) return null
  return typeof value === 'string' ? value : json
}
