/**
 * Users. The broker keeps them, and checks who may change whom; a dropped one's name is kept here, so that nobody gets it again.
 *
 * - No password gets into an answer or the audit log.
 */
import type { Role } from '@logbrook/kafka/users'
import { queryOne, run as execute } from '../../catalog/query.ts'
import type { Statement } from '../../language/statement.ts'
import type { UserChange } from '../../services.ts'
import { alreadyExists, notFound, SqlError } from '../../sql-error.ts'
import { note } from '../audit.ts'
import { messageResult } from '../result.ts'
import type { Handlers, Run } from '../run.ts'
import { liveUserRows } from '../system/users.ts'

/** KalamDB's words for roles. */
const ROLE_WORDS: ReadonlyMap<string, Role> = new Map([
  ['user', 'user'],
  ['viewer', 'user'],
  ['readonly', 'user'],
  ['service', 'service'],
  ['developer', 'service'],
  ['analyst', 'service'],
  ['dba', 'dba'],
  ['admin', 'dba'],
  ['system', 'system'],
])

const REDACTED = '[REDACTED]'

export const userHandlers: Handlers<'create-user' | 'alter-user' | 'drop-user'> = {
  'create-user': async ({ user, credential, role: word, email }, run) => {
    const role = roleOf(word)
    if (wasDropped(run, user)) throw alreadyExists(`User '${user}' already exists`)
    await run.services.createUser(run.caller, { user, credential, role, email })
    execute(run.database, 'DELETE FROM oauth_user WHERE name = :user', { user })
    if (credential.kind === 'oauth') {
      execute(run.database, 'INSERT INTO oauth_user (name, data) VALUES (:user, :data)', { user, data: credential.data })
    }
    const secret = credential.kind === 'password' ? { password: REDACTED } : {}
    note(run, { action: 'CREATE_USER', target: user, subject: user, details: { auth_type: credential.kind, ...secret, role, email } })
    return messageResult(run, `User '${user}' created`)
  },

  'alter-user': async ({ user, change }, run) => {
    if ((await run.services.roleOf(user)) === null) throw notFound(`User '${user}' not found`)
    const wanted = userChange(change)
    if (wanted !== null) await run.services.alterUser(run.caller, user, wanted)
    const details = change.kind === 'password' ? { password: REDACTED } : { ...wanted }
    note(run, { action: 'ALTER_USER', target: user, subject: user, details })
    return messageResult(run, `User '${user}' updated`)
  },

  'drop-user': async ({ user, ifExists }, run) => {
    const rows = await liveUserRows(run)
    const row = rows.find(([name]) => name === user)
    if (row === undefined || !(await run.services.dropUser(run.caller, user))) {
      if (ifExists) return messageResult(run, `User '${user}' does not exist (skipped)`)
      throw notFound(`User '${user}' not found`)
    }
    const data = JSON.stringify(row, (_name, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
    const sql = 'INSERT OR REPLACE INTO dropped_user (name, data, deleted_ms) VALUES (:user, :data, :nowMs)'
    execute(run.database, sql, { user, data, nowMs: run.nowMs })
    execute(run.database, 'DELETE FROM oauth_user WHERE name = :user', { user })
    note(run, { action: 'DROP_USER', target: user, subject: user })
    return messageResult(run, `User '${user}' dropped (soft delete)`)
  },
}

function roleOf(word: string): Role {
  const role = ROLE_WORDS.get(word)
  if (role === undefined) throw new SqlError('INVALID_SQL', 'syntax', `Invalid SQL: there is no role '${word}'`)
  return role
}

function wasDropped({ database }: Run, user: string): boolean {
  return queryOne(database, 'SELECT name FROM dropped_user WHERE name = :user', { user }) !== undefined
}

/** `null`: there is nothing to change, as tables of one's own lie where all do. */
function userChange(change: Extract<Statement, { readonly kind: 'alter-user' }>['change']): UserChange | null {
  if (change.kind === 'password') return { password: change.password }
  if (change.kind === 'role') return { role: roleOf(change.role) }
  return change.kind === 'email' ? { email: change.email } : null
}
