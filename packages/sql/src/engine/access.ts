/**
 * Who may do what (contract: SQL, 7).
 *
 * - What a statement is decides first (`assertMayRun`), then each table that it touches (`assertMayRead`, `assertMayWrite`, `assertMayDefine`).
 * - No role sees other users' rows: whose rows a statement works on is never asked here.
 * - A plain user makes and alters USER and STREAM tables, as its own tests have it.
 */
import type { Role } from '@logbrook/kafka/users'
import type { Table, TableType } from '../catalog/table.ts'
import type { Statement } from '../language/statement.ts'
import type { SqlCaller } from '../services.ts'
import { SqlError } from '../sql-error.ts'

/** What administrators' statements are called when somebody else sends them. */
type AdminSubject =
  | 'namespace operations'
  | 'storage operations'
  | 'user management'
  | 'topic management'
  | 'job management'
  | 'EXPLAIN commands'
  | 'SET commands'
  | 'SHOW COLUMNS'
  | 'SHOW ALL'
  | 'DESCRIBE'

const ADMIN_SUBJECTS: Partial<Record<Statement['kind'], AdminSubject>> = {
  'create-namespace': 'namespace operations',
  'drop-namespace': 'namespace operations',
  'alter-namespace': 'namespace operations',
  'create-storage': 'storage operations',
  'alter-storage': 'storage operations',
  'drop-storage': 'storage operations',
  'check-storage': 'storage operations',
  'create-user': 'user management',
  'alter-user': 'user management',
  'drop-user': 'user management',
  'create-topic': 'topic management',
  'drop-topic': 'topic management',
  'clear-topic': 'topic management',
  'add-source': 'topic management',
  'set-topic-retention': 'topic management',
  'clear-topic-retention': 'topic management',
  'reset-group': 'topic management',
  'kill-job': 'job management',
  'kill-live-query': 'job management',
  explain: 'EXPLAIN commands',
  set: 'SET commands',
  'show-columns': 'SHOW COLUMNS',
  'show-all': 'SHOW ALL',
}

const SERVICE_STATEMENTS: Partial<Record<Statement['kind'], string>> = {
  consume: 'Topic consumption requires service, dba, or system role',
  ack: 'Topic acknowledgment requires service, dba, or system role',
  'flush-table': 'STORAGE FLUSH requires service, dba, or system role',
  'flush-all': 'STORAGE FLUSH requires service, dba, or system role',
  'compact-table': 'STORAGE COMPACT requires service, dba, or system role',
  'compact-all': 'STORAGE COMPACT requires service, dba, or system role',
}

export function isAdmin(role: Role): boolean {
  return role === 'dba' || role === 'system'
}

/** By the statement alone. @throws SqlError PERMISSION_DENIED */
export function assertMayRun(statement: Statement, role: Role): void {
  if (isAdmin(role)) return
  const bareDescribe = statement.kind === 'describe-table' && statement.bare
  const subject = bareDescribe ? 'DESCRIBE' : ADMIN_SUBJECTS[statement.kind]
  if (subject !== undefined) throw denied(`Admin privileges (DBA or System role) required for ${subject}`)
  if (statement.kind === 'drop-table') throw denied('Admin privileges (DBA or System role) required for DROP TABLE')
  const needsService = SERVICE_STATEMENTS[statement.kind]
  if (needsService !== undefined && role === 'user') throw denied(needsService)
}

/** @throws SqlError PERMISSION_DENIED */
export function assertMayRead(table: Table, role: Role): void {
  if (table.type !== 'shared' || isAdmin(role)) return
  const level = table.accessLevel ?? 'private'
  const admits = role === 'service' ? level !== 'dba' : level === 'public'
  if (!admits) throw tableDenied(table, role, `Shared table access denied (access_level=${capitalized(level)})`)
}

/** @throws SqlError PERMISSION_DENIED */
export function assertMayWrite(table: Table, role: Role): void {
  if (table.type !== 'shared' || isAdmin(role)) return
  const level = table.accessLevel ?? 'private'
  if (role !== 'service' || level === 'dba')
    throw tableDenied(table, role, `Shared table write denied (access_level=${capitalized(level)})`)
}

/** To make a table of a type, or to alter one. @throws SqlError PERMISSION_DENIED */
export function assertMayDefine(name: { readonly namespace: string; readonly name: string }, type: TableType, role: Role): void {
  if (role === 'user' && type === 'shared') throw tableDenied(name, role, 'SHARED tables are for the roles service, dba and system.')
}

/** Tables of `system` and `information_schema`, whether or not there is one of that name. @throws SqlError PERMISSION_DENIED */
export function assertMayReadSystem(name: { readonly namespace: string; readonly name: string }, role: Role): void {
  if (!isAdmin(role)) throw tableDenied(name, role, "System tables require 'dba' or 'system' role.")
}

const TARGETS: Readonly<Record<Role, readonly Role[]>> = {
  user: [],
  service: ['service', 'user'],
  dba: ['dba', 'service', 'user'],
  system: ['system', 'dba', 'service', 'user'],
}

/** `EXECUTE AS`. @throws SqlError PERMISSION_DENIED */
export function assertMayImpersonate(actor: SqlCaller, target: { readonly user: string; readonly role: Role }): void {
  if (target.user === actor.user || TARGETS[actor.role].includes(target.role)) return
  const who = `actor '${actor.user}' (role ${actor.role}) cannot execute as '${target.user}' (role ${target.role})`
  throw new SqlError('PERMISSION_DENIED', 'unauthorized', `Unauthorized: EXECUTE AS USER is not authorized: ${who}`)
}

function tableDenied({ namespace, name }: { readonly namespace: string; readonly name: string }, role: Role, reason: string): SqlError {
  return denied(`Access denied: Role '${capitalized(role)}' cannot access table '${namespace}.${name}'. ${reason}`)
}

function denied(message: string): SqlError {
  return new SqlError('PERMISSION_DENIED', 'permission', message)
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
