/**
 * Reads: runs of records out of stored rows, within budgets.
 *
 * - One record is read without the rest of its row: record-reader.ts.
 * - A long run is read by a thread, where there is one: read-thread.ts.
 * - A damaged or missing row ends an answer before it; asked for itself, it is answered with `KAFKA_STORAGE_ERROR`. Rows behind it can still be
 *   read.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { ReadRequest, ReadResult, Watermarks } from '@logbrook/kafka/log'
import { NO_WATERMARKS } from '@logbrook/kafka/log'
import type { Database } from './database.ts'
import { storageError } from './database.ts'
import type { BoundsReader, Partition } from './partitions.ts'
import { watermarksOf } from './partitions.ts'
import type { ReadFar, ReadThread } from './read-thread.ts'
import { createRecordReader } from './record-reader.ts'
import { Run, createRunReader } from './record-run.ts'
import type { RecordRun, RunRequest } from './record-run.ts'
import { baseOffsetOf, rowId } from './row-id.ts'

export type Read = (partition: Partition | undefined, request: ReadRequest) => ReadResult | Promise<ReadResult>

/** Of a row, or of what may be read at all: less is here sooner than a thread could be asked. */
const LONG_RUN_BYTES = 64 * 1024

export function createReader(database: Database, boundsOf: BoundsReader, thread?: Pick<ReadThread, 'whenReady'>): Read {
  const readRecord = createRecordReader(database)
  const readRun = createRunReader(database)
  const selectSize = database.prepare<[number, number], { id: number; count: number; bodyBytes: number }>(
    'SELECT id, count, length(body) AS bodyBytes FROM batch WHERE id >= ? AND id <= ? ORDER BY id DESC LIMIT 1',
  )

  /** What is to be read, or the answer where there is nothing. */
  function find(partition: Partition | undefined, request: ReadRequest): Found | ReadResult {
    if (partition === undefined || partition.isDeleted) return emptyResult('UNKNOWN_TOPIC_OR_PARTITION', NO_WATERMARKS)
    return guarded(NO_WATERMARKS, () => {
      const watermarks = watermarksOf(boundsOf(partition))
      const { fromOffset } = request
      const endOffset = endOf(request, watermarks)
      if (fromOffset < watermarks.logStartOffset || fromOffset > endOffset) return emptyResult('OFFSET_OUT_OF_RANGE', watermarks)
      if (fromOffset === endOffset) return emptyResult('NONE', watermarks)
      const asked: RunRequest = { ...request, slot: partition.slot, endOffset }
      return { partition, asked, watermarks, isLong: thread !== undefined && isLong(asked) }
    })
  }

  function readFound({ partition, asked, watermarks }: Found): ReadResult {
    return guarded(watermarks, () => {
      const run = asked.maxRecords === 1 ? recordAt(partition, asked) : readRun(asked)
      return run.isDamaged ? emptyResult('KAFKA_STORAGE_ERROR', watermarks) : resultOf(run, watermarks)
    })
  }

  function recordAt(partition: Partition, asked: RunRequest): RecordRun {
    const run = new Run(asked)
    if (run.hasRoom) run.takeRecord(readRecord(partition, asked.fromOffset))
    return run.result()
  }

  /** Several rows, or a large one. */
  function isLong({ slot, fromOffset, endOffset, maxBytes, maxRecords }: RunRequest): boolean {
    if (maxRecords === 1 || maxBytes < LONG_RUN_BYTES) return false
    const first = selectSize.get(rowId(slot, 0), rowId(slot, fromOffset))
    return first !== undefined && (first.bodyBytes >= LONG_RUN_BYTES || baseOffsetOf(first.id) + first.count < endOffset)
  }

  /** What it cannot answer is read here after all. */
  async function readOnThread(readFar: ReadFar, found: Found, request: ReadRequest): Promise<ReadResult> {
    const { partition, asked, watermarks } = found
    const run = await readFar(asked).catch(() => undefined)
    // Of a deleted topic the rows may be another's by now, and what was trimmed meanwhile looks like damage.
    if (run !== undefined && !run.isDamaged && !partition.isDeleted) return resultOf(run, watermarks)
    const again = find(partition, request)
    return 'error' in again ? again : readFound(again)
  }

  return (partition, request) => {
    const found = find(partition, request)
    if ('error' in found) return found
    const readFar = found.isLong ? thread?.whenReady() : undefined
    return readFar === undefined ? readFound(found) : readOnThread(readFar, found, request)
  }
}

interface Found {
  readonly partition: Partition
  readonly asked: RunRequest
  readonly watermarks: Watermarks
  /** Worth a thread's while. */
  readonly isLong: boolean
}

/** SQLite's failures are answers. */
function guarded<T>(watermarks: Watermarks, work: () => T): T | ReadResult {
  try {
    return work()
  } catch (error) {
    const failure = storageError('could not read', error)
    if (failure instanceof KafkaError && failure.error === 'KAFKA_STORAGE_ERROR') return emptyResult('KAFKA_STORAGE_ERROR', watermarks)
    throw failure
  }
}

function endOf({ isolationLevel }: ReadRequest, { lastStableOffset, highWatermark }: Watermarks): number {
  return isolationLevel === 'read_committed' ? lastStableOffset : highWatermark
}

function resultOf({ slices, recordCount, byteCount }: RecordRun, watermarks: Watermarks): ReadResult {
  return { error: 'NONE', watermarks, slices, recordCount, byteCount }
}

function emptyResult(error: ReadResult['error'], watermarks: Watermarks): ReadResult {
  return { error, watermarks, slices: [], recordCount: 0, byteCount: 0 }
}
