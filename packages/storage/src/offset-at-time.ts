/**
 * Lookup by time: the first offset whose record is of a time or later (Kafka's ListOffsets).
 *
 * - Timestamps are what clocks and producers said: they need not ascend. The latest so far does — a row's `timestamp` plus its
 *   `timestamp_lag` — and the first row to reach a time is the first with a record of that time or later: a binary search.
 * - Where the row that set the latest time was trimmed, later rows still count it; from there the search goes on row by row.
 */
import type { OffsetAtTime } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import { KafkaError } from '@logbrook/kafka/errors'
import type { BatchRow } from './batch-row.ts'
import { BATCH_COLUMNS, openRow } from './batch-row.ts'
import type { Database } from './database.ts'
import type { BoundsReader, Partition } from './partitions.ts'
import { labelOf } from './partitions.ts'
import { baseOffsetOf, rowId } from './row-id.ts'

export type OffsetForTimestamp = (partition: Partition, timestampMs: number) => OffsetAtTime | null

export function createOffsetForTimestamp(database: Database, boundsOf: BoundsReader): OffsetForTimestamp {
  const selectAt = database.prepare<[number, number], { id: number; latest: number }>(
    'SELECT id, timestamp + timestamp_lag AS latest FROM batch WHERE id >= ? AND id <= ? ORDER BY id DESC LIMIT 1',
  )
  const selectReaching = database.prepare<[number, number, number], BatchRow>(
    `SELECT ${BATCH_COLUMNS} FROM batch WHERE id >= ? AND id < ? AND timestamp >= ? ORDER BY id`,
  )

  return (partition, timestampMs) => {
    const { logStartOffset, highWatermark, timestampMaxMs } = boundsOf(partition)
    if (timestampMs > timestampMaxMs || logStartOffset === highWatermark) return null
    const from = firstReaching(partition, timestampMs)
    for (const row of selectReaching.iterate(from, rowId(partition.slot, highWatermark), timestampMs)) {
      const opened = openRow(row)
      if ('problem' in opened) throw damaged(partition, row, opened.problem)
      const found = recordsOf(opened.slice).find((record) => record.offset >= logStartOffset && record.timestampMs >= timestampMs)
      if (found !== undefined) return { offset: found.offset, timestampMs: found.timestampMs }
    }
    return null
  }

  /** The id of the first row with which the latest time so far is at least `timestampMs`. */
  function firstReaching(partition: Partition, timestampMs: number): number {
    const { logStartOffset, highWatermark } = boundsOf(partition)
    const first = rowId(partition.slot, 0)
    let low = logStartOffset
    let high = highWatermark
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const row = selectAt.get(first, rowId(partition.slot, middle))
      if (row !== undefined && row.latest >= timestampMs) high = Math.min(middle, Math.max(low, baseOffsetOf(row.id)))
      else low = middle + 1
    }
    // `low` may be the log start in the middle of a row.
    return selectAt.get(first, rowId(partition.slot, low))?.id ?? first
  }
}

function damaged(partition: Partition, row: BatchRow, problem: string): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', `partition ${labelOf(partition)} is damaged at offset ${baseOffsetOf(row.id)}: ${problem}`)
}
