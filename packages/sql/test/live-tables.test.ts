/** Live queries over tables: the rows that there were, batch by batch, and each change once (contract 7.4, 7.5, 9). */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  LIVE_BATCH_BYTES_MAX,
  LIVE_BATCH_ROWS_DEFAULT,
  LIVE_BATCH_ROWS_MAX,
  LIVE_BUFFER_BYTES_MAX,
  LIVE_CHANGES_PER_FRAME_MAX,
  LIVE_CHANGES_PER_TRANSACTION_MAX,
  LIVE_SUBSCRIPTIONS_PER_USER_MAX,
  SQL_DELETED_RETENTION_HOURS_DEFAULT,
} from '@logbrook/kafka/limits'
import { callerOf } from '../src/process/caller-of.ts'
import type { SqlCaller } from '../src/services.ts'
import { change, Reader } from './live-reader.ts'
import { DBA, enginesOf, startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'

const ALICE: SqlCaller = { user: 'alice', role: 'user', host: '127.0.0.1' }
const BOB: SqlCaller = { user: 'bob', role: 'user', host: '127.0.0.1' }

let at: SqlUnderTest
let tables = 0
/** A table of the test's own. */
let notes: string

before(async () => {
  at = await startSql()
  await at.run('CREATE NAMESPACE app')
})
after(() => at[Symbol.asyncDispose]())
beforeEach(async () => {
  notes = `app.notes${++tables}`
  await at.run(`CREATE SHARED TABLE ${notes} (id BIGINT PRIMARY KEY, body TEXT) WITH (ACCESS_LEVEL = 'PUBLIC')`)
})

async function fill(from: number, to: number, body = 'x'): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, i) => `(${from + i}, '${body}')`)
  await at.run(`INSERT INTO ${notes} (id, body) VALUES ${rows.join()}`)
}

function ids(rows: unknown): readonly number[] {
  return (rows as readonly { readonly id: string }[]).map(({ id }) => Number(id))
}

function seqs(rows: unknown): readonly bigint[] {
  return (rows as readonly { readonly _seq: string }[]).map(({ _seq: seq }) => BigInt(seq))
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}

describe('the rows that there are', () => {
  test('come in batches of a thousand, or of as many as are asked for, each row once and in the order of its version', async () => {
    await fill(0, LIVE_BATCH_ROWS_DEFAULT + 1)
    for (const [options, size] of [
      [{}, LIVE_BATCH_ROWS_DEFAULT],
      [{ batchSize: 400 }, 400],
      [{ batchSize: 0 }, 1],
    ] as const) {
      using reader = new Reader(at)
      reader.subscribe('n', `SELECT * FROM ${notes}`, options)
      const ack = await reader.nextOf('subscription_ack')
      let batch = await reader.nextOf('initial_data_batch')
      assert.deepEqual(batch['batch_control'], ack['batch_control'])
      let control = batch['batch_control'] as { batch_num: number; has_more: boolean; status: string; last_seq_id: number }
      assert.deepEqual([control.batch_num, control.has_more, control.status], [0, true, 'loading'])
      assert.deepEqual(ids(batch['rows']), range(0, size))
      if (size === 1) continue
      const seen = [...ids(batch['rows'])]
      for (let number = 1; control.has_more; number++) {
        assert.equal(control.last_seq_id, Number(seqs(batch['rows']).at(-1)))
        reader.connection.nextBatch('n')
        batch = await reader.nextOf('initial_data_batch')
        control = batch['batch_control'] as typeof control
        assert.deepEqual([control.batch_num, control.status], [number, control.has_more ? 'loading_batch' : 'ready'])
        seen.push(...ids(batch['rows']))
      }
      assert.deepEqual(seen, range(0, LIVE_BATCH_ROWS_DEFAULT + 1))
      reader.connection.nextBatch('n')
      assert.deepEqual(reader.unread, [])
    }
  })

  test('are a smaller batch where they are large', async () => {
    for (let id = 0; id < 4; id++) await at.run(`INSERT INTO ${notes} VALUES ($1, $2)`, [id, 'x'.repeat(0.4 * LIVE_BATCH_BYTES_MAX)])
    using reader = new Reader(at)
    reader.subscribe('n', `SELECT * FROM ${notes}`)
    await reader.nextOf('subscription_ack')
    assert.deepEqual(ids((await reader.nextOf('initial_data_batch'))['rows']), [0, 1, 2])
    reader.connection.nextBatch('n')
    assert.deepEqual(ids((await reader.nextOf('initial_data_batch'))['rows']), [3])
  })

  test('may be the last ones, those after a version, or none', async () => {
    await fill(0, 10)
    const sql = `SELECT * FROM ${notes} WHERE id <> 9`
    using reader = new Reader(at)
    const all = await reader.subscribed('a', sql)
    assert.deepEqual(ids(all), range(0, 9))
    const from = seqs(all)[4]!
    assert.deepEqual(ids(await reader.subscribed('a', sql, { lastRows: 3 })), [6, 7, 8])
    assert.deepEqual(ids(await reader.subscribed('a', sql, { lastRows: 100 })), range(0, 9))
    assert.deepEqual(ids(await reader.subscribed('a', sql, { lastRows: 0 })), [])
    assert.deepEqual(ids(await reader.subscribed('a', sql, { from })), [5, 6, 7, 8])
    assert.deepEqual(ids(await reader.subscribed('a', sql, { from, lastRows: 1 })), [5, 6, 7, 8], 'from counts more')
    assert.deepEqual(ids(await reader.subscribed('a', sql, { from: 2n ** 63n - 1n })), [])
    assert.deepEqual(await reader.subscribed('a', sql, null), [])
    await fill(10, 11)
    assert.deepEqual(ids((await change(reader))[1]), [10])
    assert.deepEqual(reader.unread, [])
  })

  test('are not more of the last than a batch holds', async () => {
    using reader = new Reader(at)
    const sql = `SELECT * FROM ${notes}`
    assert.deepEqual(await reader.subscribed('n', sql, { lastRows: 5, batchSize: 5 }), [])
    assert.equal((await reader.refused('n', sql, { lastRows: 6, batchSize: 5 }))[0], 'UNSUPPORTED')
    assert.deepEqual(await reader.subscribed('n', sql, { lastRows: LIVE_BATCH_ROWS_MAX, batchSize: LIVE_BATCH_ROWS_MAX + 1 }), [])
    assert.equal(
      (await reader.refused('n', sql, { lastRows: LIVE_BATCH_ROWS_MAX + 1, batchSize: LIVE_BATCH_ROWS_MAX + 1 }))[0],
      'UNSUPPORTED',
    )
  })

  test('carry _seq and an id of their own, whatever is selected', async () => {
    await at.run(`CREATE SHARED TABLE app.people${tables} (name TEXT PRIMARY KEY, age INT)`)
    await at.run(`CREATE STREAM TABLE app.clicks${tables} (what TEXT) WITH (TTL_SECONDS = 3600)`)
    await at.run(`INSERT INTO app.people${tables} VALUES ('Ann', 7); INSERT INTO app.clicks${tables} VALUES ('a')`)
    await fill(1, 2)
    using reader = new Reader(at)
    const [note] = (await reader.subscribed('a', `SELECT body AS text FROM ${notes} -- comment`)) as readonly Record<string, unknown>[]
    assert.deepEqual(Object.keys(note!), ['text', '_seq', 'id'])
    const [person] = (await reader.subscribed('b', `SELECT age FROM app.people${tables}`)) as readonly Record<string, unknown>[]
    assert.deepEqual({ ...person, _seq: null }, { age: 7, _seq: null, id: 'Ann' })
    const [click] = (await reader.subscribed('c', `SELECT * FROM app.clicks${tables}`)) as readonly Record<string, unknown>[]
    assert.deepEqual({ what: click!['what'], id: click!['id'] }, { what: 'a', id: click!['_seq'] })
  })
})

describe('a change', () => {
  test('is what it is to the query: a row that comes in, one that goes, one that stays, one that is none of it', async () => {
    using reader = new Reader(at)
    await reader.subscribed('long', `SELECT id FROM ${notes} WHERE length(body) > 2`)
    await at.run(`INSERT INTO ${notes} (id, body) VALUES (1, 'no'), (2, 'yes')`)
    const [inserted, rows] = await change(reader)
    assert.deepEqual([inserted, ids(rows)], ['insert', [2]])
    await at.run(`UPDATE ${notes} SET body = 'now' WHERE id = 1`)
    assert.deepEqual(
      (await change(reader)).map((told) => (typeof told === 'object' ? ids(told) : told)),
      ['insert', [1], undefined],
    )
    await at.run(`UPDATE ${notes} SET body = 'again' WHERE id = 1`)
    const [updated, now, old] = await change(reader)
    assert.deepEqual([updated, ids(now), ids(old)], ['update', [1], [1]])
    assert.ok(seqs(now)[0]! > seqs(old)[0]!, 'what was has the version that it was')
    await at.run(`UPDATE ${notes} SET body = '' WHERE id = 1`)
    const [left, none, gone] = await change(reader)
    assert.deepEqual([left, none, ids(gone)], ['delete', undefined, [1]])
    assert.ok(seqs(gone)[0]! > seqs(now)[0]!, 'what went has the version by which it went')
    await at.run(`DELETE FROM ${notes} WHERE id = 1`)
    await at.run(`DELETE FROM ${notes} WHERE id = 2`)
    const [deleted, nothing, was] = await change(reader)
    assert.deepEqual([deleted, nothing, ids(was)], ['delete', undefined, [2]])
    assert.deepEqual(reader.unread, [])
  })

  test('of many rows is told in few frames, in order', async () => {
    using reader = new Reader(at)
    await reader.subscribed('n', `SELECT * FROM ${notes}`)
    await fill(0, LIVE_CHANGES_PER_FRAME_MAX + 1)
    assert.deepEqual(ids((await change(reader))[1]), range(0, LIVE_CHANGES_PER_FRAME_MAX))
    assert.deepEqual(ids((await change(reader))[1]), [LIVE_CHANGES_PER_FRAME_MAX])
    await at.run(
      `BEGIN; DELETE FROM ${notes} WHERE id = 0; INSERT INTO ${notes} VALUES (0, 'new'); DELETE FROM ${notes} WHERE id < 2; COMMIT`,
    )
    assert.deepEqual((await change(reader))[0], 'delete')
    assert.deepEqual(ids((await change(reader))[1]), [0])
    const [type, , olds] = await change(reader)
    assert.deepEqual([type, ids(olds)], ['delete', [0, 1]])
  })

  test('is told once its transaction is kept, and not when it is not', async () => {
    using reader = new Reader(at)
    await reader.subscribed('n', `SELECT * FROM ${notes}`)
    await at.run(`BEGIN; INSERT INTO ${notes} VALUES (1, 'x'); ROLLBACK`)
    await assert.rejects(at.run(`BEGIN; INSERT INTO ${notes} VALUES (2, 'x'); INSERT INTO ${notes} VALUES (2, 'x'); COMMIT`))
    assert.deepEqual(reader.unread, [])
    await fill(3, 4)
    assert.deepEqual(ids((await change(reader))[1]), [3])
  })

  test('is encoded once for all who are told the same', async () => {
    using one = new Reader(at)
    using other = new Reader(at, ALICE)
    using third = new Reader(at, BOB)
    const sql = `SELECT * FROM ${notes}`
    await Promise.all([one.subscribed('same', sql, null), other.subscribed('same', sql, null), third.subscribed('else', sql, null)])
    assert.equal(at.sql.live.watched().filter(({ text }) => text === sql).length, 1)
    await fill(1, 2)
    await Promise.all([one.next(), other.next(), third.next()])
    assert.equal(one.frames.at(-1), other.frames.at(-1))
    assert.notEqual(one.frames.at(-1), third.frames.at(-1))
  })

  test('of a user’s own rows is theirs alone', async () => {
    await at.run(`CREATE USER TABLE app.mine${tables} (id BIGINT PRIMARY KEY, body TEXT)`)
    using alice = new Reader(at, ALICE)
    using bob = new Reader(at, BOB)
    const sql = `SELECT * FROM app.mine${tables}`
    await at.run(`INSERT INTO app.mine${tables} VALUES (1, 'a')`, [], ALICE)
    assert.deepEqual(ids(await alice.subscribed('m', sql)), [1])
    assert.deepEqual(await bob.subscribed('m', sql), [])
    await at.run(`INSERT INTO app.mine${tables} VALUES (2, 'a')`, [], ALICE)
    await at.run(`INSERT INTO app.mine${tables} VALUES (3, 'b')`, [], BOB)
    assert.deepEqual(ids((await change(alice))[1]), [2])
    assert.deepEqual(ids((await change(bob))[1]), [3])
    await at.run(`DELETE FROM app.mine${tables} WHERE id = 2`, [], ALICE)
    assert.deepEqual((await change(alice))[0], 'delete')
    assert.deepEqual([alice.unread, bob.unread], [[], []])
  })

  test('is held against the user who asks', async () => {
    using alice = new Reader(at, ALICE)
    using bob = new Reader(at, BOB)
    const sql = `SELECT id FROM ${notes} WHERE body = CURRENT_USER()`
    await Promise.all([alice.subscribed('m', sql), bob.subscribed('m', sql)])
    await at.run(`INSERT INTO ${notes} VALUES (1, 'alice'), (2, 'bob'), (3, 'root')`)
    assert.deepEqual([ids((await change(alice))[1]), ids((await change(bob))[1])], [[1], [2]])
  })

  test('that comes while rows are being fetched waits for the last of them', async () => {
    await fill(0, 4)
    using reader = new Reader(at)
    reader.subscribe('n', `SELECT * FROM ${notes}`, { batchSize: 2 })
    await reader.nextOf('subscription_ack')
    await reader.nextOf('initial_data_batch')
    await at.run(`UPDATE ${notes} SET body = 'later' WHERE id IN (0, 3); INSERT INTO ${notes} VALUES (9, 'new')`)
    assert.deepEqual(reader.unread, [])
    reader.connection.nextBatch('n')
    assert.deepEqual(ids((await reader.nextOf('initial_data_batch'))['rows']), [2], 'what changed is no row that there was')
    const [updated, rows] = await change(reader)
    assert.deepEqual([updated, ids(rows)], ['update', [0, 3]])
    const [inserted, more] = await change(reader)
    assert.deepEqual([inserted, ids(more)], ['insert', [9]])
  })

  test('is no longer kept for who takes too long to fetch the rows before it', async () => {
    await fill(0, 2)
    using reader = new Reader(at)
    reader.subscribe('n', `SELECT * FROM ${notes}`, { batchSize: 1 })
    await reader.nextOf('subscription_ack')
    await reader.nextOf('initial_data_batch')
    const half = 'x'.repeat(LIVE_BUFFER_BYTES_MAX / 2 - 200)
    await at.run(`INSERT INTO ${notes} VALUES (10, $1)`, [half])
    await at.run(`INSERT INTO ${notes} VALUES (11, $1)`, [half])
    assert.deepEqual(reader.unread, [])
    await at.run(`INSERT INTO ${notes} VALUES (12, $1)`, [half])
    assert.equal((await reader.nextOf('error'))['code'], 'SLOW_CONSUMER')
    assert.deepEqual(at.sql.live.rows().length, 0)
  })

  test('is told of up to a number of rows in one transaction', async () => {
    using reader = new Reader(at)
    await reader.subscribed('n', `SELECT id FROM ${notes}`)
    const row = `SELECT * FROM ${notes}`
    await fill(0, LIVE_CHANGES_PER_TRANSACTION_MAX)
    for (let told = 0; told < LIVE_CHANGES_PER_TRANSACTION_MAX;) told += ids((await change(reader))[1]).length
    assert.deepEqual(await reader.subscribed('m', row, { lastRows: 0 }), [])
    await at.run(`BEGIN; UPDATE ${notes} SET body = 'y'; INSERT INTO ${notes} VALUES (-1, ''); COMMIT`)
    const ended = new Set<string>()
    while (ended.size < 2) {
      const message = await reader.next()
      if (message.type === 'error') ended.add(`${String(message['subscription_id'])} ${String(message['code'])}`)
    }
    assert.deepEqual(ended, new Set(['m SLOW_CONSUMER', 'n SLOW_CONSUMER']))
  })
})

async function lastSeq(): Promise<bigint> {
  const [[seq]] = (await at.rows(`SELECT max(_seq) FROM ${notes}`)) as [[string]]
  return BigInt(seq)
}

describe('what was deleted since a version', () => {
  test('is told behind the rows that there are, as it was, where it was one of the query’s', async () => {
    await fill(0, 6)
    await at.run(`UPDATE ${notes} SET body = 'other' WHERE id IN (4, 5)`)
    const from = await lastSeq()
    await at.run(`DELETE FROM ${notes} WHERE id IN (1, 4)`)
    await at.run(`INSERT INTO ${notes} VALUES (9, 'x')`)
    await at.run(`DELETE FROM ${notes} WHERE id = 2`)
    await at.run(`INSERT INTO ${notes} VALUES (-1, '')`)
    const deletedSeq = (await lastSeq()) - 1n
    using reader = new Reader(at)
    const rows = await reader.subscribed('n', `SELECT * FROM ${notes} WHERE body = 'x' AND NOT _deleted`, { from })
    assert.deepEqual(ids(rows), [9])
    const [type, none, olds] = await change(reader)
    assert.deepEqual([type, none], ['delete', undefined])
    // What has a version behind which rows were told already would be taken for known.
    assert.deepEqual(olds, [
      { id: '1', body: 'x', _deleted: true },
      { id: '2', body: 'x', _deleted: true, _seq: String(deletedSeq) },
    ])
    await fill(10, 11)
    assert.deepEqual(ids((await change(reader))[1]), [10])
    assert.deepEqual(reader.unread, [])
  })

  test('is told once, and to nobody who begins anew', async () => {
    await fill(0, 3)
    const from = await lastSeq()
    await at.run(`DELETE FROM ${notes} WHERE id > 0`)
    using reader = new Reader(at)
    const sql = `SELECT id FROM ${notes}`
    await reader.subscribed('n', sql, { from })
    const [, , olds] = await change(reader)
    const [first, second] = seqs(olds)
    assert.ok(first! > from && second! > first!)
    await reader.subscribed('n', sql, { from: first! })
    assert.deepEqual(ids((await change(reader))[2]), [2])
    assert.deepEqual(await reader.subscribed('n', sql, { from: second! }), [])
    for (const options of [{}, { lastRows: 5 }, null]) await reader.subscribed('n', sql, options)
    await at.run(`INSERT INTO ${notes} VALUES (1, 'again')`)
    assert.deepEqual((await change(reader))[0], 'insert')
    assert.deepEqual(ids(await reader.subscribed('n', sql, { from })), [1])
    assert.deepEqual(ids((await change(reader))[2]), [2], 'a row that is there again is told as a row')
    assert.deepEqual(reader.unread, [])
  })

  test('comes behind the last batch, and before what has happened meanwhile', async () => {
    await fill(0, 3)
    const from = await lastSeq()
    await at.run(`INSERT INTO ${notes} VALUES (3, 'x'), (4, 'x')`)
    await at.run(`DELETE FROM ${notes} WHERE id = 0`)
    using reader = new Reader(at)
    reader.subscribe('n', `SELECT * FROM ${notes}`, { from, batchSize: 1 })
    await reader.nextOf('subscription_ack')
    await reader.nextOf('initial_data_batch')
    await at.run(`DELETE FROM ${notes} WHERE id = 1`)
    assert.deepEqual(reader.unread, [])
    reader.connection.nextBatch('n')
    assert.deepEqual(ids((await reader.nextOf('initial_data_batch'))['rows']), [4])
    assert.deepEqual(ids((await change(reader))[2]), [0])
    assert.deepEqual(ids((await change(reader))[2]), [1])
    assert.deepEqual(reader.unread, [])
  })

  test('comes in frames of a size, no faster than it is taken', async () => {
    await fill(0, LIVE_CHANGES_PER_FRAME_MAX + 2)
    const from = await lastSeq()
    await at.run(`DELETE FROM ${notes} WHERE id > 0`)
    using reader = new Reader(at)
    const { promise, resolve } = Promise.withResolvers<void>()
    reader.full = promise
    await reader.subscribed('n', `SELECT id FROM ${notes}`, { from })
    assert.deepEqual(ids((await change(reader))[2]), range(1, LIVE_CHANGES_PER_FRAME_MAX + 1))
    await fill(-1, 0)
    assert.deepEqual(reader.unread, [], 'neither the others nor a change')
    reader.full = null
    resolve()
    assert.deepEqual(ids((await change(reader))[2]), [LIVE_CHANGES_PER_FRAME_MAX + 1])
    assert.deepEqual(ids((await change(reader))[1]), [-1])
  })

  test('is known of a user’s own rows, and of no stream', async () => {
    await at.run(`CREATE USER TABLE app.mine${tables} (id BIGINT PRIMARY KEY)`)
    await at.run(`CREATE STREAM TABLE app.clicks${tables} (id BIGINT PRIMARY KEY) WITH (TTL_SECONDS = 3600)`)
    using alice = new Reader(at, ALICE)
    for (const [table, deleted] of [
      [`app.mine${tables}`, [1]],
      [`app.clicks${tables}`, []],
    ] as const) {
      for (const caller of [ALICE, BOB]) await at.run(`INSERT INTO ${table} VALUES (${caller === ALICE ? 1 : 2})`, [], caller)
      for (const [id, caller] of [ALICE, BOB].entries()) await at.run(`DELETE FROM ${table} WHERE id = ${id + 1}`, [], caller)
      assert.deepEqual(await alice.subscribed('m', `SELECT * FROM ${table}`, { from: 0n }), [])
      if (deleted.length > 0) assert.deepEqual(ids((await change(alice))[2]), deleted)
      await at.run(`INSERT INTO ${table} VALUES (3)`, [], ALICE)
      assert.deepEqual(ids((await change(alice))[1]), [3])
    }
    assert.deepEqual(alice.unread, [])
  })

  test('is not told of a row whose key is of another type since', async () => {
    await fill(0, 2)
    const from = await lastSeq()
    await at.run(`DELETE FROM ${notes} WHERE id = 0; ALTER TABLE ${notes} MODIFY COLUMN id TEXT; DELETE FROM ${notes} WHERE id = '1'`)
    using reader = new Reader(at)
    await reader.subscribed('n', `SELECT * FROM ${notes}`, { from })
    assert.deepEqual(ids((await change(reader))[2]), [1])
  })

  test('is forgotten after a week, or as many hours as its table says', async () => {
    const brief = `${notes}_brief`
    await at.run(`CREATE SHARED TABLE ${brief} (id BIGINT PRIMARY KEY, body TEXT) WITH (DELETED_RETENTION_HOURS = 1)`)
    for (const [table, hours] of [
      [notes, SQL_DELETED_RETENTION_HOURS_DEFAULT],
      [brief, 1],
    ] as const) {
      await at.run(`INSERT INTO ${table} VALUES (1, 'x'), (2, 'x'); DELETE FROM ${table} WHERE id = 1`)
      for (const isLater of [false, true]) {
        at.clock.advance(isLater ? 1 : hours * 3_600_000 - 1)
        await at.run(`UPDATE ${table} SET body = body || 'x'`)
        using reader = new Reader(at)
        await reader.subscribed('n', `SELECT * FROM ${table}`, { from: 0n })
        if (!isLater) assert.deepEqual(ids((await change(reader))[2]), [1])
        await at.run(`UPDATE ${table} SET body = ''`)
        assert.deepEqual((await change(reader))[0], 'update')
      }
    }
  })
})

test('a writer that is killed may have told nobody: its readers are to begin anew', async () => {
  const others = new Set(enginesOf())
  await using own = await startSql()
  await own.run('CREATE SHARED TABLE notes (id BIGINT PRIMARY KEY)')
  await own.broker.topics.create(callerOf(DBA), { name: 'logs', partitions: 1, config: {} })
  using reader = new Reader(own)
  using other = new Reader(own)
  await reader.subscribed('n', 'SELECT * FROM notes')
  await other.subscribed('n', "SELECT * FROM topic('logs')")
  const { promise, resolve } = Promise.withResolvers<void>()
  reader.lost = resolve
  for (const pid of enginesOf()) if (!others.has(pid)) process.kill(pid, 'SIGKILL')
  await promise
  assert.equal(other.wasLost, false)
  await own.run('INSERT INTO notes VALUES (1)')
  using again = new Reader(own)
  assert.deepEqual(ids(await again.subscribed('n', 'SELECT * FROM notes', { from: 0n })), [1])
})

test('whatever happens while it subscribes, a reader ends up with what there is', async () => {
  const statement = fc.oneof(
    fc.record({ kind: fc.constant('put'), id: fc.integer({ min: 0, max: 8 }), body: fc.constantFrom('a', 'bb', 'ccc') }),
    fc.record({ kind: fc.constant('delete'), id: fc.integer({ min: 0, max: 8 }), body: fc.constant('') }),
  )
  const law = fc.asyncProperty(
    fc.array(statement, { maxLength: 8 }),
    fc.array(statement, { minLength: 4, maxLength: 16 }),
    fc.integer({ min: 1, max: 3 }),
    async (earlier, later, batchSize) => {
      const table = `app.law${++tables}`
      await at.run(`CREATE SHARED TABLE ${table} (id BIGINT PRIMARY KEY, body TEXT)`)
      const run = ({ kind, id, body }: (typeof later)[number]) =>
        kind === 'put'
          ? at.run(`BEGIN; DELETE FROM ${table} WHERE id = ${id}; INSERT INTO ${table} VALUES (${id}, '${body}'); COMMIT`)
          : at.run(`DELETE FROM ${table} WHERE id = ${id}`)
      for (const one of earlier) await run(one)
      using reader = new Reader(at)
      const sql = `SELECT * FROM ${table} WHERE length(body) < 3`
      const held = new Map<string, unknown>()
      const writing = Promise.all(later.map(run))
      reader.subscribe('n', sql, { batchSize })
      await reader.nextOf('subscription_ack')
      for (let isLoading = true; isLoading;) {
        const batch = await reader.nextOf('initial_data_batch')
        for (const row of batch['rows'] as readonly { id: string; body: string }[]) {
          assert.ok(!held.has(row.id), 'no row is in two batches')
          held.set(row.id, row.body)
        }
        isLoading = (batch['batch_control'] as { has_more: boolean }).has_more
        if (isLoading) reader.connection.nextBatch('n')
      }
      await writing
      await at.run(`INSERT INTO ${table} VALUES (99, 'z')`)
      while (!held.has('99')) {
        const { change_type: type, rows = [], old_values: olds = [] } = await reader.nextOf('change')
        if (type === 'delete') for (const { id } of olds as readonly { id: string }[]) held.delete(id)
        else for (const { id, body } of rows as readonly { id: string; body: string }[]) held.set(id, body)
      }
      const rows = (await at.rows(`SELECT id, body FROM ${table} WHERE length(body) < 3`)) ?? []
      assert.deepEqual(held, new Map(rows.map(([id, body]) => [id as string, body])))
    },
  )
  await fc.assert(law, { seed: 7, numRuns: 25 })
})

test('whatever happens while it is away, a reader that goes on ends up with what there is', async () => {
  const id = fc.integer({ min: 0, max: 6 })
  const statement = fc.oneof(
    fc.record({ kind: fc.constantFrom('insert', 'update', 'delete'), id }),
    fc.record({ kind: fc.constant('replace'), id }),
  )
  const statements = fc.array(statement, { maxLength: 10 })
  const law = fc.asyncProperty(
    fc.array(statements, { minLength: 2, maxLength: 4 }),
    fc.integer({ min: 1, max: 3 }),
    async (turns, batchSize) => {
      const table = `app.away${++tables}`
      await at.run(`CREATE SHARED TABLE ${table} (id BIGINT PRIMARY KEY, body TEXT)`)
      let written = 0
      const run = async ({ kind, id: key }: { kind: string; id: number }): Promise<void> => {
        const body = `'${++written}'`
        if (kind === 'update') await at.run(`UPDATE ${table} SET body = ${body} WHERE id = ${key}`)
        else {
          if (kind !== 'insert') await at.run(`DELETE FROM ${table} WHERE id = ${key}`)
          if (kind !== 'delete')
            await at.run(`INSERT INTO ${table} SELECT ${key}, ${body} WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE id = ${key})`)
        }
      }
      const held = new Map<string, unknown>()
      let from: bigint | null = null
      const holds = (rows: readonly { id: string; body: string; _seq?: string }[], isThere: boolean): void => {
        for (const row of rows) {
          if (isThere) held.set(row.id, row.body)
          else held.delete(row.id)
          if (row._seq !== undefined && BigInt(row._seq) > (from ?? 0n)) from = BigInt(row._seq)
        }
      }
      for (const [turn, made] of turns.entries()) {
        for (const one of made.slice(0, 5)) await run(one)
        using reader = new Reader(at)
        const writing = made.slice(5).reduce((earlier, one) => earlier.then(() => run(one)), Promise.resolve())
        reader.subscribe('n', `SELECT * FROM ${table}`, { batchSize, from })
        await reader.nextOf('subscription_ack')
        for (let isLoading = true; isLoading;) {
          const batch = await reader.nextOf('initial_data_batch')
          holds(batch['rows'] as [], true)
          isLoading = (batch['batch_control'] as { has_more: boolean }).has_more
          if (isLoading) reader.connection.nextBatch('n')
        }
        await writing
        await at.run(`INSERT INTO ${table} VALUES (${100 + turn}, 'z')`)
        while (!held.has(String(100 + turn))) {
          const { change_type: type, rows, old_values: olds } = await reader.nextOf('change')
          holds((type === 'delete' ? olds : rows) as [], type !== 'delete')
        }
        const rows = (await at.rows(`SELECT id, body FROM ${table}`)) ?? []
        assert.deepEqual(held, new Map(rows.map(([key, body]) => [key as string, body])))
      }
    },
  )
  await fc.assert(law, { seed: 7, numRuns: 25 })
})

describe('a subscription', () => {
  test('is refused for what is no query of its kind, what there is not, and what may not be read', async () => {
    await at.run(`CREATE SHARED TABLE app.private${tables} (id BIGINT PRIMARY KEY)`)
    using alice = new Reader(at, ALICE)
    using root = new Reader(at)
    for (const [reader, sql, code] of [
      [root, 'SELECT', 'INVALID_SQL'],
      [root, 'DELETE FROM app.x', 'INVALID_SQL'],
      [root, `SELECT * FROM ${notes} ORDER BY id`, 'INVALID_SQL'],
      [root, `SELECT * FROM ${notes} LIMIT 5`, 'INVALID_SQL'],
      [root, `SELECT count(*) FROM ${notes}`, 'INVALID_SQL'],
      [root, `SELECT * FROM ${notes} a JOIN ${notes} b ON a.id = b.id`, 'INVALID_SQL'],
      [root, `SELECT * FROM ${notes} WHERE id IN (SELECT id FROM ${notes})`, 'INVALID_SQL'],
      [root, `SELECT nothing FROM ${notes}`, 'INVALID_SQL'],
      [root, 'SELECT * FROM app.nowhere', 'NOT_FOUND'],
      [alice, 'SELECT * FROM app.nowhere', 'NOT_FOUND'],
      [alice, `SELECT * FROM app.private${tables}`, 'UNAUTHORIZED'],
      [alice, 'SELECT * FROM system.users', 'UNAUTHORIZED'],
    ] as const) {
      assert.equal((await reader.refused('x', sql))[0], code, sql)
    }
    assert.deepEqual(at.sql.live.rows(), [])
  })

  test('to a system table has its rows, for administrators', async () => {
    using root = new Reader(at)
    const rows = (await root.subscribed('n', 'SELECT namespace_id FROM system.namespaces')) as readonly { namespace_id: string }[]
    assert.ok(rows.some(({ namespace_id: id }) => id === 'app'))
  })

  test('is one of ten of its user, and of a hundred of its connection', async () => {
    using one = new Reader(at, ALICE)
    using other = new Reader(at, ALICE)
    const sql = `SELECT * FROM ${notes}`
    for (let i = 0; i < LIVE_SUBSCRIPTIONS_PER_USER_MAX - 1; i++) await one.subscribed(`n${i}`, sql)
    await other.subscribed('last', sql)
    await other.subscribed('last', sql)
    for (const reader of [one, other]) {
      assert.deepEqual(await reader.refused('more', sql), [
        'SUBSCRIPTION_LIMIT_EXCEEDED',
        `A user may have ${LIVE_SUBSCRIPTIONS_PER_USER_MAX} live subscriptions`,
      ])
    }
    one.connection.unsubscribe('n0')
    await other.subscribed('more', sql)
    one.connection.close()
    assert.equal(at.sql.live.rows().length, 2)
  })

  test('ends by its reader’s word, which is not answered, and an unknown one means nothing', async () => {
    using reader = new Reader(at)
    await reader.subscribed('n', `SELECT * FROM ${notes}`)
    reader.connection.unsubscribe('unknown')
    reader.connection.nextBatch('unknown')
    reader.connection.unsubscribe('n')
    await fill(0, 1)
    await reader.subscribed('m', `SELECT * FROM ${notes} WHERE id > 0`)
    assert.deepEqual(reader.unread, [])
  })

  test('ends when its table does, or may not be read any more', async () => {
    using root = new Reader(at)
    using alice = new Reader(at, ALICE)
    await root.subscribed('n', `SELECT * FROM ${notes}`)
    await alice.subscribed('n', `SELECT id FROM ${notes}`)
    await at.run(`ALTER TABLE ${notes} SET ACCESS LEVEL private`)
    assert.equal((await alice.nextOf('error'))['code'], 'UNAUTHORIZED')
    assert.deepEqual(root.unread, [])
    await at.run(`DROP TABLE ${notes}`)
    assert.equal((await root.nextOf('error'))['code'], 'NOT_FOUND')
  })

  test('goes on when its table gets another column', async () => {
    using reader = new Reader(at)
    await reader.subscribed('n', `SELECT * FROM ${notes}`)
    await at.run(`ALTER TABLE ${notes} ADD COLUMN more TEXT`)
    await at.run(`INSERT INTO ${notes} (id, body, more) VALUES (1, 'a', 'b')`)
    const [, rows] = await change(reader)
    assert.deepEqual(
      (rows as readonly object[]).map((row) => Object.assign(row, { _seq: null })),
      [{ id: '1', body: 'a', more: 'b', _seq: null, _deleted: false }],
    )
  })

  test('stands in system.live, until it is killed', async () => {
    using reader = new Reader(at, ALICE)
    await reader.subscribed('mine', `SELECT * FROM ${notes}`, { lastRows: 3 })
    await fill(0, 1)
    await change(reader)
    const [row] = (await at.rows(
      'SELECT live_id, subscription_id, namespace_id, table_name, user_id, query, options, status, changes, node_id FROM system.live',
    ))!
    const [id, ...others] = row!
    const liveId = id as string
    assert.deepEqual(others, [
      'mine',
      'app',
      notes.replace('app.', ''),
      'alice',
      `SELECT * FROM ${notes}`,
      '{"batch_size":null,"last_rows":3,"from":null}',
      'active',
      '1',
      '1',
    ])
    const [killed] = await at.run(`KILL LIVE QUERY '${liveId}'`)
    assert.equal(killed!.message, `Live query killed: ${liveId}`)
    assert.deepEqual(await reader.next(), {
      type: 'error',
      subscription_id: 'mine',
      code: 'SUBSCRIPTION_FAILED',
      message: 'Live query killed',
    })
    assert.deepEqual((await at.rows('SELECT * FROM system.live')) ?? [], [])
    await assert.rejects(at.run(`KILL LIVE QUERY '${liveId}'`), /Live query '.*' not found/)
  })

  test('is announced by SUBSCRIBE TO', async () => {
    const [result] = await at.run(`SUBSCRIBE TO ${notes} WHERE id > 1 OPTIONS (last_rows = 5)`, [], {
      ...DBA,
      webSocketUrl: 'ws://localhost:1/v1/ws',
    })
    assert.deepEqual(
      result!.schema!.map(({ name, data_type: type }) => [name, type]),
      [
        ['status', 'Text'],
        ['ws_url', 'Text'],
        ['subscription', 'Json'],
        ['message', 'Text'],
      ],
    )
    const [status, url, subscription] = result!.rows![0]!
    assert.deepEqual([status, url], ['active', 'ws://localhost:1/v1/ws'])
    const { id, sql, options } = JSON.parse(subscription as string) as { id: string; sql: string; options: { last_rows: number } }
    using reader = new Reader(at)
    assert.deepEqual(await reader.subscribed(id, sql, { lastRows: options.last_rows }), [])
    await fill(1, 3)
    assert.deepEqual(ids((await change(reader))[1]), [2])
  })
})
