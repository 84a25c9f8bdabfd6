import assert from 'node:assert/strict'
import { test } from 'node:test'
import { append, createTopic, keyed, openForTest, partitionOf } from './fixture.ts'

test('the first record of a time or later is found, at every time', async () => {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  for (const [timestampMs, values] of [
    [10, ['a', 'b']],
    [20, ['c']],
    [20, ['d', 'e']],
    [35, ['f']],
  ] as const) {
    await append(storage.log, partition, values, timestampMs)
  }
  for (let time = 0; time <= 40; time++) {
    const expected = time <= 10 ? [0, 10] : time <= 20 ? [2, 20] : time <= 35 ? [5, 35] : null
    const found = await storage.log.offsetForTimestamp(partition, time)
    assert.deepEqual(found, expected && { offset: expected[0], timestampMs: expected[1] }, `${time}`)
  }
})

test('a clock set back changes neither offsets nor what was said, and lookups still find the first', async () => {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  const times = [100, 300, 50, 60, 200, 301, 40]
  for (const [i, time] of times.entries()) assert.equal(await append(storage.log, partition, ['v'], time), i)
  for (let time = 0; time <= 310; time++) {
    const offset = times.findIndex((candidate) => candidate >= time)
    const found = await storage.log.offsetForTimestamp(partition, time)
    assert.deepEqual(found, offset < 0 ? null : { offset, timestampMs: times[offset] }, `${time}`)
  }
})

test('the time of each record counts, not that of its batch', async () => {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  const records = [5, 90, 30].map((time) => keyed('v', time))
  await storage.log.append({ ...partition, records: { kind: 'records', records }, timestampMs: 1_000 })
  await append(storage.log, partition, ['v'], 60)
  assert.deepEqual(await storage.log.offsetForTimestamp(partition, 6), { offset: 1, timestampMs: 90 })
  await storage.log.trim(partition, 2)
  assert.deepEqual(await storage.log.offsetForTimestamp(partition, 6), { offset: 2, timestampMs: 30 })
  assert.deepEqual(await storage.log.offsetForTimestamp(partition, 31), { offset: 3, timestampMs: 60 })
  assert.equal(await storage.log.offsetForTimestamp(partition, 61), null, 'the record of 90 was trimmed')
})

test('what was trimmed is not found, though later rows remember its time', async () => {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  for (const time of [500, 10, 20, 30, 600]) await append(storage.log, partition, ['v'], time)
  await storage.log.trim(partition, 1)
  assert.deepEqual(await storage.log.offsetForTimestamp(partition, 0), { offset: 1, timestampMs: 10 })
  assert.deepEqual(await storage.log.offsetForTimestamp(partition, 25), { offset: 3, timestampMs: 30 })
  assert.deepEqual(await storage.log.offsetForTimestamp(partition, 400), { offset: 4, timestampMs: 600 })
  await storage.log.trim(partition, 5)
  assert.equal(await storage.log.offsetForTimestamp(partition, 0), null)
})
