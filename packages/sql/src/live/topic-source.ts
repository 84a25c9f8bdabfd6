/**
 * Live queries over topics.
 *
 * - The rows that there were are those of the records before the feed's place: partition by partition, from the log start on, or after an
 *   offset in a topic of one partition.
 * - The last rows are those that were appended last, whichever their partition; they are looked for among so many records from the end on,
 *   and are fewer where they would be larger than a batch.
 */
import { LIVE_BATCH_BYTES_MAX, LIVE_TOPIC_LOOKBACK_RECORDS_MAX, TAIL_ROUND_BYTES } from '@logbrook/kafka/limits'
import type { Log, ReadResult, Topic } from '@logbrook/kafka/log'
import type { MatchedRow, ResultColumn } from '../protocol.ts'
import { LiveError } from './live-error.ts'
import type { Beginning, LiveQuery, LiveRowsRead, LiveSource } from './live-source.ts'
import type { LiveRow } from './messages.ts'
import type { TopicFeed } from './topic-feed.ts'
import type { MatchRecords } from './topic-match.ts'
import { hasSeq, queryKey, schemaWithSeq, withSeq } from './topic-rows.ts'

export interface TopicSourceOptions {
  readonly query: LiveQuery
  readonly topic: Topic
  readonly schema: readonly ResultColumn[]
  /** The one that there is, or a new one. */
  readonly feed: () => TopicFeed
  readonly log: Log
  readonly match: MatchRecords
}

/** A row, and where it lies. */
interface PlacedRow extends MatchedRow {
  readonly partition: number
}

export function topicSource({ query, topic, schema, feed, log, match }: TopicSourceOptions): LiveSource {
  let leave: (() => void) | undefined
  const stopped = new AbortController()
  let ends: ReadonlyMap<number, number> = new Map()
  /** Where the next batch goes on, by partition. */
  let next: Map<number, number> | undefined

  /** Records from an offset on, before `end`, and what follows them; `null` where there are none. */
  async function rowsFrom(partition: number, offset: number, end: number): Promise<{ rows: readonly PlacedRow[]; next: number } | null> {
    const result = await readAt(partition, offset, end - offset)
    if (result.error === 'OFFSET_OUT_OF_RANGE' && result.watermarks.logStartOffset > offset) {
      return { rows: [], next: result.watermarks.logStartOffset }
    }
    if (result.error === 'KAFKA_STORAGE_ERROR') throw new Error(`topic ${topic.name}, partition ${partition}: cannot be read at ${offset}`)
    if (result.recordCount === 0) return null
    const matched = (await match(partition, result.slices, new Map([[queryKey(query), query]]))).get(queryKey(query))
    if (matched?.error) throw matched.error
    return {
      rows: (matched?.rows ?? []).map(({ offset: at, timestampMs, cells }) => ({ partition, offset: at, timestampMs, cells })),
      next: offset + result.recordCount,
    }
  }

  function readAt(partition: number, fromOffset: number, maxRecords: number): Promise<ReadResult> {
    const isolationLevel = 'read_uncommitted'
    return log.read({ topicId: topic.id, partition, fromOffset, isolationLevel, maxBytes: TAIL_ROUND_BYTES, maxRecords, atLeastOne: true })
  }

  async function begin({ from }: Beginning): Promise<Map<number, number>> {
    if (from !== null && !hasSeq(topic)) {
      throw new LiveError(
        'UNSUPPORTED',
        `from: the records of topic '${topic.name}' have no order among its ${topic.partitions} partitions`,
      )
    }
    const starts = new Map<number, number>()
    for (const partition of ends.keys()) starts.set(partition, await logStart(partition))
    if (from !== null) starts.set(0, Math.max(starts.get(0)!, Number(from) + 1))
    return starts
  }

  async function logStart(partition: number): Promise<number> {
    return (await log.watermarks({ topicId: topic.id, partition }))?.logStartOffset ?? 0
  }

  async function readOn(from: Map<number, number>, rowsMax: number): Promise<LiveRowsRead> {
    const batch = new Batch(rowsMax)
    for (const [partition, end] of ends) {
      while (!stopped.signal.aborted && from.get(partition)! < end) {
        if (batch.isFull) return batch.answer(topic, true)
        const read = await rowsFrom(partition, from.get(partition)!, end)
        from.set(partition, batch.take(read?.rows ?? []) ?? read?.next ?? end)
      }
    }
    return batch.answer(topic, false)
  }

  async function readLast(count: number): Promise<LiveRowsRead> {
    const found: PlacedRow[] = []
    for (const [partition, end] of ends) found.push(...(await lastOf(partition, end, count)))
    const ordered = found.toSorted((a, b) => a.timestampMs - b.timestampMs || a.partition - b.partition || a.offset - b.offset)
    const batch = new Batch(count)
    batch.take(ordered.slice(-count).toReversed())
    return batch.answer(topic, false, 'backwards')
  }

  /** In one partition, in order. */
  async function lastOf(partition: number, end: number, count: number): Promise<readonly PlacedRow[]> {
    const first = Math.max(await logStart(partition), end - LIVE_TOPIC_LOOKBACK_RECORDS_MAX)
    const chunks: (readonly PlacedRow[])[] = []
    let found = 0
    let chunkEnd = end
    while (!stopped.signal.aborted && chunkEnd > first && found < count) {
      const chunkStart = Math.max(first, chunkEnd - LOOKBACK_CHUNK_RECORDS)
      const rows: PlacedRow[] = []
      for (let at: number | undefined = chunkStart; at !== undefined && at < chunkEnd;) {
        const read = await rowsFrom(partition, at, chunkEnd)
        rows.push(...(read?.rows ?? []))
        at = read?.next
      }
      chunks.push(rows)
      found += rows.length
      chunkEnd = chunkStart
    }
    return chunks.toReversed().flat().slice(-count)
  }

  return {
    namespace: 'default',
    name: topic.name,
    schema: schemaWithSeq(topic, schema),
    isWatched: false,
    async start(listener) {
      const member = { query, listener }
      for (;;) {
        const joined = feed()
        const places = await joined.join(member)
        if (places === null) continue
        ends = places
        leave = () => joined.leave(member)
        return
      }
    },
    async read(beginning, rowsMax) {
      if (beginning.last !== null) return await readLast(beginning.last)
      next ??= await begin(beginning)
      return await readOn(next, rowsMax)
    },
    stop() {
      stopped.abort()
      leave?.()
    },
  }
}

const LOOKBACK_CHUNK_RECORDS = 1_000

/** Rows up to a number and a size. */
class Batch {
  readonly #rowsMax: number
  readonly #rows: PlacedRow[] = []
  #bytes = 0

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax
  }

  get isFull(): boolean {
    return this.#rows.length >= this.#rowsMax || this.#bytes >= LIVE_BATCH_BYTES_MAX
  }

  /** Answers the offset of the first that is not taken, where there is one. */
  take(rows: readonly PlacedRow[]): number | undefined {
    for (const row of rows) {
      if (this.isFull) return row.offset
      this.#rows.push(row)
      this.#bytes += JSON.stringify(row.cells).length
    }
    return undefined
  }

  answer(topic: Topic, hasMore: boolean, order: 'forwards' | 'backwards' = 'forwards'): LiveRowsRead {
    const placed = order === 'forwards' ? this.#rows : this.#rows.toReversed()
    const rows: readonly LiveRow[] = placed.map((row) => withSeq(topic, row.partition, row))
    const last = placed.at(-1)
    return { rows, hasMore, lastSeq: hasSeq(topic) && last !== undefined ? BigInt(last.offset) : null }
  }
}
