import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import { Logbrook } from '../../src/testing/testing.ts'

interface FakeTimers {
  readonly name: string
  /** Answers how they are taken away again. */
  readonly install: () => () => void
}

const dead = (): unknown => ({ ref() {}, unref() {} })

/** As those of jest and vitest: the globals are others, and do nothing. */
function installDeadTimers(): () => void {
  const { setTimeout, setInterval, setImmediate, Date: RealDate } = globalThis
  class DeadDate extends RealDate {
    static override now(): number {
      return 0
    }
  }
  Object.assign(globalThis, { setTimeout: dead, setInterval: dead, setImmediate: dead, Date: DeadDate })
  return () => void Object.assign(globalThis, { setTimeout, setInterval, setImmediate, Date: RealDate })
}

const FAKES: readonly FakeTimers[] = [
  {
    name: "node:test's",
    install() {
      mock.timers.enable()
      return () => mock.timers.reset()
    },
  },
  { name: 'dead', install: installDeadTimers },
]

/** Everything that a test does with a broker. */
async function use(clock: 'manual' | 'system'): Promise<void> {
  const broker = await Logbrook.create({ topics: { logs: { partitions: 2 } }, users: { alice: 'wonderland' }, clock })
  const alice = broker.as('alice')
  await alice.produceValue('logs', 'first', { partition: 0 })
  const before = await broker.snapshot()
  const tail = alice.tail('logs', { from: 'earliest', partitions: [0], reconnect: false })
  assert.equal((await tail.next()).done, false)
  const waiting = broker.topic('logs').waitFor({ count: 2 })
  await broker.topic('logs').produce(['second'], { partition: 0 })
  assert.equal((await waiting).length, 2)
  await assert.rejects(broker.topic('logs').waitFor({ count: 3, within: 5 }), { name: 'WaitError' })
  assert.equal((await tail.next()).done, false)
  const end = tail.next()
  if (clock === 'manual') await broker.clock.advance('30d')
  await broker.restore(before)
  assert.deepEqual(await end, { done: true, value: 'topic_deleted' })
  broker.faults.add({ match: { endpoint: 'listTopics' }, do: { delay: 1, time: 'real' } })
  assert.equal((await alice.topics.list()).length, 1)
  const twin = await broker.clone()
  await twin.stop()
  await broker.stop()
}

for (const { name, install } of FAKES) {
  describe(`a broker under ${name} fake timers`, { timeout: 30_000 }, () => {
    for (const clock of ['manual', 'system'] as const) {
      it(`is used as ever, with a ${clock} clock`, async () => {
        const uninstall = install()
        try {
          await use(clock)
        } finally {
          uninstall()
        }
      })
    }

    it('may have been created before them, and be stopped after', async () => {
      const broker = await Logbrook.create({ topics: { logs: {} } })
      const uninstall = install()
      try {
        await broker.anonymous.produceValue('logs', 'x')
        assert.ok(broker.clock.now() > Date.parse('2020-01-01'))
      } finally {
        uninstall()
      }
      assert.equal((await broker.topic('logs').records()).length, 1)
      await broker.stop()
    })
  })
}
