/**
 * The messages between the broker and an engine, the process that runs SQL.
 *
 * - One request runs in an engine at a time. It is answered by one `done` or `failed`; before that come a `committed` for each transaction that
 *   changed something, in order, and calls of the broker's services, which are answered by `answered` or `refused`.
 * - Everything is plain data, sent by structured clone: big integers and bytes stay what they are.
 */
import type { ChangeOperation } from './catalog/table.ts'
import type { Cell, DataType, ParameterValue } from './data-type.ts'
import type { SqlCaller } from './services.ts'
import type { SqlErrorCode, SqlErrorKind } from './sql-error.ts'

export interface EngineOptions {
  /** Where `sql.db` lies. */
  readonly directory: string
  /** `logbrook.db`, where topics can be read from it. */
  readonly logFile: string | null
  readonly durability: 'none' | 'os' | 'fsync'
  /** The log has come so far with the outbox: new ids begin above it (`Relay.lastId`). */
  readonly outboxAfterId: number
  /** A reader's connection can change nothing. */
  readonly role: 'writer' | 'reader'
}

/** A file that came with the request, as its column will hold it. */
export interface FileReference {
  readonly id: string
  readonly sub: string
  readonly name: string
  readonly size: number
  readonly mime: string
  readonly sha256: string
}

export interface ExecuteRequest {
  readonly kind: 'execute'
  readonly sql: string
  readonly params: readonly ParameterValue[]
  /** In lower case. */
  readonly namespace: string
  readonly caller: SqlCaller
  /** The broker's clock, epoch milliseconds: what NOW() is. */
  readonly nowMs: number
  /** `null`: the request was no multipart form. By placeholder. */
  readonly files: Readonly<Record<string, FileReference>> | null
  /** `null`: as the request before said. */
  readonly watched: readonly WatchedTable[] | null
}

/** A live query over a table, to be held against each change. */
export interface WatchedTable {
  readonly tableId: number
  /** Whose rows; `null` of a shared table. */
  readonly owner: string | null
  /** Subscriptions of the same text share it. */
  readonly key: string
  readonly text: string
  readonly namespace: string
  /** Whoever asked first. */
  readonly caller: SqlCaller
}

export interface ResultColumn {
  readonly name: string
  readonly data_type: DataType
  readonly index: number
  readonly flags?: readonly string[]
}

/** As it stands in the answer. */
export interface StatementResult {
  readonly schema?: readonly ResultColumn[]
  readonly rows?: readonly (readonly Cell[])[]
  readonly row_count: number
  readonly message?: string
  readonly as_user: string
}

/** What a live query is told. `old`: the row as it was, where it was one of the query's. */
export interface WatchedChange {
  readonly key: string
  readonly owner: string | null
  readonly tableId: number
  readonly operation: ChangeOperation
  /** Given to the row by this change. */
  readonly seq: bigint
  readonly row: Readonly<Record<string, Cell>> | null
  readonly old: Readonly<Record<string, Cell>> | null
}

/** A record for a topic, written in the transaction of the change that it tells of. */
export interface OutboxRecord {
  /** Rising. */
  readonly id: number
  readonly topicId: string
  readonly partition: number
  readonly key: string | null
  readonly value: Uint8Array
  readonly operation: ChangeOperation
  readonly user: string
  readonly timestampMs: number
}

/** What a transaction has done, once it is kept. */
export interface Effects {
  readonly changes: readonly WatchedChange[]
  /** Whether there is something in the outbox. */
  readonly outbox: readonly OutboxRecord[]
  /** Stored files that no row holds any more: `<subfolder>/<stored name>`. */
  readonly droppedFiles: readonly string[]
  /** Tables and namespaces are not what they were: live queries on them are to be looked at. */
  readonly catalogChanged: boolean
}

export type EngineRequest =
  | ExecuteRequest
  /** Live queries: what a subscription is of (answer: `Described`). */
  | {
      readonly kind: 'describe-live'
      readonly text: string
      readonly namespace: string
      readonly caller: SqlCaller
      readonly nowMs: number
    }
  /** Behind all that was given to the writer before: the last `_seq` that was given to a row (answer: a big integer). */
  | { readonly kind: 'last-seq' }
  /** Rows of a subscription, by `_seq` (answer: `LiveRows`). */
  | {
      readonly kind: 'read-live'
      readonly text: string
      readonly namespace: string
      readonly caller: SqlCaller
      readonly nowMs: number
      readonly after: bigint | null
      readonly upto: bigint
      /** Those that were deleted, each as it was last, under the `_seq` by which it went. Of a table. */
      readonly deleted: boolean
      /** Begins so many rows before the end. */
      readonly last: number | null
      readonly rowsMax: number
      readonly bytesMax: number
    }
  /** Records held against live queries over their topic (answer: `MatchedRecords`). */
  | {
      readonly kind: 'match-records'
      readonly caller: SqlCaller
      readonly queries: readonly {
        readonly key: string
        readonly text: string
        readonly namespace: string
        readonly caller: SqlCaller
      }[]
      /** As in `TopicRecords`. */
      readonly json: string
      readonly nowMs: number
    }
  | { readonly kind: 'outbox'; readonly afterId: number; readonly limit: number }
  /** All up to there are in the log. */
  | { readonly kind: 'relayed'; readonly uptoId: number }
  /** Numbers that no file had before (answer: the first of them, a number). */
  | { readonly kind: 'reserve-files'; readonly count: number }
  /** Which of them rows hold (answer: paths, as in `droppedFiles`). */
  | { readonly kind: 'stored-files'; readonly among: readonly string[] }
  | FindFileRequest
  /** Of a restored log: its topics by the names that they have kept. */
  | { readonly kind: 'renew-topics'; readonly topics: readonly { readonly id: string; readonly name: string }[] }
  /** A copy of `sql.db`, whole, at a path where there is nothing. */
  | { readonly kind: 'copy-to'; readonly file: string }
  /** Begins the write-ahead log anew, if nobody reads from it. */
  | { readonly kind: 'renew-log' }

/** A file that its caller wants to have (answer: `FoundFile`, or `null` where there is none such). */
export interface FindFileRequest {
  readonly kind: 'find-file'
  readonly caller: SqlCaller
  /** Both in lower case. */
  readonly namespace: string
  readonly table: string
  readonly subfolder: string
  /** The stored name, or the id alone. */
  readonly name: string
  /** Whose file; `null`: the caller's own. */
  readonly userId: string | null
}

export interface FoundFile {
  /** As in `droppedFiles`. */
  readonly path: string
  readonly reference: FileReference
}

export interface Described {
  readonly source:
    | {
        readonly kind: 'table'
        readonly tableId: number
        readonly owner: string | null
        readonly namespace: string
        readonly name: string
      }
    /** A system table: nobody is told when it changes. */
    | { readonly kind: 'system'; readonly namespace: string; readonly name: string }
    | { readonly kind: 'topic'; readonly topic: string }
  readonly schema: readonly ResultColumn[]
}

export interface LiveRows {
  readonly rows: readonly Readonly<Record<string, Cell>>[]
  readonly lastSeq: bigint | null
  readonly hasMore: boolean
}

export interface MatchedRow {
  readonly offset: number
  readonly timestampMs: number
  readonly cells: Readonly<Record<string, Cell>>
}

/** Of each query, in the order of the records. */
export type MatchedRecords = readonly {
  readonly key: string
  readonly rows: readonly MatchedRow[]
  /** Why there are none. */
  readonly error?: ErrorData
}[]

export interface ErrorData {
  readonly code: SqlErrorCode
  readonly kind: SqlErrorKind
  /** As the caller may read it. */
  readonly message: string
  /** The statement; for administrators. */
  readonly details?: string
}

export type ToEngine =
  | { readonly kind: 'open'; readonly options: EngineOptions }
  | { readonly kind: 'request'; readonly request: EngineRequest }
  /** When it runs nothing: it is to close its database, and to end. */
  | { readonly kind: 'close' }
  | { readonly kind: 'answered'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly call: number; readonly error: ErrorData }

export type FromEngine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'call'; readonly call: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: 'committed'; readonly effects: Effects }
  /** The write-ahead log has grown so large that it wants to be begun anew. Comes once, until it was tried. */
  | { readonly kind: 'log-is-large' }
  /** `value` is what the request asks for: `readonly StatementResult[]` of `execute`. */
  | { readonly kind: 'done'; readonly value: unknown }
  /** A reader that was given something to write: it is the writer's. Nothing was done. */
  | { readonly kind: 'needs-writer' }
  | { readonly kind: 'failed'; readonly error: ErrorData }
