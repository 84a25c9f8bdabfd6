/** A column as it is written: its name, its type, and what else is said of it, in any order. */
import type { ColumnDefault } from '../catalog/table.ts'
import { readDataType } from './data-types.ts'
import { readDefault } from './defaults.ts'
import { newColumnName } from './names.ts'
import type { StatementReader } from './reader.ts'
import type { NewColumn } from './statement.ts'

interface ColumnOptions {
  nullable: boolean | null
  primaryKey: boolean
  default: ColumnDefault | null
}

export function readColumn(reader: StatementReader): NewColumn {
  const name = newColumnName(reader)
  const { dataType, serial } = readDataType(reader)
  const options: ColumnOptions = { nullable: null, primaryKey: false, default: serial ? { kind: 'snowflake' } : null }
  while (readOption(reader, options));
  return {
    name,
    dataType,
    nullable: !options.primaryKey && (options.nullable ?? true),
    primaryKey: options.primaryKey,
    default: options.default,
  }
}

/** `NULL` or `NOT NULL`; `null` where neither is said. */
export function readNullable(reader: StatementReader): boolean | null {
  if (reader.takes('NOT', 'NULL')) return false
  return reader.takes('NULL') ? true : null
}

function readOption(reader: StatementReader, options: ColumnOptions): boolean {
  const nullable = readNullable(reader)
  if (nullable !== null) {
    if (options.nullable === !nullable) reader.refuse('a column is both NULL and NOT NULL')
    options.nullable = nullable
    return true
  }
  if (reader.takes('PRIMARY', 'KEY')) options.primaryKey = true
  else if (reader.takes('DEFAULT')) options.default = readDefault(reader)
  else if (reader.takes('AUTO_INCREMENT') || readsIdentity(reader)) options.default = { kind: 'snowflake' }
  else return reader.takes('UNIQUE')
  return true
}

/** `GENERATED ALWAYS|BY DEFAULT AS IDENTITY` */
function readsIdentity(reader: StatementReader): boolean {
  if (!reader.takes('GENERATED')) return false
  if (!reader.takes('ALWAYS')) reader.expect('BY', 'DEFAULT')
  reader.expect('AS', 'IDENTITY')
  return true
}
