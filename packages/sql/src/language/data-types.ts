/** The types of columns as they are written, and which of the closed set each is. */
import { SQL_DECIMAL_PRECISION_MAX, SQL_EMBEDDING_DIMENSIONS_MAX } from '@logbrook/kafka/limits'
import type { DataType, SimpleType } from '../data-type.ts'
import type { StatementReader } from './reader.ts'

const WORDS_OF_TYPES: Readonly<Record<SimpleType, string>> = {
  Boolean: 'BOOLEAN BOOL',
  SmallInt: 'SMALLINT INT2 SMALLSERIAL SERIAL2 TINYINT INT1',
  Int: 'INT INTEGER INT4 MEDIUMINT SERIAL SERIAL4 SIGNED',
  BigInt: 'BIGINT INT8 BIGSERIAL SERIAL8',
  Float: 'FLOAT REAL FLOAT4',
  Double: 'DOUBLE FLOAT8 FLOAT64',
  Text: 'TEXT STRING VARCHAR CHAR NVARCHAR CLOB',
  Bytes: 'BYTES BYTEA BLOB BINARY VARBINARY',
  Json: 'JSON JSONB',
  Timestamp: 'TIMESTAMP',
  DateTime: 'DATETIME',
  Date: 'DATE',
  Time: 'TIME',
  Uuid: 'UUID',
  File: 'FILE',
}
const TYPE_OF_WORD: ReadonlyMap<string, SimpleType> = new Map(
  (Object.keys(WORDS_OF_TYPES) as SimpleType[]).flatMap((type) => WORDS_OF_TYPES[type].split(' ').map((word) => [word, type])),
)
const DECIMAL_DEFAULT = { precision: 38, scale: 10 }
/** Of an unknown type in a refusal. */
const SHOWN_LENGTH_MAX = 64

export interface WrittenType {
  readonly dataType: DataType
  /** A value comes by itself where a row has none. */
  readonly serial: boolean
}

export function readDataType(reader: StatementReader): WrittenType {
  const word = reader.name('a data type').toUpperCase()
  if (word === 'DECIMAL') return { dataType: { Decimal: readDecimal(reader) }, serial: false }
  if (word === 'EMBEDDING') return { dataType: { Embedding: readDimensions(reader) }, serial: false }
  const dataType = TYPE_OF_WORD.get(word) ?? (/(?:TEXT|STRING)$/.test(word) ? 'Text' : undefined)
  if (dataType === undefined) reader.refuse(`Unsupported data type '${word.slice(0, SHOWN_LENGTH_MAX)}'`)
  if (word === 'DOUBLE') reader.takes('PRECISION')
  readArguments(reader)
  if (dataType === 'Timestamp' || dataType === 'Time') readTimeZone(reader)
  if (reader.takesSymbol('[')) reader.refuse(`Unsupported data type '${word.slice(0, SHOWN_LENGTH_MAX)}[]'`)
  return { dataType, serial: word.includes('SERIAL') }
}

function readDecimal(reader: StatementReader): { precision: number; scale: number } {
  const [precision, scale = 0, ...others] = readArguments(reader)
  if (precision === undefined) return DECIMAL_DEFAULT
  if (others.length > 0 || precision < 1 || precision > SQL_DECIMAL_PRECISION_MAX || scale > precision) {
    reader.refuse(`Unsupported data type: DECIMAL has a precision from 1 to ${SQL_DECIMAL_PRECISION_MAX} and a scale up to it`)
  }
  return { precision, scale }
}

function readDimensions(reader: StatementReader): number {
  const [dimensions = 0, ...others] = readArguments(reader)
  if (others.length > 0 || dimensions < 1 || dimensions > SQL_EMBEDDING_DIMENSIONS_MAX) {
    reader.refuse(`Unsupported data type: EMBEDDING has from 1 to ${SQL_EMBEDDING_DIMENSIONS_MAX} dimensions`)
  }
  return dimensions
}

/** Lengths and precisions; most types only have them for company. */
function readArguments(reader: StatementReader): readonly number[] {
  const given: number[] = []
  if (!reader.takesSymbol('(')) return given
  do given.push(reader.wholeNumber('the size of a data type'))
  while (reader.takesSymbol(','))
  reader.expectSymbol(')')
  return given
}

/** All times are in UTC. */
function readTimeZone(reader: StatementReader): void {
  if (!reader.takes('WITH', 'TIME', 'ZONE')) reader.takes('WITHOUT', 'TIME', 'ZONE')
}
