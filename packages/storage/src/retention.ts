/**
 * Retention: how far a topic's `retention.ms` and `retention.bytes` let the log start offset of its partitions move.
 *
 * - Whole rows go, from the oldest on, as Kafka's segments do (`UnifiedLog.deleteOldSegments`): by time up to the first row that has
 *   not expired, whatever lies behind it; by bytes while what is left is still at least `retention.bytes`.
 * - A row's time is that of its latest record, its bytes are its body's.
 * - Rows are looked at a chunk at a time, with a turn of the event loop in between.
 */
import { RETENTION_SCAN_ROWS_MAX } from '@logbrook/kafka/limits'
import type { TopicConfig } from '@logbrook/kafka/topic-config'
import type { Database } from './database.ts'
import { nextTurn } from './next-turn.ts'
import type { BoundsReader, Partition } from './partitions.ts'
import { createRowLookup, rowIdRange } from './partitions.ts'
import { baseOffsetOf, rowId } from './row-id.ts'

/** The offset that a partition's log start may be moved to: at least the present one, at most the high watermark. */
export type RetainedFrom = (partition: Partition, config: TopicConfig, nowMs: number) => Promise<number>

interface AgedRow {
  readonly id: number
  readonly count: number
  readonly timestamp: number
}

export function createRetention(database: Database, boundsOf: BoundsReader): RetainedFrom {
  const selectAges = database.prepare<[number, number, number], AgedRow>(
    'SELECT id, count, timestamp FROM batch WHERE id >= ? AND id < ? ORDER BY id LIMIT ?',
  )
  const selectSizes = database.prepare<[number, number, number], { id: number; bytes: number }>(
    'SELECT id, octet_length(body) AS bytes FROM batch WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?',
  )
  const rowAt = createRowLookup(database)

  return async (partition, config, nowMs) => {
    const { logStartOffset } = boundsOf(partition)
    const { 'retention.ms': retentionMs, 'retention.bytes': retentionBytes } = config
    const byTime = retentionMs < 0 ? logStartOffset : await firstUnexpired(partition, nowMs - retentionMs)
    const byBytes = retentionBytes < 0 ? logStartOffset : await firstWithin(partition, retentionBytes)
    return Math.max(logStartOffset, byTime, byBytes)
  }

  /** The base offset of the first row that has a record of `timestampMs` or later. */
  async function firstUnexpired(partition: Partition, timestampMs: number): Promise<number> {
    const { logStartOffset, highWatermark } = boundsOf(partition)
    const end = rowId(partition.slot, highWatermark)
    let from = rowAt(partition, logStartOffset) ?? rowIdRange(partition).first
    for (;;) {
      const rows = selectAges.all(from, end, RETENTION_SCAN_ROWS_MAX)
      const kept = rows.find((row) => row.timestamp >= timestampMs)
      if (kept !== undefined) return baseOffsetOf(kept.id)
      if (rows.length < RETENTION_SCAN_ROWS_MAX) return highWatermark
      from = rows.at(-1)!.id + 1
      await nextTurn()
    }
  }

  /** The base offset of the row with which, counted from the newest, the rows are at least `retentionBytes`; 0 when they are fewer. */
  async function firstWithin(partition: Partition, retentionBytes: number): Promise<number> {
    const { highWatermark } = boundsOf(partition)
    const first = rowIdRange(partition).first
    let end = rowId(partition.slot, highWatermark)
    let bytes = 0
    if (retentionBytes === 0) return highWatermark
    for (;;) {
      const rows = selectSizes.all(first, end, RETENTION_SCAN_ROWS_MAX)
      for (const row of rows) {
        bytes += row.bytes
        if (bytes >= retentionBytes) return baseOffsetOf(row.id)
      }
      if (rows.length < RETENTION_SCAN_ROWS_MAX) return 0
      end = rows.at(-1)!.id
      await nextTurn()
    }
  }
}
