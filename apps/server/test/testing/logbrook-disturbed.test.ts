import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Logbrook } from '../../src/testing/testing.ts'

test('a broker goes wrong on purpose, and its journal says so', async () => {
  await using broker = await Logbrook.create({ topics: { logs: {} }, users: { alice: 'wonderland' } })
  broker.faults.add({ match: { endpoint: 'produce', topic: 'logs', nth: 2 }, do: { error: 'KAFKA_STORAGE_ERROR' } })
  const alice = broker.as('alice')
  await alice.produceValue('logs', 'first')
  await assert.rejects(alice.produceValue('logs', 'second'), { code: 'KAFKA_STORAGE_ERROR', status: 500 })
  await alice.produceValue('logs', 'third')
  assert.deepEqual(
    broker.journal
      .entries()
      .map((entry) => (entry.kind === 'fault' ? ['fault', entry.do] : [entry.endpoint, entry.principal, entry.status])),
    [
      ['produce', 'User:alice', 200],
      ['produce', 'User:alice', 500],
      ['fault', { error: 'KAFKA_STORAGE_ERROR' }],
      ['produce', 'User:alice', 200],
    ],
  )
})

test('no fault strikes what the test itself does, and no journal notes it', async () => {
  await using broker = await Logbrook.create({ topics: { logs: {} } })
  broker.faults.add({ do: { error: 'KAFKA_STORAGE_ERROR' } })
  await broker.topic('logs').produce(['x'])
  assert.equal((await broker.topic('logs').waitFor({ count: 1 })).length, 1)
  assert.deepEqual(broker.journal.entries(), [])
})

test('a reset broker has no faults, and an empty journal; a restored one keeps both', async () => {
  await using broker = await Logbrook.create({ topics: { logs: {} } })
  const before = await broker.snapshot()
  broker.faults.add({ match: { endpoint: 'produce' }, do: { error: 'KAFKA_STORAGE_ERROR' } })
  await broker.anonymous.topics.list()
  await broker.restore(before)
  assert.equal(broker.faults.list().length, 1)
  assert.equal(broker.journal.entries().length, 1)
  await assert.rejects(broker.anonymous.produceValue('logs', 'x'), { code: 'KAFKA_STORAGE_ERROR' })
  await broker.reset()
  assert.deepEqual([broker.faults.list(), broker.journal.entries()], [[], []])
  assert.equal((await broker.anonymous.produceValue('logs', 'x')).base_offset, 0)
})

test('an answer that is held back does not keep a broker from stopping', async () => {
  const broker = await Logbrook.create({ topics: { logs: {} }, clock: 'manual' })
  broker.faults.add({ do: { delay: '1h' } })
  const answer = broker.anonymous.topics.list()
  while (broker.journal.entries().length === 0) await new Promise(setImmediate)
  await broker.stop()
  assert.equal((await answer).length, 1)
})
