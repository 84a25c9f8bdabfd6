/**
 * What an engine asks the broker for while it runs a statement: everything that is not in its own file. The broker's side is in process/,
 * the engine's sends each call as a message (protocol.ts), so arguments and answers are plain data.
 *
 * All of it asks the same permissions as every other door does.
 */
import type { Role } from '@logbrook/kafka/users'
import type { TopicBounds } from './compile/relation.ts'
import type { SqliteValue } from './data-type.ts'
import type { Start, TopicRetention, UserCredential } from './language/statement.ts'

/** On whose behalf a statement runs. `host` is the client's address. */
export interface SqlCaller {
  readonly user: string
  readonly role: Role
  readonly host: string
  /** Where its live queries are had, as the client reaches it. */
  readonly webSocketUrl?: string
}

export interface TopicFound {
  readonly id: string
  readonly name: string
  readonly partitions: number
}

export interface UserChange {
  readonly password?: string
  readonly role?: Role
  readonly email?: string | null
}

export interface ConsumedRecord {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: Uint8Array | null
  readonly timestampMs: number
  readonly user: string | null
  readonly operation: 'insert' | 'update' | 'delete'
}

/**
 * Where a topic's records are to be read. `file`: in the log's own file, which an engine opens for reading only. `records`: as JSON
 * (topics/topic-records.ts).
 */
export type TopicRecords =
  | {
      readonly kind: 'file'
      readonly topicId: string
      /** By partition. */
      readonly ranges: readonly TopicRange[]
      /** Inclusive. What is of another time need not be read. */
      readonly fromTimestampMs: number | null
      readonly toTimestampMs: number | null
    }
  | { readonly kind: 'records'; readonly json: string }

export interface TopicRange {
  readonly partition: number
  readonly fromOffset: number
  /** Exclusive: the high watermark when the statement began. */
  readonly endOffset: number
}

/** System tables that are the broker's to fill. */
export type BrokerTable = 'users' | 'topics' | 'topic_offsets' | 'live' | 'stats' | 'settings' | 'cluster' | 'sessions'

export interface BrokerServices {
  createUser(
    caller: SqlCaller,
    user: { readonly user: string; readonly credential: UserCredential; readonly role: Role; readonly email: string | null },
  ): Promise<void>
  alterUser(caller: SqlCaller, user: string, change: UserChange): Promise<void>
  dropUser(caller: SqlCaller, user: string): Promise<boolean>
  /** `null`: there is none. */
  roleOf(user: string): Promise<Role | null>

  topic(name: string): Promise<TopicFound | null>
  createTopic(
    caller: SqlCaller,
    topic: { readonly topic: string; readonly partitions: number; readonly retention: TopicRetention },
  ): Promise<TopicFound>
  dropTopic(caller: SqlCaller, topic: string): Promise<void>
  /** Takes all records; offsets go on. */
  clearTopic(caller: SqlCaller, topic: string): Promise<void>
  /** What is left out stays; `null` takes a limit away. */
  setTopicRetention(caller: SqlCaller, topic: string, retention: TopicRetention): Promise<void>
  resetGroup(
    caller: SqlCaller,
    reset: { readonly group: string; readonly topic: string; readonly partition: number | null; readonly offset: number },
  ): Promise<void>
  consume(
    caller: SqlCaller,
    request: { readonly topic: string; readonly group: string | null; readonly start: Start; readonly limit: number },
  ): Promise<readonly ConsumedRecord[]>
  acknowledge(
    caller: SqlCaller,
    ack: { readonly topic: string; readonly group: string; readonly partition: number; readonly uptoOffset: number },
  ): Promise<void>

  /** READ on the topic. */
  topicRecords(caller: SqlCaller, topic: string, bounds: TopicBounds): Promise<TopicRecords>
  /** In the order of the columns that system/ names. */
  systemRows(caller: SqlCaller, table: BrokerTable): Promise<readonly (readonly SqliteValue[])[]>
  /** Whether there was one. */
  killLiveQuery(caller: SqlCaller, id: string): Promise<boolean>
}
