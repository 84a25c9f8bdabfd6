/** `ALTER TABLE t` and one operation. */
import { readColumn, readNullable } from './columns.ts'
import { readDataType } from './data-types.ts'
import { readDefault } from './defaults.ts'
import { newColumnName } from './names.ts'
import { readOptions } from './options.ts'
import type { StatementReader } from './reader.ts'
import type { AlterTableOperation, Statement } from './statement.ts'

export function alterTable(reader: StatementReader): Statement {
  const table = reader.tableName()
  const operation = readOperation(reader)
  if (reader.takesSymbol(',')) reader.refuse('it makes one change at a time')
  return { kind: 'alter-table', table, operation }
}

function readOperation(reader: StatementReader): AlterTableOperation {
  if (reader.takes('ADD', 'COLUMN')) return addColumn(reader)
  if (reader.takes('DROP', 'COLUMN')) return { kind: 'drop-column', column: reader.name('a column') }
  if (reader.takes('RENAME', 'COLUMN')) return renameColumn(reader)
  if (reader.takes('MODIFY', 'COLUMN')) return modifyColumn(reader)
  if (reader.takes('ALTER', 'COLUMN')) return alterColumn(reader)
  if (reader.takes('SET', 'TBLPROPERTIES')) return setProperties(reader)
  if (reader.takes('SET', 'ACCESS', 'LEVEL'))
    return { kind: 'set-access-level', level: reader.nameOrString('an access level').toLowerCase() }
  if (reader.takes('CREATE', 'INDEX') || reader.takes('CREATE', 'VECTOR', 'INDEX')) return createIndex(reader)
  if (reader.takes('DROP', 'INDEX') || reader.takes('DROP', 'VECTOR', 'INDEX'))
    return { kind: 'drop-index', column: reader.name('a column') }
  return reader.refuse('it says none of the changes that a table knows')
}

function addColumn(reader: StatementReader): AlterTableOperation {
  const column = readColumn(reader)
  if (column.primaryKey) reader.refuse('a PRIMARY KEY column is made with its table')
  return { kind: 'add-column', column }
}

function renameColumn(reader: StatementReader): AlterTableOperation {
  const column = reader.name('a column')
  reader.expect('TO')
  return { kind: 'rename-column', column, to: newColumnName(reader) }
}

function modifyColumn(reader: StatementReader): AlterTableOperation {
  const column = reader.name('a column')
  const { dataType } = readDataType(reader)
  return { kind: 'modify-column', column, dataType, nullable: readNullable(reader) }
}

function alterColumn(reader: StatementReader): AlterTableOperation {
  const column = reader.name('a column')
  if (reader.takes('SET', 'NOT', 'NULL')) return { kind: 'set-nullable', column, nullable: false }
  if (reader.takes('DROP', 'NOT', 'NULL')) return { kind: 'set-nullable', column, nullable: true }
  if (reader.takes('DROP', 'DEFAULT')) return { kind: 'set-default', column, default: null }
  reader.expect('SET', 'DEFAULT')
  return { kind: 'set-default', column, default: readDefault(reader) }
}

function setProperties(reader: StatementReader): AlterTableOperation {
  const options = readOptions(reader)
  const level = options.get('ACCESS_LEVEL')
  if (level === undefined || options.size > 1) reader.refuse('TBLPROPERTIES has ACCESS_LEVEL and nothing else')
  return { kind: 'set-access-level', level: level.toLowerCase() }
}

function createIndex(reader: StatementReader): AlterTableOperation {
  const column = reader.name('a column')
  if (reader.takes('USING') && !['COSINE', 'L2', 'DOT'].some((metric) => reader.takes(metric))) {
    reader.refuse('an index uses COSINE, L2 or DOT')
  }
  return { kind: 'create-index', column }
}
