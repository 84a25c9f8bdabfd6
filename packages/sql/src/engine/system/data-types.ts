/** system.datatypes: what a column may be, as it is written, as an answer calls it, and in words. */
import type { SystemRow } from './relation.ts'

export const DATA_TYPE_ROWS: readonly SystemRow[] = [
  ['BOOLEAN', 'Boolean', 'true or false'],
  ['SMALLINT', 'SmallInt', 'whole number of 16 bits'],
  ['INT', 'Int', 'whole number of 32 bits'],
  ['BIGINT', 'BigInt', 'whole number of 64 bits, as a string in answers'],
  ['FLOAT', 'Float', 'floating-point number'],
  ['DOUBLE', 'Double', 'floating-point number'],
  ['DECIMAL(p, s)', 'Decimal', 'number with p digits, s of them after the point; as a string in answers'],
  ['TEXT', 'Text', 'text'],
  ['BYTES', 'Bytes', 'bytes, in base64 in answers'],
  ['JSON', 'Json', 'JSON, as text'],
  ['TIMESTAMP', 'Timestamp', 'microseconds since 1970 in UTC, as a string in answers'],
  ['DATETIME', 'DateTime', 'microseconds since 1970 in UTC, as a string in answers'],
  ['DATE', 'Date', 'days since 1970'],
  ['TIME', 'Time', 'microseconds since midnight'],
  ['UUID', 'Uuid', 'UUID in its canonical form'],
  ['FILE', 'File', 'a stored file'],
  ['EMBEDDING(n)', 'Embedding', 'n numbers'],
]
