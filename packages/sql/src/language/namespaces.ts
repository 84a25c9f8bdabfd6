/** Namespaces. */
import { newNamespaceName } from './names.ts'
import { readOptions } from './options.ts'
import type { StatementReader } from './reader.ts'
import type { Statement } from './statement.ts'

export function createNamespace(reader: StatementReader): Statement {
  const ifNotExists = reader.takes('IF', 'NOT', 'EXISTS')
  return { kind: 'create-namespace', name: newNamespaceName(reader), ifNotExists }
}

/** CASCADE says nothing: the tables go in any case. */
export function dropNamespace(reader: StatementReader): Statement {
  const ifExists = reader.takes('IF', 'EXISTS')
  const name = reader.name('a namespace')
  reader.takes('CASCADE')
  return { kind: 'drop-namespace', name, ifExists }
}

export function alterNamespace(reader: StatementReader): Statement {
  const name = reader.name('a namespace')
  reader.expect('SET', 'OPTIONS')
  return { kind: 'alter-namespace', name, options: Object.fromEntries(readOptions(reader)) }
}

export function useNamespace(reader: StatementReader): Statement {
  return { kind: 'use-namespace', name: reader.name('a namespace') }
}
