/**
 * Reading a topic by fetch: every record of each partition once and in its order, until the end or for ever.
 *
 * - Where the end is, is asked once, at the beginning: whoever reads to the end comes to one though others go on writing.
 * - A partition that gave records goes to the back of the line, so that a busy one does not keep the others waiting.
 * - Whoever follows, goes on when the broker has been away, at the next offset of each partition. If it comes back with another topic of that
 *   name, that one is read from its log start.
 */
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import type { FetchedPartition } from '@logbrook/contract/fetch'
import type { TailedRecord } from '@logbrook/contract/record'
import { ERRORS } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import { throughOutages } from '../outage.ts'
import type { Persistence } from '../outage.ts'
import type { StartOffset } from './start-offset.ts'

export interface ReadRecordsOptions {
  readonly topic: string
  /** All, also those added later, where it is not given. */
  readonly partitions: readonly number[] | undefined
  readonly start: StartOffset
  /** `null` ends at the end; else more is waited for, also through outages. */
  readonly follow: Persistence | null
  readonly maxRecords: number
}

interface Position {
  next: number
  readonly end: number
}

const PARTITION_BYTES_MAX = 1_048_576

export async function* readRecords(client: Client, options: ReadRecordsOptions): AsyncGenerator<TailedRecord, void> {
  const { topic, partitions, follow } = options
  let { id } = await client.topics.describe(topic)
  let positions = await startPositions(client, options)
  let remaining = options.maxRecords
  for (;;) {
    if (follow === null) for (const [partition, { next, end }] of positions) if (next >= end) positions.delete(partition)
    if (remaining === 0 || positions.size === 0) return
    const { entries, isDoubtful } = await fetchOnce(client, positions, { ...options, maxRecords: remaining })
    if (isDoubtful) {
      const found = await through(follow, () => client.topics.describe(topic))
      if (found.result.id !== id) {
        id = found.result.id
        positions = (await through(follow, () => startPositions(client, { ...options, start: { kind: 'time', at: 'earliest' } }))).result
        continue
      }
    }
    for (const entry of entries) {
      const records = take(topic, entry, positions).slice(0, remaining)
      for (const record of records) yield { partition: entry.partition, ...record }
      remaining -= records.length
    }
    const isQuiet = entries.every(({ records }) => records.length === 0)
    if (follow !== null && isQuiet && partitions === undefined) await through(follow, () => addGrown(client, topic, positions))
  }
}

async function through<T>(follow: Persistence | null, work: () => Promise<T>): ReturnType<typeof throughOutages<T>> {
  return follow === null ? { result: await work(), wasAway: false } : await throughOutages(work, follow)
}

async function startPositions(client: Client, { topic, partitions, start, follow }: ReadRecordsOptions): Promise<Map<number, Position>> {
  const positions = new Map<number, Position>()
  for (const found of await client.topics.offsets(topic, start.kind === 'time' ? start.at : 'latest')) {
    const { partition, offset, log_start_offset: logStart, high_watermark: end } = found
    if (partitions !== undefined && !partitions.includes(partition)) continue
    const next = start.kind === 'time' ? offset : start.kind === 'at' ? start.offset : Math.max(logStart, end - start.count)
    positions.set(partition, { next, end: follow === null ? end : Infinity })
  }
  const missing = partitions?.find((partition) => !positions.has(partition))
  if (missing !== undefined) throw new LogbrookError('UNKNOWN_TOPIC_OR_PARTITION', 404, `topic ${topic} has no partition ${missing}`)
  return positions
}

interface Fetched {
  readonly entries: readonly FetchedPartition[]
  /** Whether this may be the answer of another topic than the one that was read before. */
  readonly isDoubtful: boolean
}

async function fetchOnce(
  client: Client,
  positions: ReadonlyMap<number, Position>,
  { topic, follow, maxRecords }: ReadRecordsOptions,
): Promise<Fetched> {
  const asked = Array.from(positions, ([partition, { next }]) => ({
    partition,
    fetch_offset: next,
    partition_max_bytes: PARTITION_BYTES_MAX,
  }))
  const request = {
    topics: [{ topic, partitions: asked }],
    long_poll: follow !== null,
    max_records: Number.isFinite(maxRecords) ? maxRecords : 0,
  }
  const { result, wasAway } = await through(follow, () => client.fetch(request))
  const entries = result.topics.flatMap((entry) => entry.partitions)
  return { entries, isDoubtful: wasAway || entries.some(isOutOfRange) }
}

function isOutOfRange({ error_code: code }: FetchedPartition): boolean {
  return code === ERRORS.OFFSET_OUT_OF_RANGE.code
}

/** What of an answer is to be handed out, and where to go on. @throws LogbrookError for a partition that cannot be read */
function take(topic: string, entry: FetchedPartition, positions: Map<number, Position>): FetchedPartition['records'] {
  const { partition, error_code: code, error, log_start_offset: logStart, high_watermark: highWatermark } = entry
  const { next, end } = positions.get(partition)!
  if (isOutOfRange(entry)) {
    // Retention took the place away, or it was never there: the nearest that is.
    positions.set(partition, { next: next < logStart ? logStart : highWatermark, end })
    return []
  }
  if (code !== 0) {
    const name = error as ErrorName
    throw new LogbrookError(name, ERRORS[name].status, `topic ${topic}, partition ${partition}: ${ERRORS[name].meaning}`)
  }
  const records = entry.records.filter(({ offset }) => offset < end)
  const last = entry.records.at(-1)
  if (last !== undefined) {
    positions.delete(partition)
    positions.set(partition, { next: last.offset + 1, end })
  }
  return records
}

async function addGrown(client: Client, topic: string, positions: Map<number, Position>): Promise<void> {
  for (const { partition, offset } of await client.topics.offsets(topic, 'earliest')) {
    if (!positions.has(partition)) positions.set(partition, { next: offset, end: Infinity })
  }
}
