/** Users. Nothing of these statements is ever shown by a refusal but its form: a password may stand anywhere. Names are kept as they were written. */
import type { StatementReader } from './reader.ts'
import type { Statement, UserCredential } from './statement.ts'

type UserChange = Extract<Statement, { readonly kind: 'alter-user' }>['change']

export function createUser(reader: StatementReader): Statement {
  reader.hideWords()
  const user = reader.nameOrString('a user name')
  reader.expect('WITH')
  const credential = readCredential(reader)
  reader.expect('ROLE')
  const role = readRole(reader)
  const email = reader.takes('EMAIL') ? readEmail(reader) : null
  return { kind: 'create-user', user, credential, role, email }
}

export function alterUser(reader: StatementReader): Statement {
  reader.hideWords()
  const user = reader.nameOrString('a user name')
  reader.expect('SET')
  return { kind: 'alter-user', user, change: readChange(reader) }
}

export function dropUser(reader: StatementReader): Statement {
  reader.hideWords()
  const ifExists = reader.takes('IF', 'EXISTS')
  return { kind: 'drop-user', user: reader.nameOrString('a user name'), ifExists }
}

function readCredential(reader: StatementReader): UserCredential {
  if (reader.takes('PASSWORD')) return { kind: 'password', password: reader.string('a password in single quotes') }
  if (reader.takes('INTERNAL')) return { kind: 'internal' }
  if (!reader.takes('OAUTH')) reader.refuse('a user has a PASSWORD, OAUTH, or is INTERNAL')
  return { kind: 'oauth', data: reader.peek()?.kind === 'string' ? reader.string('what is known of the user') : null }
}

function readChange(reader: StatementReader): UserChange {
  if (reader.takes('PASSWORD')) return { kind: 'password', password: reader.string('a password in single quotes') }
  if (reader.takes('ROLE')) return { kind: 'role', role: readRole(reader) }
  if (reader.takes('EMAIL')) return { kind: 'email', email: readEmail(reader) }
  if (!reader.takes('STORAGE_MODE') && !reader.takes('STORAGE_ID')) reader.refuse('a user has a PASSWORD, a ROLE and an EMAIL to be set')
  reader.nameOrString('a storage')
  return { kind: 'storage' }
}

function readRole(reader: StatementReader): string {
  return reader.nameOrString('a role').toLowerCase()
}

function readEmail(reader: StatementReader): string | null {
  return reader.takes('NULL') ? null : reader.string('an email address in single quotes')
}
