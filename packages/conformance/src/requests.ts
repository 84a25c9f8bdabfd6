/** The requests and answers that most cases are made of. */
import type { Exchange, Expectation, GivenRecords, Request } from './case.ts'
import { ANY_TEXT, ANY_TIMESTAMP } from './match.ts'
import type { Pattern, Rule } from './match.ts'

export function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

// Fetch

/** Partition, fetch offset, and at most so many bytes of it. */
export type Entry = readonly [partition: number, fetchOffset: number, partitionMaxBytes?: number]

const PARTITION_BYTES = 1_000_000

export function fetchBody(
  topics: readonly (readonly [topic: string, ...entries: Entry[]])[],
  fields: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    topics: topics.map(([topic, ...entries]) => ({
      topic,
      partitions: entries.map(([partition, fetchOffset, partitionMaxBytes = PARTITION_BYTES]) => ({
        partition,
        fetch_offset: fetchOffset,
        partition_max_bytes: partitionMaxBytes,
      })),
    })),
    ...fields,
  })
}

export function fetchText(body: string, headers: Request['headers'] = {}): Request {
  return { method: 'POST', path: '/v1/kafka/fetch', headers, body }
}

export function fetchTopics(...parameters: Parameters<typeof fetchBody>): Request {
  return fetchText(fetchBody(...parameters))
}

/** Partition 0 of `$TOPIC` from its start. */
export const FETCH_ALL = fetchTopics([['$TOPIC', [0, 0]]])

export interface ExpectedRecord {
  readonly offset: number
  readonly timestamp: number | Rule
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly { readonly key: string; readonly value: string | null }[]
  readonly [key: string]: Pattern
}

/** A record with nothing but a value, given as text. */
export function record(offset: number, value: string | null): ExpectedRecord {
  return { offset, timestamp: ANY_TIMESTAMP, key: null, value: value === null ? null : base64(value), headers: [] }
}

/** Records of these values from `baseOffset` on. */
export function recordsFrom(baseOffset: number, values: readonly string[]): readonly ExpectedRecord[] {
  return values.map((value, i) => record(baseOffset + i, value))
}

/** A partition's entry in an answer: its records lie at `[start, end)`. */
export function entry(partition: number, [start, end]: readonly [number, number], records: readonly Pattern[] = []): Pattern {
  return { partition, error_code: 0, high_watermark: end, last_stable_offset: end, log_start_offset: start, records }
}

const ERROR_NAMES = {
  1: 'OFFSET_OUT_OF_RANGE',
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  29: 'TOPIC_AUTHORIZATION_FAILED',
  56: 'KAFKA_STORAGE_ERROR',
} as const

/** A partition's entry with an error; without watermarks unless they are given. */
export function errorEntry(partition: number, code: keyof typeof ERROR_NAMES, [start, end]: readonly [number, number] = [-1, -1]): Pattern {
  return {
    partition,
    error_code: code,
    error: ERROR_NAMES[code],
    high_watermark: end,
    last_stable_offset: end,
    log_start_offset: start,
    records: [],
  }
}

export function fetched(...topics: readonly (readonly [topic: string, ...entries: Pattern[]])[]): Expectation {
  return { status: 200, json: { topics: topics.map(([topic, ...partitions]) => ({ topic, partitions })) } }
}

export function fetchRefused(status: number, code: string, message: Pattern = ANY_TEXT): Expectation {
  return { status, json: { code, message } }
}

/** Records without keys whose values are these texts. */
export function givenValues(topic: string, partition: number, values: readonly string[]): GivenRecords {
  return { topic, partition, records: values.map((value) => ({ value: base64(value) })) }
}

// One record

/** Both ways of asking for one. */
export function recordPaths(topic: string, partition: number | string, offset: number | string): readonly [string, string] {
  return [
    `/v1/kafka/fetch_single_record?topic=${topic}&partition=${partition}&offset=${offset}`,
    `/v1/kafka/topics/${topic}/partitions/${partition}/records/${offset}`,
  ]
}

// Intake

export const INTAKE = '/dd/$TOPIC/api/v2/logs'
export const INTAKE_V1 = '/dd/$TOPIC/v1/input'
export const VALIDATE = '/dd/$TOPIC/api/v1/validate'

const JSON_TYPE = { 'Content-Type': 'application/json' }

export function logs(body: NonNullable<Request['body']>, headers: Request['headers'] = {}, path = INTAKE): Request {
  return { method: 'POST', path, headers: { ...JSON_TYPE, ...headers }, body }
}

export const ONE_LOG = logs('[{"message":"one"}]')

export const TAKEN: Expectation = { status: 200, body: '{}', headers: { 'Content-Length': '2', 'Content-Type': /^application\/json(;|$)/ } }

/** Taken, and its records begin at this offset. */
export function takenAt(partition: number, baseOffset: number): Expectation {
  return {
    ...TAKEN,
    headers: { ...TAKEN.headers, 'x-logbrook-partition': String(partition), 'x-logbrook-base-offset': String(baseOffset) },
  }
}

export function intakeRefused(status: number, code: string, message: Pattern = ANY_TEXT): Expectation {
  return { status, json: { code, message, errors: [{ status: String(status), title: ANY_TEXT, detail: message }] } }
}

/** `$TOPIC` has one partition with exactly these values. */
export function holds(values: readonly string[]): Exchange {
  return { request: FETCH_ALL, expect: fetched(['$TOPIC', entry(0, [0, values.length], recordsFrom(0, values))]) }
}

/** After a refusal: nothing was stored, and the next good request works. */
export const UNHARMED: readonly Exchange[] = [holds([]), { request: ONE_LOG, expect: takenAt(0, 0) }]
