/**
 * What topics are to be told of a table's changes. The rows are written in the change's own transaction, so that there is no change without its
 * record and no record without its change; relay.ts brings them into the log.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { ChangeOperation, Table } from '../catalog/table.ts'
import type { SqliteValue } from '../data-type.ts'
import type { Run } from '../engine/run.ts'
import type { OutboxRecord } from '../protocol.ts'

/** By column id. */
export type ChangedRow = ReadonlyMap<number, SqliteValue>

export interface RowChange {
  readonly operation: ChangeOperation
  /** `null` of an insert. */
  readonly old: ChangedRow | null
  /** `null` of a delete. */
  readonly row: ChangedRow | null
}

/** Inside the transaction of the change: writes what is to be told of it, and answers it. */
export type RecordChange = (change: RowChange) => readonly OutboxRecord[]

/** To be asked for once a statement, before its first change. `null`: no topic is told of the table. */
export async function outboxRecords(run: Run, table: Table): Promise<RecordChange | null> {
  void run
  void table
  return null
}

/** Part of the schema of `sql.db`. */
export const OUTBOX_SCHEMA = `
CREATE TABLE outbox (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: the log remembers how far it has come by it
  topic_id      TEXT NOT NULL,
  partition     INTEGER NOT NULL,
  key           TEXT,
  value         BLOB NOT NULL,
  operation     TEXT NOT NULL,
  user          TEXT NOT NULL,
  timestamp_ms  INTEGER NOT NULL
) STRICT;
`

/** The engine's request `outbox`. */
export function readOutbox(database: DatabaseSync, afterId: number, limit: number): readonly OutboxRecord[] {
  void database
  void afterId
  void limit
  return []
}

/** The engine's request `relayed`. */
export function deleteRelayed(database: DatabaseSync, uptoId: number): void {
  void database
  void uptoId
}

/** When a writer is opened: ids are given from `EngineOptions.outboxAfterId` on, also in a `sql.db` that is older than the log. */
export function raiseOutbox(database: DatabaseSync, afterId: number): void {
  void database
  void afterId
}
