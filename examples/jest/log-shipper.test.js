const { LogShipper } = require('./log-shipper.js')

let broker

beforeEach(async () => {
  broker = await Logbrook.create({ topics: { audit: {} } })
})

afterEach(async () => {
  jest.useRealTimers()
  await broker.stop()
})

test('logs arrive as one batch, in their order', async () => {
  const shipper = new LogShipper(broker.datadogUrl('audit'))
  for (const n of [1, 2, 3]) shipper.log({ n })
  await shipper.flush()
  const records = await broker.topic('audit').records({ as: 'json' })
  expect(records).toMatchObject([1, 2, 3].map((n, offset) => ({ offset, value: { n } })))
})

test('a batch goes a second after its first log: with the timers of jest', async () => {
  jest.useFakeTimers()
  const shipper = new LogShipper(broker.datadogUrl('audit'))
  shipper.log({ n: 1 })
  jest.advanceTimersByTime(999)
  expect(await broker.topic('audit').records()).toEqual([])
  jest.advanceTimersByTime(1)
  expect(await broker.topic('audit').waitFor({ count: 1 })).toMatchObject([{ value: '{"n":1}' }])
})

test('what the intake refuses is sent again, once', async () => {
  jest.useFakeTimers()
  broker.faults.add({ match: { topic: 'audit', times: 1 }, do: { error: 'KAFKA_STORAGE_ERROR' } })
  const shipper = new LogShipper(broker.datadogUrl('audit'))
  shipper.log({ n: 1 })
  await shipper.flush()
  jest.advanceTimersByTime(1_000)
  expect(await broker.topic('audit').waitFor({ count: 1 })).toMatchObject([{ value: '{"n":1}' }])
  expect(broker.journal.entries()).toMatchObject([{ kind: 'request', status: 500 }, { kind: 'fault' }, { kind: 'request' }])
})
