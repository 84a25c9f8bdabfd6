/**
 * What a statement says. Queries and changes of rows keep their text, which PostgreSQL's parser reads (compile/); all others are
 * KalamDB's own and are read here.
 *
 * Names are folded to lower case already, but for those of users and topics, which are kept as they were written; `namespace` is `null` where
 * none is named.
 */
import type { ChangeOperation, ColumnDefault, PayloadMode, TableType } from '../catalog/table.ts'
import type { DataType } from '../data-type.ts'

export interface TableName {
  readonly namespace: string | null
  readonly name: string
}

export interface NewColumn {
  readonly name: string
  readonly dataType: DataType
  readonly nullable: boolean
  readonly primaryKey: boolean
  readonly default: ColumnDefault | null
}

export type AlterTableOperation =
  | { readonly kind: 'add-column'; readonly column: NewColumn }
  | { readonly kind: 'drop-column'; readonly column: string }
  | { readonly kind: 'rename-column'; readonly column: string; readonly to: string }
  | { readonly kind: 'modify-column'; readonly column: string; readonly dataType: DataType; readonly nullable: boolean | null }
  | { readonly kind: 'set-nullable'; readonly column: string; readonly nullable: boolean }
  | { readonly kind: 'set-default'; readonly column: string; readonly default: ColumnDefault | null }
  | { readonly kind: 'set-access-level'; readonly level: string }
  | { readonly kind: 'create-index' | 'drop-index'; readonly column: string }

/** By `k = v`; `null` takes a limit away. */
export interface TopicRetention {
  readonly retentionSeconds?: number | null
  readonly retentionMaxBytes?: number | null
}

export type Start = 'earliest' | 'latest' | number

export interface SubscribeOptions {
  readonly lastRows: number | null
  readonly batchSize: number | null
  readonly from: bigint | null
}

export type UserCredential =
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'oauth'; readonly data: string | null }
  | { readonly kind: 'internal' }

export type Statement =
  // rows
  | { readonly kind: 'query' | 'insert' | 'update' | 'delete'; readonly text: string }
  | { readonly kind: 'begin' | 'commit' | 'rollback' }
  // namespaces
  | { readonly kind: 'create-namespace'; readonly name: string; readonly ifNotExists: boolean }
  | { readonly kind: 'drop-namespace'; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: 'alter-namespace'; readonly name: string; readonly options: Readonly<Record<string, string>> }
  | { readonly kind: 'use-namespace'; readonly name: string }
  | { readonly kind: 'show-namespaces' }
  // tables
  | {
      readonly kind: 'create-table'
      readonly table: TableName
      /** `null`: neither a word before TABLE nor an option says it. */
      readonly type: TableType | null
      readonly ifNotExists: boolean
      readonly columns: readonly NewColumn[]
      /** Without TYPE; names in upper case. Which are known is for the one who makes the table to say. */
      readonly options: Readonly<Record<string, string>>
    }
  | { readonly kind: 'alter-table'; readonly table: TableName; readonly operation: AlterTableOperation }
  | { readonly kind: 'drop-table'; readonly table: TableName; readonly ifExists: boolean }
  | { readonly kind: 'show-tables'; readonly namespace: string | null }
  /** `bare`: without the word TABLE, which is for administrators. */
  | { readonly kind: 'describe-table'; readonly table: TableName; readonly bare: boolean; readonly history: boolean }
  | { readonly kind: 'show-columns' | 'show-stats'; readonly table: TableName }
  | { readonly kind: 'explain'; readonly text: string }
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  | { readonly kind: 'show-all' }
  // users
  | {
      readonly kind: 'create-user'
      readonly user: string
      readonly credential: UserCredential
      /** As it was written, in lower case. */
      readonly role: string
      readonly email: string | null
    }
  | {
      readonly kind: 'alter-user'
      readonly user: string
      readonly change:
        | { readonly kind: 'password'; readonly password: string }
        | { readonly kind: 'role'; readonly role: string }
        | { readonly kind: 'email'; readonly email: string | null }
        | { readonly kind: 'storage' }
    }
  | { readonly kind: 'drop-user'; readonly user: string; readonly ifExists: boolean }
  // topics
  | {
      readonly kind: 'create-topic'
      readonly topic: string
      readonly partitions: number | null
      readonly ifNotExists: boolean
      readonly retention: TopicRetention
    }
  | { readonly kind: 'drop-topic'; readonly topic: string; readonly ifExists: boolean }
  | { readonly kind: 'clear-topic'; readonly topic: string }
  | {
      readonly kind: 'add-source'
      readonly topic: string
      readonly table: TableName
      readonly operation: ChangeOperation
      readonly filter: string | null
      readonly payload: PayloadMode
    }
  | { readonly kind: 'set-topic-retention'; readonly topic: string; readonly retention: TopicRetention }
  | { readonly kind: 'clear-topic-retention'; readonly topic: string }
  | {
      readonly kind: 'reset-group'
      readonly group: string
      readonly topic: string
      readonly partition: number | null
      readonly offset: number
    }
  | {
      readonly kind: 'consume'
      readonly topic: string
      readonly group: string | null
      readonly start: Start
      readonly limit: number | null
    }
  | {
      readonly kind: 'ack'
      readonly topic: string
      readonly group: string
      readonly partition: number
      readonly uptoOffset: number
    }
  // live queries and jobs
  /** `text` is a SELECT. */
  | { readonly kind: 'subscribe'; readonly text: string; readonly options: SubscribeOptions }
  | { readonly kind: 'kill-live-query' | 'kill-job'; readonly id: string }
  // storages, which are names only
  | { readonly kind: 'flush-table' | 'compact-table'; readonly table: TableName }
  | { readonly kind: 'flush-all' | 'compact-all'; readonly namespace: string | null }
  | {
      readonly kind: 'create-storage'
      readonly id: string
      readonly type: string
      readonly options: Readonly<Record<string, string>>
    }
  | { readonly kind: 'alter-storage'; readonly id: string; readonly options: Readonly<Record<string, string>> }
  | { readonly kind: 'drop-storage'; readonly id: string }
  | { readonly kind: 'show-storages' }
  | { readonly kind: 'check-storage'; readonly id: string; readonly extended: boolean }

/** One of a request's statements. */
export interface ParsedStatement {
  readonly statement: Statement
  /** What was written, without comments around it; passwords and credentials are redacted. */
  readonly text: string
  /** `EXECUTE AS USER 'u' (…)`. */
  readonly asUser: string | null
}
