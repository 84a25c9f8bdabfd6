/** Types of expressions: what the words for them mean, and what two of them have in common. */
import type { DataType, SimpleType } from '../data-type.ts'
import { SqlError } from '../sql-error.ts'
import { integersOf, stringsOf } from './tree.ts'
import type { TypeName } from 'libpg-query'

/** PostgreSQL's own names, as its parser gives them, and the words that it takes for names. */
const NAMES: Readonly<Record<string, SimpleType>> = {
  bool: 'Boolean',
  boolean: 'Boolean',
  int2: 'SmallInt',
  smallint: 'SmallInt',
  tinyint: 'SmallInt',
  int4: 'Int',
  int: 'Int',
  integer: 'Int',
  int8: 'BigInt',
  bigint: 'BigInt',
  float4: 'Float',
  real: 'Float',
  float: 'Double',
  float8: 'Double',
  float64: 'Double',
  double: 'Double',
  text: 'Text',
  string: 'Text',
  varchar: 'Text',
  bpchar: 'Text',
  char: 'Text',
  bytea: 'Bytes',
  bytes: 'Bytes',
  blob: 'Bytes',
  binary: 'Bytes',
  varbinary: 'Bytes',
  json: 'Json',
  jsonb: 'Json',
  timestamp: 'Timestamp',
  timestamptz: 'Timestamp',
  datetime: 'DateTime',
  date: 'Date',
  time: 'Time',
  uuid: 'Uuid',
}

/** Of a cast. @throws SqlError */
export function dataTypeOf(type: TypeName): DataType {
  const names = stringsOf(type.names)
  const name = (names.at(-1) ?? '').toLowerCase()
  if (names.length > 2 || (names.length === 2 && names[0] !== 'pg_catalog') || type.arrayBounds !== undefined || type.setof === true) {
    throw unsupportedType(names)
  }
  if (name === 'numeric' || name === 'decimal') return decimalOf(integersOf(type.typmods))
  if (!Object.hasOwn(NAMES, name)) throw unsupportedType(names)
  return NAMES[name] ?? 'Text'
}

function unsupportedType(names: readonly string[]): SqlError {
  return new SqlError('INVALID_SQL', 'syntax', `Invalid SQL: Unsupported data type '${names.join('.')}'`)
}

function decimalOf(modifiers: readonly number[]): DataType {
  const [precision = 38, places = modifiers.length === 0 ? 10 : 0] = modifiers
  if (precision >= 1 && precision <= 38 && places >= 0 && places <= precision) return { Decimal: { precision, scale: places } }
  throw new SqlError('INVALID_SQL', 'syntax', `Invalid SQL: DECIMAL(${precision}, ${places}) is outside of 1 to 38 digits`)
}

/** In a message. */
export function typeName(type: DataType): string {
  if (typeof type === 'string') return type
  return 'Embedding' in type ? `Embedding(${type.Embedding})` : `Decimal(${type.Decimal.precision}, ${type.Decimal.scale})`
}

export function isInteger(type: DataType | null): boolean {
  return type === 'SmallInt' || type === 'Int' || type === 'BigInt'
}

export function isFloat(type: DataType | null): boolean {
  return type === 'Float' || type === 'Double'
}

export function isDecimal(type: DataType | null): type is Extract<DataType, { readonly Decimal: unknown }> {
  return type !== null && typeof type !== 'string' && 'Decimal' in type
}

export function isNumeric(type: DataType | null): boolean {
  return isInteger(type) || isFloat(type) || isDecimal(type)
}

/** Microseconds since 1970. */
export function isMoment(type: DataType | null): boolean {
  return type === 'Timestamp' || type === 'DateTime'
}

export function isTemporal(type: DataType | null): boolean {
  return isMoment(type) || type === 'Date' || type === 'Time'
}

export function isSameType(a: DataType | null, b: DataType | null): boolean {
  if (a === b) return true
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string') return false
  return typeName(a) === typeName(b)
}

/** What values of two types are held against each other as, or are both in one column; `null`: as they are. */
export function commonType(a: DataType | null, b: DataType | null): DataType | null {
  if (isSameType(a, b)) return a
  if (a === null || b === null) return null
  if (isNumeric(a) && isNumeric(b)) return commonNumber(a, b)
  if (isTemporal(a) && isTemporal(b)) return a === 'Time' || b === 'Time' ? 'Text' : 'Timestamp'
  if (isTemporal(a) && isNumeric(b)) return a
  if (isNumeric(a) && isTemporal(b)) return b
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (one === 'Text' && !isNumeric(other) && other !== 'Json' && other !== 'File') return other
    if (one === 'Boolean' && isInteger(other)) return other
  }
  return 'Text'
}

function commonNumber(a: DataType, b: DataType): DataType {
  if (isFloat(a) || isFloat(b)) return 'Double'
  if (isDecimal(a) && isDecimal(b)) {
    const scale = Math.max(a.Decimal.scale, b.Decimal.scale)
    const whole = Math.max(a.Decimal.precision - a.Decimal.scale, b.Decimal.precision - b.Decimal.scale)
    return { Decimal: { precision: Math.min(38, whole + scale), scale } }
  }
  if (isDecimal(a)) return a
  return isDecimal(b) ? b : 'BigInt'
}
