/** What became of one row of a table: what topics and live queries are told of, inside the transaction of the change. */
import type { ChangeOperation, Table } from '../catalog/table.ts'
import type { SqliteValue } from '../data-type.ts'

/** One version of a row. */
export interface RowVersion {
  /** Of a deletion's `row`: the tombstone's, which is new. */
  readonly seq: bigint
  /** In the order of the table's columns, as SQLite keeps them. */
  readonly values: readonly SqliteValue[]
}

/** `row` is what it is now (of a deletion: what it was, under the tombstone's `seq`); `old` what it was, `null` of an insertion. */
export interface RowChange {
  readonly table: Table
  /** Whose row it is; empty of a shared table. */
  readonly owner: string
  readonly operation: ChangeOperation
  readonly row: RowVersion
  readonly old: RowVersion | null
}
