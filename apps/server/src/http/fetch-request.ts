/**
 * The body of a fetch: the fields, bounds and defaults of WarpStream's table (contract F). Unknown fields are ignored; a wrong one
 * is named by its path, as `topics[0].partitions[2].fetch_offset`.
 */
import type { FetchPartition, FetchRequest, FetchTopic } from '@logbrook/broker/fetch'
import { KafkaError } from '@logbrook/kafka/errors'
import { FETCH_ENTRIES_MAX, OFFSET_NAMEABLE_MAX, PARTITION_NAMEABLE_MAX } from '@logbrook/kafka/limits'
import type { IsolationLevel } from '@logbrook/kafka/log'

type Fields = Readonly<Record<string, unknown>>

interface Bounds {
  readonly min: number
  readonly max: number | bigint
}

const PARTITION: Bounds = { min: 0, max: PARTITION_NAMEABLE_MAX }
/** A budget larger than the broker's own is none: everything that 64 bits hold may be said. */
const WHOLE: Bounds = { min: 0, max: OFFSET_NAMEABLE_MAX }
const POSITIVE: Bounds = { min: 1, max: OFFSET_NAMEABLE_MAX }

/** @throws KafkaError INVALID_REQUEST */
export function parseFetchRequest(body: unknown): FetchRequest {
  const fields = objectAt(body, 'the body')
  const topics = arrayAt(fields['topics'], 'topics').map(parseTopic)
  const entries = topics.reduce((sum, { partitions }) => sum + Math.max(1, partitions.length), 0)
  if (entries > FETCH_ENTRIES_MAX) refuse(`topics has ${entries} entries`, `the limit is ${FETCH_ENTRIES_MAX}`)
  return {
    topics,
    maxBytes: optional(fields, 'max_bytes', 0, (value, path) => wholeAt(value, path, WHOLE)),
    maxRecords: optional(fields, 'max_records', 0, (value, path) => wholeAt(value, path, WHOLE)),
    isolationLevel: optional(fields, 'isolation_level', 'read_uncommitted', isolationLevelAt),
    longPoll: optional(fields, 'long_poll', false, booleanAt),
  }
}

function parseTopic(value: unknown, index: number): FetchTopic {
  const path = `topics[${index}]`
  const { topic, partitions } = objectAt(value, path)
  if (typeof topic !== 'string') refuseValue(topic, `${path}.topic`, 'a string')
  return {
    topic,
    partitions: arrayAt(partitions, `${path}.partitions`).map((entry, i) => parsePartition(entry, `${path}.partitions[${i}]`)),
  }
}

function parsePartition(value: unknown, path: string): FetchPartition {
  const entry = objectAt(value, path)
  return {
    partition: wholeAt(entry['partition'], `${path}.partition`, PARTITION),
    fetchOffset: wholeAt(entry['fetch_offset'], `${path}.fetch_offset`, WHOLE),
    partitionMaxBytes: wholeAt(entry['partition_max_bytes'], `${path}.partition_max_bytes`, POSITIVE),
  }
}

function optional<T>(fields: Fields, name: string, otherwise: T, at: (value: unknown, path: string) => T): T {
  return fields[name] === undefined ? otherwise : at(fields[name], name)
}

function objectAt(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuseValue(value, path, 'an object')
  return value as Fields
}

function arrayAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) refuseValue(value, path, 'an array')
  return value as readonly unknown[]
}

/** From 2^53 on the number is no longer exact, which does no harm: nothing is ever kept there. */
function wholeAt(value: unknown, path: string, { min, max }: Bounds): number {
  const isWhole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
  if (!isWhole || value < min || value > max) refuseValue(value, path, `a whole number from ${min} to ${max}`)
  return Number(value)
}

function booleanAt(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') refuseValue(value, path, 'true or false')
  return value
}

function isolationLevelAt(value: unknown, path: string): IsolationLevel {
  if (value !== 'read_uncommitted' && value !== 'read_committed') refuseValue(value, path, '"read_uncommitted" or "read_committed"')
  return value
}

function refuseValue(value: unknown, path: string, wanted: string): never {
  refuse(value === undefined ? `${path} is missing` : `${path} is ${shown(value)}`, `it must be ${wanted}`)
}

function refuse(finding: string, rule: string): never {
  throw new KafkaError('INVALID_REQUEST', `${finding}; ${rule}`)
}

const SHOWN_LENGTH_MAX = 60

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > SHOWN_LENGTH_MAX ? `${value.slice(0, SHOWN_LENGTH_MAX)}…` : value)
}
