/** Numbers that are given out once, whatever becomes of what they were given to. */
import type { DatabaseSync } from 'node:sqlite'
import { queryOne, run } from './query.ts'

/** `seq`: versions of rows (`_seq`), in all tables together. `serial`: of a table's column. */
export type CounterName = 'seq' | 'table' | 'file' | 'job' | 'audit' | 'snowflake' | `serial:${number}:${number}`

/** Takes `count` numbers, in the caller's transaction, and answers the first of them. They begin with 1, and stay below 2^53. */
export function takeNumbers(database: DatabaseSync, counter: CounterName, count = 1): number {
  const sql = 'INSERT INTO counter VALUES (:counter, :count) ON CONFLICT (name) DO UPDATE SET value = value + :count RETURNING value'
  const { value } = queryOne(database, sql, { counter, count }) as { value: number }
  return value - count + 1
}

export function lastNumber(database: DatabaseSync, counter: CounterName): number {
  const row = queryOne(database, 'SELECT value FROM counter WHERE name = :counter', { counter }) as { value: number } | undefined
  return row?.value ?? 0
}

/** Where numbers follow each other by a rule of their own. */
export function keepNumber(database: DatabaseSync, counter: CounterName, last: number): void {
  run(database, 'INSERT INTO counter VALUES (:counter, :last) ON CONFLICT (name) DO UPDATE SET value = :last', { counter, last })
}

/** Of all columns of a table that is no more. */
export function dropSerials(database: DatabaseSync, tableId: number): void {
  run(database, `DELETE FROM counter WHERE name GLOB 'serial:' || :tableId || ':*'`, { tableId })
}
