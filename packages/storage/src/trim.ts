/**
 * Moving a partition's log start offset up: what `trim` asks for, and what retention comes down to.
 *
 * - The move is one transaction, and from then on no reader sees what lies below. The rows go in the background.
 * - Groups that had yet to read what goes are moved up in the same transaction.
 * - A row that only begins below the log start offset stays, its head hidden.
 * - The high watermark cannot go down by it: log-start-only partitions end where they begin (partitions.ts).
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { Trimmed } from '@logbrook/kafka/log'
import type { Database, Transact } from './database.ts'
import type { MoveGroups } from './group-offsets.ts'
import type { BoundsReader, Partition } from './partitions.ts'
import { createRowLookup, labelOf, watermarksOf } from './partitions.ts'
import { baseOffsetOf } from './row-id.ts'
import type { Sweeper } from './sweeper.ts'

export interface TrimOptions {
  readonly database: Database
  readonly transact: Transact
  readonly boundsOf: BoundsReader
  readonly sweeper: Sweeper
  readonly moveGroups: MoveGroups
}

/** @throws KafkaError OFFSET_OUT_OF_RANGE above the high watermark */
export type Trim = (partition: Partition, beforeOffset: number) => Trimmed

export function createTrim({ database, transact, boundsOf, sweeper, moveGroups }: TrimOptions): Trim {
  const update = database.prepare<[number, number]>('UPDATE partition SET log_start_offset = ? WHERE slot = ?')
  const rowAt = createRowLookup(database)

  return (partition, beforeOffset) => {
    const bounds = boundsOf(partition)
    if (!Number.isSafeInteger(beforeOffset) || beforeOffset < 0 || beforeOffset > bounds.highWatermark) {
      throw new KafkaError(
        'OFFSET_OUT_OF_RANGE',
        `partition ${labelOf(partition)} cannot be trimmed to offset ${beforeOffset}; its high watermark is ${bounds.highWatermark}`,
      )
    }
    if (beforeOffset <= bounds.logStartOffset) return { ...watermarksOf(bounds), movedGroups: [] }
    try {
      const movedGroups = transact(() => {
        update.run(beforeOffset, partition.slot)
        sweeper.mark(partition.slot, sweptBelow(partition, beforeOffset))
        return moveGroups(partition, beforeOffset)
      })
      partition.bounds = { ...bounds, logStartOffset: beforeOffset }
      sweeper.wake()
      return { ...watermarksOf(partition.bounds), movedGroups }
    } catch (error) {
      partition.bounds = undefined
      throw error
    }
  }

  /** Where the row begins that holds the new log start offset. At the high watermark no row does. */
  function sweptBelow(partition: Partition, logStartOffset: number): number {
    if (logStartOffset === boundsOf(partition).highWatermark) return logStartOffset
    const id = rowAt(partition, logStartOffset)
    return id === undefined ? 0 : baseOffsetOf(id)
  }
}
