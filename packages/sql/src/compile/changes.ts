/** INSERT, UPDATE and DELETE: what they change, and the queries that say which rows and to what. */
import type { SqliteValue } from '../data-type.ts'
import type { TableName } from '../language/statement.ts'
import type { Given } from './given.ts'
import type { Relations } from './query.ts'
import type { CompiledQuery, Reference, Relation } from './relation.ts'

export interface ParsedChange {
  readonly kind: 'insert' | 'update' | 'delete'
  readonly target: TableName
  /** What its subqueries, or an INSERT's SELECT, read; not the target. */
  readonly references: readonly Reference[]
}

/** A value of a row to be inserted; `query` gives one row of one column. */
export type InsertCell =
  | { readonly kind: 'default' }
  | { readonly kind: 'value'; readonly value: SqliteValue }
  | { readonly kind: 'query'; readonly query: CompiledQuery }

export interface CompiledInsert {
  /** Names of the target's columns, in the order of the values. */
  readonly columns: readonly string[]
  readonly source:
    | { readonly kind: 'values'; readonly rows: readonly (readonly InsertCell[])[] }
    | { readonly kind: 'query'; readonly query: CompiledQuery }
  /** Placeholders of `FILE('…')` that stand in it. */
  readonly placeholders: readonly string[]
}

export interface CompiledUpdate {
  /** Names of the columns whose values `query` gives, after `_rid`. */
  readonly columns: readonly string[]
  /** Names of those that get their default. */
  readonly defaults: readonly string[]
  /** Column 0 is `_rid`. */
  readonly query: CompiledQuery
  readonly placeholders: readonly string[]
}

/** One INSERT, UPDATE or DELETE. @throws SqlError */
export function parseChange(_text: string, _given: Given): ParsedChange {
  throw new Error('to come')
}

/** The values are as written: `coerce` (values.ts) makes them what their column keeps. @throws SqlError */
export function compileInsert(_parsed: ParsedChange, _target: Relation, _relations: Relations, _given: Given): CompiledInsert {
  throw new Error('to come')
}

/** `target` gives `_rid`. @throws SqlError */
export function compileUpdate(_parsed: ParsedChange, _target: Relation, _relations: Relations, _given: Given): CompiledUpdate {
  throw new Error('to come')
}

/** Of the rows that go, their `_rid`. @throws SqlError */
export function compileDelete(_parsed: ParsedChange, _target: Relation, _relations: Relations, _given: Given): CompiledQuery {
  throw new Error('to come')
}
