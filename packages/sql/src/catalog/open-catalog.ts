/**
 * The catalogue over `sql.db`.
 *
 * - What it remembers holds as long as the stamp in `counter` is the one that it was read with: another process's change and a rollback of our own
 *   are another stamp, so that nobody needs to be told of either.
 * - A change is written first and then read again, so that what is answered is what is kept.
 */
import { randomInt } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { NewColumn } from '../language/statement.ts'
import type { Catalog, NewTable, TableChange } from './catalog.ts'
import { dropSerials, takeNumbers } from './counter.ts'
import {
  addPhysicalColumn,
  createColumnIndex,
  createPhysicalTable,
  dropColumnIndex,
  dropPhysicalColumn,
  dropPhysicalTable,
} from './physical-table.ts'
import { queryAll, queryOne, run } from './query.ts'
import type { ChangeOperation, Column, Namespace, Table, TopicSource } from './table.ts'

/** On a database that has the tables of schema.ts. */
export function openCatalog(database: DatabaseSync): Catalog {
  return new SqliteCatalog(database)
}

interface Remembered {
  readonly stamp: number
  readonly namespaces: ReadonlyMap<string, Namespace>
  readonly tables: ReadonlyMap<number, Table>
  readonly tablesByName: ReadonlyMap<string, Table>
  readonly sources: readonly TopicSource[]
}

type ColumnChange = Extract<TableChange, { readonly columnId: number }>

const COLUMN_CHANGES = { 'drop-column': dropPhysicalColumn, 'create-index': createColumnIndex, 'drop-index': dropColumnIndex }

/** Stamps are drawn: a counter would be the same again after a rollback and another change. */
const STAMP_MAX = 2 ** 47

class SqliteCatalog implements Catalog {
  readonly #database: DatabaseSync
  readonly #stamp: StatementSync
  #remembered: Remembered | undefined

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#stamp = database.prepare(`SELECT value FROM counter WHERE name = 'catalog'`)
  }

  namespaces(): readonly Namespace[] {
    return [...this.#current().namespaces.values()]
  }

  namespace(name: string): Namespace | undefined {
    return this.#current().namespaces.get(name)
  }

  tables(): readonly Table[] {
    return [...this.#current().tables.values()]
  }

  table(namespace: string, name: string): Table | undefined {
    return this.#current().tablesByName.get(`${namespace}.${name}`)
  }

  tableById(id: number): Table | undefined {
    return this.#current().tables.get(id)
  }

  versions(tableId: number): readonly Table[] {
    const sql = 'SELECT data FROM table_version WHERE table_id = :tableId ORDER BY version'
    return readTables(this.#database, sql, { tableId })
  }

  sources(): readonly TopicSource[] {
    return this.#current().sources
  }

  createNamespace(name: string, nowMs: number): void {
    run(this.#database, `INSERT INTO namespace (name, created_ms, options) VALUES (:name, :nowMs, '{}')`, { name, nowMs })
    this.#restamp()
  }

  alterNamespace(name: string, options: Readonly<Record<string, string>>): void {
    const sql = 'UPDATE namespace SET options = json_patch(options, :options) WHERE name = :name'
    run(this.#database, sql, { name, options: JSON.stringify(options) })
    this.#restamp()
  }

  dropNamespace(name: string): void {
    for (const table of this.tables()) if (table.namespace === name) this.dropTable(table.id)
    run(this.#database, 'DELETE FROM namespace WHERE name = :name', { name })
    this.#restamp()
  }

  createTable(table: NewTable, nowMs: number): Table {
    const id = takeNumbers(this.#database, 'table')
    const columns = table.columns.map((column, index) => columnOf(column, index + 1))
    const created: Table = { ...table, id, columns, version: 1, createdMs: nowMs, updatedMs: nowMs }
    run(
      this.#database,
      'INSERT INTO table_ (id, namespace, name, next_column_id, data) VALUES (:id, :namespace, :name, :nextColumnId, :data)',
      { id, namespace: table.namespace, name: table.name, nextColumnId: columns.length + 1, data: JSON.stringify(created) },
    )
    createPhysicalTable(this.#database, created)
    this.#keepVersion(created)
    return created
  }

  changeTable(tableId: number, change: TableChange, nowMs: number): Table {
    const table = this.tableById(tableId)
    if (table === undefined) throw new Error(`there is no table ${tableId}`)
    const changed: Table = { ...this.#change(table, change), version: table.version + 1, updatedMs: nowMs }
    run(this.#database, 'UPDATE table_ SET data = :data WHERE id = :tableId', { tableId, data: JSON.stringify(changed) })
    this.#keepVersion(changed)
    return changed
  }

  #change(table: Table, change: TableChange): Table {
    if (change.kind === 'access-level') return { ...table, accessLevel: change.level }
    if (change.kind === 'add-column') return { ...table, columns: [...table.columns, this.#addColumn(table.id, change.column)] }
    const columns = table.columns.map((column) => (column.id === change.columnId ? this.#changeColumn(table.id, column, change) : column))
    return { ...table, columns: columns.filter((column) => column !== null) }
  }

  #addColumn(tableId: number, added: NewColumn): Column {
    const sql = 'UPDATE table_ SET next_column_id = next_column_id + 1 WHERE id = :tableId RETURNING next_column_id - 1 AS id'
    const { id } = queryOne(this.#database, sql, { tableId }) as { id: number }
    const column = columnOf(added, id)
    addPhysicalColumn(this.#database, tableId, column)
    return column
  }

  /** `null`: it is no more. */
  #changeColumn(tableId: number, column: Column, change: ColumnChange): Column | null {
    if (change.kind === 'change-column') return { ...column, ...change.change }
    COLUMN_CHANGES[change.kind](this.#database, tableId, column.id)
    return change.kind === 'drop-column' ? null : column
  }

  dropTable(tableId: number): void {
    dropPhysicalTable(this.#database, tableId)
    for (const table of ['table_version', 'source']) run(this.#database, `DELETE FROM ${table} WHERE table_id = :tableId`, { tableId })
    run(this.#database, 'DELETE FROM table_ WHERE id = :tableId', { tableId })
    dropSerials(this.#database, tableId)
    this.#restamp()
  }

  addSource(source: TopicSource): void {
    const sql =
      'INSERT INTO source (topic_id, table_id, operation, topic_name, payload, filter) ' +
      'VALUES (:topicId, :tableId, :operation, :topicName, :payload, :filter)'
    run(this.#database, sql, { ...source })
    this.#restamp()
  }

  removeSources(topicId: string, operation?: ChangeOperation): void {
    const sql = 'DELETE FROM source WHERE topic_id = :topicId AND (:operation IS NULL OR operation = :operation)'
    if (run(this.#database, sql, { topicId, operation: operation ?? null }) > 0) this.#restamp()
  }

  #keepVersion(table: Table): void {
    const sql = 'INSERT INTO table_version (table_id, version, data) VALUES (:tableId, :version, :data)'
    run(this.#database, sql, { tableId: table.id, version: table.version, data: JSON.stringify(table) })
    this.#restamp()
  }

  #restamp(): void {
    run(this.#database, `UPDATE counter SET value = :stamp WHERE name = 'catalog'`, { stamp: randomInt(1, STAMP_MAX) })
  }

  #current(): Remembered {
    const stamp = Number((this.#stamp.get() as { value: number | bigint }).value)
    if (this.#remembered?.stamp !== stamp) this.#remembered = read(this.#database, stamp)
    return this.#remembered
  }
}

function columnOf(column: NewColumn, id: number): Column {
  return { id, ...column, comment: null }
}

function read(database: DatabaseSync, stamp: number): Remembered {
  const tables = readTables(database, 'SELECT data FROM table_ ORDER BY id')
  const sources =
    'SELECT topic_id AS topicId, topic_name AS topicName, table_id AS tableId, operation, payload, filter FROM source ' +
    'ORDER BY topic_name, table_id, operation'
  return {
    stamp,
    namespaces: new Map(readNamespaces(database).map((namespace) => [namespace.name, namespace])),
    tables: new Map(tables.map((table) => [table.id, table])),
    tablesByName: new Map(tables.map((table) => [`${table.namespace}.${table.name}`, table])),
    sources: queryAll(database, sources) as TopicSource[],
  }
}

function readTables(database: DatabaseSync, sql: string, parameters: Readonly<Record<string, number>> = {}): Table[] {
  const rows = queryAll(database, sql, parameters) as { data: string }[]
  return rows.map(({ data }) => JSON.parse(data) as Table)
}

function readNamespaces(database: DatabaseSync): Namespace[] {
  const sql = 'SELECT name, coalesce(created_ms, 0) AS createdMs, options FROM namespace ORDER BY name'
  const rows = queryAll(database, sql) as { name: string; createdMs: number; options: string }[]
  return rows.map(({ name, createdMs, options }) => ({ name, createdMs, options: JSON.parse(options) as Namespace['options'] }))
}
