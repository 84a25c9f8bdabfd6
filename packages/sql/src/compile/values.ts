/** Values: as written, as kept, as answered. */
import type { Column } from '../catalog/table.ts'
import type { Cell, DataType, SqliteValue } from '../data-type.ts'

/** What the column keeps of a value; `null` stays. @throws SqlError when it is none of its type. */
export function coerce(_value: SqliteValue, _column: Pick<Column, 'name' | 'dataType'>): SqliteValue {
  throw new Error('to come')
}

/** What an answer says of a kept value; a `null` type: by what the value is. */
export function cellOf(_value: SqliteValue, _dataType: DataType | null): Cell {
  throw new Error('to come')
}

/** `null` is Text. */
export function inferType(_value: SqliteValue): DataType {
  throw new Error('to come')
}
