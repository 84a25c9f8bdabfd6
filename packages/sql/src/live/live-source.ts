/** What a subscription is of: a table, a system table or a topic. */
import type { EngineRequest, ResultColumn } from '../protocol.ts'
import type { Frame } from './frame.ts'
import type { LiveError } from './live-error.ts'
import type { LiveRow } from './messages.ts'

/** Of an engine. @throws SqlError */
export type Ask = <T>(request: EngineRequest) => Promise<T>

/** A query, and on whose behalf. */
export type LiveQuery = Omit<Extract<EngineRequest, { readonly kind: 'describe-live' }>, 'kind' | 'nowMs'>

/** Something that happened, as its subscribers are told it. */
export interface Told {
  readonly for: (subscriptionId: string) => Frame
  /** Roughly, in bytes. */
  readonly size: number
}

export interface LiveListener {
  /** @param isNew whether it happened after the snapshot; asked when the subscriber is told, when that is known */
  tell(told: Told, isNew: () => boolean): void
  /** There is nothing more to be told. */
  end(why: LiveError): void
  /** Takes no more just now; `null` where it does. */
  room(): Promise<void> | null
}

export interface LiveRowsRead {
  readonly rows: readonly LiveRow[]
  readonly lastSeq: bigint | null
  readonly hasMore: boolean
}

/** Where the rows begin that there were: of `from` and `last` one at most is given. */
export interface Beginning {
  readonly from: bigint | null
  readonly last: number | null
}

export interface LiveSource {
  /** For `system.live`. */
  readonly namespace: string
  readonly name: string
  readonly schema: readonly ResultColumn[]
  /** Whether its changes are held against it by those who write. */
  readonly isWatched: boolean
  /** From now on everything is told that happens; what there was before, up to a snapshot, is read. */
  start(listener: LiveListener): Promise<void>
  /** The next of the rows that there were, each once. Not to be called again before it has answered. */
  read(beginning: Beginning, rowsMax: number): Promise<LiveRowsRead>
  /** After the last of them: those that were deleted behind `from`, where that is known. What follows it can be told from then on. */
  deletions?(from: bigint): AsyncIterable<Told>
  /** Idempotent. */
  stop(): void
}
