/** An expression that has been read: either known already, or SQL of ours. */
import type { DataType } from '../data-type.ts'
import type { Constant } from './constants.ts'
import type { Draft } from './draft.ts'
import type { RelationColumn } from './relation.ts'

/**
 * - `sql` is whole: in parentheses where it needs them.
 * - Whoever uses it writes it once, unless `isSimple`: twice in each of twenty nested expressions is a million times.
 */
export interface Written {
  readonly kind: 'written'
  readonly sql: string
  /** `null`: as the value turns out. */
  readonly dataType: DataType | null
  /** A column: it may be written as often as one likes. */
  readonly isSimple?: boolean
  /** The relation's column that it is, and nothing else. */
  readonly origin?: RelationColumn | undefined
  /** The same for arguments of JSON functions. */
  readonly json?: string
  /** What `->` and `->>` have found so far. */
  readonly path?: JsonPath
}

export interface JsonPath {
  /** SQL of the document. */
  readonly document: string
  readonly isSimple: boolean
  /** As SQLite writes paths: `$."a"[0]`. */
  readonly path: string
}

export type Expression = Constant | Written

export function written(sql: string, dataType: DataType | null): Written {
  return { kind: 'written', sql, dataType }
}

/** A column; `origin`: the relation's that it is. */
export function simple(sql: string, dataType: DataType | null, origin?: RelationColumn): Written {
  return { kind: 'written', sql, dataType, isSimple: true, origin }
}

export function sqlOf(expression: Expression, draft: Draft): string {
  if (expression.kind === 'written') return expression.sql
  return expression.value === null ? 'NULL' : draft.bind(expression.value)
}

export function isNull(expression: Expression): boolean {
  return expression.kind === 'constant' && expression.value === null
}
