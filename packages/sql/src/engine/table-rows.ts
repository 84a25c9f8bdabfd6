/**
 * The rows of a table that belong to one owner, as they lie in SQLite.
 *
 * - A deleted row leaves a tombstone: its values, under a `_seq` of its own. It lies there until a row of the same key takes its place, or until
 *   it is older than the table keeps what is deleted. STREAM tables keep none.
 * - It checks nothing but keys: values are what their columns keep.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { SQL_DELETED_RETENTION_HOURS_DEFAULT, SQL_SWEEP_ROWS_MAX } from '@logbrook/kafka/limits'
import { physicalColumn, physicalTable } from '../catalog/physical-table.ts'
import { rememberStatements } from '../catalog/statements.ts'
import type { Column, Table } from '../catalog/table.ts'
import { shown } from '../compile/values.ts'
import type { SqliteValue } from '../data-type.ts'
import { SqlError } from '../sql-error.ts'
import { ownerIn, youngestExpiredMs } from './relations.ts'
import type { RowVersion } from './row-change.ts'
import type { Run } from './run.ts'

const statementOf = rememberStatements((statement) => {
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
})

export class TableRows {
  readonly #database: DatabaseSync
  readonly #table: Table
  readonly #name: string
  readonly #columns: readonly string[]
  readonly #owner: string
  readonly #nowMs: number
  readonly #keyIndex: number

  constructor(run: Pick<Run, 'database' | 'asUser' | 'nowMs'>, table: Table) {
    this.#database = run.database
    this.#table = table
    this.#name = physicalTable(table.id)
    this.#columns = table.columns.map(({ id }) => physicalColumn(id))
    this.#owner = ownerIn(table, run)
    this.#nowMs = run.nowMs
    this.#keyIndex = table.columns.findIndex((column) => column.primaryKey)
  }

  load(rid: bigint): RowVersion {
    const sql = `SELECT ${['seq', ...this.#columns].join(', ')} FROM ${this.#name} WHERE rid = ?`
    const [seq, ...values] = statementOf(this.#database, sql).get(rid) as unknown as readonly [bigint, ...SqliteValue[]]
    return { seq, values }
  }

  /** @throws SqlError when there is a row of the same key */
  insert(row: RowVersion): void {
    const tombstone = this.#tombstone(row.values, null)
    if (tombstone !== null) return this.#replace(tombstone, row)
    const columns = ['owner', 'seq', 'written_ms', ...this.#columns].join(', ')
    this.#run(`INSERT INTO ${this.#name} (${columns}) VALUES (?, ?, ?${', ?'.repeat(this.#columns.length)})`, [
      this.#owner,
      row.seq,
      this.#nowMs,
      ...row.values,
    ])
  }

  /** @throws SqlError when another row has the same key */
  update(rid: bigint, row: RowVersion): void {
    const tombstone = this.#tombstone(row.values, rid)
    if (tombstone !== null) this.#run(`DELETE FROM ${this.#name} WHERE rid = ?`, [tombstone])
    this.#replace(rid, row)
  }

  /** Before several rows change their keys, so that none stands in another's way. */
  releaseKey(rid: bigint): void {
    this.#run(`UPDATE ${this.#name} SET ${this.#columns[this.#keyIndex]!} = NULL WHERE rid = ?`, [rid])
  }

  delete(rid: bigint, seq: bigint): void {
    if (this.#table.type === 'stream') this.#run(`DELETE FROM ${this.#name} WHERE rid = ?`, [rid])
    else this.#run(`UPDATE ${this.#name} SET deleted = 1, seq = ?, written_ms = ? WHERE rid = ?`, [seq, this.#nowMs, rid])
  }

  /**
   * Whoever they belong to: some of those that are not kept any more, the oldest first. They are no fewer than a statement has changed, so that
   * statements cannot leave more behind than they take away.
   */
  sweep(changed: number): void {
    const { type, ttlSeconds } = this.#table
    const expiredMs = youngestExpiredMs(ttlSeconds ?? deletedRetentionSeconds(this.#table), this.#nowMs)
    const isDeleted = type === 'stream' ? '' : 'deleted = 1 AND '
    // A limit that is a parameter would have SQLite prepare the statement again each time.
    const limit = Math.max(changed, SQL_SWEEP_ROWS_MAX)
    const expired = `SELECT rid FROM ${this.#name} WHERE ${isDeleted}written_ms <= ? ORDER BY written_ms LIMIT ${limit}`
    this.#run(`DELETE FROM ${this.#name} WHERE rid IN (${expired})`, [expiredMs])
  }

  #replace(rid: bigint, { seq, values }: RowVersion): void {
    const assignments = ['seq', 'written_ms', ...this.#columns].map((column) => `, ${column} = ?`).join('')
    this.#run(`UPDATE ${this.#name} SET deleted = 0${assignments} WHERE rid = ?`, [seq, this.#nowMs, ...values, rid])
  }

  /** What a row of the same key has left, other than `own`. */
  #tombstone(values: readonly SqliteValue[], own: bigint | null): bigint | null {
    const column = this.#table.columns[this.#keyIndex]
    if (column === undefined) return null
    const value = values[this.#keyIndex]!
    const sql = `SELECT rid, deleted = 1 OR written_ms <= ? FROM ${this.#name} WHERE owner = ? AND ${this.#columns[this.#keyIndex]!} = ?`
    const expiredMs = this.#table.ttlSeconds === null ? -Infinity : youngestExpiredMs(this.#table.ttlSeconds, this.#nowMs)
    const found = statementOf(this.#database, sql).get(expiredMs, this.#owner, value) as unknown as readonly [bigint, bigint] | undefined
    if (found === undefined || found[0] === own) return null
    if (found[1] === 0n) throw duplicateKey(column, value)
    return found[0]
  }

  #run(sql: string, values: readonly SQLInputValue[]): void {
    statementOf(this.#database, sql).run(...values)
  }
}

const SECONDS_PER_HOUR = 60 * 60

function deletedRetentionSeconds({ options }: Table): number {
  return Number(options['DELETED_RETENTION_HOURS'] ?? SQL_DELETED_RETENTION_HOURS_DEFAULT) * SECONDS_PER_HOUR
}

function duplicateKey({ name }: Column, value: SqliteValue): SqlError {
  const message = `Already exists: Primary key violation: value ${shown(value)} already exists in column '${name}'`
  return new SqlError('SQL_EXECUTION_ERROR', 'constraint', message)
}
