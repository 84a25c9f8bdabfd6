import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FetchRequest } from '@logbrook/broker/fetch'
import { FETCH_BYTES_DEFAULT, FETCH_BYTES_MAX, FETCH_RECORDS_MAX, LONG_POLLS_MAX } from '@logbrook/kafka/limits'
import { sliceLength } from '@logbrook/kafka/record'
import type { BrokerUnderTest } from './broker-under-test.ts'
import { ROOT, startBroker } from './broker-under-test.ts'

const NEVER = new AbortController().signal

const WHOLE_LOG: FetchRequest = {
  topics: [{ topic: 'logs', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: Number.MAX_SAFE_INTEGER }] }],
  maxBytes: Number.MAX_SAFE_INTEGER,
  maxRecords: 0,
  isolationLevel: 'read_uncommitted',
  longPoll: false,
}

async function fetchedCount({ broker }: BrokerUnderTest, more: Partial<FetchRequest>): Promise<number> {
  const [topic] = await broker.consumer.fetch(ROOT, { ...WHOLE_LOG, ...more }, NEVER)
  return topic!.partitions[0]!.slices.reduce((count, slice) => count + sliceLength(slice), 0)
}

test('whatever is asked for, an answer holds no more bytes than the broker’s limit, and without a wish its default', async () => {
  await using under = await startBroker()
  const recordBytes = FETCH_BYTES_MAX / 16
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  for (let i = 0; i < 17; i++) await under.produce(topic, 0, ['x'.repeat(recordBytes)])
  assert.equal(await fetchedCount(under, {}), 16)
  assert.equal(await fetchedCount(under, { maxBytes: FETCH_BYTES_MAX }), 16)
  assert.equal(await fetchedCount(under, { maxBytes: FETCH_BYTES_MAX - 1 }), 15)
  assert.equal(await fetchedCount(under, { maxBytes: 0 }), Math.floor(FETCH_BYTES_DEFAULT / recordBytes))
})

test('an answer holds at most the broker’s limit of records, however small', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  const body = Buffer.alloc(FETCH_RECORDS_MAX + 1, '1')
  const ranges = Int32Array.from({ length: 2 * body.length }, (_, i) => (i + 1) >> 1)
  await under.broker.producer.produce({ topic, partition: 0, records: { kind: 'verbatim', body, ranges }, bodyBytes: body.length })
  assert.equal(await fetchedCount(under, {}), FETCH_RECORDS_MAX)
  assert.equal(await fetchedCount(under, { maxRecords: FETCH_RECORDS_MAX + 1 }), FETCH_RECORDS_MAX)
  assert.equal(await fetchedCount(under, { maxRecords: FETCH_RECORDS_MAX - 1 }), FETCH_RECORDS_MAX - 1)
})

test('as many long polls as the limit wait; one more is answered at once, as if its time were over', async () => {
  await using under = await startBroker()
  await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  const client = new AbortController()
  const poll = () => under.broker.consumer.fetch(ROOT, { ...WHOLE_LOG, longPoll: true }, client.signal)
  const waiting = Array.from({ length: LONG_POLLS_MAX }, poll)
  await under.waiting(LONG_POLLS_MAX)
  assert.deepEqual((await poll())[0]!.partitions[0]!.slices, [])
  assert.equal(under.storage.waiting(), LONG_POLLS_MAX)
  client.abort()
  await Promise.all(waiting)
  assert.equal(under.storage.waiting(), 0)
})
