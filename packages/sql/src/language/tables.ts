/** CREATE TABLE, DROP TABLE, and what tables are asked for. */
import type { TableType } from '../catalog/table.ts'
import { readColumn } from './columns.ts'
import { newTableName } from './names.ts'
import { readOptions } from './options.ts'
import type { StatementReader } from './reader.ts'
import type { NewColumn, Statement } from './statement.ts'

const TABLE_TYPES: readonly TableType[] = ['user', 'shared', 'stream']
const COMPOSITE_KEY = 'Composite PRIMARY KEYs are not supported yet'

/** `type`: the word before TABLE. */
export function createTable(reader: StatementReader, type: TableType | null): Statement {
  const ifNotExists = reader.takes('IF', 'NOT', 'EXISTS')
  const table = newTableName(reader)
  const columns = readColumns(reader)
  if (reader.takes('USING')) reader.expect('KALAMDB')
  const options = new Map(reader.takes('WITH') ? readOptions(reader) : [])
  const written = typeOption(reader, options.get('TYPE'))
  options.delete('TYPE')
  if (type !== null && written !== null && type !== written) {
    reader.refuse(`the table is a ${type.toUpperCase()} TABLE and TYPE is '${written.toUpperCase()}'`)
  }
  return { kind: 'create-table', table, type: type ?? written, ifNotExists, columns, options: Object.fromEntries(options) }
}

export function dropTable(reader: StatementReader): Statement {
  const ifExists = reader.takes('IF', 'EXISTS')
  return { kind: 'drop-table', table: reader.tableName(), ifExists }
}

/** `[IN [NAMESPACE] ns]` */
export function showTables(reader: StatementReader): Statement {
  return { kind: 'show-tables', namespace: readInNamespace(reader) }
}

export function describeTable(reader: StatementReader, bare: boolean): Statement {
  const table = reader.tableName()
  return { kind: 'describe-table', table, bare, history: !bare && reader.takes('HISTORY') }
}

/** `[IN [NAMESPACE] ns]` */
export function readInNamespace(reader: StatementReader): string | null {
  if (!reader.takes('IN')) return null
  if (reader.left > 1) reader.takes('NAMESPACE')
  return reader.name('a namespace')
}

function readColumns(reader: StatementReader): readonly NewColumn[] {
  const columns = new Map<string, NewColumn>()
  let key: string | null = null
  reader.expectSymbol('(')
  do {
    const tableKey = readTableKey(reader)
    if (tableKey === null) {
      const column = readColumn(reader)
      if (columns.has(column.name)) reader.refuse(`Duplicate column name '${column.name}'. Each column of a table has a name of its own`)
      columns.set(column.name, column)
    } else if (key === null) key = tableKey
    else reader.refuse(COMPOSITE_KEY)
  } while (reader.takesSymbol(','))
  reader.expectSymbol(')')
  return withKey(reader, columns, key)
}

/** `[CONSTRAINT x] PRIMARY KEY (column)`: the column. */
function readTableKey(reader: StatementReader): string | null {
  const named = reader.takes('CONSTRAINT')
  if (named) reader.name('the name of a constraint')
  if (!named && !reader.sees('PRIMARY', 'KEY')) return null
  reader.expect('PRIMARY', 'KEY')
  reader.expectSymbol('(')
  const column = reader.name('a column')
  if (reader.takesSymbol(',')) reader.refuse(COMPOSITE_KEY)
  reader.expectSymbol(')')
  return column
}

function withKey(reader: StatementReader, columns: Map<string, NewColumn>, key: string | null): readonly NewColumn[] {
  if (columns.size === 0) reader.refuse('a table has at least one column')
  const keyColumn = key === null ? null : columns.get(key)
  if (keyColumn === undefined) reader.refuse(`PRIMARY KEY column '${key}' is none of the table's columns`)
  if (keyColumn !== null) columns.set(keyColumn.name, { ...keyColumn, primaryKey: true, nullable: false })
  const all = [...columns.values()]
  if (all.filter((column) => column.primaryKey).length > 1) reader.refuse(COMPOSITE_KEY)
  return all
}

function typeOption(reader: StatementReader, written: string | undefined): TableType | null {
  if (written === undefined) return null
  const type = TABLE_TYPES.find((known) => known === written.toLowerCase())
  return type ?? reader.refuse(`TYPE is none of ${TABLE_TYPES.join(', ').toUpperCase()}`)
}
