/** Values: as written, as kept (data-type.ts), as answered. */
import type { Column } from '../catalog/table.ts'
import type { Cell, DataType, SimpleType, SqliteValue } from '../data-type.ts'
import { SqlError } from '../sql-error.ts'
import { convert } from './convert.ts'
import { toDecimal } from './decimal.ts'
import { typeName } from './types.ts'

/** Of a value, in a message. */
const SHOWN_CHARS_MAX = 64

/** What the column keeps of a value; `null` stays. @throws SqlError when it is none of its type. */
export function coerce(value: SqliteValue, column: Pick<Column, 'name' | 'dataType'>): SqliteValue {
  if (value === null) return null
  const converted = convert(value, column.dataType)
  if (converted !== null) return converted
  throw new SqlError(
    'SQL_EXECUTION_ERROR',
    'constraint',
    `Execution error: ${shown(value)} is no ${typeName(column.dataType)}, which column '${column.name}' wants`,
  )
}

export function shown(value: SqliteValue): string {
  if (value instanceof Uint8Array) return `a value of ${value.length} bytes`
  const text = String(value)
  return `'${text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text}'`
}

type Value = Exclude<SqliteValue, null>

const CELLS: Readonly<Record<SimpleType, (value: Value) => Cell>> = {
  Boolean: (value) => value !== 0n && value !== 0,
  SmallInt: numberCell,
  Int: numberCell,
  BigInt: digitsCell,
  Float: numberCell,
  Double: numberCell,
  Text: textCell,
  Bytes: (value) => textCell(value instanceof Uint8Array ? value : Buffer.from(String(value))),
  Json: textCell,
  Timestamp: digitsCell,
  DateTime: digitsCell,
  Date: numberCell,
  Time: numberCell,
  Uuid: textCell,
  File: jsonCell,
}

/** What an answer says of a kept value; a `null` type: by what the value is. */
export function cellOf(value: SqliteValue, dataType: DataType | null): Cell {
  if (value === null) return null
  const type = dataType ?? inferType(value)
  if (typeof type === 'string') return CELLS[type](value)
  return 'Embedding' in type ? jsonCell(value) : (toDecimal(String(value), type.Decimal) ?? String(value))
}

/** `null` is Text. */
export function inferType(value: SqliteValue): DataType {
  if (typeof value === 'bigint') return 'BigInt'
  if (typeof value === 'number') return 'Double'
  return value instanceof Uint8Array ? 'Bytes' : 'Text'
}

/** JSON has no infinity. */
function numberCell(value: Value): Cell {
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** SQLite goes on with a double where a whole number is beyond 64 bits. */
const OVERFLOWN = 2 ** 63

function digitsCell(value: Value): Cell {
  if (typeof value === 'number' && Math.abs(value) >= OVERFLOWN) {
    throw new SqlError('SQL_EXECUTION_ERROR', 'execution', 'Execution error: Arithmetic overflow: a result does not fit into 64 bits')
  }
  return String(typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value)
}

function textCell(value: Value): Cell {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value)
}

/** A column of these holds nothing but JSON; a query may have made something else of it. */
function jsonCell(value: Value): Cell {
  try {
    return JSON.parse(String(value)) as Cell
  } catch {
    return String(value)
  }
}
