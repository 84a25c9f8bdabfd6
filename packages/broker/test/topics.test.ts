import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaError } from '@logbrook/kafka/errors'
import type { AclBinding, Operation } from '@logbrook/kafka/acl'
import { RETENTION_CHECK_INTERVAL_MS } from '@logbrook/kafka/limits'
import { EARLIEST, LATEST } from '@logbrook/broker/offsets'
import { ALICE, ALICE_READS, ROOT, startBroker } from './broker-under-test.ts'

function allow(operation: Operation, resource: Partial<AclBinding> = {}): AclBinding {
  return { ...ALICE_READS, operation, ...resource }
}

function refusal(name: string): (error: unknown) => boolean {
  return (error) => error instanceof KafkaError && error.error === name
}

test('each act of administration asks for its own operation', async () => {
  await using under = await startBroker({ acls: true })
  const { topics, offsets, permissions } = under.broker
  const acts: [name: string, operation: Operation, act: () => Promise<unknown>][] = [
    ['create', 'CREATE', () => topics.create(ALICE, { name: 'logs', partitions: 1, config: {} })],
    ['describe', 'DESCRIBE', () => topics.describe(ALICE, 'logs')],
    ['offsets', 'DESCRIBE', () => offsets.atTime(ALICE, 'logs', LATEST)],
    ['grow', 'ALTER', () => topics.alter(ALICE, 'logs', { partitions: 2 })],
    ['configure', 'ALTER_CONFIGS', () => topics.alter(ALICE, 'logs', { config: { 'retention.ms': 5 } })],
    ['trim', 'DELETE', () => topics.trim(ALICE, { topic: 'logs', partition: 0 }, 0)],
    ['delete', 'DELETE', () => topics.delete(ALICE, 'logs')],
  ]
  for (const [name, operation, act] of acts) {
    await assert.rejects(act, refusal('TOPIC_AUTHORIZATION_FAILED'), `${name} without ${operation}`)
    await permissions.add(ROOT, [allow(operation)])
    await assert.doesNotReject(act, `${name} with ${operation}`)
    await permissions.remove(ROOT, [{}])
  }
})

test('who may DESCRIBE a topic sees its configuration only with DESCRIBE_CONFIGS', async () => {
  await using under = await startBroker({ acls: true })
  const { topics, permissions } = under.broker
  await topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  await permissions.add(ROOT, [allow('DESCRIBE')])
  assert.equal((await topics.describe(ALICE, 'logs')).config, null)
  await permissions.add(ROOT, [allow('DESCRIBE_CONFIGS')])
  assert.equal((await topics.describe(ALICE, 'logs')).config?.['retention.bytes'], -1)
})

test('CREATE on the cluster creates any topic; a list shows what DESCRIBE allows', async () => {
  await using under = await startBroker({ acls: true })
  const { topics, permissions } = under.broker
  await permissions.add(ROOT, [
    allow('CREATE', { resourceType: 'CLUSTER', resourceName: 'kafka-cluster' }),
    allow('READ', { resourceName: 'b' }),
  ])
  for (const name of ['a', 'b', 'c']) await topics.create(ALICE, { name, partitions: 1, config: {} })
  assert.deepEqual(
    (await topics.list(ALICE)).map(({ name }) => name),
    ['b'],
  )
  assert.deepEqual(
    (await topics.list(ROOT)).map(({ name }) => name),
    ['a', 'b', 'c'],
  )
})

test('a change that is refused changes nothing', async () => {
  await using under = await startBroker()
  const { topics } = under.broker
  await topics.create(ROOT, { name: 'logs', partitions: 2, config: {} })
  await assert.rejects(topics.alter(ROOT, 'logs', { partitions: 1, config: { 'retention.ms': 1 } }), refusal('INVALID_PARTITIONS'))
  const { topic } = await topics.describe(ROOT, 'logs')
  assert.deepEqual([topic.partitions, topic.configOverrides], [2, {}])
  await assert.rejects(topics.create(ROOT, { name: 'logs', partitions: 1, config: {} }), refusal('TOPIC_ALREADY_EXISTS'))
})

test('a trim moves the log start; −1 is the high watermark; beyond it is refused', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  await under.produce(topic, 0, ['a', 'b', 'c'])
  const trim = (beforeOffset: number): Promise<unknown> => under.broker.topics.trim(ROOT, { topic: 'logs', partition: 0 }, beforeOffset)
  assert.deepEqual(await trim(1), { logStartOffset: 1, lastStableOffset: 3, highWatermark: 3, movedGroups: [] })
  await assert.rejects(trim(4), refusal('OFFSET_OUT_OF_RANGE'))
  assert.deepEqual(await trim(-1), { logStartOffset: 3, lastStableOffset: 3, highWatermark: 3, movedGroups: [] })
  assert.equal(await under.produce(topic, 0, ['d']), 3)
})

test('offsets by time: the first record at or after it, the ends by Kafka’s special times', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 2, config: {} })
  const startMs = under.clock.now()
  for (const value of ['a', 'b', 'c']) {
    await under.produce(topic, 0, [value])
    under.clock.advance(1_000)
  }
  const at = async (timestampMs: number): Promise<[number, number | null][]> =>
    (await under.broker.offsets.atTime(ROOT, 'logs', timestampMs)).map((found) => [found.offset, found.timestampMs])
  assert.deepEqual(await at(startMs), [
    [0, startMs],
    [0, null],
  ])
  assert.deepEqual(await at(startMs + 1), [
    [1, startMs + 1_000],
    [0, null],
  ])
  assert.deepEqual(await at(startMs + 2_001), [
    [3, null],
    [0, null],
  ])
  await under.broker.topics.trim(ROOT, { topic: 'logs', partition: 0 }, 2)
  assert.deepEqual(await at(EARLIEST), [
    [2, null],
    [0, null],
  ])
  assert.deepEqual(await at(LATEST), [
    [3, null],
    [0, null],
  ])
})

test('retention runs on the clock, and is told what fails', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: { 'retention.ms': 1_000 } })
  await under.produce(topic, 0, ['old'])
  under.clock.advance(RETENTION_CHECK_INTERVAL_MS)
  await under.broker.retention.enforce()
  const { watermarks } = await under.broker.topics.describe(ROOT, 'logs')
  assert.deepEqual(watermarks, [{ logStartOffset: 1, lastStableOffset: 1, highWatermark: 1 }])
})
