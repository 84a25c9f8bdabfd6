/** Live queries, as the doors and those who run statements see them. */
import type { Effects, WatchedTable } from '../protocol.ts'
import type { SqlCaller } from '../services.ts'
import type { SqliteValue } from '../data-type.ts'
import type { Frame } from './frame.ts'

/** Who has subscribed: a client at the other end of a connection. */
export interface LiveReader {
  readonly caller: SqlCaller
  /** Whether what it is sent is compressed, where that makes it smaller. */
  readonly compresses: boolean
  /** Never waits: a reader that cannot take more ends its connection. */
  send(frame: Frame): void
  /** Until it has taken enough of what it was sent for more; `null` where it has. */
  room(): Promise<void> | null
  /** Changes may have been missed, which cannot be made good here: whoever subscribes again gets them. */
  lost(): void
}

export interface SubscriptionRequest {
  readonly id: string
  readonly sql: string
  /** `null`: no rows but those that change. */
  readonly options: SubscriptionOptions | null
}

export interface SubscriptionOptions {
  readonly batchSize: number | null
  readonly lastRows: number | null
  /** Rows after this `_seq`; counts more than `lastRows`. */
  readonly from: bigint | null
}

/** Of one reader. What goes wrong is told in frames. */
export interface LiveConnection {
  /** In the place of one of the same id. */
  subscribe(request: SubscriptionRequest): void
  nextBatch(subscriptionId: string): void
  /** An unknown id is ignored. */
  unsubscribe(subscriptionId: string): void
  /** The client was heard of. */
  heard(): void
  close(): void
}

export interface LiveQueries {
  open(reader: LiveReader): LiveConnection
  /** What each changed row is to be held against. To be asked for when a statement is handed to the writer, not before. */
  watched(): readonly WatchedTable[]
  /** Tells subscribers what a transaction has changed; to be called in the order of commits. */
  committed(effects: Pick<Effects, 'changes' | 'catalogChanged'>): void
  /** An engine was ended that may have committed what it told nobody. */
  writerLost(): void
  /** Rows of `system.live`. */
  rows(): readonly (readonly SqliteValue[])[]
  /** Whether there was one. */
  kill(liveId: string): boolean
  close(): void
}
