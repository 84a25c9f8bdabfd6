/** Storages, which are names that tables may bear and nothing more, and what is asked to be done to them. */
import type { StatementReader } from './reader.ts'
import type { Statement } from './statement.ts'
import { readInNamespace } from './tables.ts'

const OPTIONS = new Set(['NAME', 'DESCRIPTION', 'PATH', 'BASE_DIRECTORY', 'BUCKET', 'REGION', 'CREDENTIALS', 'CONFIG'])

export function createStorage(reader: StatementReader): Statement {
  const id = readId(reader)
  reader.expect('TYPE')
  const type = reader.nameOrString('the type of a storage').toLowerCase()
  return { kind: 'create-storage', id, type, options: readStorageOptions(reader) }
}

export function alterStorage(reader: StatementReader): Statement {
  const id = readId(reader)
  reader.takes('SET')
  return { kind: 'alter-storage', id, options: readStorageOptions(reader) }
}

export function dropStorage(reader: StatementReader): Statement {
  return { kind: 'drop-storage', id: readId(reader) }
}

export function checkStorage(reader: StatementReader): Statement {
  return { kind: 'check-storage', id: readId(reader), extended: reader.takes('EXTENDED') }
}

export function onTable(reader: StatementReader, kind: 'flush-table' | 'compact-table' | 'show-columns' | 'show-stats'): Statement {
  return { kind, table: reader.tableName() }
}

export function onAllTables(reader: StatementReader, kind: 'flush-all' | 'compact-all'): Statement {
  return { kind, namespace: readInNamespace(reader) }
}

function readId(reader: StatementReader): string {
  return reader.nameOrString('a storage')
}

/** `NAME 'x' CREDENTIALS '{…}' …`. Credentials are not shown by a refusal. */
function readStorageOptions(reader: StatementReader): Readonly<Record<string, string>> {
  reader.hideWords()
  const options = new Map<string, string>()
  while (!reader.ended) {
    const name = reader.name('the name of an option').toUpperCase()
    if (!OPTIONS.has(name) && !name.endsWith('_TEMPLATE')) reader.refuse('it names an option that a storage does not have')
    reader.takesSymbol('=')
    options.set(name, reader.string('a value in single quotes'))
  }
  return Object.fromEntries(options)
}
