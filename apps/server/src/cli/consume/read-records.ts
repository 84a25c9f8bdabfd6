/**
 * Reading a topic by fetch: every record of each partition once and in its order, until the end or for ever.
 *
 * - Where the end is, is asked once, at the beginning: whoever reads to the end comes to one though others go on writing.
 * - A partition that gave records goes to the back of the line, so that a busy one does not keep the others waiting.
 */
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import type { FetchedPartition } from '@logbrook/contract/fetch'
import type { TailedRecord } from '@logbrook/contract/record'
import { ERRORS } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import type { StartOffset } from './start-offset.ts'

export interface ReadRecordsOptions {
  readonly topic: string
  /** All, also those added later, where it is not given. */
  readonly partitions?: readonly number[]
  readonly start: StartOffset
  /** Whether to wait for more at the end. */
  readonly follow: boolean
  readonly maxRecords: number
}

interface Position {
  next: number
  readonly end: number
}

const PARTITION_BYTES_MAX = 1_048_576

export async function* readRecords(client: Client, options: ReadRecordsOptions): AsyncGenerator<TailedRecord, void> {
  const { topic, partitions, follow } = options
  const positions = await startPositions(client, options)
  let remaining = options.maxRecords
  for (;;) {
    if (!follow) for (const [partition, { next, end }] of positions) if (next >= end) positions.delete(partition)
    if (remaining === 0 || positions.size === 0) return
    const entries = await fetchOnce(client, topic, positions, { follow, maxRecords: remaining })
    for (const entry of entries) {
      const records = take(topic, entry, positions).slice(0, remaining)
      for (const record of records) yield { partition: entry.partition, ...record }
      remaining -= records.length
    }
    const isQuiet = entries.every(({ records }) => records.length === 0)
    if (follow && isQuiet && partitions === undefined) await addGrown(client, topic, positions)
  }
}

async function startPositions(client: Client, { topic, partitions, start, follow }: ReadRecordsOptions): Promise<Map<number, Position>> {
  const positions = new Map<number, Position>()
  for (const found of await client.topics.offsets(topic, start.kind === 'time' ? start.at : 'latest')) {
    const { partition, offset, log_start_offset: logStart, high_watermark: end } = found
    if (partitions !== undefined && !partitions.includes(partition)) continue
    const next = start.kind === 'time' ? offset : start.kind === 'at' ? start.offset : Math.max(logStart, end - start.count)
    positions.set(partition, { next, end: follow ? Infinity : end })
  }
  const missing = partitions?.find((partition) => !positions.has(partition))
  if (missing !== undefined) throw new LogbrookError('UNKNOWN_TOPIC_OR_PARTITION', 404, `topic ${topic} has no partition ${missing}`)
  return positions
}

async function fetchOnce(
  client: Client,
  topic: string,
  positions: ReadonlyMap<number, Position>,
  { follow, maxRecords }: { readonly follow: boolean; readonly maxRecords: number },
): Promise<readonly FetchedPartition[]> {
  const asked = Array.from(positions, ([partition, { next }]) => ({
    partition,
    fetch_offset: next,
    partition_max_bytes: PARTITION_BYTES_MAX,
  }))
  const { topics } = await client.fetch({
    topics: [{ topic, partitions: asked }],
    long_poll: follow,
    max_records: Number.isFinite(maxRecords) ? maxRecords : 0,
  })
  return topics.flatMap((entry) => entry.partitions)
}

/** What of an answer is to be handed out, and where to go on. @throws LogbrookError for a partition that cannot be read */
function take(topic: string, entry: FetchedPartition, positions: Map<number, Position>): FetchedPartition['records'] {
  const { partition, error_code: code, error, log_start_offset: logStart, high_watermark: highWatermark } = entry
  const { next, end } = positions.get(partition)!
  if (code === ERRORS.OFFSET_OUT_OF_RANGE.code) {
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
