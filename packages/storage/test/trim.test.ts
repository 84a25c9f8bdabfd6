import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SWEEP_ROWS_MAX } from '@logbrook/kafka/limits'
import {
  append,
  batchRows,
  createTopic,
  isKafkaError,
  keyed,
  openForTest,
  partitionOf,
  read,
  tamper,
  temporaryDirectory,
  valuesIn,
} from './fixture.ts'

describe('trim', () => {
  test('hides what lies below, in the middle of a row too, and keeps offsets', async () => {
    await using storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log))
    await append(storage.log, partition, ['a', 'b', 'c'])
    await append(storage.log, partition, ['d', 'e'])
    assert.deepEqual(await storage.log.trim(partition, 2), {
      logStartOffset: 2,
      lastStableOffset: 5,
      highWatermark: 5,
      movedGroups: [],
    })
    assert.equal((await read(storage.log, partition, { fromOffset: 1 })).error, 'OFFSET_OUT_OF_RANGE')
    assert.deepEqual(valuesIn(await read(storage.log, partition, { fromOffset: 2 })), ['c', 'd', 'e'])
    assert.equal(await append(storage.log, partition, ['f']), 5)
  })

  test('never goes back, and is refused above the high watermark', async () => {
    await using storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log))
    await append(storage.log, partition, ['a', 'b', 'c'])
    await storage.log.trim(partition, 2)
    assert.equal((await storage.log.trim(partition, 1)).logStartOffset, 2)
    assert.equal((await storage.log.trim(partition, 3)).logStartOffset, 3)
    for (const offset of [4, -1, 0.5, 2 ** 53]) {
      await assert.rejects(storage.log.trim(partition, offset), isKafkaError('OFFSET_OUT_OF_RANGE', /logs-0.*high watermark is 3/))
    }
  })

  test('of everything leaves the high watermark where it was, also after reopening', async () => {
    await using directory = await temporaryDirectory()
    const location = { dataDir: directory.path }
    {
      await using storage = await openForTest(location)
      const partition = partitionOf(await createTopic(storage.log))
      await append(storage.log, partition, ['a', 'b', 'c'])
      await storage.log.trim(partition, 3)
      await storage.log.enforceRetention(0)
    }
    assert.equal(batchRows(directory.path).length, 0)
    await using storage = await openForTest(location)
    const partition = partitionOf((await storage.log.topic('logs'))!)
    assert.deepEqual(await storage.log.watermarks(partition), { logStartOffset: 3, lastStableOffset: 3, highWatermark: 3 })
    assert.equal(await append(storage.log, partition, ['d']), 3)
  })

  test('deletes the rows in the background, and only those', async () => {
    await using directory = await temporaryDirectory()
    const location = { dataDir: directory.path }
    {
      await using storage = await openForTest(location)
      const topic = await createTopic(storage.log, 'logs', 2)
      for (let i = 0; i < 3 * SWEEP_ROWS_MAX; i++) {
        await Promise.all([append(storage.log, partitionOf(topic, 0), ['a', 'b'], i), append(storage.log, partitionOf(topic, 1), ['x'], i)])
      }
      await storage.log.trim(partitionOf(topic, 0), 2 * (2 * SWEEP_ROWS_MAX + 5) + 1)
      await storage.log.enforceRetention(0)
      assert.equal((await read(storage.log, partitionOf(topic, 1))).recordCount, 3 * SWEEP_ROWS_MAX)
    }
    assert.equal(batchRows(directory.path).length, SWEEP_ROWS_MAX - 5 + 3 * SWEEP_ROWS_MAX)
    assert.equal(
      tamper(directory.path, (database) => database.prepare('SELECT count(*) AS n FROM sweep').pluck().get()),
      0,
    )
  })

  test('a process that died before the rows were gone is succeeded by one that deletes them', async () => {
    await using directory = await temporaryDirectory()
    const location = { dataDir: directory.path }
    {
      await using storage = await openForTest(location)
      const partition = partitionOf(await createTopic(storage.log))
      for (let i = 0; i < 5; i++) await append(storage.log, partition, ['v'], i)
    }
    tamper(directory.path, (database) =>
      database.exec('UPDATE partition SET log_start_offset = 4; INSERT INTO sweep SELECT slot, 4 FROM partition'),
    )
    {
      await using storage = await openForTest(location)
      await storage.log.enforceRetention(0)
      assert.equal(await append(storage.log, partitionOf((await storage.log.topic('logs'))!), ['v']), 5)
      const other = await createTopic(storage.log, 'other')
      assert.equal((await read(storage.log, partitionOf(other))).recordCount, 0, 'a slot that was swept and lives is not given away')
    }
    assert.equal(batchRows(directory.path).length, 2)
  })
})

async function retained(
  config: { 'retention.ms'?: number; 'retention.bytes'?: number },
  appends: readonly (readonly [number, string])[],
  nowMs: number,
) {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log, 'logs', 1, { 'retention.ms': -1, ...config }))
  for (const [timestampMs, value] of appends) await append(storage.log, partition, [value], timestampMs)
  const results = await storage.log.enforceRetention(nowMs)
  const { logStartOffset } = (await storage.log.watermarks(partition))!
  const expected =
    logStartOffset === 0 ? [] : [{ topic: 'logs', partition: 0, deletedRecords: logStartOffset, logStartOffset, movedGroups: [] }]
  assert.deepEqual(results, expected)
  assert.deepEqual(await storage.log.enforceRetention(nowMs), [], 'a second round finds nothing')
  return logStartOffset
}

describe('retention', () => {
  test('by time deletes what is older, and keeps what is exactly as old', async () => {
    const appends = [
      [100, 'a'],
      [200, 'b'],
      [300, 'c'],
    ] as const
    assert.equal(await retained({ 'retention.ms': 100 }, appends, 200), 0)
    assert.equal(await retained({ 'retention.ms': 100 }, appends, 201), 1)
    assert.equal(await retained({ 'retention.ms': 100 }, appends, 401), 3)
    assert.equal(await retained({ 'retention.ms': 0 }, appends, 300), 2)
    assert.equal(await retained({ 'retention.ms': -1 }, appends, 2 ** 45), 0)
  })

  test('by time stops at the first row that has not expired, whatever lies behind it', async () => {
    const appends = [
      [100, 'a'],
      [900, 'from a clock set back since'],
      [100, 'b'],
      [100, 'c'],
    ] as const
    assert.equal(await retained({ 'retention.ms': 100 }, appends, 500), 1)
  })

  test('by bytes keeps at least what was asked for, in whole rows', async () => {
    const appends = Array.from({ length: 5 }, (_, i) => [i, 'v'.repeat(100)] as const)
    const cases = [
      [501, 0],
      [500, 0],
      [401, 0],
      [400, 1],
      [399, 1],
      [100, 4],
      [1, 4],
      [0, 5],
      [-1, 0],
    ] as const
    for (const [retentionBytes, expected] of cases) {
      assert.equal(await retained({ 'retention.bytes': retentionBytes }, appends, 10), expected, `${retentionBytes}`)
    }
  })

  test('goes as far as the further of both', async () => {
    const appends = Array.from({ length: 5 }, (_, i) => [i * 10, 'v'.repeat(100)] as const)
    assert.equal(await retained({ 'retention.ms': 10, 'retention.bytes': 400 }, appends, 35), 3)
    assert.equal(await retained({ 'retention.ms': 10, 'retention.bytes': 100 }, appends, 35), 4)
  })

  test('takes a batch by its latest record', async () => {
    await using storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log, 'logs', 1, { 'retention.ms': 100 }))
    const records = [5, 500, 5].map((timestampMs) => keyed('v', timestampMs))
    await storage.log.append({ ...partition, records: { kind: 'records', records }, timestampMs: 5 })
    assert.deepEqual(await storage.log.enforceRetention(600), [])
    assert.equal((await storage.log.enforceRetention(601))[0]?.logStartOffset, 3)
  })

  test('looks at thousands of rows in turns, and what is appended meanwhile is kept', async () => {
    await using storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log, 'logs', 1, { 'retention.ms': 100 }))
    await Promise.all(Array.from({ length: 3_500 }, (_, i) => append(storage.log, partition, ['old'], i % 2)))
    const enforced = storage.log.enforceRetention(1_000)
    const young = append(storage.log, partition, ['young'], 950)
    assert.equal(await young, 3_500)
    assert.equal((await enforced)[0]?.deletedRecords, 3_500)
    assert.deepEqual(valuesIn(await read(storage.log, partition, { fromOffset: 3_500 })), ['young'])
  })

  test('a topic deleted while its rows are looked at is left alone', async () => {
    await using storage = await openForTest()
    const doomed = await createTopic(storage.log, 'doomed', 1, { 'retention.ms': 100, 'retention.bytes': 5 })
    await Promise.all(Array.from({ length: 2_500 }, (_, i) => append(storage.log, partitionOf(doomed), ['old'], i % 2)))
    const enforced = storage.log.enforceRetention(1_000)
    await storage.log.deleteTopic(doomed.id)
    assert.deepEqual(await enforced, [])
  })
})
