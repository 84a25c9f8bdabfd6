import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { describe, it, test } from 'node:test'
import { Logbrook } from '../../src/testing/testing.ts'
import type { LogbrookOptions, Snapshot } from '../../src/testing/testing.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const values = async (broker: Logbrook, topic = 'logs') => (await broker.topic(topic).records()).map(({ value }) => value)
const idOf = async (broker: Logbrook, topic = 'logs') => (await broker.anonymous.topics.describe(topic)).id
const longPoll = {
  topics: [{ topic: 'logs', partitions: [{ partition: 0, fetch_offset: 1, partition_max_bytes: 1_000 }] }],
  long_poll: true,
}

async function isWaiting(broker: Logbrook, gauge: string): Promise<void> {
  while (!(await (await fetch(`${broker.url}/metrics`)).text()).includes(`\n${gauge} 1\n`)) await new Promise(setImmediate)
}

/** Where a broker keeps its data, given a directory of its own. */
const PLACES: readonly { readonly name: string; readonly at: (path: string) => LogbrookOptions }[] = [
  { name: 'in memory', at: () => ({}) },
  { name: 'on disk', at: (path) => ({ dataDir: join(path, 'data') }) },
]

for (const { name, at } of PLACES) {
  describe(`a restored broker, ${name}`, () => {
    it('holds what it held: topics, records, users and bindings', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({
        ...at(directory.path),
        topics: { logs: { partitions: 2, config: { 'retention.ms': 5_000 } } },
        users: { admin: { password: 'secret', role: 'dba' }, alice: 'wonderland' },
        acls: [{ principal: 'User:alice', operation: 'READ', topic: 'logs' }],
      })
      const admin = broker.as('admin')
      await broker.topic('logs').produce([{ key: 'k', value: 'v', headers: { h: 'x' } }, 'w'], { partition: 1 })
      const before = await broker.snapshot()
      const wasThere = await broker.topic('logs').records()

      await broker.topic('logs').produce(['more'], { partition: 0 })
      await admin.topics.trim('logs', 1, 1)
      await admin.topics.alter('logs', { partitions: 3, config: { 'retention.ms': null } })
      await admin.topics.create({ name: 'other' })
      await admin.users.create({ name: 'bob', password: 'builder' })
      await admin.users.alter('alice', { password: 'changed', role: 'dba' })
      await admin.acls.delete([{}])

      await broker.restore(before)
      assert.deepEqual(await broker.topic('logs').records(), wasThere)
      const { partitions, config } = await admin.topics.describe('logs')
      assert.deepEqual([partitions.length, config?.['retention.ms']], [2, 5_000])
      assert.equal((await admin.topics.list()).length, 1)
      assert.deepEqual(
        (await admin.users.list()).map((user) => user.name),
        ['admin', 'alice'],
      )
      assert.equal((await broker.as('alice').record({ topic: 'logs', partition: 1, offset: 0 })).value, 'dg==')
      await assert.rejects(broker.as('alice').users.list(), { code: 'CLUSTER_AUTHORIZATION_FAILED' })
      await assert.rejects(broker.as('alice', 'changed').topics.list(), { code: 'SASL_AUTHENTICATION_FAILED' })
    })

    it('goes on from there, as often as one likes, and forwards as well', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...at(directory.path), topics: { logs: {} } })
      const logs = broker.topic('logs')
      const empty = await broker.snapshot()
      await logs.produce(['a'])
      const one = await broker.snapshot()
      for (let round = 0; round < 5; round++) {
        await broker.restore(empty)
        assert.deepEqual(await logs.produce([`round ${round}`]), { partition: 0, baseOffset: 0 })
        await broker.restore(one)
        assert.deepEqual(await logs.produce(['b']), { partition: 0, baseOffset: 1 })
        assert.deepEqual(await values(broker), ['a', 'b'])
      }
    })

    it('has its topics under new ids, never seen before', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...at(directory.path), topics: { logs: {}, audit: {} }, seed: 1 })
      const before = await broker.snapshot()
      const seen = new Set<string>()
      for (let round = 0; round < 10; round++) {
        seen.add(await idOf(broker))
        seen.add(await idOf(broker, 'audit'))
        await broker.restore(before)
      }
      assert.equal(seen.size, 20)
    })

    it('has told who waited for records, and who followed a topic', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...at(directory.path), topics: { logs: {} } })
      await broker.topic('logs').produce(['a'])
      const before = await broker.snapshot()
      const poll = broker.anonymous.fetch(longPoll)
      const tail = broker.anonymous.tail('logs').next()
      const wait = assert.rejects(
        broker.topic('logs').waitFor({ count: 2 }),
        /before the topic was deleted, or the broker restored; there is 1 record/,
      )
      await isWaiting(broker, 'logbrook_long_polls_waiting')
      await isWaiting(broker, 'logbrook_tails_open')
      await broker.restore(before)
      assert.deepEqual(
        (await poll).topics[0]?.partitions.map(({ error, records }) => [error, records]),
        [['UNKNOWN_TOPIC_OR_PARTITION', []]],
      )
      assert.deepEqual(await tail, { done: true, value: 'topic_deleted' })
      await wait
    })

    it('loses no request: those under way are answered before, and those that come wait', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...at(directory.path), topics: { logs: {} } })
      const before = await broker.snapshot()
      const client = broker.anonymous
      let sent = 0
      const over = new AbortController()
      const senders = Array.from({ length: 4 }, async () => {
        while (!over.signal.aborted) {
          assert.equal((await client.produceValue('logs', String(sent++))).record_count, 1)
        }
      })
      for (let round = 0; round < 10; round++) {
        await broker.topic('logs').waitFor({ count: 5 })
        await broker.restore(before)
      }
      over.abort()
      await Promise.all(senders)
      const offsets = (await broker.topic('logs').records()).map(({ offset }) => offset)
      assert.deepEqual(
        offsets,
        offsets.map((_, i) => i),
      )
    })

    it('does not wait for ever for a request whose body does not come', { timeout: 10_000 }, async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...at(directory.path), topics: { logs: {} } })
      const before = await broker.snapshot()
      const slow = request(`${broker.datadogUrl('logs')}/api/v2/logs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': 12 },
      })
      const answered = new Promise<number | undefined>((resolve, reject) =>
        slow.on('response', (answer) => resolve(answer.statusCode)).on('error', reject),
      )
      slow.write('[{"a"')
      while (broker.journal.entries().length === 0) await new Promise(setImmediate)
      await broker.restore(before)
      slow.end(':"bcd"}')
      assert.ok(((await answered) ?? 0) >= 400)
      assert.deepEqual(await values(broker), [])
    })

    it('is reset to what it was created with', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...at(directory.path), topics: { logs: {} } })
      await broker.topic('logs').produce(['a'])
      await broker.anonymous.topics.create({ name: 'other' })
      await broker.reset()
      assert.deepEqual(await values(broker), [])
      assert.equal((await broker.anonymous.topics.list()).length, 1)
      await broker.topic('logs').produce(['b'])
      await broker.reset()
      assert.deepEqual(await values(broker), [])
    })

    it('has the time back that it had, where it is moved by hand', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({
        ...at(directory.path),
        topics: { logs: { config: { 'retention.ms': 1_000 } } },
        clock: 'manual',
      })
      await broker.topic('logs').produce(['a'])
      const before = await broker.snapshot()
      const beforeMs = broker.clock.now()
      await broker.clock.advance('1d')
      assert.deepEqual(await values(broker), [])
      await broker.restore(before)
      assert.equal(broker.clock.now(), beforeMs)
      assert.deepEqual(await values(broker), ['a'])
      await broker.clock.advance('2m')
      assert.deepEqual(await values(broker), [])
    })

    it('holds ten thousand records again', async () => {
      await using directory = await temporaryDirectory()
      await using broker = await Logbrook.create({ ...at(directory.path), topics: { logs: { partitions: 4 } } })
      const records = Array.from({ length: 2_500 }, (_, i) => ({ value: { number: i } }))
      for (let partition = 0; partition < 4; partition++) await broker.topic('logs').produce(records, { partition })
      const before = await broker.snapshot()
      await broker.anonymous.topics.delete('logs')
      await broker.restore(before)
      assert.equal((await broker.topic('logs').records()).length, 10_000)
    })
  })
}

test('a snapshot of one broker is restored into another, also from memory to disk and back', async () => {
  await using memory = await Logbrook.create({ topics: { logs: {} } })
  await using directory = await temporaryDirectory()
  await using disk = await Logbrook.create({ dataDir: directory.path, topics: { other: {} } })
  await memory.topic('logs').produce(['from memory'])
  await disk.restore(await memory.snapshot())
  assert.deepEqual(await values(disk), ['from memory'])
  await disk.topic('logs').produce(['from disk'])
  await memory.restore(await disk.snapshot())
  assert.deepEqual(await values(memory), ['from memory', 'from disk'])
})

test('what was restored on disk is there for the next broker, and nothing lies beside it', async () => {
  await using directory = await temporaryDirectory()
  {
    await using broker = await Logbrook.create({ dataDir: directory.path, topics: { logs: {} } })
    await broker.topic('logs').produce(['a'])
    const before = await broker.snapshot()
    await broker.topic('logs').produce(['b'])
    await broker.restore(before)
  }
  assert.deepEqual(readdirSync(directory.path).toSorted(), ['logbrook.db', 'logbrook.lock'])
  await using next = await Logbrook.create({ dataDir: directory.path })
  assert.deepEqual(await values(next), ['a'])
})

test('a restore that fails leaves what was there, and the broker goes on', async () => {
  await using directory = await temporaryDirectory()
  const options = { dataDir: directory.path, topics: { logs: {} }, users: { alice: 'wonderland' }, clock: 'manual' } as const
  await using broker = await Logbrook.create(options)
  const before = await broker.snapshot()
  await broker.clock.advance('1h')
  const nowMs = broker.clock.now()
  await broker.topic('logs').produce(['a'])
  // Where the new contents are written first.
  const inTheWay = join(directory.path, 'logbrook.db.partial')
  mkdirSync(inTheWay)
  await assert.rejects(broker.restore(before), { error: 'KAFKA_STORAGE_ERROR', message: /logbrook\.db could not be replaced: EISDIR/ })
  assert.deepEqual(await values(broker), ['a'])
  assert.equal(broker.clock.now(), nowMs)
  assert.deepEqual(await broker.topic('logs').produce(['b']), { partition: 0, baseOffset: 1 })
  assert.equal((await broker.as('alice').topics.list()).length, 1)
  rmdirSync(inTheWay)
  await broker.restore(before)
  assert.deepEqual(await values(broker), [])
})

test('a clone takes no option but its own', async () => {
  await using broker = await Logbrook.create()
  await assert.rejects(broker.clone({ datadir: 'x' } as never), { message: 'unknown field "datadir"; did you mean dataDir?' })
})

test('a clone goes its own way', async () => {
  await using directory = await temporaryDirectory()
  await using broker = await Logbrook.create({
    topics: { logs: {} },
    users: { alice: 'wonderland' },
    auth: 'required',
    clock: 'manual',
    seed: 1,
  })
  await broker.clock.advance('1h')
  await broker.topic('logs').produce(['both'])
  await using twin = await broker.clone()
  await using onDiskTwin = await broker.clone({ dataDir: join(directory.path, 'twin') })
  assert.equal(new Set([broker.url, twin.url, onDiskTwin.url]).size, 3)
  await broker.topic('logs').produce(['original'])
  await twin.topic('logs').produce(['twin'])
  await twin.clock.advance('1h')
  assert.deepEqual(await values(broker), ['both', 'original'])
  assert.deepEqual(await values(twin), ['both', 'twin'])
  assert.deepEqual(await values(onDiskTwin), ['both'])
  assert.equal(twin.clock.now() - broker.clock.now(), 3_600_000)
  assert.equal((await twin.as('alice').topics.list()).length, 1)
  await twin.reset()
  assert.deepEqual(await values(twin), ['both'])
})

test('what is no snapshot is refused, and changes nothing', async () => {
  await using broker = await Logbrook.create({ topics: { logs: {} } })
  await broker.topic('logs').produce(['a'])
  for (const wrong of [undefined, null, {}, 'snapshot', Buffer.from('SQLite format 3\0')]) {
    await assert.rejects(broker.restore(wrong as Snapshot), {
      message: 'restore: what it is given is not what broker.snapshot() answered',
    })
  }
  assert.deepEqual(await values(broker), ['a'])
})

test('restores at once are done one after the other', async () => {
  await using broker = await Logbrook.create({ topics: { logs: {} } })
  const empty = await broker.snapshot()
  await broker.topic('logs').produce(['a'])
  const one = await broker.snapshot()
  await Promise.all([broker.restore(empty), broker.restore(one), broker.restore(empty), broker.restore(one)])
  assert.deepEqual(await values(broker), ['a'])
})
