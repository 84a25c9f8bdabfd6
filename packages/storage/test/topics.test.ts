import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import { OFFSETS_PER_PARTITION_MAX, PARTITIONS_MAX } from '@logbrook/kafka/limits'
import type { Watermarks } from '@logbrook/kafka/log'
import { TOPIC_CONFIG_DEFAULTS } from '@logbrook/kafka/topic-config'
import { append, createTopic, isKafkaError, openForTest, partitionOf, read, tamper, temporaryDirectory, valuesIn } from './fixture.ts'

describe('topics', () => {
  test('are found by name and listed in order, with the settings that were made and the defaults', async () => {
    await using storage = await openForTest('memory', { clock: createManualClock(1_234) })
    const logs = await createTopic(storage.log, 'logs', 2, { 'retention.ms': 5 })
    await createTopic(storage.log, 'audit')
    assert.deepEqual(await storage.log.topic('logs'), logs)
    assert.deepEqual(logs, {
      id: logs.id,
      name: 'logs',
      partitions: 2,
      createdMs: 1_234,
      config: { ...TOPIC_CONFIG_DEFAULTS, 'retention.ms': 5 },
      configOverrides: { 'retention.ms': 5 },
    })
    assert.match(logs.id, /^[\w-]{22}$/)
    assert.deepEqual(
      (await storage.log.topics()).map(({ name }) => name),
      ['audit', 'logs'],
    )
    assert.equal(await storage.log.topic('none'), undefined)
  })

  test('names are case-sensitive, as Kafka has them', async () => {
    await using storage = await openForTest()
    const lower = await createTopic(storage.log, 'logs')
    const upper = await createTopic(storage.log, 'LOGS')
    await append(storage.log, partitionOf(upper), ['v'])
    assert.equal((await read(storage.log, partitionOf(lower))).recordCount, 0)
    assert.deepEqual((await storage.log.topic('LOGS'))?.id, upper.id)
  })

  test('a name that is taken or not legal is refused', async () => {
    await using storage = await openForTest()
    await createTopic(storage.log, 'logs')
    await assert.rejects(createTopic(storage.log, 'logs'), isKafkaError('TOPIC_ALREADY_EXISTS', /logs/))
    await assert.rejects(createTopic(storage.log, 'a/b'), isKafkaError('INVALID_TOPIC_EXCEPTION'))
    assert.equal((await storage.log.topics()).length, 1)
  })

  test('of two made at once under one name, one is refused', async () => {
    await using storage = await openForTest()
    const first = createTopic(storage.log)
    await assert.rejects(createTopic(storage.log), isKafkaError('TOPIC_ALREADY_EXISTS'))
    assert.deepEqual(await storage.log.topics(), [await first])
  })

  test('are kept with their partitions, settings and records', async () => {
    await using directory = await temporaryDirectory()
    const location = { dataDir: directory.path }
    const before = await openForTest(location)
    const logs = await createTopic(before.log, 'logs', 2, { 'retention.bytes': 7, 'message.timestamp.type': 'LogAppendTime' })
    await before.log.addPartitions(logs.id, 3)
    await append(before.log, partitionOf(logs, 2), ['v'])
    const kept = await before.log.topics()
    await before.close()
    await using after = await openForTest(location)
    assert.deepEqual(await after.log.topics(), kept)
    assert.deepEqual(valuesIn(await read(after.log, partitionOf(logs, 2))), ['v'])
  })

  test('settings are changed, and put back to their defaults by null', async () => {
    await using directory = await temporaryDirectory()
    const location = { dataDir: directory.path }
    const storage = await openForTest(location)
    const { id } = await createTopic(storage.log, 'logs', 1, { 'retention.ms': 5, 'retention.bytes': 6 })
    const altered = await storage.log.alterConfig(id, { 'retention.ms': null, 'max.message.bytes': 9 })
    assert.deepEqual(altered.configOverrides, { 'retention.bytes': 6, 'max.message.bytes': 9 })
    assert.deepEqual(altered.config, { ...TOPIC_CONFIG_DEFAULTS, 'retention.bytes': 6, 'max.message.bytes': 9 })
    assert.deepEqual(await storage.log.topic('logs'), altered)
    await storage.close()
    await using after = await openForTest(location)
    assert.deepEqual(await after.log.topic('logs'), altered)
  })

  test('what is asked of a topic that is gone is refused', async () => {
    await using storage = await openForTest()
    const { id } = await createTopic(storage.log)
    await storage.log.deleteTopic(id)
    const isGone = isKafkaError('UNKNOWN_TOPIC_OR_PARTITION')
    await assert.rejects(storage.log.deleteTopic(id), isGone)
    await assert.rejects(storage.log.addPartitions(id, 2), isGone)
    await assert.rejects(storage.log.alterConfig(id, {}), isGone)
    await assert.rejects(storage.log.trim({ topicId: id, partition: 0 }, 0), isGone)
    await assert.rejects(storage.log.offsetForTimestamp({ topicId: id, partition: 0 }, 0), isGone)
    assert.equal((await read(storage.log, { topicId: id, partition: 0 })).error, 'UNKNOWN_TOPIC_OR_PARTITION')
  })
})

function emptyAt(offset: number): Watermarks {
  return { logStartOffset: offset, lastStableOffset: offset, highWatermark: offset }
}

describe('partitions', () => {
  test('their number is whole, at least one and within the limit', async () => {
    await using storage = await openForTest()
    for (const partitions of [0, -1, 1.5, Number.NaN, PARTITIONS_MAX + 1]) {
      await assert.rejects(createTopic(storage.log, 'logs', partitions), isKafkaError('INVALID_PARTITIONS', /logs.*8191/))
    }
  })

  test('start at the offsets that they were created with, also after reopening', async () => {
    await using directory = await temporaryDirectory()
    const location = { dataDir: directory.path }
    const storage = await openForTest(location)
    const topic = await storage.log.createTopic({ name: 'moved', partitions: 2, config: {}, logStartOffsets: [0, 7] })
    await storage.close()
    await using after = await openForTest(location)
    assert.deepEqual(await after.log.watermarks(partitionOf(topic, 0)), emptyAt(0))
    assert.deepEqual(await after.log.watermarks(partitionOf(topic, 1)), emptyAt(7))
    assert.equal(await append(after.log, partitionOf(topic, 1), ['a', 'b']), 7)
    assert.deepEqual(valuesIn(await read(after.log, partitionOf(topic, 1), { fromOffset: 8 })), ['b'])
    assert.equal((await read(after.log, partitionOf(topic, 1), { fromOffset: 6 })).error, 'OFFSET_OUT_OF_RANGE')
    const { id } = await after.log.addPartitions(topic.id, 3)
    assert.deepEqual(await after.log.watermarks({ topicId: id, partition: 2 }), emptyAt(0))
  })

  test('start at any offset that there is, each of them, and at no other', async () => {
    await using storage = await openForTest()
    const create = (...logStartOffsets: number[]) => storage.log.createTopic({ name: 'logs', partitions: 2, config: {}, logStartOffsets })
    for (const wrong of [-1, 0.5, Number.NaN, OFFSETS_PER_PARTITION_MAX + 1]) {
      await assert.rejects(create(0, wrong), isKafkaError('INVALID_REQUEST', /partition logs-1 .* from 0 to 1099511627776/))
    }
    await assert.rejects(create(0), isKafkaError('INVALID_REQUEST', /2 partitions and 1 log start offsets/))
    const topic = await create(OFFSETS_PER_PARTITION_MAX, OFFSETS_PER_PARTITION_MAX - 1)
    await assert.rejects(append(storage.log, partitionOf(topic, 0), ['a']), isKafkaError('KAFKA_STORAGE_ERROR', /no offsets left/))
    assert.equal(await append(storage.log, partitionOf(topic, 1), ['a']), OFFSETS_PER_PARTITION_MAX - 1)
    assert.deepEqual(valuesIn(await read(storage.log, partitionOf(topic, 0), { fromOffset: OFFSETS_PER_PARTITION_MAX })), [])
  })

  test('as many live as the limit says, over all topics, and not one more', async () => {
    await using storage = await openForTest()
    const large = await createTopic(storage.log, 'large', PARTITIONS_MAX - 2)
    await createTopic(storage.log, 'small', 1)
    await assert.rejects(createTopic(storage.log, 'too-many', 2), isKafkaError('INVALID_PARTITIONS', /there are 8190; the limit is 8191/))
    await assert.rejects(storage.log.addPartitions(large.id, PARTITIONS_MAX), isKafkaError('INVALID_PARTITIONS'))
    const grown = await storage.log.addPartitions(large.id, PARTITIONS_MAX - 1)
    await append(storage.log, partitionOf(grown, PARTITIONS_MAX - 2), ['last'])
    assert.deepEqual(valuesIn(await read(storage.log, partitionOf(grown, PARTITIONS_MAX - 2))), ['last'])
    await assert.rejects(createTopic(storage.log, 'none-left', 1), isKafkaError('INVALID_PARTITIONS'))
    assert.equal(await storage.log.topic('none-left'), undefined)
  })

  test('only grow', async () => {
    await using storage = await openForTest()
    const { id } = await createTopic(storage.log, 'logs', 3)
    await assert.rejects(storage.log.addPartitions(id, 3), isKafkaError('INVALID_PARTITIONS', /has 3 partitions; it cannot be grown to 3/))
    await assert.rejects(storage.log.addPartitions(id, 2), isKafkaError('INVALID_PARTITIONS'))
    assert.equal((await storage.log.addPartitions(id, 4)).partitions, 4)
    assert.equal((await storage.log.topic('logs'))?.partitions, 4)
  })
})

describe('deletion', () => {
  test('a topic made again under the name is another one, empty', async () => {
    await using storage = await openForTest()
    const old = await createTopic(storage.log)
    await append(storage.log, partitionOf(old), ['old'])
    await storage.log.deleteTopic(old.id)
    assert.equal(await storage.log.topic('logs'), undefined)
    const young = await createTopic(storage.log)
    assert.notEqual(young.id, old.id)
    assert.equal(await append(storage.log, partitionOf(young), ['young']), 0)
    assert.deepEqual(valuesIn(await read(storage.log, partitionOf(young))), ['young'])
    assert.equal((await read(storage.log, partitionOf(old))).error, 'UNKNOWN_TOPIC_OR_PARTITION')
  })

  test('an id that is taken is not given', async () => {
    const ids = ['one', 'one', 'two', 'two', 'one']
    await using storage = await openForTest('memory', { newTopicId: () => ids.shift() ?? 'one' })
    assert.equal((await createTopic(storage.log, 'a')).id, 'one')
    assert.equal((await createTopic(storage.log, 'b')).id, 'two')
    await assert.rejects(createTopic(storage.log, 'c'), isKafkaError('KAFKA_STORAGE_ERROR', /no topic id/))
  })

  test('gives its room back, also to who needs it at once', async () => {
    await using storage = await openForTest()
    const first = await createTopic(storage.log, 'first', PARTITIONS_MAX)
    await append(storage.log, partitionOf(first, PARTITIONS_MAX - 1), ['v'])
    await storage.log.deleteTopic(first.id)
    const second = await createTopic(storage.log, 'second', PARTITIONS_MAX)
    const { recordCount, watermarks } = await read(storage.log, partitionOf(second, PARTITIONS_MAX - 1))
    assert.deepEqual([recordCount, watermarks.highWatermark], [0, 0])
  })

  test('goes on where a process that died left it', async () => {
    await using directory = await temporaryDirectory()
    const location = { dataDir: directory.path }
    {
      await using storage = await openForTest(location)
      const doomed = await createTopic(storage.log, 'doomed', 2)
      for (let i = 0; i < 10; i++) await append(storage.log, partitionOf(doomed, 1), ['v'], i)
      await createTopic(storage.log, 'kept')
    }
    // As it is right after the transaction of the deletion, and half a sweep.
    tamper(directory.path, (database) =>
      database.exec(`
        INSERT INTO sweep SELECT slot, ${2 ** 40} FROM partition JOIN topic ON topic.id = topic_id WHERE name = 'doomed';
        DELETE FROM partition WHERE slot IN (SELECT slot FROM sweep);
        DELETE FROM topic WHERE name = 'doomed';
        DELETE FROM batch WHERE id IN (SELECT id FROM batch ORDER BY id LIMIT 5)`),
    )
    {
      await using storage = await openForTest(location)
      const fresh = await createTopic(storage.log, 'fresh', PARTITIONS_MAX - 1)
      assert.equal((await read(storage.log, partitionOf(fresh, 1))).recordCount, 0)
    }
    const left = tamper(directory.path, (database) =>
      database.prepare('SELECT (SELECT count(*) FROM batch) AS batches, (SELECT count(*) FROM sweep) AS sweeps').get(),
    )
    assert.deepEqual(left, { batches: 0, sweeps: 0 })
  })

  test('ten thousand topics made and deleted in turn leave a log that works and a file that did not grow', async () => {
    await using storage = await openForTest()
    const kept = await createTopic(storage.log, 'kept')
    await append(storage.log, partitionOf(kept), ['kept'])
    const value = 'v'.repeat(10_000)
    for (let i = 0; i < 10_000; i++) {
      const topic = await createTopic(storage.log, `topic-${i % 7}`, 4)
      await append(storage.log, partitionOf(topic, i % 4), [value])
      await storage.log.deleteTopic(topic.id)
    }
    const { databaseBytes } = storage.sizes()
    assert.ok(databaseBytes < 2_000_000, `${databaseBytes} bytes`)
    assert.deepEqual(valuesIn(await read(storage.log, partitionOf(kept))), ['kept'])
    assert.equal((await storage.log.topics()).length, 1)
  })
})
