/** Live queries over topics: the records that there were, and each one that is appended (contract: WebSocket, topics as tables). */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createLiveQueries } from '../src/live/hub.ts'
import { LIVE_PATIENCE_MS, LIVE_SUBSCRIPTIONS_PER_CONNECTION_MAX, LIVE_TOPIC_LOOKBACK_RECORDS_MAX } from '@logbrook/kafka/limits'
import type { SqlCaller } from '../src/services.ts'
import { callerOf } from '../src/process/caller-of.ts'
import { change, Reader } from './live-reader.ts'
import { DBA, startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'

const ALICE: SqlCaller = { user: 'alice', role: 'user', host: '127.0.0.1' }

let at: SqlUnderTest
let topics = 0
/** A topic of the test's own, of one partition. */
let logs: string

before(async () => {
  at = await startSql()
})
after(() => at[Symbol.asyncDispose]())
beforeEach(() => create(1))

async function create(partitions: number): Promise<void> {
  logs = `logs${++topics}`
  await at.broker.topics.create(callerOf(DBA), { name: logs, partitions, config: {} })
}

async function append(...values: readonly unknown[]): Promise<void> {
  await appendTo(0, ...values)
}

async function appendTo(partition: number, ...values: readonly unknown[]): Promise<void> {
  const { id } = (await at.log.topic(logs))!
  const records = values.map((value) => ({
    key: null,
    value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    headers: [],
    timestampMs: at.clock.now(),
  }))
  await at.log.append({ topicId: id, partition, records: { kind: 'records', records }, timestampMs: at.clock.now() })
}

function ids(rows: unknown): readonly string[] {
  return (rows as readonly { readonly id: string }[]).map(({ id }) => id)
}

describe('records', () => {
  test('that there were are rows, with an id and a _seq', async () => {
    await append({ level: 'info' }, 'text')
    using reader = new Reader(at)
    reader.subscribe('l', `SELECT * FROM topic('${logs}')`)
    const ack = await reader.nextOf('subscription_ack')
    assert.deepEqual(
      (ack['schema'] as readonly { name: string; data_type: string }[]).map(({ name, data_type: type }) => [name, type]),
      [
        ['partition', 'Int'],
        ['offset', 'BigInt'],
        ['timestamp', 'Timestamp'],
        ['key', 'Text'],
        ['value', 'Text'],
        ['headers', 'Json'],
        ['id', 'Text'],
        ['_seq', 'BigInt'],
      ],
    )
    const timestamp = String(at.clock.now() * 1_000)
    assert.deepEqual((await reader.nextOf('initial_data_batch'))['rows'], [
      { partition: 0, offset: '0', timestamp, key: null, value: '{"level":"info"}', headers: '[]', id: '0:0', _seq: '0' },
      { partition: 0, offset: '1', timestamp, key: null, value: 'text', headers: '[]', id: '0:1', _seq: '1' },
    ])
  })

  test('that are appended are insertions, where they are the query’s', async () => {
    using reader = new Reader(at)
    const sql = `SELECT json_extract(value, '$.n') AS n FROM topic('${logs}') WHERE json_extract(value, '$.level') = 'error'`
    assert.deepEqual(await reader.subscribed('l', sql), [])
    await append({ level: 'info', n: 1 }, { level: 'error', n: 2 }, { level: 'error', n: 3 })
    const [type, rows] = await change(reader)
    assert.equal(type, 'insert')
    assert.deepEqual(ids(rows), ['0:1', '0:2'])
    await append({ level: 'info' })
    await append({ level: 'error' })
    assert.deepEqual(ids((await change(reader))[1]), ['0:4'])
  })

  test('come in batches, each once, and those that are appended meanwhile after them', async () => {
    await append(...Array.from({ length: 5 }, (_, n) => ({ n })))
    using reader = new Reader(at)
    reader.subscribe('l', `SELECT value FROM topic('${logs}') WHERE json_extract(value, '$.n') <> 2`, { batchSize: 2 })
    await reader.nextOf('subscription_ack')
    const first = await reader.nextOf('initial_data_batch')
    assert.deepEqual(first['batch_control'], { batch_num: 0, has_more: true, status: 'loading', last_seq_id: 1 })
    await append({ n: 5 })
    reader.connection.nextBatch('l')
    const second = await reader.nextOf('initial_data_batch')
    assert.deepEqual(
      [ids(first['rows']), ids(second['rows'])],
      [
        ['0:0', '0:1'],
        ['0:3', '0:4'],
      ],
    )
    assert.deepEqual(second['batch_control'], { batch_num: 1, has_more: false, status: 'ready', last_seq_id: 4 })
    assert.deepEqual(ids((await change(reader))[1]), ['0:5'])
  })

  test('may be the last ones, those after an offset, or none', async () => {
    await append(...Array.from({ length: 6 }, (_, n) => ({ n })))
    const sql = `SELECT * FROM topic('${logs}') WHERE json_extract(value, '$.n') <> 4`
    using reader = new Reader(at)
    assert.deepEqual(ids(await reader.subscribed('l', sql, { lastRows: 2 })), ['0:3', '0:5'])
    assert.deepEqual(ids(await reader.subscribed('l', sql, { lastRows: 0 })), [])
    assert.deepEqual(ids(await reader.subscribed('l', sql, { from: 2n })), ['0:3', '0:5'])
    assert.deepEqual(await reader.subscribed('l', sql, null), [])
    await append({ n: 6 })
    assert.deepEqual(ids((await change(reader))[1]), ['0:6'])
  })

  test('of several partitions have no order that could be resumed, and the last are the youngest', async () => {
    await create(3)
    for (const partition of [2, 0, 2, 1]) {
      await appendTo(partition, { partition })
      at.clock.advance(10)
    }
    using reader = new Reader(at)
    const sql = `SELECT * FROM topic('${logs}')`
    const all = (await reader.subscribed('l', sql)) as readonly object[]
    assert.deepEqual(ids(all), ['0:0', '1:0', '2:0', '2:1'])
    assert.ok(all.every((row) => !('_seq' in row)))
    assert.deepEqual(ids(await reader.subscribed('l', sql, { lastRows: 2 })), ['2:1', '1:0'])
    assert.equal((await reader.refused('l', sql, { from: 1n }))[0], 'UNSUPPORTED')
  })

  test('of partitions that are added later come too', async () => {
    using reader = new Reader(at)
    await reader.subscribed('l', `SELECT * FROM topic('${logs}')`)
    await at.broker.topics.alter(callerOf(DBA), logs, { partitions: 2 })
    await appendTo(1, 'later')
    await append('wakes')
    const told = [await change(reader), await change(reader)].flatMap(([, rows]) => ids(rows))
    assert.deepEqual(told.toSorted(), ['0:0', '1:0'])
  })

  test('are looked for among so many from the end on', async () => {
    await append('found')
    const { id } = (await at.log.topic(logs))!
    const records = Array.from({ length: 1_000 }, () => ({ key: null, value: Buffer.from('-'), headers: [], timestampMs: 0 }))
    for (let n = 1; n < LIVE_TOPIC_LOOKBACK_RECORDS_MAX / records.length; n++) {
      await at.log.append({ topicId: id, partition: 0, records: { kind: 'records', records }, timestampMs: 0 })
    }
    await at.log.append({ topicId: id, partition: 0, records: { kind: 'records', records: records.slice(1) }, timestampMs: 0 })
    using reader = new Reader(at)
    const sql = `SELECT * FROM topic('${logs}') WHERE value = 'found'`
    assert.deepEqual(ids(await reader.subscribed('l', sql, { lastRows: 1 })), ['0:0'])
    await append('-')
    assert.deepEqual(ids(await reader.subscribed('l', sql, { lastRows: 1 })), [])
  })
})

describe('a reader of a topic', () => {
  test('has to be one who may read it, and ends when it is not any more', async () => {
    await using guarded = await startSql({}, { acls: true })
    await guarded.broker.users.establish([{ name: 'root', role: 'dba', password: 'secret' }], () => {})
    await guarded.broker.topics.create(callerOf(DBA), { name: 'logs', partitions: 1, config: {} })
    using alice = new Reader(guarded, ALICE)
    const [code, message] = await alice.refused('l', "SELECT * FROM topic('logs')")
    assert.deepEqual([code, message], ['UNAUTHORIZED', 'User:alice may not READ topic logs'])
    const binding = {
      principal: 'User:alice',
      host: '*',
      operation: 'READ',
      permissionType: 'ALLOW',
      resourceType: 'TOPIC',
      resourceName: 'logs',
      patternType: 'LITERAL',
    } as const
    await guarded.broker.permissions.add(callerOf(DBA), [binding])
    assert.deepEqual(await alice.subscribed('l', "SELECT * FROM topic('logs')"), [])
    await guarded.broker.permissions.remove(callerOf(DBA), [binding])
    const { id } = (await guarded.log.topic('logs'))!
    const records = [{ key: null, value: Buffer.from('secret'), headers: [], timestampMs: 0 }]
    await guarded.log.append({ topicId: id, partition: 0, records: { kind: 'records', records }, timestampMs: 0 })
    assert.equal((await alice.nextOf('error'))['code'], 'UNAUTHORIZED')
    assert.deepEqual([guarded.sql.live.rows(), alice.unread], [[], []])
  })

  test('is told that there is none, or none any more', async () => {
    using reader = new Reader(at)
    assert.equal((await reader.refused('l', "SELECT * FROM topic('nothing')"))[0], 'NOT_FOUND')
    await reader.subscribed('l', `SELECT * FROM topic('${logs}')`)
    await at.broker.topics.delete(callerOf(DBA), logs)
    assert.equal((await reader.nextOf('error'))['code'], 'NOT_FOUND')
    assert.deepEqual(at.sql.live.rows(), [])
  })

  test('that takes nothing more holds up the others for a moment, and no longer', async () => {
    using stuck = new Reader(at)
    using other = new Reader(at)
    const sql = `SELECT * FROM topic('${logs}')`
    await Promise.all([stuck.subscribed('l', sql), other.subscribed('l', sql)])
    stuck.full = new Promise(() => {})
    await append('one')
    await Promise.all([change(stuck), change(other)])
    await append('two')
    assert.deepEqual(other.unread, [])
    at.clock.advance(LIVE_PATIENCE_MS)
    assert.deepEqual(ids((await change(other))[1]), ['0:1'])
  })

  test('shares its feed, which ends with the last of them', async () => {
    const sql = `SELECT * FROM topic('${logs}')`
    const one = new Reader(at)
    const other = new Reader(at)
    await Promise.all([one.subscribed('l', sql), other.subscribed('l', sql)])
    await append('first')
    await Promise.all([change(one), change(other)])
    assert.equal(one.frames.at(-1), other.frames.at(-1))
    one.connection.close()
    await append('second')
    await change(other)
    other.connection.close()
    using again = new Reader(at)
    assert.deepEqual(ids(await again.subscribed('l', sql)), ['0:0', '0:1'])
    await append('third')
    assert.deepEqual(ids((await change(again))[1]), ['0:2'])
    assert.deepEqual([one.unread, other.unread], [[], []])
  })

  test('whose query fails on a record is told, and the others go on', async () => {
    using wrong = new Reader(at)
    using right = new Reader(at)
    await wrong.subscribed('l', `SELECT * FROM topic('${logs}') WHERE abs("offset" - 9223372036854775807 - 1) > 0`)
    await right.subscribed('l', `SELECT * FROM topic('${logs}')`)
    await append('first')
    assert.deepEqual(ids((await change(right))[1]), ['0:0'])
    const error = await wrong.nextOf('error')
    assert.deepEqual([error['code'], error['message']], ['SUBSCRIPTION_FAILED', 'Execution error: integer overflow'])
    await append('second')
    assert.deepEqual(ids((await change(right))[1]), ['0:1'])
  })

  test('asks JSON of values that are none in vain', async () => {
    using reader = new Reader(at)
    await reader.subscribed('l', `SELECT value FROM topic('${logs}') WHERE json_extract(value, '$.n') = 1`)
    await append('no JSON', { n: 1 }, Buffer.from([0xff, 0x00]).toString('latin1'))
    assert.deepEqual(ids((await change(reader))[1]), ['0:1'])
  })
})

test('a connection has a hundred subscriptions at most, where its user may have as many', () => {
  const { clock, broker, log, errors } = at
  const live = createLiveQueries({
    ask: () => new Promise(() => {}),
    log,
    permissions: broker.permissions,
    clock,
    limits: { subscriptionsPerUser: Infinity },
    observer: { subscribed() {}, unsubscribed() {} },
    onError: (error) => errors.push(error),
  })
  using one = new Reader({ sql: { ...at.sql, live } })
  using other = new Reader({ sql: { ...at.sql, live } })
  for (let i = 0; i < LIVE_SUBSCRIPTIONS_PER_CONNECTION_MAX; i++) one.subscribe(`n${i}`, 'SELECT 1')
  assert.deepEqual(one.unread, [])
  one.subscribe('more', 'SELECT 1')
  assert.deepEqual(one.unread, [
    {
      type: 'error',
      subscription_id: 'more',
      code: 'SUBSCRIPTION_LIMIT_EXCEEDED',
      message: `A connection may have ${LIVE_SUBSCRIPTIONS_PER_CONNECTION_MAX} live subscriptions`,
    },
  ])
  other.subscribe('more', 'SELECT 1')
  one.subscribe('n0', 'SELECT 1')
  assert.equal(live.rows().length, LIVE_SUBSCRIPTIONS_PER_CONNECTION_MAX + 1)
})
