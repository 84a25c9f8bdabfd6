import type { ArchiveTopic } from '@logbrook/contract/archive'
import { recordBytes } from '@logbrook/kafka/record'
import type { OnRecords } from '../archive/progress.ts'
import type { Archive } from './open-archive.ts'

/** What of a topic's records decides how it is imported. */
export interface VerifiedTopic {
  readonly recordCount: number
  /** Bytes of the largest record: key, value and headers; 0 without any. */
  readonly largestBytes: number
  /** Of the earliest record; Infinity without any. */
  readonly earliestMs: number
}

export interface VerifyOptions {
  readonly onRecords: OnRecords
  readonly signal: AbortSignal
}

/** Reads every record of a topic and keeps none. @throws ArchiveError naming the entry and what is wrong with it */
export async function verifyTopic(archive: Archive, topic: ArchiveTopic, { onRecords, signal }: VerifyOptions): Promise<VerifiedTopic> {
  let recordCount = 0
  let largestBytes = 0
  let earliestMs = Infinity
  for (const part of topic.partitions.flatMap(({ parts }) => parts)) {
    for await (const records of archive.records(part)) {
      signal.throwIfAborted()
      let bytes = 0
      for (const record of records) {
        const size = recordBytes(record)
        bytes += size
        largestBytes = Math.max(largestBytes, size)
        earliestMs = Math.min(earliestMs, record.timestampMs)
      }
      recordCount += records.length
      await onRecords(records.length, bytes)
    }
  }
  return { recordCount, largestBytes, earliestMs }
}
