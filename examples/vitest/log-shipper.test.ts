import { afterEach, expect, vi } from 'vitest'
import { test } from './fixture.ts'
import { LogShipper } from './log-shipper.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('logs arrive as one batch, in their order', async ({ broker }) => {
  const shipper = new LogShipper(broker.datadogUrl('audit'))
  for (const n of [1, 2, 3]) shipper.log({ n })
  await shipper.flush()
  const records = await broker.topic('audit').records({ as: 'json' })
  expect(records).toMatchObject([1, 2, 3].map((n, offset) => ({ offset, value: { n } })))
})

test('a batch goes a second after its first log: with the timers of vitest', async ({ broker }) => {
  vi.useFakeTimers()
  const shipper = new LogShipper(broker.datadogUrl('audit'))
  shipper.log({ n: 1 })
  vi.advanceTimersByTime(999)
  expect(await broker.topic('audit').records()).toEqual([])
  vi.advanceTimersByTime(1)
  expect(await broker.topic('audit').waitFor({ count: 1 })).toMatchObject([{ value: '{"n":1}' }])
})

test('what the intake refuses is sent again, once', async ({ broker }) => {
  // Not all of them: Node's fetch needs setImmediate to use a connection for a second request.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  broker.faults.add({ match: { topic: 'audit', times: 1 }, do: { error: 'KAFKA_STORAGE_ERROR' } })
  const shipper = new LogShipper(broker.datadogUrl('audit'))
  shipper.log({ n: 1 })
  await shipper.flush()
  vi.advanceTimersByTime(1_000)
  expect(await broker.topic('audit').waitFor({ count: 1 })).toMatchObject([{ value: '{"n":1}' }])
  expect(broker.journal.entries()).toMatchObject([{ kind: 'request', status: 500 }, { kind: 'fault' }, { kind: 'request' }])
})

test.concurrent.for([1, 2, 3, 4])('tests at the same time have brokers of their own (%i)', async (n, { broker, expect: expectHere }) => {
  await broker.topic('audit').produce([`${n}`])
  expectHere(await broker.topic('audit').records()).toMatchObject([{ value: `${n}` }])
})
