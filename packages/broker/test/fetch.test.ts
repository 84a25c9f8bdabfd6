import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FetchedTopic, FetchRequest } from '@logbrook/broker/fetch'
import { KafkaError } from '@logbrook/kafka/errors'
import { LONG_POLL_MS_MAX } from '@logbrook/kafka/limits'
import { recordsOf } from '@logbrook/kafka/record'
import fc from 'fast-check'
import { ALICE, ALICE_READS, ROOT, startBroker } from './broker-under-test.ts'

const NEVER = new AbortController().signal

function requestOf(
  partitions: readonly [partition: number, fetchOffset: number, maxBytes?: number][],
  more: Partial<FetchRequest> = {},
): FetchRequest {
  return {
    topics: [
      {
        topic: 'logs',
        partitions: partitions.map(([partition, fetchOffset, partitionMaxBytes = 1_000]) => ({
          partition,
          fetchOffset,
          partitionMaxBytes,
        })),
      },
    ],
    maxBytes: 0,
    maxRecords: 0,
    isolationLevel: 'read_uncommitted',
    longPoll: false,
    ...more,
  }
}

/** Each entry in a word: its partition, and its error or its values. */
function words(answer: readonly FetchedTopic[]): string[] {
  return answer.flatMap(({ partitions }) =>
    partitions.map(({ partition, error, slices }) => {
      const values = slices.flatMap(recordsOf).map(({ value }) => Buffer.from(value ?? []).toString())
      return `${partition}: ${error === 'NONE' ? values.join(' ') : error}`
    }),
  )
}

test('entries are answered in the request’s order, the same partition as often as it is asked', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 2, config: {} })
  await under.produce(topic, 0, ['a', 'b', 'c'])
  await under.produce(topic, 1, ['x'])
  const answer = await under.broker.consumer.fetch(
    ROOT,
    requestOf([
      [1, 0],
      [0, 2],
      [0, 0],
      [0, 3],
      [0, 4],
      [2, 0],
    ]),
    NEVER,
  )
  assert.deepEqual(words(answer), ['1: x', '0: c', '0: a b c', '0: ', '0: OFFSET_OUT_OF_RANGE', '2: UNKNOWN_TOPIC_OR_PARTITION'])
})

test('budgets are spent in request order; only the first entry with records may exceed, by one record', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 2, config: {} })
  await under.produce(topic, 0, ['aaaa', 'bbbb', 'cccc'])
  await under.produce(topic, 1, ['xxxx', 'yyyy'])
  const ask = async (...request: Parameters<typeof requestOf>): Promise<string[]> =>
    words(await under.broker.consumer.fetch(ROOT, requestOf(...request), NEVER))
  assert.deepEqual(
    await ask([
      [0, 0, 1],
      [1, 0, 1],
    ]),
    ['0: aaaa', '1: '],
  )
  assert.deepEqual(
    await ask([
      [0, 3],
      [0, 0, 3],
      [1, 0],
    ]),
    ['0: ', '0: aaaa', '1: xxxx yyyy'],
  )
  assert.deepEqual(
    await ask([
      [0, 0, 8],
      [1, 0, 4],
    ]),
    ['0: aaaa bbbb', '1: xxxx'],
  )
  assert.deepEqual(
    await ask([
      [0, 0, 7],
      [1, 0, 3],
    ]),
    ['0: aaaa', '1: '],
  )
  assert.deepEqual(
    await ask(
      [
        [0, 0],
        [1, 0],
      ],
      { maxBytes: 13 },
    ),
    ['0: aaaa bbbb cccc', '1: '],
  )
  assert.deepEqual(
    await ask(
      [
        [0, 0],
        [1, 0],
      ],
      { maxBytes: 16 },
    ),
    ['0: aaaa bbbb cccc', '1: xxxx'],
  )
  assert.deepEqual(
    await ask(
      [
        [0, 0],
        [1, 0],
      ],
      { maxBytes: 1 },
    ),
    ['0: aaaa', '1: '],
  )
  assert.deepEqual(
    await ask(
      [
        [0, 0],
        [1, 0],
      ],
      { maxRecords: 3 },
    ),
    ['0: aaaa bbbb cccc', '1: '],
  )
  assert.deepEqual(
    await ask(
      [
        [0, 0],
        [1, 0],
      ],
      { maxRecords: 4 },
    ),
    ['0: aaaa bbbb cccc', '1: xxxx'],
  )
})

test('whatever the budgets, a reader that pages on gets every record once, in order', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  const values = Array.from({ length: 40 }, (_, i) => `${i}:${'v'.repeat((i * 7) % 30)}`)
  for (let i = 0; i < values.length; i += 5) await under.produce(topic, 0, values.slice(i, i + 5))
  const budgets = fc.record({
    maxBytes: fc.nat({ max: 120 }),
    maxRecords: fc.nat({ max: 7 }),
    partitionMaxBytes: fc.integer({ min: 1, max: 90 }),
  })
  await fc.assert(
    fc.asyncProperty(budgets, async ({ partitionMaxBytes, ...limits }) => {
      const read: string[] = []
      while (read.length < values.length) {
        const answer = await under.broker.consumer.fetch(ROOT, requestOf([[0, read.length, partitionMaxBytes]], limits), NEVER)
        const page = answer[0]!.partitions[0]!.slices.flatMap(recordsOf)
        assert.ok(page.length > 0, 'no progress')
        assert.equal(page[0]!.offset, read.length)
        read.push(...page.map(({ value }) => Buffer.from(value!).toString()))
      }
      assert.deepEqual(read, values)
    }),
    { numRuns: 60 },
  )
})

test('a long poll waits when all is quiet and is answered by an append', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 2, config: {} })
  const answer = under.broker.consumer.fetch(
    ROOT,
    requestOf(
      [
        [0, 0],
        [1, 0],
      ],
      { longPoll: true },
    ),
    NEVER,
  )
  await under.waiting(1)
  await under.produce(topic, 1, ['late'])
  assert.deepEqual(words(await answer), ['0: ', '1: late'])
  assert.equal(under.storage.waiting(), 0)
  assert.deepEqual(under.observed.slice(0, 1), ['longPollStarted'])
  assert.ok(under.observed.includes('longPollEnded'))
})

test('a long poll does not wait beside a record, an error or an empty request', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 2, config: {} })
  await under.produce(topic, 0, ['a'])
  const long = { longPoll: true }
  assert.deepEqual(
    words(
      await under.broker.consumer.fetch(
        ROOT,
        requestOf(
          [
            [0, 0],
            [1, 0],
          ],
          long,
        ),
        NEVER,
      ),
    ),
    ['0: a', '1: '],
  )
  assert.deepEqual(
    words(
      await under.broker.consumer.fetch(
        ROOT,
        requestOf(
          [
            [1, 0],
            [1, 5],
          ],
          long,
        ),
        NEVER,
      ),
    ),
    ['1: ', '1: OFFSET_OUT_OF_RANGE'],
  )
  assert.deepEqual(words(await under.broker.consumer.fetch(ROOT, requestOf([], long), NEVER)), [])
  assert.ok(!under.observed.includes('longPollStarted'))
})

test('a long poll ends at its deadline, on hang-up, and when its topic is deleted', async () => {
  await using under = await startBroker()
  await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  const poll = (signal: AbortSignal): Promise<readonly FetchedTopic[]> =>
    under.broker.consumer.fetch(ROOT, requestOf([[0, 0]], { longPoll: true }), signal)

  const timedOut = poll(NEVER)
  await under.waiting(1)
  under.clock.advance(LONG_POLL_MS_MAX - 1)
  assert.equal(under.storage.waiting(), 1)
  under.clock.advance(1)
  assert.deepEqual(words(await timedOut), ['0: '])

  const client = new AbortController()
  const hungUp = poll(client.signal)
  await under.waiting(1)
  client.abort()
  assert.deepEqual(words(await hungUp), ['0: '])

  const deleted = poll(NEVER)
  await under.waiting(1)
  await under.broker.topics.delete(ROOT, 'logs')
  assert.deepEqual(words(await deleted), ['0: UNKNOWN_TOPIC_OR_PARTITION'])
  assert.equal(under.storage.waiting(), 0)
})

test('READ is asked before existence, and again before records are handed out after a wait', async () => {
  await using under = await startBroker({ acls: true })
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  const denied = await under.broker.consumer.fetch(
    ALICE,
    requestOf([
      [0, 0],
      [7, 0],
    ]),
    NEVER,
  )
  assert.deepEqual(words(denied), ['0: TOPIC_AUTHORIZATION_FAILED', '7: TOPIC_AUTHORIZATION_FAILED'])
  assert.deepEqual(denied[0]!.partitions[0]!.watermarks, { logStartOffset: -1, lastStableOffset: -1, highWatermark: -1 })
  assert.ok(under.observed.includes('authorizationFailed READ'))

  await under.broker.permissions.add(ROOT, [ALICE_READS])
  const waited = under.broker.consumer.fetch(ALICE, requestOf([[0, 0]], { longPoll: true }), NEVER)
  await under.waiting(1)
  await under.broker.permissions.remove(ROOT, [ALICE_READS])
  await under.produce(topic, 0, ['secret'])
  assert.deepEqual(words(await waited), ['0: TOPIC_AUTHORIZATION_FAILED'])
})

test('one record is fetched by its offset, or it is said what is there', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  await under.produce(topic, 0, ['a', 'b', 'c'])
  await under.broker.topics.trim(ROOT, { topic: 'logs', partition: 0 }, 1)
  const fetch = (offset: number, partition = 0, name = 'logs'): Promise<unknown> =>
    under.broker.consumer.fetchRecord(ROOT, { topic: name, partition, offset })
  assert.deepEqual(await fetch(1), { offset: 1, timestampMs: under.clock.now(), key: null, value: Buffer.from('b'), headers: [] })
  const refusals: [run: Promise<unknown>, error: string, message: RegExp][] = [
    [fetch(0), 'OFFSET_OUT_OF_RANGE', /offset 0; the partition holds \[1, 3\)/],
    [fetch(3), 'OFFSET_OUT_OF_RANGE', /\[1, 3\)/],
    [fetch(2 ** 60), 'OFFSET_OUT_OF_RANGE', /\[1, 3\)/],
    [fetch(0, 1), 'UNKNOWN_TOPIC_OR_PARTITION', /topic logs has no partition 1; it has 1/],
    [fetch(0, 0, 'none'), 'UNKNOWN_TOPIC_OR_PARTITION', /"none"/],
    [fetch(0, 0, '..'), 'INVALID_TOPIC_EXCEPTION', /"\.\."/],
  ]
  for (const [run, name, message] of refusals) {
    await assert.rejects(run, (error) => error instanceof KafkaError && error.error === name && message.test(error.message))
  }
})
