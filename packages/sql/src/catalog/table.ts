/** Namespaces and tables, as the catalogue in `sql.db` keeps them. Names are in lower case. */
import type { DataType } from '../data-type.ts'

export type TableType = 'user' | 'shared' | 'stream'
export const ACCESS_LEVELS = ['public', 'private', 'restricted', 'dba'] as const
/** Of shared tables. */
export type AccessLevel = (typeof ACCESS_LEVELS)[number]

export interface Namespace {
  readonly name: string
  readonly createdMs: number
  readonly options: Readonly<Record<string, string>>
}

/** What a column gets where a row does not say: a literal as SQL text, or one of the functions. */
export type ColumnDefault =
  | { readonly kind: 'literal'; readonly sql: string }
  | { readonly kind: 'now' | 'snowflake' | 'uuid' | 'ulid' | 'current-user' }

export interface Column {
  /** Never used again in its table; it is kept in SQLite as `c<id>`, so that a rename moves nothing. */
  readonly id: number
  readonly name: string
  readonly dataType: DataType
  readonly nullable: boolean
  readonly primaryKey: boolean
  readonly default: ColumnDefault | null
  readonly comment: string | null
}

export interface Table {
  /** Never used again; it is kept in SQLite as `t<id>`. */
  readonly id: number
  readonly namespace: string
  readonly name: string
  readonly type: TableType
  /** `null` but for shared tables. */
  readonly accessLevel: AccessLevel | null
  /** In order; without the system columns `_seq` and `_deleted`. */
  readonly columns: readonly Column[]
  /** As they were given, names in upper case. */
  readonly options: Readonly<Record<string, string>>
  /** Of stream tables. */
  readonly ttlSeconds: number | null
  readonly version: number
  readonly createdMs: number
  readonly updatedMs: number
}

export type ChangeOperation = 'insert' | 'update' | 'delete'
export type PayloadMode = 'full' | 'key' | 'diff'

/** A topic that is told of a table's changes: `ALTER TOPIC … ADD SOURCE`. */
export interface TopicSource {
  readonly topicId: string
  readonly topicName: string
  readonly tableId: number
  readonly operation: ChangeOperation
  readonly payload: PayloadMode
  /** SQL over the columns of the row that changed. */
  readonly filter: string | null
}
