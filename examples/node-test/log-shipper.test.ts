import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Logbrook } from 'logbrook/testing'
import { LogShipper } from './log-shipper.ts'

test('logs arrive as one batch, in their order', async () => {
  await using broker = await Logbrook.create({ topics: { audit: { partitions: 4 } } })
  const shipper = new LogShipper(broker.datadogUrl('audit'))
  for (const n of [1, 2, 3]) shipper.log({ n })
  await shipper.flush()
  const records = await broker.topic('audit').records({ as: 'json' })
  assert.deepEqual(
    records.map(({ offset, value }) => ({ offset, value })),
    [1, 2, 3].map((n, offset) => ({ offset, value: { n } })),
  )
})

test('a batch goes a second after its first log: with the timers of node:test', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await using broker = await Logbrook.create({ topics: { audit: {} } })
  const shipper = new LogShipper(broker.datadogUrl('audit'))
  shipper.log({ n: 1 })
  t.mock.timers.tick(999)
  assert.deepEqual(await broker.topic('audit').records(), [])
  t.mock.timers.tick(1)
  const [record] = await broker.topic('audit').waitFor({ count: 1 })
  assert.equal(record?.value, '{"n":1}')
})

test('what the intake refuses is sent again, once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  // What the broker held when this test fails is left in logbrook-failures, with the journal of requests.
  await using broker = await Logbrook.create({ topics: { audit: {} }, keepOnFailure: t })
  broker.faults.add({ match: { topic: 'audit', times: 1 }, do: { error: 'KAFKA_STORAGE_ERROR' } })
  const shipper = new LogShipper(broker.datadogUrl('audit'))
  shipper.log({ n: 1 })
  await shipper.flush()
  t.mock.timers.tick(1_000)
  const records = await broker.topic('audit').waitFor({ count: 1 })
  assert.deepEqual(
    records.map(({ value }) => value),
    ['{"n":1}'],
  )
  const refused = broker.journal.entries().find((entry) => entry.kind === 'request')
  assert.equal(refused?.status, 500)
})

test('a service may only write, and only to its own topic', async () => {
  await using broker = await Logbrook.create({
    topics: { audit: {}, billing: {} },
    users: { shipper: 'secret' },
    acls: [{ principal: 'User:shipper', operation: 'WRITE', topic: 'audit' }],
  })
  await broker.as('shipper').produceValue('audit', 'hello')
  await broker.expectDenied(broker.as('shipper').produceValue('billing', 'hello'))
  await broker.expectDenied({ principal: 'User:shipper', operation: 'READ', topic: 'audit' })
})

test('records go when their time has come: on a clock that the test moves', async () => {
  await using broker = await Logbrook.create({ topics: { audit: { config: { 'retention.ms': 3_600_000 } } }, clock: 'manual' })
  await broker.topic('audit').produce(['old'])
  await broker.clock.advance('2h')
  assert.deepEqual(await broker.topic('audit').records(), [])
})
