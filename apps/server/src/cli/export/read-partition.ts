/** Reads a partition by fetch, from one offset to another, without leaving out a record. */
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import type { FetchedPartition } from '@logbrook/contract/fetch'
import type { FetchedRecord } from '@logbrook/contract/record'
import { ERRORS } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'

export interface PartitionRange {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: number
  readonly endOffset: number
  readonly signal: AbortSignal
}

/** Of one fetch; a larger record comes alone. */
const PAGE_BYTES = 4 * 1024 * 1024

/**
 * Pages of records at contiguous offsets. Where retention was faster, the first begins later; a partition of which nothing is left has none.
 *
 * @throws LogbrookError for what cannot be read; Error where records were deleted between two pages
 */
export async function* readPartition(client: Client, range: PartitionRange): AsyncGenerator<readonly FetchedRecord[], void> {
  let next = range.fromOffset
  let page = next < range.endOffset ? fetchPage(client, range, next) : undefined
  for (let isFirst = true; page !== undefined;) {
    const entry = await page
    const logStart = entry.log_start_offset
    if (entry.error_code === ERRORS.OFFSET_OUT_OF_RANGE.code && logStart > next) {
      if (!isFirst) throw deleted(range, next, logStart)
      next = logStart
      page = next < range.endOffset ? fetchPage(client, range, next) : undefined
      continue
    }
    const records = recordsOf(entry, range, next)
    next += records.length
    isFirst = false
    // Asked for before this page is used: the broker works while we do.
    page = next < range.endOffset ? fetchPage(client, range, next) : undefined
    yield records
  }
}

function fetchPage(client: Client, { topic, partition, signal }: PartitionRange, offset: number): Promise<FetchedPartition> {
  const asked = { partition, fetch_offset: offset, partition_max_bytes: PAGE_BYTES }
  const page = client
    .fetch({ topics: [{ topic, partitions: [asked] }], max_bytes: PAGE_BYTES }, { signal })
    .then(({ topics }) => topics[0]!.partitions[0]!)
  // Whoever reads no further never asks what became of it.
  page.catch(() => {})
  return page
}

function recordsOf(entry: FetchedPartition, { topic, partition, endOffset }: PartitionRange, next: number): readonly FetchedRecord[] {
  if (entry.error_code !== 0) {
    const name = entry.error as ErrorName
    const { status, meaning } = ERRORS[name]
    throw new LogbrookError(name, status, `topic ${topic}, partition ${partition}, offset ${next}: ${meaning}`)
  }
  const records = entry.records.filter(({ offset }) => offset < endOffset)
  const gap = records.findIndex(({ offset }, i) => offset !== next + i)
  if (gap === -1 && records.length > 0) return records
  throw new Error(`topic ${topic}, partition ${partition}: there is no record at offset ${next + Math.max(gap, 0)}`)
}

function deleted({ topic, partition }: PartitionRange, from: number, logStart: number): Error {
  return new Error(
    `topic ${topic}, partition ${partition}: the records at [${from}, ${logStart}) were deleted while they were exported; export it again`,
  )
}
