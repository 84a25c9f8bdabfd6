const { LogShipper } = require('./log-shipper.js')

test('tests of all files share one broker, whose URL is in the environment', async () => {
  const url = process.env.SHARED_BROKER_URL
  const shipper = new LogShipper(`${url}/dd/shared`)
  shipper.log({ n: 1 })
  await shipper.flush()
  const answer = await fetch(`${url}/v1/kafka/topics/shared/partitions/0/records/0`)
  const { value } = await answer.json()
  expect(atob(value)).toBe('{"n":1}')
})
