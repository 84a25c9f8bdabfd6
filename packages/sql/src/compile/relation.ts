/** What a query stands on, and what becomes of it: the seam between those who read SQL and those who keep rows. */
import type { TableName } from '../language/statement.ts'
import type { DataType, SqliteValue } from '../data-type.ts'

/** Keeps a value for the statement that is being written, and answers what stands for it there (`:p3`). */
export type Bind = (value: SqliteValue) => string

export interface RelationColumn {
  readonly name: string
  readonly dataType: DataType
  /** What answers say of it: `pk`, `nn`, `uq`. */
  readonly flags?: readonly string[]
  /** A column of `render` that holds the same as JSON in a form that is cheaper to have; for arguments of JSON functions only. */
  readonly jsonColumn?: string
}

/** Anything that rows can be read from: a table, as one user may see it; a system table; a topic; one changed row. */
export interface Relation {
  /** What `SELECT *` gives, in order. */
  readonly columns: readonly RelationColumn[]
  /** Columns that order a query which asks for no order. */
  readonly order: readonly string[]
  /** Whether its rows come in the order that the query asks for: they need no sort. */
  readonly isOrdered?: boolean
  /** A subquery in parentheses that gives `columns` by their names, and `_rid` where rows can be changed. */
  render(bind: Bind): string
}

/** Offsets and times are inclusive. What lies outside need not be read; what lies inside is still held against the WHERE clause. */
export interface TopicBounds {
  readonly partitions: readonly number[] | null
  readonly fromOffset: number | null
  readonly toOffset: number | null
  readonly fromTimestampMs: number | null
  readonly toTimestampMs: number | null
}

/** What a query sorts a topic's records by (topic-order.ts). */
export interface TopicOrder {
  /** `null`: the records of several partitions are among each other. */
  readonly partitions: 'ascending' | 'descending' | null
  /** Then, in each. */
  readonly by: 'offset' | 'timestamp'
  readonly isDescending: boolean
}

/** A place of a query that names something to read from: each needs a relation of its own. */
export type Reference =
  | { readonly kind: 'table'; readonly table: TableName }
  | { readonly kind: 'topic'; readonly topic: string; readonly bounds: TopicBounds; readonly order: TopicOrder | null }

/** Ready for SQLite. */
export interface CompiledQuery {
  readonly sql: string
  /** By name, without the colon. */
  readonly bindings: Readonly<Record<string, SqliteValue>>
  readonly columns: readonly CompiledColumn[]
}

export interface CompiledColumn {
  readonly name: string
  /** `null`: as the values turn out (of a parameter, say). */
  readonly dataType: DataType | null
  /** The column of the one relation that is read whose values these are, as they are. */
  readonly origin?: RelationColumn | undefined
}
