/** Sends the records of one partition in batches, each while the next is read, and holds the broker to the offsets that they had. */
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import type { LogRecord } from '@logbrook/kafka/record'
import { recordBytes } from '@logbrook/kafka/record'
import { encodeRecordBatch } from '@logbrook/kafka/record-batch'
import type { OnRecords } from '../archive/progress.ts'
import { wasPerhapsSent } from '../produce/sender.ts'

export interface Destination {
  readonly client: Client
  readonly topic: string
  readonly partition: number
  /** Whether a record has to get the offset that it had. */
  readonly keepOffsets: boolean
  /** Ends it between two batches: one that is under way would else be nobody knows where. */
  readonly signal: AbortSignal
  readonly tally: Tally
  /** Told of each batch once it is committed. */
  readonly onCommitted: OnRecords
}

/** Records of one topic. The broker holds at least those that were committed and at most those that were sent. */
export interface Tally {
  sent: number
  committed: number
}

/** Of one request; a larger record goes alone. */
const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_RECORDS = 10_000

/** @throws LogbrookError, what reading throws, or Error where somebody else writes to the partition */
export async function sendRecords(source: AsyncIterable<readonly LogRecord[]>, destination: Destination): Promise<void> {
  let sending: Promise<void> = Promise.resolve()
  try {
    for await (const batch of batchesOf(source)) {
      await sending
      sending = send(batch, destination)
      // Awaited a batch later: until then its failure is nobody's.
      sending.catch(() => {})
    }
  } finally {
    // Whoever undoes what was sent must not do so before it has arrived.
    await sending
  }
}

async function send(records: readonly LogRecord[], destination: Destination): Promise<void> {
  const { client, topic, partition, keepOffsets, signal, tally, onCommitted } = destination
  signal.throwIfAborted()
  const batch = encodeRecordBatch({ baseOffset: 0, records })
  tally.sent += records.length
  const { base_offset: baseOffset } = await client.produceBatch(topic, batch, { partition }).catch((error: unknown) => {
    if (error instanceof LogbrookError && !wasPerhapsSent(error)) tally.sent -= records.length
    throw error
  })
  tally.committed += records.length
  const expected = records[0]?.offset
  if (keepOffsets && baseOffset !== expected) {
    throw new Error(`topic ${topic}, partition ${partition}: offset ${expected} went to somebody else, who writes to it at the same time`)
  }
  await onCommitted(records.length, batch.length)
}

async function* batchesOf(source: AsyncIterable<readonly LogRecord[]>): AsyncGenerator<readonly LogRecord[]> {
  let batch: LogRecord[] = []
  let batchBytes = 0
  for await (const records of source) {
    for (const record of records) {
      const bytes = recordBytes(record)
      if (batch.length > 0 && (batchBytes + bytes > BATCH_BYTES || batch.length === BATCH_RECORDS)) {
        yield batch
        batch = []
        batchBytes = 0
      }
      batch.push(record)
      batchBytes += bytes
    }
  }
  if (batch.length > 0) yield batch
}
