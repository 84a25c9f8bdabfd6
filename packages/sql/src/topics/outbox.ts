/**
 * What topics are to be told of a table's changes. The rows of table `outbox` are written in the change's own transaction, so that there is no
 * change without its record and no record without its change; relay.ts brings them into the log.
 *
 * - A record's partition is decided here: whoever brings it into the log a second time finds it in the same one.
 * - A source whose topic was deleted is removed when its table changes.
 */
import { crc32 } from 'node:zlib'
import type { DatabaseSync } from 'node:sqlite'
import { queryAll, queryOne, run as execute } from '../catalog/query.ts'
import type { Table, TopicSource } from '../catalog/table.ts'
import { cellOf } from '../compile/values.ts'
import type { Cell } from '../data-type.ts'
import type { RowChange } from '../engine/row-change.ts'
import type { Run } from '../engine/run.ts'
import type { OutboxRecord } from '../protocol.ts'
import { createRowFilter } from './row-filter.ts'
import type { RowFilter } from './row-filter.ts'

/** Inside the transaction of the change: writes what is to be told of it, and answers it. */
export type RecordChange = (change: RowChange) => readonly OutboxRecord[]

interface OpenSource extends TopicSource {
  readonly partitions: number
  readonly admits: RowFilter | null
}

type NewOutboxRecord = Omit<OutboxRecord, 'id'>
type Row = Readonly<Record<string, Cell>>

/** To be asked for once a statement, in its transaction, before its first change. `null`: no topic is told of the table. @throws SqlError */
export async function outboxRecords(run: Run, table: Table): Promise<RecordChange | null> {
  const sources = await openSources(run, table)
  if (sources.length === 0) return null
  const insert = run.database.prepare(
    `INSERT INTO outbox (topic_id, partition, key, value, operation, user, timestamp_ms)
     VALUES (:topicId, :partition, :key, :value, :operation, :user, :timestampMs)`,
  )
  return (change) => {
    const told = sources.filter(({ operation, admits }) => operation === change.operation && (admits?.(change.row) ?? true))
    return told.map((source) => keep(recordOf(change, source, run)))
  }

  function keep(record: NewOutboxRecord): OutboxRecord {
    return { id: Number(insert.run({ ...record }).lastInsertRowid), ...record }
  }
}

/** The engine's request `outbox`. */
export function readOutbox(database: DatabaseSync, afterId: number, limit: number): readonly OutboxRecord[] {
  const sql =
    'SELECT id, topic_id AS topicId, partition, key, value, operation, user, timestamp_ms AS timestampMs FROM outbox ' +
    'WHERE id > :afterId ORDER BY id LIMIT :limit'
  return queryAll(database, sql, { afterId, limit }) as OutboxRecord[]
}

/** The engine's request `relayed`. */
export function deleteRelayed(database: DatabaseSync, uptoId: number): void {
  execute(database, 'DELETE FROM outbox WHERE id <= :uptoId', { uptoId })
}

/**
 * When a writer is opened: ids are given from `EngineOptions.outboxAfterId` on, also in a `sql.db` that is older than the log, or new beside it.
 * What the log takes for its own would not be brought into it.
 */
export function raiseOutbox(database: DatabaseSync, afterId: number): void {
  const sequence = queryOne(database, `SELECT seq FROM sqlite_sequence WHERE name = 'outbox'`) as { seq: number } | undefined
  if (sequence === undefined) execute(database, `INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', :afterId)`, { afterId })
  else if (sequence.seq < afterId) execute(database, `UPDATE sqlite_sequence SET seq = :afterId WHERE name = 'outbox'`, { afterId })
}

async function openSources(run: Run, table: Table): Promise<readonly OpenSource[]> {
  const open: OpenSource[] = []
  for (const [topicId, sources] of Map.groupBy(sourcesOf(run, table), (source) => source.topicId)) {
    const topic = await run.services.topic(sources[0]!.topicName)
    if (topic?.id === topicId) {
      for (const source of sources) open.push({ ...source, partitions: topic.partitions, admits: filterOf(source, table, run) })
    } else {
      run.catalog.removeSources(topicId)
      run.effects.catalogChanged = true
    }
  }
  return open
}

function sourcesOf({ catalog }: Run, table: Table): readonly TopicSource[] {
  return catalog.sources().filter((source) => source.tableId === table.id)
}

function filterOf({ filter }: TopicSource, table: Table, run: Run): RowFilter | null {
  return filter === null ? null : createRowFilter(filter, table, run)
}

function recordOf(change: RowChange, { topicId, partitions, payload }: OpenSource, { asUser, nowMs }: Run): NewOutboxRecord {
  const row = rowOf(change, change.row)
  const key = keyOf(change.table, row)
  const value = Buffer.from(JSON.stringify(payloadOf(change, row, payload)))
  const partition = crc32(key ?? JSON.stringify(row)) % partitions
  return { topicId, partition, key, value, operation: change.operation, user: asUser, timestampMs: nowMs }
}

function rowOf({ table }: RowChange, { values }: RowChange['row']): Row {
  return Object.fromEntries(table.columns.map(({ name, dataType }, i) => [name, cellOf(values[i] ?? null, dataType)]))
}

function keyColumn({ columns }: Table): string | undefined {
  return columns.find(({ primaryKey }) => primaryKey)?.name
}

function keyOf(table: Table, row: Row): string | null {
  const column = keyColumn(table)
  if (column === undefined) return null
  const cell = row[column] ?? null
  return typeof cell === 'string' ? cell : JSON.stringify(cell)
}

/** `diff`: of an update, the key and what is another value now. */
function payloadOf(change: RowChange, row: Row, mode: TopicSource['payload']): Row {
  const { table, operation, old } = change
  const column = keyColumn(table)
  const deleted = operation === 'delete' ? { _deleted: true } : {}
  if (mode === 'key' && column !== undefined) return { [column]: row[column] ?? null, ...deleted }
  const before = mode === 'diff' && operation === 'update' && old !== null ? rowOf(change, old) : null
  const told =
    before === null ? row : Object.fromEntries(Object.entries(row).filter(([name, cell]) => name === column || !same(cell, before[name])))
  return { ...told, _table: `${table.namespace}:${table.name}`, ...deleted }
}

function same(a: Cell, b: Cell | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
