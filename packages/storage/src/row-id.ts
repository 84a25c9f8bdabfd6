/**
 * The key of a stored row: which partition, and which of its offsets the row begins at.
 *
 * ```
 *  52          40 39                                0
 * ┌──────────────┬───────────────────────────────────┐
 * │ slot         │ base offset                       │
 * │ 1 … 8,191    │ 0 … 2^40 − 1                      │
 * └──────────────┴───────────────────────────────────┘
 * ```
 *
 * - Ids are safe integers, and a partition's rows lie side by side in the order of their offsets.
 * - An id says nothing of whether such a row exists: a search has to be bounded by the partition's own ids, or an empty
 *   partition answers with its neighbour's rows.
 */
import assert from 'node:assert/strict'
import { OFFSETS_PER_PARTITION_MAX, PARTITIONS_MAX } from '@logbrook/kafka/limits'

/** As the end of a range, `offset` may be one past the last. */
export function rowId(slot: number, offset: number): number {
  assert(Number.isInteger(slot) && slot >= 1 && slot <= PARTITIONS_MAX, `slot ${slot}`)
  assert(Number.isInteger(offset) && offset >= 0 && offset <= OFFSETS_PER_PARTITION_MAX, `offset ${offset}`)
  return slot * OFFSETS_PER_PARTITION_MAX + offset
}

export function slotOf(id: number): number {
  return Math.floor(id / OFFSETS_PER_PARTITION_MAX)
}

export function baseOffsetOf(id: number): number {
  return id % OFFSETS_PER_PARTITION_MAX
}
