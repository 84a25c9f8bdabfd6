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
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Relation, RelationColumn } from '../compile/relation.ts'
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
  database.function('topic_records', { directOnly: true }, (range, from, rest) => {
    const chunk = chunkOf(Number(from), String(rest))
    return encode(file().slices(rangeOf(String(range)), chunk), chunk)
  })
  return { close: () => opened?.close() }
}

/** `records` as `BrokerServices.topicRecords` answers them for the bounds of the query. */
export function topicRelation(records: TopicRecords): Relation {
  return {
    columns: TOPIC_COLUMNS,
    order: [],
    render: (bind) => (records.kind === 'file' ? fromFile(bind(rangesJson(records))) : fromRecords(bind(records.json))),
  }
}

const VALUE = 'coalesce(record.atom, record.value ->> 0, unhex(record.value ->> 4)) AS "value"'

function fromFile(ranges: string): string {
  return `(SELECT CAST(part.key AS INTEGER) AS "partition", chunk.key + record.key AS "offset",
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

function rangesJson({ ranges, topicId, fromTimestampMs, toTimestampMs }: Extract<TopicRecords, { readonly kind: 'file' }>): string {
  const parts = ranges.map(
    (range) => `"${range.partition}":${JSON.stringify({ topicId, fromTimestampMs, toTimestampMs, ...range } satisfies FileRange)}`,
  )
  return `{${parts.join(',')}}`
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
