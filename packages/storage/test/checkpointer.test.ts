import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { CHECKPOINT_BYTES, GROUP_BYTES_MAX, WAL_BYTES_MAX } from '@logbrook/kafka/limits'
import type { TopicPartition } from '@logbrook/kafka/log'
import { CheckpointThread } from '../src/checkpoint-thread.ts'
import type { CheckpointResult } from '../src/checkpoint-worker.ts'
import { createCheckpointer } from '../src/checkpointer.ts'
import { databaseFile, openDatabase } from '../src/database.ts'
import { createPageSync } from '../src/page-sync.ts'
import type { Storage, StorageOptions } from '../src/storage.ts'
import { createTopic, openForTest, partitionOf, read, settle, temporaryDirectory, verbatim } from './fixture.ts'

const CLOSER = join(import.meta.dirname, 'children/close.ts')
const MIB = 1024 * 1024

async function opened(dataDir: string, checkpoint: StorageOptions['checkpoint']) {
  let checkpoints = 0
  const observer = { committed: () => undefined, checkpointed: () => void checkpoints++ }
  const storage = await openForTest({ dataDir }, { checkpoint, observer })
  const partition = partitionOf(await createTopic(storage.log))
  return { storage, partition, checkpoints: () => checkpoints }
}

/** Appends `mebibytes` in requests of 1 MiB, without a pause between them; answers the largest WAL on the way. */
async function appendMany(storage: Storage, partition: TopicPartition, mebibytes: number): Promise<number> {
  const values = Array.from({ length: 8 }, () => Buffer.alloc(MIB / 8, 'v'))
  let walBytesMax = 0
  for (let i = 0; i < mebibytes; i++) {
    await storage.log.append({ ...partition, records: verbatim(...values), timestampMs: 1 })
    walBytesMax = Math.max(walBytesMax, storage.sizes().walBytes)
  }
  return walBytesMax
}

describe('the write-ahead log', () => {
  for (const checkpoint of ['worker', 'inline'] as const) {
    test(`stays bounded under appends without a pause (${checkpoint})`, async () => {
      await using directory = await temporaryDirectory()
      const { storage, partition, checkpoints } = await opened(directory.path, checkpoint)
      await using _ = storage
      const walBytes = await appendMany(storage, partition, 100)
      assert.ok(walBytes > CHECKPOINT_BYTES, `${walBytes}`)
      assert.ok(walBytes < WAL_BYTES_MAX + GROUP_BYTES_MAX, `${walBytes}`)
      // The file begins anew only behind one that is done.
      assert.ok(checkpoints() >= Math.ceil((100 * MIB) / (WAL_BYTES_MAX + GROUP_BYTES_MAX)) - 1, `${checkpoints()}`)
      assert.equal((await storage.log.watermarks(partition))?.highWatermark, 800)
    })
  }

  test('is left alone while it is small', async () => {
    await using directory = await temporaryDirectory()
    const { storage, partition, checkpoints } = await opened(directory.path, 'inline')
    await using _ = storage
    await appendMany(storage, partition, CHECKPOINT_BYTES / MIB - 1)
    await settle()
    assert.equal(checkpoints(), 0)
    await appendMany(storage, partition, 3)
    await settle()
    assert.equal(checkpoints(), 1)
  })

  test('goes on growing, and the writer with it, while a stranger reads an old state; then it is bounded again', async () => {
    await using directory = await temporaryDirectory()
    const { storage, partition } = await opened(directory.path, 'worker')
    await using _ = storage
    await appendMany(storage, partition, 1)
    const stranger = new Sqlite(databaseFile(directory.path), { readonly: true })
    stranger.exec('BEGIN')
    stranger.prepare('SELECT count(*) FROM batch').get()
    const beyondCap = WAL_BYTES_MAX / MIB + 24
    const pinned = await appendMany(storage, partition, beyondCap)
    assert.ok(pinned > beyondCap * MIB, `${pinned}`)
    stranger.exec('COMMIT')
    stranger.close()
    await appendMany(storage, partition, 20)
    const grown = storage.sizes().walBytes
    await appendMany(storage, partition, 2 * beyondCap)
    assert.equal(storage.sizes().walBytes, grown, 'overwritten from its start, and never truncated')
  })

  test('is closed by whoever closes the storage, in the middle of a checkpoint too', async () => {
    await using directory = await temporaryDirectory()
    const { storage, partition } = await opened(directory.path, 'worker')
    const appended = appendMany(storage, partition, 1)
    const more = storage.log.append({ ...partition, records: verbatim(Buffer.alloc(40 * MIB)), timestampMs: 1 })
    await Promise.all([appended, more])
    const late = storage.log.append({ ...partition, records: verbatim('late'), timestampMs: 1 })
    await storage.close()
    assert.equal((await late).baseOffset, 9)
    assert.equal(storage.sizes().walBytes, 0)
    await using again = await openForTest({ dataDir: directory.path })
    assert.equal((await read(again.log, partition, { fromOffset: 9 })).recordCount, 1)
  })
})

test('where the thread cannot work, the writer checkpoints', async () => {
  await using directory = await temporaryDirectory()
  const database = openDatabase({ dataDir: directory.path }, 'os')
  const { promise, resolve } = Promise.withResolvers<void>()
  const dataDir = join(directory.path, 'elsewhere')
  const checkpointer = createCheckpointer({
    database,
    dataDir,
    by: 'worker',
    syncPages: () => Promise.resolve(),
    checkpointed: () => resolve(),
  })
  database.exec(`CREATE TABLE filler (x); INSERT INTO filler VALUES (zeroblob(${WAL_BYTES_MAX}))`)
  checkpointer.wrote({ bytes: WAL_BYTES_MAX, rows: 1 })
  await promise
  await checkpointer.room()
  const { log, checkpointed } = database.prepare<[], CheckpointResult>('PRAGMA wal_checkpoint(NOOP)').get()!
  assert.ok(log * 4096 >= WAL_BYTES_MAX && checkpointed === log, `${checkpointed} of ${log}`)
  await checkpointer.close()
  database.close()
})

test('a process that closes in the middle of a checkpoint ends by itself, when it is done', async () => {
  await using directory = await temporaryDirectory()
  const child = spawn(process.execPath, [CLOSER, directory.path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  assert.deepEqual([said, code], ['closed\n', 0])
})

describe('the thread', () => {
  test('answers as SQLite does, and ends when it is closed', async () => {
    await using directory = await temporaryDirectory()
    const { storage, partition } = await opened(directory.path, 'inline')
    await using _ = storage
    await appendMany(storage, partition, 1)
    const thread = new CheckpointThread(databaseFile(directory.path))
    const result = await thread.checkpoint()
    assert.ok(result !== undefined && result.log > 256 && result.checkpointed === result.log, JSON.stringify(result))
    await thread.close()
  })

  test('that cannot work says so instead of answering', async () => {
    await using directory = await temporaryDirectory()
    const thread = new CheckpointThread(databaseFile(directory.path))
    await assert.rejects(thread.checkpoint(), /unable to open database file/)
    await thread.close()
  })

  test('that never worked needs no closing', async () => {
    await new CheckpointThread('nowhere').close()
  })
})

test('pages are brought to the disk while SQLite has the file open', async () => {
  await using directory = await temporaryDirectory()
  const { storage, partition } = await opened(directory.path, 'inline')
  await appendMany(storage, partition, 1)
  const pages = createPageSync(databaseFile(directory.path))
  await pages.sync()
  await storage.close()
  pages.close()
  createPageSync(databaseFile(directory.path)).close()
})

test('a file that cannot be opened is said by whoever is asked to bring its pages to the disk', async () => {
  await using directory = await temporaryDirectory()
  await assert.rejects(createPageSync(join(directory.path, 'none')).sync(), /ENOENT/)
})
