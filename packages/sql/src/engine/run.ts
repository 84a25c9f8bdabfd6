/** What a statement runs with, inside an engine. */
import type { DatabaseSync } from 'node:sqlite'
import type { Catalog } from '../catalog/catalog.ts'
import type { ParameterValue } from '../data-type.ts'
import type { Statement } from '../language/statement.ts'
import type { Effects, EngineRequest, FileReference, OutboxRecord, StatementResult, WatchedChange, WatchedTable } from '../protocol.ts'
import type { BrokerServices, SqlCaller } from '../services.ts'
import type { Gate } from './gate.ts'

export interface Run {
  readonly database: DatabaseSync
  /** Closed while compiled statements run (query-rows.ts). */
  readonly gate: Gate
  readonly catalog: Catalog
  readonly services: BrokerServices
  /** Who asks; of EXECUTE AS, for whom they speak. */
  readonly caller: SqlCaller
  /** Whose rows of user and stream tables. */
  readonly asUser: string
  /** What unqualified names lie in; `USE` changes it for the rest of the request. */
  namespace: string
  readonly nowMs: number
  readonly params: readonly ParameterValue[]
  readonly files: Readonly<Record<string, FileReference>> | null
  /** Live queries that changes are to be held against. */
  readonly watched: readonly WatchedTable[]
  /** Those of the transaction under way. */
  readonly effects: EffectsDraft
}

/** What a transaction will have done once it is kept (`Effects`), gathered while it runs and forgotten when it fails. */
export interface EffectsDraft {
  /** Stored files that no row holds any more. */
  readonly droppedFiles: string[]
  readonly changes: WatchedChange[]
  readonly outbox: OutboxRecord[]
  catalogChanged: boolean
}

/** Runs one kind of statement. @throws SqlError */
export type Handler<K extends Statement['kind']> = (
  statement: Statement & { readonly kind: K },
  run: Run,
) => StatementResult | Promise<StatementResult>

/** Those of several kinds, by kind. */
export type Handlers<K extends Statement['kind']> = { readonly [Kind in K]: Handler<Kind> }

/** What runs an engine's requests: `openEngine(options, surroundings)` of engine.ts makes one for the loop of messages (process/sql-engine.ts). */
export interface Engine {
  /** One request at a time. Answers the `value` of `done`. @throws SqlError, NeedsWriter */
  run(request: EngineRequest): Promise<unknown>
  /** Whether the write-ahead log is to be begun anew (`renew-log`), to be asked after each request; says so once. */
  isLogLarge(): boolean
  close(): void
}

export interface EngineSurroundings {
  readonly services: BrokerServices
  /** Called after each commit that has done something, before the request is answered. */
  readonly committed: (effects: Effects) => void
}

/** A reader was given something to write; nothing was done. */
export class NeedsWriter extends Error {
  override readonly name = 'NeedsWriter'
}
