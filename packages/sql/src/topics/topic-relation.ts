/**
 * A topic, as a query reads it: `partition`, `offset`, `timestamp`, `key`, `value` and `headers`, in the order of partitions and offsets.
 *
 * Of a broker on disk the rows come out of three loops, of which SQLite runs the next only as far as it is asked for:
 *
 * ```
 * json_each(partitions) → json_each(topic_chunks(…)): runs of stored rows → json_each(topic_records(…)): their records
 * ```
 *
 * - All of a row's columns are made of what the loops give, and of nothing that is remembered, so that it does not matter when SQLite makes them.
 * - `LIMIT -1` keeps SQLite from dissolving the subquery in the one around it: each column is made once for each record, and where rows are
 *   sorted or grouped it is those columns that are kept.
 * - What is no text is a BLOB. It is shown as base64.
 * - Backwards the partitions of the first loop are parts of partitions, from the end on, each larger than the one before: as much as is asked for is
 *   read, and not many times as much.
 */
import type { DatabaseSync } from 'node:sqlite'
import { queryOne } from '../catalog/query.ts'
import type { Relation, RelationColumn, TopicOrder } from '../compile/relation.ts'
import type { TopicRecords } from '../services.ts'
import { createEncodeChunk } from './chunk.ts'
import { LogFile } from './log-file.ts'
import type { FileChunk, FileRange } from './log-file.ts'

const TOPIC_COLUMNS: readonly RelationColumn[] = [
  { name: 'partition', dataType: 'Int' },
  { name: 'offset', dataType: 'BigInt' },
  { name: 'timestamp', dataType: 'Timestamp' },
  { name: 'key', dataType: 'Text' },
  { name: 'value', dataType: 'Text' },
  { name: 'headers', dataType: 'Json' },
]

/** What the relation calls in SQLite, in lower case. */
export const TOPIC_FUNCTIONS: ReadonlySet<string> = new Set([
  'topic_chunks',
  'topic_records',
  'json_each',
  'coalesce',
  'unhex',
  '->',
  '->>',
])

/** To be called once for each connection that queries run on, before there is an authorizer. `logFile` is read on a connection of its own. */
export function openTopicRows(database: DatabaseSync, logFile: string | null): { close(): void } {
  if (logFile === null) return { close: () => undefined }
  let opened: LogFile | undefined
  const file = (): LogFile => (opened ??= new LogFile(logFile))
  const encode = createEncodeChunk()
  const rangeOf = remembered((json) => JSON.parse(json) as FileRange)
  database.function('topic_chunks', { directOnly: true }, (range) => chunksText(file().chunks(rangeOf(String(range)))))
  database.function('topic_records', { directOnly: true }, (given, from, rest) => {
    const [range, chunk] = [rangeOf(String(given)), chunkOf(Number(from), String(rest))]
    return encode(file().slices(range, chunk), { ...chunk, isBackwards: range.isBackwards })
  })
  database.function('topic_is_in_time_order', { directOnly: true }, (range) => (file().isInTimeOrder(rangeOf(String(range))) ? 1 : 0))
  return { close: () => opened?.close() }
}

/** Records as `BrokerServices.topicRecords` answers them for the bounds of the query; in its order, where that is one in which they can be read. */
export function orderedTopic(records: TopicRecords, order: TopicOrder | null, database: DatabaseSync): Relation {
  if (records.kind === 'records') return givenTopic(records.json)
  const { topicId, fromTimestampMs, toTimestampMs, ranges } = records
  const whole = ranges.map(({ partition, fromOffset, endOffset }): FileRange => {
    return { topicId, partition, fromOffset, endOffset, fromTimestampMs, toTimestampMs, isBackwards: false }
  })
  if (order === null || !holds(order, whole, database)) return fileRelation(whole)
  const parts = order.partitions === 'descending' ? whole.toReversed() : whole
  return { ...fileRelation(order.isDescending ? parts.flatMap(fromTheEnd) : parts), isOrdered: true }
}

/** @param json records as `TopicRecords` has them */
export function givenTopic(json: string): Relation {
  return { columns: TOPIC_COLUMNS, order: [], render: (bind) => fromRecords(bind(json)) }
}

function fileRelation(ranges: readonly FileRange[]): Relation {
  return { columns: TOPIC_COLUMNS, order: [], render: (bind) => fromFile(bind(rangesJson(ranges)), ranges[0]?.isBackwards === true) }
}

function holds({ partitions, by }: TopicOrder, ranges: readonly FileRange[], database: DatabaseSync): boolean {
  if (partitions === null && ranges.length > 1) return false
  return by === 'offset' || ranges.every((range) => isInTimeOrder(range, database))
}

function isInTimeOrder(range: FileRange, database: DatabaseSync): boolean {
  const sql = 'SELECT topic_is_in_time_order(:range) AS answer'
  const { answer } = queryOne(database, sql, { range: JSON.stringify(range) }) as { answer: number }
  return answer === 1
}

const LAST_PART_RECORDS = 1_000
const PART_GROWTH = 4

function fromTheEnd(range: FileRange): readonly FileRange[] {
  const parts: FileRange[] = []
  let { endOffset } = range
  for (let records = LAST_PART_RECORDS; endOffset > range.fromOffset; records *= PART_GROWTH) {
    const fromOffset = Math.max(range.fromOffset, endOffset - records)
    parts.push({ ...range, fromOffset, endOffset, isBackwards: true })
    endOffset = fromOffset
  }
  return parts
}

const VALUE = 'coalesce(record.atom, record.value ->> 0, unhex(record.value ->> 4)) AS "value"'

function fromFile(ranges: string, isBackwards: boolean): string {
  const offset = isBackwards ? '(chunk.value ->> 0) - 1 - record.key' : 'chunk.key + record.key'
  return `(SELECT CAST(part.key AS INTEGER) AS "partition", ${offset} AS "offset",
    1000 * CASE record.type WHEN 'array' THEN record.value ->> 2 ELSE chunk.value ->> 1 END AS "timestamp",
    CASE record.type WHEN 'array' THEN coalesce(record.value ->> 1, unhex(record.value ->> 5)) END AS "key", ${VALUE},
    CASE record.type WHEN 'array' THEN record.value -> 3 ELSE '[]' END AS "headers"
    FROM json_each(${ranges}) AS part CROSS JOIN json_each(topic_chunks(part.value)) AS chunk
    CROSS JOIN json_each(topic_records(part.value, chunk.key, chunk.value)) AS record LIMIT -1)`
}

function fromRecords(json: string): string {
  return `(SELECT record.value ->> 6 AS "partition", record.value ->> 7 AS "offset", 1000 * (record.value ->> 2) AS "timestamp",
    coalesce(record.value ->> 1, unhex(record.value ->> 5)) AS "key", ${VALUE}, record.value -> 3 AS "headers"
    FROM json_each(${json}) AS record LIMIT -1)`
}

/** By partition, several of one too. */
function rangesJson(ranges: readonly FileRange[]): string {
  return `{${ranges.map((range) => `"${range.partition}":${JSON.stringify(range)}`).join(',')}}`
}

/** In this order, which an object of JavaScript would not keep. */
function chunksText(chunks: readonly FileChunk[]): string {
  return `{${chunks.map(({ fromOffset, endOffset, timestampMs, baseOffset }) => `"${fromOffset}":[${endOffset},${timestampMs},${baseOffset}]`).join(',')}}`
}

function chunkOf(fromOffset: number, rest: string): FileChunk {
  const [endOffset, timestampMs, baseOffset] = JSON.parse(rest) as [number, number, number]
  return { fromOffset, endOffset, timestampMs, baseOffset }
}

/** The same text comes many times in a row. */
function remembered<T>(make: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly made: T } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, made: make(text) }
    return last.made
  }
}
