import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { KafkaError, Logbrook } from '../../src/testing/testing.ts'
import type { Client } from '../../src/testing/testing.ts'

const START = '2026-01-31T12:00:00Z'
const START_MS = Date.parse(START)

async function create(): Promise<Logbrook> {
  return await Logbrook.create({ topics: { logs: { config: { 'retention.ms': 3_600_000 } } }, clock: 'manual', now: START })
}

const fetchAt = (client: Client, offset: number) =>
  client.fetch({
    topics: [{ topic: 'logs', partitions: [{ partition: 0, fetch_offset: offset, partition_max_bytes: 1_000 }] }],
    long_poll: true,
  })

async function waiting(broker: Logbrook): Promise<void> {
  const gauge = /^logbrook_long_polls_waiting 1$/m
  while (!gauge.test(await (await fetch(`${broker.url}/metrics`)).text())) await new Promise(setImmediate)
}

describe('a clock in the hands of a test', () => {
  it('stands still, and tells the time of what is made', async () => {
    await using broker = await create()
    assert.equal(broker.clock.now(), START_MS)
    await broker.clock.advance('90s')
    await broker.anonymous.topics.create({ name: 'later' })
    await broker.anonymous.produceValue('later', 'x')
    assert.equal((await broker.anonymous.topics.describe('later')).created_at, START_MS + 90_000)
    assert.equal((await broker.topic('later').records())[0]?.timestampMs, START_MS + 90_000)
  })

  it('enforces retention, as of the new time, before it answers', async () => {
    await using broker = await create()
    await broker.topic('logs').produce(['old'])
    await broker.clock.advance('30m')
    await broker.topic('logs').produce(['new'])
    assert.equal((await broker.topic('logs').records()).length, 2)
    await broker.clock.advance('31m')
    assert.deepEqual(
      (await broker.topic('logs').records()).map(({ value }) => value),
      ['new'],
    )
    assert.equal((await broker.anonymous.topics.describe('logs')).partitions[0]?.log_start_offset, 1)
    await broker.clock.advance('365d')
    assert.deepEqual(await broker.topic('logs').records(), [])
  })

  it('ends long polls when they are due', async () => {
    await using broker = await create()
    let isAnswered = false
    const poll = fetchAt(broker.anonymous, 0).finally(() => (isAnswered = true))
    await waiting(broker)
    await broker.clock.advance('29999ms')
    await broker.anonymous.topics.list()
    assert.equal(isAnswered, false)
    await broker.clock.advance(1)
    assert.deepEqual((await poll).topics[0]?.partitions[0]?.records, [])
  })

  it('lets a user in again whose failures have run out', async () => {
    await using broker = await Logbrook.create({ users: { alice: 'wonderland' }, clock: 'manual' })
    for (let failure = 0; failure < 10; failure++)
      await assert.rejects(broker.as('alice', 'wrong').topics.list(), /user or password is wrong/)
    await assert.rejects(broker.as('alice').topics.list(), /failed 10 times/)
    await broker.clock.advance('1m')
    assert.deepEqual(await broker.as('alice').topics.list(), [])
  })

  it('is set, also backwards', async () => {
    await using broker = await create()
    broker.clock.set('2020-02-29T00:00:00Z')
    await broker.topic('logs').produce(['x'])
    assert.equal((await broker.topic('logs').records())[0]?.timestampMs, Date.UTC(2020, 1, 29))
    broker.clock.set(new Date(5))
    assert.equal(broker.clock.now(), 5)
    broker.clock.set(7)
    assert.equal(broker.clock.now(), 7)
  })

  it('begins in November 2023 where nothing else is said', async () => {
    await using broker = await Logbrook.create({ clock: 'manual' })
    assert.equal(new Date(broker.clock.now()).toISOString(), '2023-11-14T22:13:20.000Z')
  })

  it('does not move by what is no step, nor to what is no time', async () => {
    await using broker = await create()
    for (const step of ['2 hours', -1, NaN, '', null, {}]) {
      await assert.rejects(broker.clock.advance(step as never), (error) => {
        assert.ok(error instanceof KafkaError)
        assert.match(
          error.message,
          /^clock\.advance: .* is no duration; it must be milliseconds, or a number with ms, s, m, h or d behind it$/,
        )
        return true
      })
    }
    for (const time of ['noon', '5', '2026-13-01', NaN, 1.5, -1, 8.64e15 + 1, null, new Date(NaN)]) {
      assert.throws(() => broker.clock.set(time as never), {
        message: /^clock\.set: .* is no time; it must be epoch milliseconds, ISO 8601 or a Date$/,
      })
    }
    await assert.rejects(broker.clock.advance('999999999d'), { message: 'clock.advance: "999999999d" leads beyond the last day there is' })
    assert.equal(broker.clock.now(), START_MS)
    broker.clock.set(8.64e15)
    assert.equal(new Date(broker.clock.now()).toISOString(), '+275760-09-13T00:00:00.000Z')
  })

  it('moves by whole milliseconds', async () => {
    await using broker = await create()
    await broker.clock.advance('1.001s')
    await broker.clock.advance(0.6)
    await broker.topic('logs').produce(['x'])
    assert.equal((await broker.topic('logs').records())[0]?.timestampMs, START_MS + 1_002)
  })
})

test('no test moves the clock of the machine', async () => {
  await using broker = await Logbrook.create()
  const beforeMs = Date.now()
  assert.ok(broker.clock.now() >= beforeMs)
  await assert.rejects(broker.clock.advance('1h'), {
    message: "the clock is the machine's, which no test moves; create the broker with clock: 'manual'",
  })
  assert.throws(() => broker.clock.set(0), KafkaError)
  await broker.anonymous.topics.create({ name: 'logs' })
  assert.ok((await broker.anonymous.topics.describe('logs')).created_at >= beforeMs)
})
