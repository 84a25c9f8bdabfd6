/** All that a broker in the hands of a test can do, once: each has its own tests beside this one. */
import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { Logbrook } from '../../src/testing/testing.ts'
import type { FaultAction } from '../../src/testing/testing.ts'

async function create(): Promise<Logbrook> {
  return await Logbrook.create({
    topics: { logs: { partitions: 4 } },
    users: { alice: 'wonderland', bob: { password: 'builder', role: 'user' } },
    acls: [{ principal: 'User:alice', operation: 'ALL', topic: 'logs' }],
    clock: 'manual',
  })
}

test('a broker in the hands of a test', async () => {
  await using broker = await create()
  assert.equal(broker.datadogUrl('logs'), `${broker.url}/dd/logs`)
  const logs = broker.topic('logs')
  await logs.produce(['a', { key: 'k', value: { b: 1 } }], { partition: 1 })
  const { partition } = await broker.as('alice').produceValue('logs', 'c', { partition: 2 })
  assert.deepEqual(
    (await logs.records({ partition: 1, from: 1 })).map(({ value }) => value),
    ['{"b":1}'],
  )
  assert.equal((await logs.waitFor({ count: 3, within: '1s' })).length, 3)
  assert.equal((await logs.waitFor({ where: ({ value }) => value === 'c', within: '1s' }))[0]?.partition, partition)
  assert.equal((await logs.waitFor({ partition: 1, offset: 1, within: '1s' }))[0]?.key, 'k')
  await assert.rejects(logs.waitFor({ count: 4, within: 1 }), { message: /^topic logs: no 4 records within 1 ms; there are 3 records:\n/ })

  const before = await broker.snapshot()
  await broker.clock.advance('2h')
  await logs.produce(['d'])
  await broker.restore(before)
  await using twin = await broker.clone()
  await broker.reset()
  assert.deepEqual([(await logs.records()).length, (await twin.topic('logs').records()).length], [0, 3])

  assert.equal(broker.explain({ principal: 'User:bob', operation: 'READ', topic: 'logs' }).allowed, false)
  await broker.expectDenied({ principal: 'User:bob', operation: 'READ', topic: 'logs' })
  await broker.expectDenied(broker.as('bob').produceValue('logs', 'x'))
  assert.deepEqual(
    broker.journal.entries().map((entry) => entry.kind === 'request' && [entry.endpoint, entry.principal, entry.status]),
    [['produce', 'User:bob', 403]],
  )
})

describe('a fault that is matched by all that it can be matched by', () => {
  const actions: readonly (readonly [action: FaultAction, answered: boolean, appended: readonly string[]])[] = [
    [{ error: 'KAFKA_STORAGE_ERROR' }, false, ['first', 'third']],
    [{ delay: 1, time: 'real' }, true, ['first', 'second', 'third']],
    [{ drop: 'before' }, false, ['first', 'third']],
    [{ drop: 'after' }, false, ['first', 'second', 'third']],
    [{ truncate: 5 }, false, ['first', 'second', 'third']],
    [{ duplicate: true }, true, ['first', 'second', 'second', 'third']],
  ]
  for (const [action, answered, appended] of actions) {
    it(`${JSON.stringify(action)} strikes the second of three requests`, async () => {
      await using broker = await create()
      const match = { endpoint: 'produce', topic: 'logs', partition: 1, principal: 'User:alice', nth: 2, times: 1 } as const
      const fault = broker.faults.add({ match, do: action })
      const alice = broker.as('alice')
      const outcomes: boolean[] = []
      for (const value of ['first', 'second', 'third']) {
        outcomes.push(
          await alice.produceValue('logs', value, { partition: 1 }).then(
            () => true,
            () => false,
          ),
        )
      }
      assert.deepEqual(outcomes, [true, answered, true])
      assert.deepEqual(
        (await broker.topic('logs').records()).map(({ value }) => value),
        appended,
      )
      assert.deepEqual([fault.matched, fault.fired], [3, 1])
    })
  }
})
