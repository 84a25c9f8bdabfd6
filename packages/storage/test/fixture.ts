/** What the tests of this package share: opening a storage, and records as text. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { createManualClock } from '@logbrook/kafka/clock'
import type { ErrorName } from '@logbrook/kafka/errors'
import { KafkaError } from '@logbrook/kafka/errors'
import type { Log, ReadRequest, ReadResult, Topic, TopicPartition } from '@logbrook/kafka/log'
import type { LogRecord, NewRecord, VerbatimRecords } from '@logbrook/kafka/record'
import { recordsOf } from '@logbrook/kafka/record'
import type { TopicConfig } from '@logbrook/kafka/topic-config'
import { databaseFile } from '../src/database.ts'
import type { Storage, StorageOptions } from '../src/storage.ts'
import { openStorage } from '../src/storage.ts'

/** A directory of a test's own; gone with all that is in it when the test is over. */
export async function temporaryDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'logbrook-storage-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export function openForTest(location: StorageOptions['location'] = 'memory', options: Partial<StorageOptions> = {}): Promise<Storage> {
  return openStorage({ location, durability: 'os', clock: createManualClock(), checkpoint: 'inline', ...options })
}

export function createTopic(log: Log, name = 'logs', partitions = 1, config: Partial<TopicConfig> = {}): Promise<Topic> {
  return log.createTopic({ name, partitions, config })
}

export function partitionOf(topic: Topic, partition = 0): TopicPartition {
  return { topicId: topic.id, partition }
}

/** The values as a JSON-like array, as an intake submits them. */
export function verbatim(...values: readonly (string | Uint8Array)[]): VerbatimRecords {
  const parts: Uint8Array[] = []
  const ranges: number[] = []
  let at = 0
  const push = (part: Uint8Array) => {
    parts.push(part)
    at += part.byteLength
  }
  for (const value of values) {
    push(Buffer.from(ranges.length === 0 ? '[' : ','))
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    ranges.push(at, at + bytes.byteLength)
    push(bytes)
  }
  push(Buffer.from(']'))
  return { kind: 'verbatim', body: Buffer.concat(parts), ranges: Int32Array.from(ranges) }
}

export function keyed(value: string | null, timestampMs: number, key: string | null = null): NewRecord {
  return { key: key === null ? null : Buffer.from(key), value: value === null ? null : Buffer.from(value), headers: [], timestampMs }
}

export async function append(log: Log, partition: TopicPartition, values: readonly string[], timestampMs = 1_000): Promise<number> {
  const { baseOffset } = await log.append({ ...partition, records: verbatim(...values), timestampMs })
  return baseOffset
}

export function read(log: Log, partition: TopicPartition, request: Partial<ReadRequest> = {}): Promise<ReadResult> {
  const everything = {
    fromOffset: 0,
    isolationLevel: 'read_uncommitted',
    maxBytes: Infinity,
    maxRecords: Infinity,
    atLeastOne: true,
  } as const
  return log.read({ ...partition, ...everything, ...request })
}

export function recordsIn(result: ReadResult): readonly LogRecord[] {
  assert.equal(result.error, 'NONE')
  const records = result.slices.flatMap((slice) => recordsOf(slice))
  assert.equal(records.length, result.recordCount)
  return records
}

export function valuesIn(result: ReadResult): readonly (string | null)[] {
  return recordsIn(result).map(({ value }) => (value === null ? null : Buffer.from(value).toString()))
}

/** A turn of the event loop in which nothing of ours is scheduled any more. */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
}

export function isKafkaError(error: ErrorName, message: RegExp = /./): (thrown: unknown) => true {
  return (thrown) => {
    assert.ok(thrown instanceof KafkaError, String(thrown))
    assert.equal(thrown.error, error, thrown.message)
    assert.match(thrown.message, message)
    return true
  }
}

/** Does something to the closed database of a data directory, as a stranger with an SQLite shell could. */
export function tamper<T>(dataDir: string, work: (database: Sqlite.Database) => T): T {
  const database = new Sqlite(databaseFile(dataDir))
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** The rows of table `batch`, for tests that look at the layout. */
export function batchRows(dataDir: string): readonly { id: number; count: number; format: number; body: Buffer }[] {
  return tamper(dataDir, (database) =>
    database.prepare<[], { id: number; count: number; format: number; body: Buffer }>('SELECT id, count, format, body FROM batch').all(),
  )
}
