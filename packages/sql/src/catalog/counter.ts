/** Numbers that are given out once, whatever becomes of what they were given to. */
import type { DatabaseSync } from 'node:sqlite'
import { queryOne } from './query.ts'

/** `seq`: versions of rows (`_seq`), in all tables together. */
export type CounterName = 'seq' | 'table' | 'file' | 'job' | 'audit'

/** Takes `count` numbers, in the caller's transaction, and answers the first of them. They stay below 2^53. */
export function takeNumbers(database: DatabaseSync, counter: CounterName, count = 1): number {
  const last = lastNumber(database, counter) + count
  queryOne(database, 'UPDATE counter SET value = :last WHERE name = :counter', { last, counter })
  return last - count + 1
}

export function lastNumber(database: DatabaseSync, counter: CounterName): number {
  const row = queryOne(database, 'SELECT value FROM counter WHERE name = :counter', { counter }) as { value: number } | undefined
  if (row === undefined) throw new Error(`there is no counter ${counter}`)
  return row.value
}
