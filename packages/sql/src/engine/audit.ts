/** The audit log: who changed namespaces, tables, users, storages and topics. No secret is ever handed to it. */
import { AUDIT_ENTRIES_MAX } from '@logbrook/kafka/limits'
import { takeNumbers } from '../catalog/counter.ts'
import { run as execute } from '../catalog/query.ts'
import type { Cell } from '../data-type.ts'
import type { Run } from './run.ts'

export interface AuditEntry {
  /** `CREATE_TABLE` */
  readonly action: string
  readonly target: string
  readonly details?: Readonly<Record<string, Cell>>
  /** The user whom it is about. */
  readonly subject?: string
}

/** In the transaction of what it tells of. */
export function note({ database, caller, asUser, nowMs }: Run, { action, target, details, subject }: AuditEntry): void {
  const number = takeNumbers(database, 'audit')
  execute(
    database,
    `INSERT INTO audit (number, timestamp_ms, actor, action, target, details, host, subject)
     VALUES (:number, :nowMs, :actor, :action, :target, :details, :host, :subject)`,
    {
      number,
      nowMs,
      actor: caller.user,
      action,
      target,
      details: details === undefined ? null : JSON.stringify(details),
      host: caller.host,
      subject: subject ?? (asUser === caller.user ? null : asUser),
    },
  )
  execute(database, 'DELETE FROM audit WHERE number <= :last', { last: number - AUDIT_ENTRIES_MAX })
}
