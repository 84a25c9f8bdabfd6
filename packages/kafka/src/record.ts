/**
 * Records, as they are asked for and as they are handed out.
 */

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** A record on its way in: it has no offset yet. */
export interface NewRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
  /** Epoch milliseconds. */
  readonly timestampMs: number
}

/** A record of the log. */
export interface LogRecord extends NewRecord {
  readonly offset: number
}

/**
 * Records whose values lie as they were submitted inside one body: no key, no headers, one time for all.
 *
 * ```
 * body    [{"a":1}, {"b":2}]
 * ranges   1───8    10──17      → Int32Array [1, 8, 10, 17]
 * ```
 */
export interface VerbatimRecords {
  readonly kind: 'verbatim'
  readonly body: Buffer
  /** Pairs of (start, end) into `body`, end exclusive, ascending, not overlapping. */
  readonly ranges: Int32Array
}

/** Records with keys, headers and times of their own; stored as a Kafka RecordBatch v2. */
export interface KeyedRecords {
  readonly kind: 'records'
  readonly records: readonly NewRecord[]
}

/** A run of records at contiguous offsets read from the log, still lying in the stored bytes. */
export type RecordSlice = VerbatimSlice | KeyedSlice

export interface VerbatimSlice extends VerbatimRecords {
  readonly baseOffset: number
  readonly timestampMs: number
}

interface KeyedSlice {
  readonly kind: 'records'
  readonly records: readonly LogRecord[]
}

/** The bytes that a record counts for in every budget and limit: key + value + headers. */
export function recordBytes(record: NewRecord): number {
  let bytes = (record.key?.byteLength ?? 0) + (record.value?.byteLength ?? 0)
  for (const header of record.headers) bytes += Buffer.byteLength(header.key) + (header.value?.byteLength ?? 0)
  return bytes
}

export function sliceLength(slice: RecordSlice): number {
  return slice.kind === 'verbatim' ? slice.ranges.length / 2 : slice.records.length
}

/** The records from the one at `start` to the one at `end`, counted from 0. */
export function sliceOf(slice: RecordSlice, start: number, end: number): RecordSlice {
  if (slice.kind === 'records') return { kind: 'records', records: slice.records.slice(start, end) }
  return { ...slice, baseOffset: slice.baseOffset + start, ranges: slice.ranges.subarray(2 * start, 2 * end) }
}

/** The slice's records one by one; values are views into the stored bytes. */
export function recordsOf(slice: RecordSlice): readonly LogRecord[] {
  if (slice.kind === 'records') return slice.records
  const records: LogRecord[] = []
  for (let i = 0; i < slice.ranges.length; i += 2) {
    const value = slice.body.subarray(slice.ranges[i], slice.ranges[i + 1])
    records.push({ offset: slice.baseOffset + i / 2, timestampMs: slice.timestampMs, key: null, value, headers: [] })
  }
  return records
}
