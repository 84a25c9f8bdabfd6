import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Log } from '@logbrook/kafka/log'
import { checkStorage } from '../src/check.ts'
import { writeSnapshot } from '../src/snapshot.ts'
import { append, createTopic, isKafkaError, openForTest, partitionOf, read, temporaryDirectory, valuesIn } from './fixture.ts'

async function valuesOf(log: Log, name = 'logs'): Promise<readonly (string | null)[]> {
  return valuesIn(await read(log, partitionOf((await log.topic(name))!)))
}

test('a snapshot holds what was committed when it was taken, of a storage in memory or on disk', async () => {
  await using directory = await temporaryDirectory()
  for (const location of ['memory', { dataDir: directory.path }] as const) {
    await using storage = await openForTest(location)
    const topic = await createTopic(storage.log)
    await append(storage.log, partitionOf(topic), ['a', 'b'])
    await storage.users.putUser({ name: 'alice', role: 'user', credential: null, email: null, createdMs: 1, updatedMs: 1 })
    const snapshot = storage.snapshot()
    await append(storage.log, partitionOf(topic), ['later'])
    await using copy = await openForTest('memory', { contents: snapshot })
    assert.deepEqual(await valuesOf(copy.log), ['a', 'b'])
    assert.equal((await copy.users.users()).length, 1)
    assert.deepEqual(await valuesOf(storage.log), ['a', 'b', 'later'])
  }
})

test('what is opened with a snapshot has its topics under new ids, and goes on from there', async () => {
  await using storage = await openForTest()
  const before = [await createTopic(storage.log, 'logs', 3), await createTopic(storage.log, 'audit')]
  await append(storage.log, partitionOf(before[0]!, 2), ['a'])
  await using copy = await openForTest('memory', { contents: storage.snapshot() })
  const after = await copy.log.topics()
  assert.equal(new Set([...before, ...after].map(({ id }) => id)).size, 4)
  const logs = (await copy.log.topic('logs'))!
  assert.equal(logs.partitions, 3)
  assert.equal(await append(copy.log, partitionOf(logs, 2), ['b']), 1)
  assert.equal((await read(copy.log, partitionOf(before[0]!, 2))).error, 'UNKNOWN_TOPIC_OR_PARTITION')
})

function counter(): () => string {
  let last = 0
  return () => `id ${++last}`
}

test('a new id is none that a topic of the snapshot has, from wherever that came', async () => {
  await using storage = await openForTest('memory', { newTopicId: counter() })
  for (const name of ['a', 'b', 'c']) await createTopic(storage.log, name)
  await using copy = await openForTest('memory', { newTopicId: counter(), contents: storage.snapshot() })
  assert.deepEqual(
    (await copy.log.topics()).map(({ name, id }) => [name, id]),
    [
      ['a', 'id 4'],
      ['b', 'id 5'],
      ['c', 'id 6'],
    ],
  )
})

test('a snapshot takes the place of a file, and of nothing when it cannot', async () => {
  await using directory = await temporaryDirectory()
  const dataDir = directory.path
  await using other = await openForTest()
  await append(other.log, partitionOf(await createTopic(other.log)), ['other'])
  {
    await using storage = await openForTest({ dataDir })
    await append(storage.log, partitionOf(await createTopic(storage.log)), ['own'])
    await assert.rejects(openForTest({ dataDir }, { contents: other.snapshot() }), isKafkaError('KAFKA_STORAGE_ERROR'))
    assert.deepEqual(await valuesOf(storage.log), ['own'])
  }
  await assert.rejects(openForTest({ dataDir }, { contents: { image: Buffer.from('SQLite format 3\0 and so on') } }))
  {
    await using storage = await openForTest({ dataDir })
    assert.deepEqual(await valuesOf(storage.log), ['own'])
  }
  await (await openForTest({ dataDir }, { contents: other.snapshot() })).close()
  assert.deepEqual(readdirSync(dataDir).toSorted(), ['logbrook.db', 'logbrook.lock'])
  assert.deepEqual([...checkStorage(dataDir)], [])
  await using storage = await openForTest({ dataDir })
  assert.deepEqual(await valuesOf(storage.log), ['other'])
})

test('what was to be swept is swept by whoever opens the snapshot', async () => {
  await using storage = await openForTest()
  const topic = await createTopic(storage.log)
  await append(storage.log, partitionOf(topic), ['a'])
  await append(storage.log, partitionOf(topic), ['b'])
  await storage.log.trim(partitionOf(topic), 1)
  await using copy = await openForTest('memory', { contents: storage.snapshot() })
  const partition = partitionOf((await copy.log.topic('logs'))!)
  assert.deepEqual((await copy.log.watermarks(partition))?.logStartOffset, 1)
  assert.deepEqual(valuesIn(await read(copy.log, partition, { fromOffset: 1 })), ['b'])
  // Sweeps first, and finds nothing that is not swept.
  await copy.log.enforceRetention(0)
  assert.equal((await read(copy.log, partition)).error, 'OFFSET_OUT_OF_RANGE')
})

test('an abandoned storage knows no topics, has told who waited, and keeps what it had', async () => {
  await using directory = await temporaryDirectory()
  {
    await using storage = await openForTest({ dataDir: directory.path })
    const partition = partitionOf(await createTopic(storage.log))
    await append(storage.log, partition, ['a'])
    const { signal } = new AbortController()
    const waiting = storage.log.waitForAppend({ positions: [{ ...partition, offset: 1 }], timeoutMs: 1_000, signal })
    const pending = assert.rejects(append(storage.log, partition, ['b']), isKafkaError('UNKNOWN_TOPIC_OR_PARTITION'))
    storage.abandon()
    assert.equal(await waiting, 'gone')
    await pending
    assert.deepEqual(await storage.log.topics(), [])
    assert.equal(await storage.log.topic('logs'), undefined)
    assert.equal((await read(storage.log, partition)).error, 'UNKNOWN_TOPIC_OR_PARTITION')
  }
  await using storage = await openForTest({ dataDir: directory.path })
  assert.deepEqual(await valuesOf(storage.log), ['a'])
})

test('a snapshot that is written to a directory keeps its records for good, and overwrites nothing', async () => {
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'made', 'here')
  await using storage = await openForTest()
  await append(storage.log, partitionOf(await createTopic(storage.log, 'logs', 1, { 'retention.ms': 1, 'max.message.bytes': 7 })), ['a'])
  writeSnapshot(dataDir, storage.snapshot())
  assert.deepEqual(readdirSync(dataDir), ['logbrook.db'])
  assert.throws(() => writeSnapshot(dataDir, storage.snapshot()), { code: 'EEXIST' })
  await using kept = await openForTest({ dataDir })
  const { configOverrides } = (await kept.log.topic('logs'))!
  assert.deepEqual(configOverrides, { 'retention.ms': -1, 'retention.bytes': -1, 'max.message.bytes': 7 })
  await kept.log.enforceRetention(Date.UTC(2100, 0, 1))
  assert.deepEqual(await valuesOf(kept.log), ['a'])
})
