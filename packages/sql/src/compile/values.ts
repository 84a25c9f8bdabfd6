/** Values: as written, as kept (data-type.ts), as answered. */
import type { Column } from '../catalog/table.ts'
import type { Cell, DataType, SqliteValue } from '../data-type.ts'
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

/** What an answer says of a kept value; a `null` type: by what the value is. */
export function cellOf(value: SqliteValue, dataType: DataType | null): Cell {
  if (value === null) return null
  const type = dataType ?? inferType(value)
  if (typeof type !== 'string') return 'Embedding' in type ? json(String(value)) : (toDecimal(String(value), type.Decimal) ?? String(value))
  switch (type) {
    case 'Boolean':
      return value !== 0n && value !== 0
    case 'SmallInt':
    case 'Int':
    case 'Date':
    case 'Time':
    case 'Float':
    case 'Double':
      return numberCell(value)
    case 'BigInt':
    case 'Timestamp':
    case 'DateTime':
      return typeof value === 'number' && Number.isInteger(value) ? String(BigInt(value)) : String(value)
    case 'File':
      return json(String(value))
    case 'Bytes':
      return Buffer.from(value instanceof Uint8Array ? value : String(value)).toString('base64')
    case 'Text':
    case 'Json':
    case 'Uuid':
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value)
  }
}

/** `null` is Text. */
export function inferType(value: SqliteValue): DataType {
  if (typeof value === 'bigint') return 'BigInt'
  if (typeof value === 'number') return 'Double'
  return value instanceof Uint8Array ? 'Bytes' : 'Text'
}

/** JSON has no infinity. */
function numberCell(value: SqliteValue): Cell {
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** A column of these holds nothing but JSON; a query may have made something else of it. */
function json(text: string): Cell {
  try {
    return JSON.parse(text) as Cell
  } catch {
    return text
  }
}
