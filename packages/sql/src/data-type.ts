/**
 * The types of columns (contract: the closed set of `data_type`), and how a value of each lies in SQLite.
 *
 * | type                  | in SQLite                               | in an answer                          |
 * |-----------------------|-----------------------------------------|---------------------------------------|
 * | Boolean               | INTEGER 0 or 1                          | true, false                           |
 * | SmallInt, Int         | INTEGER                                 | number                                |
 * | BigInt                | INTEGER                                 | string                                |
 * | Float, Double         | REAL                                    | number                                |
 * | Decimal               | TEXT with all digits of its scale       | string                                |
 * | Text, Uuid            | TEXT (a Uuid in canonical form)         | string                                |
 * | Json, File, Embedding | TEXT that is JSON                       | string; object; array of numbers      |
 * | Bytes                 | BLOB                                    | string of base64                      |
 * | Timestamp, DateTime   | INTEGER, microseconds since 1970 in UTC | string                                |
 * | Date                  | INTEGER, days since 1970                | number                                |
 * | Time                  | INTEGER, microseconds since midnight    | number                                |
 */
const SIMPLE_TYPES = [
  'Boolean',
  'SmallInt',
  'Int',
  'BigInt',
  'Float',
  'Double',
  'Text',
  'Bytes',
  'Json',
  'Timestamp',
  'DateTime',
  'Date',
  'Time',
  'Uuid',
  'File',
] as const

export type SimpleType = (typeof SIMPLE_TYPES)[number]

/** As it stands in an answer's schema. */
export type DataType =
  | SimpleType
  | { readonly Decimal: { readonly precision: number; readonly scale: number } }
  | { readonly Embedding: number }

/** What SQLite keeps, as node:sqlite takes and gives it with big integers on. */
export type SqliteValue = null | bigint | number | string | Uint8Array

/** A cell of an answer: what JSON can say. */
export type Cell = null | boolean | number | string | readonly Cell[] | { readonly [name: string]: Cell }

/** What `$n` stands for. A whole number is a `bigint`; a `number` is a double, though it may be whole. */
export type ParameterValue = null | boolean | number | bigint | string
