import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@logbrook/kafka/errors'
import { ALICE, ROOT, startBroker } from './broker-under-test.ts'

function refusal(name: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof KafkaError && error.error === name && message.test(error.message)
}

const record = (
  value: string,
  timestampMs: number | null = null,
): { key: null; value: Buffer; headers: []; timestampMs: number | null } => ({
  key: null,
  value: Buffer.from(value),
  headers: [],
  timestampMs,
})

test('a topic is opened for writing: its name, then WRITE, then existence', async () => {
  await using under = await startBroker({ acls: true })
  await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  await assert.rejects(under.broker.producer.open(ALICE, 'a b'), refusal('INVALID_TOPIC_EXCEPTION', /"a b"/))
  await assert.rejects(under.broker.producer.open(ALICE, 'logs'), refusal('TOPIC_AUTHORIZATION_FAILED', /User:alice.*WRITE.*logs/))
  await assert.rejects(under.broker.producer.open(ALICE, 'none'), refusal('TOPIC_AUTHORIZATION_FAILED', /none/))
  await assert.rejects(under.broker.producer.open(ROOT, 'none'), refusal('UNKNOWN_TOPIC_OR_PARTITION', /"none"/))
  assert.equal((await under.broker.producer.open(ROOT, 'logs')).name, 'logs')
})

test('a record at the topic’s limit is taken; one byte more refuses the whole request, naming the record', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: { 'max.message.bytes': 5 } })
  assert.equal(await under.produce(topic, 0, ['12345', '1']), 0)
  await assert.rejects(
    under.produce(topic, 0, ['1', '123456']),
    refusal('MESSAGE_TOO_LARGE', /record 1 is 6 bytes; the limit of topic logs \(max\.message\.bytes\) is 5/),
  )
  const headed = { ...record('1234'), headers: [{ key: 'h', value: Buffer.from('x') }] }
  const records = { kind: 'records' as const, records: [headed] }
  await assert.rejects(under.broker.producer.produce({ topic, records, bodyBytes: 4 }), refusal('MESSAGE_TOO_LARGE', /record 0 is 6 bytes/))
  assert.equal((await under.broker.topics.describe(ROOT, 'logs')).watermarks[0]!.highWatermark, 2)
})

test('a record without a time gets the broker’s; where the topic says so, every record does', async () => {
  await using under = await startBroker()
  for (const [name, type, times] of [
    ['created', 'CreateTime', [77, under.clock.now()]],
    ['appended', 'LogAppendTime', [under.clock.now(), under.clock.now()]],
  ] as const) {
    const topic = await under.broker.topics.create(ROOT, { name, partitions: 1, config: { 'message.timestamp.type': type } })
    await under.broker.producer.produce({ topic, records: { kind: 'records', records: [record('a', 77), record('b')] }, bodyBytes: 2 })
    for (const [offset, timestampMs] of times.entries()) {
      assert.equal((await under.broker.consumer.fetchRecord(ROOT, { topic: name, partition: 0, offset })).timestampMs, timestampMs)
    }
  }
})

test('nothing to store is answered with a partition and no offset', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 3, config: {} })
  const records = { kind: 'verbatim' as const, body: Buffer.from('[]'), ranges: new Int32Array() }
  assert.deepEqual(await under.broker.producer.produce({ topic, records, bodyBytes: 2 }), {
    partition: 0,
    baseOffset: null,
    recordCount: 0,
  })
  await assert.rejects(
    under.broker.producer.produce({ topic, partition: 3, records, bodyBytes: 2 }),
    refusal('UNKNOWN_TOPIC_OR_PARTITION', /no partition 3; it has 3/),
  )
})

test('a topic deleted between opening and producing takes nothing, nor does its namesake', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  await under.broker.topics.delete(ROOT, 'logs')
  await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  await assert.rejects(under.produce(topic, 0, ['stale']), refusal('UNKNOWN_TOPIC_OR_PARTITION', /logs|topic/))
  assert.equal((await under.broker.topics.describe(ROOT, 'logs')).watermarks[0]!.highWatermark, 0)
})
