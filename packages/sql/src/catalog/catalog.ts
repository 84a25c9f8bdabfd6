/** The catalogue of `sql.db`: namespaces, tables, and the topics that are told of their changes. */
import type { AccessLevel, ChangeOperation, Column, ColumnDefault, Namespace, Table, TableType, TopicSource } from './table.ts'
import type { NewColumn } from '../language/statement.ts'

export interface NewTable {
  readonly namespace: string
  readonly name: string
  readonly type: TableType
  readonly accessLevel: AccessLevel | null
  readonly columns: readonly NewColumn[]
  readonly options: Readonly<Record<string, string>>
  readonly ttlSeconds: number | null
}

export type TableChange =
  | { readonly kind: 'add-column'; readonly column: NewColumn }
  | { readonly kind: 'drop-column' | 'create-index' | 'drop-index'; readonly columnId: number }
  | {
      readonly kind: 'change-column'
      readonly columnId: number
      readonly change: Partial<Pick<Column, 'name' | 'dataType' | 'nullable'>> & { readonly default?: ColumnDefault | null }
    }
  | { readonly kind: 'access-level'; readonly level: AccessLevel }

/**
 * - What it answers is what the file holds, also when another process changed it.
 * - Changes run inside the caller's transaction. They check nothing but what would spoil the file: who asks, and whether a name is free, is
 *   asked before.
 */
export interface Catalog {
  namespaces(): readonly Namespace[]
  namespace(name: string): Namespace | undefined
  tables(): readonly Table[]
  /** Names in lower case. */
  table(namespace: string, name: string): Table | undefined
  tableById(id: number): Table | undefined
  /** Of a table, the oldest first: what it was before each change, and last what it is. */
  versions(tableId: number): readonly Table[]
  sources(): readonly TopicSource[]

  createNamespace(name: string, nowMs: number): void
  alterNamespace(name: string, options: Readonly<Record<string, string>>): void
  /** With its tables. */
  dropNamespace(name: string): void
  createTable(table: NewTable, nowMs: number): Table
  changeTable(tableId: number, change: TableChange, nowMs: number): Table
  dropTable(tableId: number): void
  addSource(source: TopicSource): void
  /** Of a topic that is gone. */
  removeSources(topicId: string, operation?: ChangeOperation): void
}
