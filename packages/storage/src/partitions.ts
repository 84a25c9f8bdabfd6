/**
 * What is known in memory of each partition: where its rows lie, and from which offset to which.
 *
 * - Bounds are read when a partition is first touched, and again after a transaction on it failed: the disk decides.
 * - They move only after the transaction that moved them was committed.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import { OFFSETS_PER_PARTITION_MAX } from '@logbrook/kafka/limits'
import type { TopicId, Watermarks } from '@logbrook/kafka/log'
import type { BatchRow } from './batch-row.ts'
import { endOffsetOf } from './batch-row.ts'
import type { Database } from './database.ts'
import { rowId } from './row-id.ts'

/** One partition of a topic that lives; the same object for as long as it does. */
export interface Partition {
  readonly topicId: TopicId
  readonly topicName: string
  readonly number: number
  readonly slot: number
  isDeleted: boolean
  bounds: Bounds | undefined
}

export interface Bounds {
  readonly logStartOffset: number
  /** The offset that the next record gets. */
  readonly highWatermark: number
  /** The latest timestamp of all that was ever appended, as far as rows remember; −Infinity before the first. */
  readonly timestampMaxMs: number
}

/** As Kafka's tools print it: `logs-0`. */
export function labelOf(partition: Partition): string {
  return `${partition.topicName}-${partition.number}`
}

export function watermarksOf({ logStartOffset, highWatermark }: Bounds): Watermarks {
  // No transaction is ever open, so everything below the high watermark is stable.
  return { logStartOffset, lastStableOffset: highWatermark, highWatermark }
}

/** The ids of all rows that a partition can have: `first` inclusive, `end` exclusive. */
export function rowIdRange(partition: Pick<Partition, 'slot'>): { readonly first: number; readonly end: number } {
  return { first: rowId(partition.slot, 0), end: rowId(partition.slot, OFFSETS_PER_PARTITION_MAX) }
}

/** The id of the row that holds an offset, if any does: the last that begins at or before it. */
export type RowLookup = (partition: Pick<Partition, 'slot'>, offset: number) => number | undefined

export function createRowLookup(database: Database): RowLookup {
  const select = database.prepare<[number, number, number], { id: number }>(
    'SELECT id FROM batch WHERE id >= ? AND id <= ? AND id < ? ORDER BY id DESC LIMIT 1',
  )
  return (partition, offset) => {
    const { first, end } = rowIdRange(partition)
    return select.get(first, rowId(partition.slot, offset), end)?.id
  }
}

type LastRow = Pick<BatchRow, 'id' | 'timestamp' | 'timestamp_lag' | 'count' | 'record_index'>

export type BoundsReader = (partition: Partition) => Bounds

/** @returns a function that throws KafkaError KAFKA_STORAGE_ERROR for a partition whose end cannot be told */
export function createBoundsReader(database: Database): BoundsReader {
  const selectStart = database.prepare<[number], { log_start_offset: number }>('SELECT log_start_offset FROM partition WHERE slot = ?')
  const selectLast = database.prepare<[number, number], LastRow>(
    'SELECT id, timestamp, timestamp_lag, count, record_index FROM batch WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT 1',
  )

  return (partition) => (partition.bounds ??= readBounds(partition))

  function readBounds(partition: Partition): Bounds {
    const { first, end } = rowIdRange(partition)
    const logStartOffset = selectStart.get(partition.slot)?.log_start_offset
    if (logStartOffset === undefined) throw damaged(partition, `slot ${partition.slot} is not in the catalogue`)
    const last = selectLast.get(first, end)
    if (last === undefined) return { logStartOffset, highWatermark: logStartOffset, timestampMaxMs: -Infinity }
    const endOffset = endOffsetOf(last)
    if (endOffset === null) throw damaged(partition, 'its last batch does not tell where it ends')
    return {
      logStartOffset,
      highWatermark: Math.max(logStartOffset, endOffset),
      timestampMaxMs: last.timestamp + last.timestamp_lag,
    }
  }
}

function damaged(partition: Partition, problem: string): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', `partition ${labelOf(partition)} is damaged: ${problem}`)
}
