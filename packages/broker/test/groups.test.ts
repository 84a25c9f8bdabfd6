import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CLAIM_MS } from '@logbrook/kafka/limits'
import { ALICE, ALICE_READS, ROOT } from './broker-under-test.ts'
import { numbered, range, startConsuming } from './consuming.ts'
import type { Consuming } from './consuming.ts'

/** What was committed and what is claimed, partition by partition. */
async function placesOf({ broker }: Consuming, groupId = 'g') {
  const partitions = await broker.groups.describe(ROOT, groupId)
  return partitions.map(({ partition, committedOffset, lag, claims }) => ({
    partition,
    committedOffset,
    lag,
    claims: claims.map(({ fromOffset, endOffset }) => [fromOffset, endOffset]),
  }))
}

describe('a group', () => {
  test('is there from its first consume on, with its claims', async () => {
    await using at = await startConsuming(numbered(5))
    await assert.rejects(at.broker.groups.describe(ROOT, 'g'), { error: 'GROUP_ID_NOT_FOUND', message: 'there is no group "g"' })
    await at.poll({ limit: 2 })
    at.clock.advance(1)
    await at.poll({ limit: 1 })
    assert.deepEqual(await placesOf(at), [
      {
        partition: 0,
        committedOffset: null,
        lag: null,
        claims: [
          [0, 2],
          [2, 3],
        ],
      },
    ])
    assert.deepEqual(await at.broker.groups.list(ROOT), [{ groupId: 'g', partitions: 1, lag: 0 }])
  })

  test('is described by what it committed and how far it is behind', async () => {
    await using at = await startConsuming(numbered(5), { partitions: 2 })
    await at.poll({ limit: 4 })
    await at.ack(1)
    const [described] = await at.broker.groups.describe(ROOT, 'g')
    assert.deepEqual(described, {
      topic: 'logs',
      partition: 0,
      committedOffset: 2,
      watermarks: { logStartOffset: 0, lastStableOffset: 5, highWatermark: 5 },
      lag: 3,
      claims: [{ fromOffset: 2, endOffset: 4, claimedMs: at.clock.now() }],
      skippedRecords: 0,
      updatedMs: at.clock.now(),
    })
    at.clock.advance(CLAIM_MS)
    assert.deepEqual(await placesOf(at), [{ partition: 0, committedOffset: 2, lag: 3, claims: [] }])
  })

  test('that is ahead of the end is not behind', async () => {
    await using at = await startConsuming(numbered(1))
    await at.ack(7)
    assert.deepEqual(await placesOf(at), [{ partition: 0, committedOffset: 8, lag: 0, claims: [] }])
  })

  test('of a deleted topic is gone', async () => {
    await using at = await startConsuming(numbered(1))
    await at.poll()
    await at.ack(0, 'other')
    await at.broker.topics.delete(ROOT, 'logs')
    assert.deepEqual(await at.broker.groups.list(ROOT), [])
    await assert.rejects(at.broker.groups.describe(ROOT, 'g'), { error: 'GROUP_ID_NOT_FOUND' })
  })
})

describe('a commit', () => {
  test('is the next offset, of several partitions, all or none, and may go back', async () => {
    await using at = await startConsuming(numbered(5), { partitions: 2 })
    const commit = (...pairs: (readonly [number, number])[]) =>
      at.broker.groups.commit(
        ROOT,
        'g',
        pairs.map(([partition, offset]) => ({ topic: 'logs', partition, offset })),
      )
    await commit([0, 4], [1, 0])
    assert.deepEqual((await at.poll()).offsets, [4])
    await commit([0, 2])
    assert.deepEqual((await at.poll()).offsets, [2, 3, 4], 'and what was handed out before does not count')
    await assert.rejects(commit([0, 0], [2, 0]), { error: 'UNKNOWN_TOPIC_OR_PARTITION' })
    assert.equal(await at.committed(), 2)
  })
})

describe('a reset', () => {
  test('puts a group where it is told, within what there is', async () => {
    await using at = await startConsuming(numbered(3))
    const first = at.clock.now()
    at.clock.advance(1_000)
    await at.produce(at.topic, 0, ['3', '4'])
    await at.storage.log.trim({ topicId: at.topic.id, partition: 0 }, 1)
    const targets = [
      ['earliest', 1],
      ['latest', 5],
      [{ offset: 3 }, 3],
      [{ offset: 0 }, 1],
      [{ offset: 9 }, 5],
      [{ timestampMs: first + 1 }, 3],
      [{ timestampMs: first + 2_000 }, 5],
    ] as const
    let previousOffset: number | null = null
    for (const [to, offset] of targets) {
      const reset = await at.broker.groups.reset(ROOT, 'g', { topic: 'logs', to })
      assert.deepEqual(reset, [{ topic: 'logs', partition: 0, offset, previousOffset }])
      previousOffset = offset
    }
  })

  test('forgets what was handed out, and wakes who waits', async () => {
    await using at = await startConsuming(numbered(3))
    await at.poll()
    const waiting = at.poll({ timeoutMs: 10_000 })
    await at.waiting(1)
    await at.broker.groups.reset(ROOT, 'g', { topic: 'logs', to: 'earliest' })
    assert.deepEqual((await waiting).offsets, range(0, 3))
  })

  test('is of one partition where that is said', async () => {
    await using at = await startConsuming(numbered(3), { partitions: 2 })
    await at.broker.groups.reset(ROOT, 'g', { topic: 'logs', partition: 1, to: 'latest' })
    assert.deepEqual(
      (await placesOf(at)).map(({ partition }) => partition),
      [1],
    )
    await assert.rejects(at.broker.groups.reset(ROOT, 'g', { topic: 'logs', partition: 2, to: 'latest' }), {
      error: 'UNKNOWN_TOPIC_OR_PARTITION',
    })
    await assert.rejects(at.broker.groups.reset(ROOT, 'g', { topic: 'nope', to: 'latest' }), { error: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })
})

test('a group that is deleted begins anew', async () => {
  await using at = await startConsuming(numbered(2))
  await at.poll()
  await at.ack(0)
  await at.broker.groups.delete(ROOT, 'g')
  await assert.rejects(at.broker.groups.delete(ROOT, 'g'), { error: 'GROUP_ID_NOT_FOUND' })
  assert.deepEqual((await at.poll()).offsets, [0, 1])
  await at.broker.groups.delete(ROOT, 'g')
  assert.deepEqual(await at.broker.groups.list(ROOT), [])
})

test('what is deleted under a group is said, and counted', async () => {
  await using at = await startConsuming(numbered(4))
  await at.ack(0)
  const { movedGroups } = await at.broker.topics.trim(ROOT, { topic: 'logs', partition: 0 }, 3)
  assert.deepEqual(movedGroups, [{ groupId: 'g', fromOffset: 1, toOffset: 3 }])
  assert.equal((await at.broker.groups.describe(ROOT, 'g'))[0]?.skippedRecords, 2)
  await at.broker.topics.alter(ROOT, 'logs', { config: { 'retention.ms': 1_000 } })
  at.clock.advance(1_001)
  await at.broker.retention.enforce()
  const said = at.observed.filter((word) => word.startsWith('groupMoved'))
  assert.deepEqual(said, ['groupMoved g logs-0 1 3', 'groupMoved g logs-0 3 4'])
})

test('permission is asked of the group, and of the topic to commit and to reset', async () => {
  await using at = await startConsuming(numbered(2), { acls: true })
  const { groups, permissions } = at.broker
  for (const groupId of ['g', 'h']) await groups.commit(ROOT, groupId, [{ topic: 'logs', partition: 0, offset: 1 }])
  const readsGroup = { ...ALICE_READS, resourceType: 'GROUP', resourceName: 'g' } as const
  const calls = [
    () => groups.describe(ALICE, 'g'),
    () => groups.delete(ALICE, 'g'),
    () => groups.commit(ALICE, 'g', [{ topic: 'logs', partition: 0, offset: 2 }]),
    () => groups.reset(ALICE, 'g', { topic: 'logs', to: 'latest' }),
  ]
  for (const call of calls) await assert.rejects(call, { error: 'GROUP_AUTHORIZATION_FAILED' })
  assert.deepEqual(await groups.list(ALICE), [])
  await permissions.add(ROOT, [readsGroup])
  assert.deepEqual(await groups.list(ALICE), [{ groupId: 'g', partitions: 0, lag: 0 }])
  assert.deepEqual(await groups.describe(ALICE, 'g'), [], 'the topic is not hers to know of')
  for (const call of calls.slice(2)) await assert.rejects(call, { error: 'TOPIC_AUTHORIZATION_FAILED' })
  await permissions.add(ROOT, [ALICE_READS])
  for (const call of [calls[0]!, calls[2]!, calls[3]!, calls[1]!]) await call()
  assert.deepEqual(
    (await groups.list(ROOT)).map(({ groupId }) => groupId),
    ['h'],
  )
})
