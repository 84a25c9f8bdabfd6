/** Live queries over a real WebSocket: what a subscriber is told, frame by frame (contract 7.4, 7.5, 9). */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { LIVE_GZIP_AT_ONCE_BYTES_MAX, LIVE_GZIP_BYTES_MIN } from '@logbrook/kafka/limits'
import { Logbrook } from '../src/testing/testing.ts'
import { liveClient } from './live-client.ts'
import { OPERATOR, startLive, withNotes } from './live-server.ts'
import { sqlClient } from './sql-client.ts'

test('a subscriber gets the rows that there are, then what happens to them', async () => {
  await using at = await withNotes(await startLive())
  await at.root.run("INSERT INTO app.notes (id, body) VALUES (1, 'one'), (2, 'two')")
  using client = await liveClient(at.api.url, at.alice.authorization)
  client.subscribe('notes', 'SELECT * FROM app.notes')
  const ack = await client.nextOf('subscription_ack')
  assert.deepEqual(ack, {
    type: 'subscription_ack',
    subscription_id: 'notes',
    total_rows: 0,
    batch_control: { batch_num: 0, has_more: false, status: 'ready', last_seq_id: 2 },
    schema: [
      { name: 'id', data_type: 'BigInt', index: 0 },
      { name: 'body', data_type: 'Text', index: 1 },
      { name: '_seq', data_type: 'BigInt', index: 2 },
      { name: '_deleted', data_type: 'Boolean', index: 3 },
    ],
  })
  const batch = await client.nextOf('initial_data_batch')
  assert.deepEqual(batch['batch_control'], ack['batch_control'])
  assert.deepEqual(batch['rows'], [
    { id: '1', body: 'one', _seq: '1', _deleted: false },
    { id: '2', body: 'two', _seq: '2', _deleted: false },
  ])

  await at.root.run("INSERT INTO app.notes (id, body) VALUES (3, 'three')")
  assert.deepEqual(await client.next(), {
    type: 'change',
    subscription_id: 'notes',
    change_type: 'insert',
    rows: [{ id: '3', body: 'three', _seq: '3', _deleted: false }],
  })
  await at.root.run("UPDATE app.notes SET body = 'THREE' WHERE id = 3")
  assert.deepEqual(await client.next(), {
    type: 'change',
    subscription_id: 'notes',
    change_type: 'update',
    rows: [{ id: '3', body: 'THREE', _seq: '4', _deleted: false }],
    old_values: [{ id: '3', body: 'three', _seq: '3', _deleted: false }],
  })
  await at.root.run('DELETE FROM app.notes WHERE id = 3')
  assert.deepEqual(await client.next(), {
    type: 'change',
    subscription_id: 'notes',
    change_type: 'delete',
    old_values: [{ id: '3', body: 'THREE', _seq: '5', _deleted: true }],
  })
})

test('frames are compressed from a size on, for who agreed to it and where that makes them smaller', async () => {
  await using at = await withNotes(await startLive())
  using agreed = await liveClient(at.api.url, at.alice.authorization)
  using plain = await liveClient(at.api.url, at.root.authorization, '?compress=false')
  const sql = 'SELECT id, body FROM app.notes'
  await Promise.all([agreed.subscribed('n', sql, null), plain.subscribed('n', sql, null)])
  const overhead = JSON.stringify({
    type: 'change',
    subscription_id: 'n',
    change_type: 'insert',
    rows: [{ id: '1', body: '', _seq: '1' }],
  }).length
  for (const [id, body, isCompressed] of [
    [1, 'x'.repeat(LIVE_GZIP_BYTES_MIN - overhead - 1), false],
    [2, 'x'.repeat(LIVE_GZIP_BYTES_MIN - overhead), true],
    [3, 'x'.repeat(LIVE_GZIP_AT_ONCE_BYTES_MAX - overhead), true],
    [4, 'x'.repeat(LIVE_GZIP_AT_ONCE_BYTES_MAX - overhead + 1), false],
    [5, randomBytes(LIVE_GZIP_BYTES_MIN).toString('base64'), true],
  ] as const) {
    await at.root.run('INSERT INTO app.notes VALUES ($1, $2)', [id, body])
    for (const client of [agreed, plain]) {
      const { rows } = (await client.nextOf('change')) as unknown as { readonly rows: readonly { readonly body: string }[] }
      assert.equal(rows[0]!.body, body)
    }
    assert.deepEqual([agreed.wasCompressed, plain.wasCompressed], [isCompressed, false], `body ${id}`)
  }
  using late = await liveClient(at.api.url, at.alice.authorization)
  late.subscribe('n', sql)
  await late.nextOf('subscription_ack')
  assert.equal(((await late.nextOf('initial_data_batch'))['rows'] as readonly unknown[]).length, 5)
  assert.equal(late.wasCompressed, true, 'a large batch is, too')
})

test('where to go on is a number of 64 bits, in digits or in a string, by either name', async () => {
  await using at = await withNotes(await startLive())
  await at.root.run("INSERT INTO app.notes (id, body) VALUES (1, 'one'), (2, 'two')")
  using client = await liveClient(at.api.url, at.alice.authorization)
  for (const [options, expected] of [
    ['{"from":1}', ['2']],
    ['{"from":"1"}', ['2']],
    ['{"from_seq_id":1}', ['2']],
    ['{"from":1,"from_seq_id":2,"last_rows":2}', ['2']],
    ['{"from":9223372036854775807}', []],
    ['{"from":"9223372036854775807"}', []],
    ['{"from":null,"last_rows":1,"batch_size":null,"unknown":true}', ['2']],
  ] as const) {
    client.send(`{"type":"subscribe","subscription":{"id":"n","sql":"SELECT id FROM app.notes","options":${options}}}`)
    await client.nextOf('subscription_ack')
    const rows = (await client.nextOf('initial_data_batch'))['rows'] as readonly { readonly id: string }[]
    assert.deepEqual(
      rows.map(({ id }) => id),
      expected,
      options,
    )
  }
  client.send('{"type":"subscribe","subscription":{"id":"n","sql":"SELECT id FROM app.notes","options":{"from":1.5}}}')
  assert.equal((await client.closed).code, 1011)
})

test('batches are asked for by the client', async () => {
  await using at = await withNotes(await startLive())
  await at.root.run("INSERT INTO app.notes (id, body) VALUES (1, 'one'), (2, 'two')")
  using client = await liveClient(at.api.url, at.alice.authorization)
  client.subscribe('n', 'SELECT id FROM app.notes', { batch_size: 1 })
  await client.nextOf('subscription_ack')
  assert.equal(((await client.nextOf('initial_data_batch'))['batch_control'] as { status: string }).status, 'loading')
  client.send({ type: 'next_batch', subscription_id: 'n', last_seq_id: 1 })
  assert.equal(((await client.nextOf('initial_data_batch'))['batch_control'] as { status: string }).status, 'ready')
  client.send({ type: 'unsubscribe', subscription_id: 'n' })
  client.send({ type: 'unsubscribe', subscription_id: 'n' })
  await client.subscribed('m', 'SELECT id FROM app.notes WHERE id = 2')
  assert.deepEqual(await at.root.rows('SELECT subscription_id, table_name FROM system.live'), [['m', 'notes']])
})

test('what happens after a user was taken away their session is not told', async () => {
  await using at = await withNotes(await startLive())
  using client = await liveClient(at.api.url, at.alice.authorization)
  await client.subscribed('n', 'SELECT id FROM app.notes', null)
  await at.api.server.broker.users.alter(OPERATOR, 'alice', { password: 'changed' })
  await at.root.run("INSERT INTO app.notes (id, body) VALUES (1, 'secret')")
  assert.deepEqual(await client.next(), { type: 'auth_error', message: 'Invalid credentials' })
  assert.deepEqual(await client.closed, { code: 1008, reason: 'Authentication failed' })
  assert.deepEqual((await at.root.rows('SELECT * FROM system.live')) ?? [], [])
})

test('subscriptions are counted', async () => {
  await using at = await withNotes(await startLive())
  const open = async (): Promise<string | undefined> =>
    /^logbrook_live_subscriptions_open (?<count>\d+)$/m.exec(String((await at.api.ask('/metrics')).body))?.groups?.['count']
  using client = await liveClient(at.api.url, at.alice.authorization)
  await client.subscribed('n', 'SELECT id FROM app.notes', null)
  await client.subscribed('n', 'SELECT id FROM app.notes', null)
  assert.equal(await open(), '1')
  client.socket.close()
  await client.closed
  assert.equal(await open(), '0')
})

test('SUBSCRIBE TO says where, by the name that the client uses', async () => {
  await using at = await withNotes(await startLive())
  const [[status, url] = []] = (await at.alice.rows('SUBSCRIBE TO app.notes')) ?? []
  assert.deepEqual([status, url], ['active', `${at.api.url.replace('http', 'ws')}/v1/ws`])
})

test('a restored fixture closes what was connected, and goes on', async () => {
  await using broker = await Logbrook.create({ topics: { logs: {} }, users: { root: { password: 'secret', role: 'dba' } } })
  const snapshot = await broker.snapshot()
  const { authorization } = await sqlClient(broker.url, 'root:secret')
  using before = await liveClient(broker.url, authorization)
  assert.deepEqual(await before.subscribed('l', "SELECT * FROM topic('logs')"), [])
  await broker.restore(snapshot)
  assert.equal((await before.closed).code, 1001)
  using after = await liveClient(broker.url, authorization)
  assert.deepEqual(await after.subscribed('l', "SELECT * FROM topic('logs')"), [])
})
