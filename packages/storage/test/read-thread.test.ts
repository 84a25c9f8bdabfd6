/** Long runs read by a thread: the very answers that the event loop gives. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import type { ReadRequest, ReadResult } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import { databaseFile, openReadOnly } from '../src/database.ts'
import { createBoundsReader } from '../src/partitions.ts'
import type { Partition } from '../src/partitions.ts'
import type { ReadFar } from '../src/read-thread.ts'
import { ReadThread } from '../src/read-thread.ts'
import { createReader } from '../src/reader.ts'
import { rowId } from '../src/row-id.ts'
import { append, createTopic, keyed, openForTest, partitionOf, tamper, temporaryDirectory } from './fixture.ts'

const ROWS = 12
const VALUES_PER_ROW = 20
const RECORDS = ROWS * VALUES_PER_ROW
const VALUE = 'v'.repeat(1_000)

/** Rows of 20 KB, every third of keyed records. */
async function filledDirectory() {
  const directory = await temporaryDirectory()
  await using storage = await openForTest({ dataDir: directory.path })
  const partition = partitionOf(await createTopic(storage.log))
  for (let row = 0; row < ROWS; row++) {
    const values = Array.from({ length: VALUES_PER_ROW }, (_, i) => `${row}/${i} ${VALUE}`)
    if (row % 3 < 2) await append(storage.log, partition, values)
    else {
      const records = values.map((value) => keyed(value, 1_000, 'key'))
      await storage.log.append({ ...partition, records: { kind: 'records', records }, timestampMs: 1_000 })
    }
  }
  return directory
}

function filledPartition(): Partition {
  return { topicId: 'id', topicName: 'logs', number: 0, slot: 1, isDeleted: false, bounds: undefined }
}

async function ready(thread: ReadThread): Promise<ReadFar> {
  for (;;) {
    const readFar = thread.whenReady()
    if (readFar !== undefined) return readFar
    await nextTurn()
  }
}

async function opened(dataDir: string) {
  const database = openReadOnly(dataDir)
  const thread = new ReadThread(databaseFile(dataDir))
  await ready(thread)
  const boundsOf = createBoundsReader(database)
  const reader = createReader(database, boundsOf, thread)
  const here = createReader(database, boundsOf)
  return {
    thread,
    far: async (partition: Partition, asked: ReadRequest) => await reader(partition, asked),
    near: async (partition: Partition, asked: ReadRequest) => await here(partition, asked),
    async [Symbol.asyncDispose]() {
      await thread.close()
      database.close()
    },
  }
}

function request(asked: Partial<ReadRequest> = {}): ReadRequest {
  const everything = { maxBytes: 64 * 1024 * 1024, maxRecords: 1_000_000, atLeastOne: true }
  return { topicId: 'id', partition: 0, fromOffset: 0, isolationLevel: 'read_uncommitted', ...everything, ...asked }
}

function told({ slices, ...rest }: ReadResult) {
  const records = slices
    .flatMap(recordsOf)
    .map(({ offset, timestampMs, key, value }) => ({ offset, timestampMs, key: text(key), value: text(value) }))
  return { ...rest, records }
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString()
}

test('it answers what the event loop does, for every budget and every offset', async () => {
  await using directory = await filledDirectory()
  await using readers = await opened(directory.path)
  const budgets = fc.record({
    fromOffset: fc.integer({ min: -1, max: RECORDS + 1 }),
    maxBytes: fc.integer({ min: 0, max: RECORDS * 1_100 }),
    maxRecords: fc.integer({ min: 0, max: RECORDS + 1 }),
    atLeastOne: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(budgets, async (budget) => {
      const partition = filledPartition()
      assert.deepEqual(told(await readers.far(partition, request(budget))), told(await readers.near(partition, request(budget))))
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('those who ask at once are answered each with their own', async () => {
  await using directory = await filledDirectory()
  await using readers = await opened(directory.path)
  const partition = filledPartition()
  const offsets = Array.from({ length: 30 }, (_, i) => i * 7)
  const answers = await Promise.all(offsets.map((fromOffset) => readers.far(partition, request({ fromOffset }))))
  assert.deepEqual(
    answers.map((answer) => told(answer).records[0]?.offset),
    offsets,
  )
})

test('a damaged row ends the answer before it, and is an error when it is asked for itself', async () => {
  await using directory = await filledDirectory()
  tamper(directory.path, (database) =>
    database.prepare('UPDATE batch SET body = zeroblob(20000) WHERE id = ?').run(rowId(1, 3 * VALUES_PER_ROW)),
  )
  await using readers = await opened(directory.path)
  const partition = filledPartition()
  assert.equal((await readers.far(partition, request())).recordCount, 3 * VALUES_PER_ROW)
  assert.equal((await readers.far(partition, request({ fromOffset: 3 * VALUES_PER_ROW }))).error, 'KAFKA_STORAGE_ERROR')
})

test('a topic deleted while it is read is gone, whosever its rows are by now', async () => {
  await using directory = await filledDirectory()
  await using readers = await opened(directory.path)
  const partition = filledPartition()
  const answer = readers.far(partition, request())
  partition.isDeleted = true
  assert.equal((await answer).error, 'UNKNOWN_TOPIC_OR_PARTITION')
})

test('what was asked is answered before it closes; after that the event loop reads', async () => {
  await using directory = await filledDirectory()
  await using readers = await opened(directory.path)
  const partition = filledPartition()
  const answer = readers.far(partition, request())
  const closed = readers.thread.close()
  assert.equal((await answer).recordCount, RECORDS)
  await closed
  assert.equal(readers.thread.whenReady(), undefined)
  assert.equal((await readers.far(partition, request())).recordCount, RECORDS)
})

test('a thread that cannot read leaves it to the event loop', async () => {
  await using directory = await filledDirectory()
  const database = openReadOnly(directory.path)
  try {
    const broken: Pick<ReadThread, 'whenReady'> = { whenReady: () => () => Promise.reject(new Error('it ended')) }
    const read = createReader(database, createBoundsReader(database), broken)
    assert.equal((await read(filledPartition(), request())).recordCount, RECORDS)
  } finally {
    database.close()
  }
})
