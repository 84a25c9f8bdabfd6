import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KafkaError } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import { CLAIM_MS, CLAIMS_MAX, CONSUME_RECORDS_MAX, CONSUME_WAIT_MS_MAX, GROUP_ID_LENGTH_MAX } from '@logbrook/kafka/limits'
import { ALICE, ROOT } from './broker-under-test.ts'
import { numbered, range, startConsuming, WORKER } from './consuming.ts'

function isError(error: ErrorName, message: RegExp | string) {
  return (thrown: unknown): true => {
    assert.ok(thrown instanceof KafkaError, String(thrown))
    assert.equal(thrown.error, error)
    if (typeof message === 'string') assert.equal(thrown.message, message)
    else assert.match(thrown.message, message)
    return true
  }
}

describe('where a group begins', () => {
  test('at what it committed, whatever it asks for', async () => {
    await using at = await startConsuming(numbered(5))
    await at.ack(1)
    for (const start of ['earliest', 'latest', 4] as const) {
      const { offsets, nextOffset, release } = await at.poll({ start })
      assert.deepEqual([offsets, nextOffset], [[2, 3, 4], 5])
      release()
    }
  })

  test('else where its first request says', async () => {
    await using at = await startConsuming(numbered(5))
    assert.deepEqual((await at.poll({ groupId: 'a', start: 'earliest' })).offsets, range(0, 5))
    assert.deepEqual((await at.poll({ groupId: 'b', start: 3 })).offsets, [3, 4])
    assert.deepEqual((await at.poll({ groupId: 'c', start: 'latest' })).offsets, [])
    assert.deepEqual((await at.poll({ groupId: 'd', start: 50 })).nextOffset, 50)
  })

  test('an empty first poll from the latest fixes the place, and a later start does not move it', async () => {
    await using at = await startConsuming(numbered(2))
    assert.equal((await at.poll({ start: 'latest' })).nextOffset, 2)
    await at.produce(at.topic, 0, ['2', '3'])
    assert.deepEqual((await at.poll({ start: 'latest' })).offsets, [2, 3])
    assert.deepEqual((await at.poll({ start: 'earliest' })).offsets, [])
  })

  test('nothing of it is kept in memory once nothing is pending', async () => {
    await using at = await startConsuming(numbered(6))
    await at.poll({ limit: 4 })
    await at.ack(3)
    assert.deepEqual((await at.poll({ start: 0 })).offsets, [4, 5])
  })

  test('an empty answer names the resolved start, not how far others are', async () => {
    await using at = await startConsuming(numbered(4))
    await at.ack(0)
    await at.poll()
    const { nextOffset, offsets, hasMore } = await at.poll()
    assert.deepEqual([offsets, nextOffset, hasMore], [[], 1, false])
  })
})

describe('claims', () => {
  test('two consumers of a group never hold the same', async () => {
    await using at = await startConsuming(numbered(10))
    const polls = await Promise.all([at.poll({ limit: 3 }), at.poll({ limit: 3 }), at.poll({ limit: 3 }), at.poll({ limit: 3 })])
    assert.deepEqual(
      polls.flatMap(({ offsets }) => offsets).toSorted((a, b) => a - b),
      range(0, 10),
    )
  })

  test('another group gets all of them', async () => {
    await using at = await startConsuming(numbered(3))
    await at.poll()
    assert.deepEqual((await at.poll({ groupId: 'other' })).offsets, [0, 1, 2])
  })

  test('what a consumer that died held is handed out again, once its time is over and not before', async () => {
    await using at = await startConsuming(numbered(6))
    assert.deepEqual((await at.poll({ limit: 2 })).offsets, [0, 1])
    at.clock.advance(1_000)
    assert.deepEqual((await at.poll({ limit: 2 })).offsets, [2, 3])
    at.clock.advance(CLAIM_MS - 1_001)
    assert.deepEqual((await at.poll({ limit: 1 })).offsets, [4])
    at.clock.advance(1)
    assert.deepEqual((await at.poll({ limit: 5 })).offsets, [0, 1], 'up to what is claimed still')
    assert.deepEqual((await at.poll()).offsets, [5], 'past what is claimed still')
    at.clock.advance(1_000)
    assert.deepEqual((await at.poll()).offsets, [2, 3])
  })

  test('setting the wall clock does not end them', async () => {
    await using at = await startConsuming(numbered(2))
    await at.poll()
    at.clock.set(at.clock.now() + 10 * CLAIM_MS)
    assert.deepEqual((await at.poll()).offsets, [])
    at.clock.set(0)
    at.clock.advance(CLAIM_MS)
    assert.deepEqual((await at.poll()).offsets, [0, 1])
  })

  test(`are ${CLAIMS_MAX} at most, until one is acknowledged or ends`, async () => {
    await using at = await startConsuming(numbered(CLAIMS_MAX + 5))
    for (let i = 0; i < CLAIMS_MAX; i++) assert.deepEqual((await at.poll({ limit: 1 })).offsets, [i])
    assert.deepEqual((await at.poll({ limit: 1 })).offsets, [])
    await at.ack(0)
    assert.deepEqual((await at.poll({ limit: 1 })).offsets, [CLAIMS_MAX])
    assert.deepEqual((await at.poll({ limit: 1 })).offsets, [])
    at.clock.advance(CLAIM_MS)
    assert.deepEqual((await at.poll()).offsets, range(1, CLAIMS_MAX + 5))
  })

  test('an answer that could not be sent is handed out again at once', async () => {
    await using at = await startConsuming(numbered(3))
    const { release } = await at.poll()
    release()
    assert.deepEqual((await at.poll()).offsets, [0, 1, 2])
    release()
    assert.deepEqual((await at.poll()).offsets, [], 'the second claim is not the first')
  })

  test('a client that is gone claims nothing', async () => {
    await using at = await startConsuming(numbered(3))
    assert.deepEqual((await at.poll({}, { signal: AbortSignal.abort() })).offsets, [])
    assert.deepEqual((await at.poll()).offsets, [0, 1, 2])
  })
})

describe('an acknowledgment', () => {
  test('is of all up to an offset, and kept when it is answered', async () => {
    await using at = await startConsuming(numbered(6))
    await at.poll({ limit: 2 })
    await at.poll({ limit: 2 })
    await at.ack(3)
    assert.equal(await at.committed(), 4)
    at.clock.advance(CLAIM_MS)
    assert.deepEqual((await at.poll()).offsets, [4, 5])
  })

  test('inside a claim leaves the rest of it claimed', async () => {
    await using at = await startConsuming(numbered(4))
    await at.poll({ limit: 3 })
    await at.ack(0)
    assert.deepEqual((await at.poll()).offsets, [3])
    at.clock.advance(CLAIM_MS)
    assert.deepEqual((await at.poll()).offsets, [1, 2, 3])
  })

  test('never moves a group back', async () => {
    await using at = await startConsuming(numbered(4))
    await at.ack(2)
    await at.ack(1)
    await at.ack(2)
    assert.equal(await at.committed(), 3)
  })

  test('of offset 0 counts, as the first of a group', async () => {
    await using at = await startConsuming(numbered(2))
    await at.ack(0, 'new')
    assert.equal(await at.committed('new'), 1)
    assert.deepEqual((await at.poll({ groupId: 'new' })).offsets, [1])
  })

  test('is believed beyond the end and in partitions that there are not', async () => {
    await using at = await startConsuming(numbered(2))
    await at.ack(9)
    assert.deepEqual([await at.committed(), (await at.poll()).offsets, (await at.poll()).nextOffset], [10, [], 10])
    await at.broker.groupConsumer.acknowledge(WORKER, { topic: 'logs', partition: 7, groupId: 'g', uptoOffset: 4 })
    assert.deepEqual(
      (await at.storage.groups.list('g')).map(({ partition, offset }) => [partition, offset]),
      [
        [0, 10],
        [7, 5],
      ],
    )
  })

  test('from anybody frees what others may have', async () => {
    await using at = await startConsuming(numbered(4))
    await at.poll({ limit: 2 })
    await at.ack(3)
    assert.deepEqual((await at.poll()).offsets, [])
    assert.equal(await at.committed(), 4)
  })
})

describe('without a group', () => {
  test('each read begins where it says, and nothing is kept', async () => {
    await using at = await startConsuming(numbered(4))
    for (let i = 0; i < 2; i++) assert.deepEqual((await at.poll({ groupId: null, limit: 3 })).offsets, [0, 1, 2])
    assert.deepEqual((await at.poll({ groupId: null, start: 3 })).offsets, [3])
    assert.deepEqual((await at.poll({ groupId: null, start: 'latest' })).nextOffset, 4)
    assert.deepEqual((await at.poll({ groupId: null, start: 40 })).nextOffset, 40)
    assert.deepEqual(await at.storage.groups.list(), [])
  })

  test('what is gone is said to be so; a group goes on behind it', async () => {
    await using at = await startConsuming(numbered(4))
    await at.storage.log.trim({ topicId: at.topic.id, partition: 0 }, 2)
    const message = 'OffsetOutOfRange: requested offset 1 is before earliest available offset 2'
    await assert.rejects(at.poll({ groupId: null, start: 1 }), isError('OFFSET_OUT_OF_RANGE', message))
    assert.deepEqual((await at.poll({ groupId: null })).offsets, [2, 3])
    assert.deepEqual((await at.poll({ start: 1 })).offsets, [2, 3])
  })
})

test('limits hold on both sides', async () => {
  await using at = await startConsuming(numbered(CONSUME_RECORDS_MAX + 1))
  const sizes = []
  for (const limit of [0, 1, CONSUME_RECORDS_MAX, CONSUME_RECORDS_MAX + 1]) {
    const { offsets, hasMore } = await at.poll({ groupId: null, limit })
    sizes.push([limit, offsets.length, hasMore])
  }
  assert.deepEqual(sizes, [
    [0, 1, true],
    [1, 1, true],
    [CONSUME_RECORDS_MAX, CONSUME_RECORDS_MAX, true],
    [CONSUME_RECORDS_MAX + 1, CONSUME_RECORDS_MAX, true],
  ])
  assert.equal((await at.poll({ groupId: null, start: CONSUME_RECORDS_MAX, limit: 2 })).hasMore, false)
  assert.equal((await at.poll({ groupId: 'g'.repeat(GROUP_ID_LENGTH_MAX) })).offsets.length, 100)
  await assert.rejects(
    at.poll({ groupId: 'g'.repeat(GROUP_ID_LENGTH_MAX + 1) }),
    isError('INVALID_GROUP_ID', /256 characters; the limit is 255/),
  )
  await assert.rejects(at.poll({ groupId: 'a\nb' }), isError('INVALID_GROUP_ID', /control characters/))
})

describe('waiting', () => {
  const LONG = { timeoutMs: 10 * CONSUME_WAIT_MS_MAX }

  test('ends with a record', async () => {
    await using at = await startConsuming(numbered(1))
    const polled = at.poll({ ...LONG, start: 'latest' })
    await at.waiting(1)
    await at.produce(at.topic, 0, ['1'])
    assert.deepEqual((await polled).offsets, [1])
    assert.deepEqual(
      at.observed.filter((word) => word.startsWith('longPoll')),
      ['longPollStarted', 'longPollEnded'],
    )
  })

  test('ends with its time, which is limited, and holds nothing then', async () => {
    await using at = await startConsuming()
    const polled = at.poll(LONG)
    await at.waiting(1)
    at.clock.advance(CONSUME_WAIT_MS_MAX - 1)
    assert.equal(at.storage.waiting(), 1)
    at.clock.advance(1)
    assert.deepEqual((await polled).offsets, [])
    await at.produce(at.topic, 0, ['0'])
    assert.deepEqual((await at.poll()).offsets, [0])
  })

  test('of several goes on for those that got nothing', async () => {
    await using at = await startConsuming()
    const polls = [at.poll(LONG), at.poll(LONG)]
    await at.waiting(2)
    await at.produce(at.topic, 0, ['0'])
    await at.waiting(1)
    await at.produce(at.topic, 0, ['1'])
    const all = await Promise.all(polls)
    assert.deepEqual(
      all.flatMap(({ offsets }) => offsets).toSorted((a, b) => a - b),
      [0, 1],
    )
  })

  test('ends when what a dead consumer held is free again', async () => {
    await using at = await startConsuming(numbered(2))
    await at.poll()
    at.clock.advance(CLAIM_MS - 5_000)
    const polled = at.poll(LONG)
    await at.waiting(1)
    at.clock.advance(5_000)
    assert.deepEqual((await polled).offsets, [0, 1])
  })

  test('behind too many claims ends with an acknowledgment', async () => {
    await using at = await startConsuming(numbered(CLAIMS_MAX + 1))
    for (let i = 0; i < CLAIMS_MAX; i++) await at.poll({ limit: 1 })
    const polled = at.poll(LONG)
    await at.waiting(1)
    await at.produce(at.topic, 0, ['more'])
    assert.equal(at.storage.waiting(), 1)
    await at.ack(0)
    assert.deepEqual((await polled).offsets, [CLAIMS_MAX, CLAIMS_MAX + 1])
  })

  test('of a client that hangs up ends, and claims nothing', async () => {
    await using at = await startConsuming()
    const client = new AbortController()
    const polled = at.poll(LONG, { signal: client.signal })
    await at.waiting(1)
    client.abort()
    assert.deepEqual((await polled).offsets, [])
    await at.produce(at.topic, 0, ['0'])
    assert.deepEqual((await at.poll()).offsets, [0])
  })

  test('ends when the topic is deleted, also when there is another one then', async () => {
    await using at = await startConsuming()
    const polled = at.poll(LONG)
    const refused = assert.rejects(polled, isError('UNKNOWN_TOPIC_OR_PARTITION', "Topic 'logs' does not exist"))
    await at.waiting(1)
    await at.broker.topics.delete(ROOT, 'logs')
    await at.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
    await refused
  })

  test('ends when the log is closed', async () => {
    const at = await startConsuming()
    const polled = at.poll(LONG)
    await at.waiting(1)
    await at[Symbol.asyncDispose]()
    assert.deepEqual((await polled).offsets, [])
  })

  test('asks for the role again before it hands out records', async () => {
    await using at = await startConsuming()
    const polled = at.poll(LONG)
    const refused = assert.rejects(polled, isError('TOPIC_AUTHORIZATION_FAILED', 'Topic consumption requires service, dba, or system role'))
    await at.waiting(1)
    await at.broker.users.alter(ROOT, 'worker', { role: 'user' })
    await at.produce(at.topic, 0, ['0'])
    await refused
  })
})

describe('who may', () => {
  test('only roles that consume, before it is known what there is', async () => {
    await using at = await startConsuming(numbered(1))
    await at.broker.users.create(ROOT, { name: 'alice', role: 'user', password: null })
    for (const topic of ['logs', 'nope']) {
      const refused = isError('TOPIC_AUTHORIZATION_FAILED', 'Topic consumption requires service, dba, or system role')
      await assert.rejects(at.poll({ topic }, { as: ALICE }), refused)
    }
    const ack = at.broker.groupConsumer.acknowledge(ALICE, { topic: 'logs', partition: 0, groupId: 'g', uptoOffset: 0 })
    await assert.rejects(ack, isError('TOPIC_AUTHORIZATION_FAILED', 'Topic acknowledgment requires service, dba, or system role'))
    for (const role of ['service', 'dba', 'system'] as const) {
      await at.broker.users.alter(ROOT, 'alice', { role })
      assert.deepEqual((await at.poll({ groupId: role }, { as: ALICE })).offsets, [0])
    }
  })

  test('with ACLs only with READ on the topic and on the group', async () => {
    await using at = await startConsuming(numbered(1), { acls: true })
    const allow = { patternType: 'LITERAL', principal: WORKER.principal, host: '*', operation: 'READ', permissionType: 'ALLOW' } as const
    await assert.rejects(at.poll(), isError('TOPIC_AUTHORIZATION_FAILED', /User:worker may not READ/))
    await at.broker.permissions.add(ROOT, [{ ...allow, resourceType: 'TOPIC', resourceName: 'logs' }])
    await assert.rejects(at.poll(), isError('GROUP_AUTHORIZATION_FAILED', /User:worker may not READ/))
    await assert.rejects(at.ack(0), isError('GROUP_AUTHORIZATION_FAILED', /User:worker may not READ/))
    assert.deepEqual((await at.poll({ groupId: null })).offsets, [0])
    await at.broker.permissions.add(ROOT, [{ ...allow, resourceType: 'GROUP', resourceName: 'g' }])
    assert.deepEqual((await at.poll()).offsets, [0])
    await at.ack(0)
  })

  test('what there is not is said to be so', async () => {
    await using at = await startConsuming()
    await assert.rejects(at.poll({ topic: 'nope' }), isError('UNKNOWN_TOPIC_OR_PARTITION', "Topic 'nope' does not exist"))
    await assert.rejects(at.poll({ partition: 1 }), isError('UNKNOWN_TOPIC_OR_PARTITION', "Topic 'logs' has no partition 1; it has 1"))
  })
})

test('the ends of partitions are answered once each, by topic and number', async () => {
  await using at = await startConsuming(numbered(3), { partitions: 2 })
  await at.broker.topics.create(ROOT, { name: 'a', partitions: 1, config: {} })
  const asked = [
    ['logs', 1],
    ['logs', 0],
    ['a', 0],
    ['logs', 1],
  ].map(([topic, partition]) => ({ topic: String(topic), partition: Number(partition) }))
  assert.deepEqual(await at.broker.latestOffsets(WORKER, asked), [
    { topic: 'a', partition: 0, nextOffset: 0 },
    { topic: 'logs', partition: 0, nextOffset: 3 },
    { topic: 'logs', partition: 1, nextOffset: 0 },
  ])
  await assert.rejects(at.broker.latestOffsets(ALICE, []), isError('TOPIC_AUTHORIZATION_FAILED', /requires service/))
})
