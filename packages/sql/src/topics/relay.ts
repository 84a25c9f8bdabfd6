/** Brings the records of the outbox into the log, each exactly once and in order. */
import type { Clock } from '@logbrook/kafka/clock'
import type { Log } from '@logbrook/kafka/log'
import type { OutboxRecord } from '../protocol.ts'

/** Requests `outbox` and `relayed` to the engine that writes. */
export interface Outbox {
  read(afterId: number, limit: number): Promise<readonly OutboxRecord[]>
  relayed(uptoId: number): Promise<void>
}

export interface RelayOptions {
  readonly log: Log
  readonly clock: Clock
  readonly outbox: Outbox
  /** Told of what keeps records from the log; it is tried again. */
  readonly onError: (error: unknown) => void
}

export interface Relay {
  /** For `EngineOptions.outboxAfterId`. */
  lastId(): Promise<number>
  /** Of each `committed`, in order. */
  take(records: readonly OutboxRecord[]): void
  /** A writer was opened, perhaps after another one died: what its outbox holds is brought into the log. */
  resume(): void
  /** When all that was taken is in the log, or cannot be brought there now. To be awaited before a statement is answered. */
  settled(): Promise<void>
  close(): Promise<void>
}

export function createRelay(options: RelayOptions): Relay {
  throw new Error(`not yet: ${Object.keys(options).join(' ')}`)
}

/** Whether a `sql.db` has something to relay, so that an engine has to be started for it. Not while an engine has it open. */
export async function hasOutbox(directory: string): Promise<boolean> {
  return directory === ''
}
