/** The relay between the outbox and the log, both of them real. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import { RELAY_RECORDS_MAX, RELAY_RETRY_MS, RELAY_TIDY_MS } from '@logbrook/kafka/limits'
import type { Log, Topic } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import { openStorage } from '@logbrook/storage/storage'
import { createSchema } from '../src/catalog/schema.ts'
import type { OutboxRecord } from '../src/protocol.ts'
import { deleteRelayed, raiseOutbox, readOutbox } from '../src/topics/outbox.ts'
import { createRelay } from '../src/topics/relay.ts'

/** A log, an outbox beside it, and any number of relays one after the other. */
async function start() {
  const clock = createManualClock()
  await using opened = new AsyncDisposableStack()
  const { log } = opened.use(await openStorage({ location: 'memory', durability: 'os', checkpoint: 'inline', clock }))
  const database = opened.adopt(new DatabaseSync(':memory:'), (one) => one.close())
  createSchema(database)
  const topic = await log.createTopic({ name: 'changes', partitions: 2, config: {} })
  const insert = database.prepare(
    `INSERT INTO outbox (topic_id, partition, key, value, operation, user, timestamp_ms) VALUES (?, ?, 'k', ?, 'insert', 'root', 5)`,
  )
  const errors: unknown[] = []
  const running = opened.move()
  return {
    clock,
    log,
    topic,
    database,
    errors,
    /** As a transaction would; answers what it tells of. */
    commit(count: number, partition = 0, to: Topic = topic): readonly OutboxRecord[] {
      const after = (database.prepare('SELECT coalesce(max(id), 0) AS id FROM outbox').get() as { id: number }).id
      for (let i = 0; i < count; i++) insert.run(to.id, partition, Buffer.from(`${i}`))
      return readOutbox(database, after, count)
    },
    relay: (into: Log = log) =>
      createRelay({
        log: into,
        clock,
        outbox: {
          read: async (afterId, limit) => readOutbox(database, afterId, limit),
          relayed: async (uptoId) => deleteRelayed(database, uptoId),
        },
        onError: (error) => errors.push(error),
      }),
    left: () => (database.prepare('SELECT count(*) AS rows FROM outbox').get() as { rows: number }).rows,
    async valuesIn(partition = 0): Promise<readonly string[]> {
      const all = { maxBytes: Infinity, maxRecords: Infinity, atLeastOne: true, isolationLevel: 'read_uncommitted' } as const
      const { slices } = await log.read({ topicId: topic.id, partition, fromOffset: 0, ...all })
      return slices.flatMap((slice) => recordsOf(slice).map(({ value }) => Buffer.from(value!).toString()))
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function numbers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => String(i))
}

/** Lets the log do as it is told: fail before an append, or after it as if the answer was lost. */
function faulty(log: Log, fault: { next: 'before' | 'after' | null }): Log {
  return {
    ...log,
    async append(request) {
      const { next } = fault
      fault.next = null
      if (next === 'before') throw new KafkaError('KAFKA_STORAGE_ERROR', 'the disk is full')
      const result = await log.append(request)
      if (next === 'after') throw new KafkaError('KAFKA_STORAGE_ERROR', 'nobody knows')
      return result
    },
  }
}

test('what is told of is in the log in its order when the relay has settled, and leaves the outbox later', async () => {
  await using at = await start()
  const relay = at.relay()
  relay.take(at.commit(3))
  relay.take(at.commit(2, 1))
  await relay.settled()
  assert.deepEqual([await at.valuesIn(0), await at.valuesIn(1)], [numbers(3), numbers(2)])
  assert.equal(at.left(), 5)
  at.clock.advance(RELAY_TIDY_MS)
  assert.equal(at.left(), 0)
  await relay.close()
})

test('what another relay has brought into the log is left out', async () => {
  await using at = await start()
  const first = at.relay()
  first.take(at.commit(3))
  await first.settled()
  // It dies, and has not said that it was done. More has been committed that nobody was told of.
  at.commit(2, 1)
  const second = at.relay()
  assert.equal(await second.lastId(), 3)
  second.resume()
  await second.settled()
  assert.deepEqual([await at.valuesIn(0), await at.valuesIn(1)], [numbers(3), numbers(2)])
  await second.close()
  assert.equal(at.left(), 0)
})

for (const next of ['before', 'after'] as const) {
  test(`an append that fails ${next} it is kept is tried again, and is there once`, async () => {
    await using at = await start()
    const relay = at.relay(faulty(at.log, { next }))
    relay.take(at.commit(3))
    await relay.settled()
    assert.equal(at.errors.length, 1)
    relay.take(at.commit(1, 1))
    at.clock.advance(RELAY_RETRY_MS)
    await relay.settled()
    assert.deepEqual([await at.valuesIn(0), await at.valuesIn(1)], [numbers(3), numbers(1)])
    await relay.close()
  })
}

test('more than is kept in memory is read from the outbox in its turn', async () => {
  await using at = await start()
  const fault: { next: 'before' | null } = { next: 'before' }
  const relay = at.relay(faulty(at.log, fault))
  relay.take(at.commit(RELAY_RECORDS_MAX))
  relay.take(at.commit(10, 1))
  await relay.settled()
  at.clock.advance(RELAY_RETRY_MS)
  await relay.settled()
  assert.deepEqual([await at.valuesIn(0), await at.valuesIn(1)], [numbers(RELAY_RECORDS_MAX), numbers(10)])
  await relay.close()
})

test('records of a topic that is gone are gone with it, and hold nothing up', async () => {
  await using at = await start()
  const gone = await at.log.createTopic({ name: 'gone', partitions: 1, config: {} })
  const records = at.commit(2, 0, gone)
  await at.log.deleteTopic(gone.id)
  const relay = at.relay()
  relay.take([...records, ...at.commit(1)])
  await relay.settled()
  assert.deepEqual(await at.valuesIn(), numbers(1))
  await relay.close()
  assert.deepEqual([at.left(), at.errors], [0, []])
})

test('an outbox that is new beside an old log gives no id that the log knows', async () => {
  await using at = await start()
  raiseOutbox(at.database, 41)
  assert.deepEqual(
    at.commit(1).map(({ id }) => id),
    [42],
  )
  deleteRelayed(at.database, 42)
  raiseOutbox(at.database, 7)
  assert.deepEqual(
    at.commit(1).map(({ id }) => id),
    [43],
  )
  raiseOutbox(at.database, 50)
  assert.deepEqual(
    at
      .commit(1)
      .map(({ id }) => id)
      .at(-1),
    51,
  )
})
