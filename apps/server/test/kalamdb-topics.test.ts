/** Consuming over a real port: bodies as the dialect has them, and clients that go away. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it, test } from 'node:test'
import { CLAIM_MS } from '@logbrook/kafka/limits'
import { START_MS, startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'
import { sqlClient } from './sql-client.ts'
import { offsetsOf, topicConsumer } from './topic-consumer.ts'
import type { TopicConsumer } from './topic-consumer.ts'

interface Consuming extends AsyncDisposable {
  readonly api: TestServer
  readonly consumer: TopicConsumer
  produce(records: readonly object[]): Promise<void>
}

async function startConsuming(): Promise<Consuming> {
  const api = await startTestServer()
  await api.ask('/v1/kafka/topics', { method: 'POST', json: { name: 'logs' } })
  await api.ask('/v1/kafka/users', { method: 'POST', json: { name: 'worker', password: 'secret', role: 'service' } })
  return {
    api,
    consumer: await topicConsumer(api.url, 'worker:secret'),
    async produce(records) {
      const { status, body } = await api.ask('/v1/kafka/topics/logs/records', { method: 'POST', json: { records } })
      assert.equal(status, 200, JSON.stringify(body))
    },
    [Symbol.asyncDispose]: () => api.close(),
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

test('a message of each kind, whichever way it came in', async () => {
  await using at = await startConsuming()
  const line = { method: 'POST', body: 'no JSON\n{"é":1}\n', headers: { 'content-type': 'application/x-ndjson' } }
  await at.api.ask('/v1/kafka/topics/logs/records', line)
  await at.produce([
    { key: base64('kéy"'), value: base64('1'), timestamp: 5, headers: [{ key: 'h', value: null }] },
    { key: null, value: null, timestamp: 6 },
    { value: '', timestamp: 7 },
  ])
  const { body } = await at.consumer.post('consume', { topic_id: 'logs', start: 'earliest' })
  const message = { topic_id: 'logs', partition_id: 0, user: 'anonymous', op: 'Insert', key: null }
  assert.deepEqual(body, {
    messages: [
      { ...message, offset: 0, payload: base64('no JSON'), timestamp_ms: START_MS },
      { ...message, offset: 1, payload: base64('{"é":1}'), timestamp_ms: START_MS },
      { ...message, offset: 2, payload: base64('1'), timestamp_ms: 5, key: 'kéy"' },
      { ...message, offset: 3, payload: '', timestamp_ms: 6, op: 'Delete' },
      { ...message, offset: 4, payload: '', timestamp_ms: 7 },
    ],
    next_offset: 5,
    has_more: false,
  })
})

describe('a request', () => {
  const at = { topic_id: 'logs', group_id: 'g' }
  const start = 'start: must be "Latest", "Earliest" or {"Offset": n}'
  const refused: readonly (readonly [endpoint: string, body: unknown, error: RegExp | string])[] = [
    ['consume', {}, /^topic_id: /],
    ['consume', [], /expected object/],
    ['consume', { topic_id: 1 }, /^topic_id: /],
    ['consume', { ...at, group_id: 1 }, /^group_id: /],
    ['consume', { ...at, start: 'Middle' }, start],
    ['consume', { ...at, start: 5 }, start],
    ['consume', { ...at, start: null }, start],
    ['consume', { ...at, start: { Offset: -1 } }, /^start/],
    ['consume', { ...at, start: { Offset: 1, offset: 1 } }, start],
    ['consume', { ...at, limit: -1 }, /^limit: /],
    ['consume', { ...at, limit: 1.5 }, /^limit: /],
    ['consume', { ...at, limit: '5' }, /^limit: /],
    ['consume', { ...at, partition_id: -1 }, /^partition_id: /],
    ['consume', { ...at, partition_id: 2 ** 32 }, /^partition_id: /],
    ['consume', { ...at, partition_id: null }, /^partition_id: /],
    ['consume', { ...at, timeout_seconds: 0.9 }, /^timeout_seconds: /],
    ['consume', { ...at, group_id: 'g'.repeat(256) }, 'group id is 256 characters; the limit is 255'],
    ['ack', { topic_id: 'logs', upto_offset: 1 }, /^group_id: /],
    ['ack', { ...at, group_id: ' ', upto_offset: 1 }, 'group id is empty'],
    ['ack', at, /^upto_offset: /],
    ['ack', { ...at, upto_offset: -1 }, /^upto_offset: /],
    ['ack', { ...at, upto_offset: Number.MAX_SAFE_INTEGER }, /^upto_offset: /],
    ['latest-offsets', {}, /^partitions: /],
    ['latest-offsets', { partitions: Array.from({ length: 10_001 }, () => ({ topic_id: 'logs' })) }, /^partitions: /],
  ]
  it('that is wrong is refused in words that name the field', async () => {
    await using consuming = await startConsuming()
    for (const [endpoint, body, error] of refused) {
      const answer = await consuming.consumer.post(endpoint, body)
      const { error: said, code } = answer.body as { error: string; code: string }
      assert.deepEqual([answer.status, code], [400, 'INVALID_INPUT'], JSON.stringify(body))
      if (typeof error === 'string') assert.equal(said, error)
      else assert.match(said, error)
    }
  })

  it('may hold what is not known, and numbers as large as KalamDB takes them', async () => {
    await using consuming = await startConsuming()
    await consuming.produce([{ value: '' }])
    const huge = '18446744073709551615'
    const body = `{"topic_id":"logs","group_id":null,"start":"EARLIEST","limit":${huge},"timeout_seconds":${huge},"other":[]}`
    const { authorization } = consuming.consumer
    const sent = { method: 'POST', body, headers: { authorization } }
    const answer = await consuming.api.ask('/v1/api/topics/consume', sent)
    assert.equal((answer.body as { next_offset: number }).next_offset, 1)
    const ack = { ...at, upto_offset: Number.MAX_SAFE_INTEGER - 1, other: 1 }
    assert.deepEqual((await consuming.consumer.post('ack', ack)).body, { success: true, acknowledged_offset: ack.upto_offset })
  })

  it('that is no JSON is refused in the envelope of topics, without a token in that of SQL', async () => {
    await using consuming = await startConsuming()
    const { authorization } = consuming.consumer
    const broken = await consuming.api.ask('/v1/api/topics/consume', { method: 'POST', body: '{', headers: { authorization } })
    assert.deepEqual([broken.status, Object.keys(broken.body as object)], [400, ['error', 'code']])
    const large = await consuming.api.ask('/v1/api/topics/ack', { method: 'POST', body: ' '.repeat(3_000_000), headers: { authorization } })
    assert.deepEqual([large.status, Object.keys(large.body as object)], [413, ['error', 'code']])
    const nobody = await consuming.api.ask('/v1/api/topics/consume', { method: 'POST', body: '{' })
    const { error } = nobody.body as { error: unknown }
    assert.deepEqual([nobody.status, error], [401, { code: 'MISSING_AUTHORIZATION', message: 'Authentication required' }])
  })

  it('of a role that may not is refused before its body is looked at', async () => {
    await using consuming = await startConsuming()
    await consuming.api.ask('/v1/kafka/users', { method: 'POST', json: { name: 'alice', password: 'secret', role: 'user' } })
    const alice = await topicConsumer(consuming.api.url, 'alice:secret')
    for (const [endpoint, doing] of [
      ['consume', 'consumption'],
      ['ack', 'acknowledgment'],
      ['latest-offsets', 'consumption'],
    ] as const) {
      const { status, body } = await alice.post(endpoint, {})
      assert.deepEqual([status, body], [403, { error: `Topic ${doing} requires service, dba, or system role`, code: 'FORBIDDEN' }])
    }
  })
})

/** Sends a consume on a connection of its own, that is never read from. */
function consumeUnread({ api, consumer }: Consuming, json: object) {
  const body = JSON.stringify(json)
  const { port } = new URL(api.url)
  const socket = connect(Number(port), '127.0.0.1').pause()
  socket.on('error', () => {})
  socket.write(
    `POST /v1/api/topics/consume HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${consumer.authorization}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  return socket
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a client that hangs up', () => {
  const request = { topic_id: 'logs', group_id: 'g', start: 'Earliest' }

  it('while it waits claims nothing of what comes', async () => {
    await using at = await startConsuming()
    const socket = consumeUnread(at, { ...request, timeout_seconds: 30 })
    while (at.api.server.storage.waiting() === 0) await turn()
    socket.destroy()
    while (at.api.server.storage.waiting() > 0) await turn()
    await at.produce([{ value: '' }])
    assert.deepEqual(offsetsOf(await at.consumer.consume(request)), [0])
  })

  it('before all of the answer was sent gives its claim back', async () => {
    await using at = await startConsuming()
    const value = Buffer.alloc(4_000_000).toString('base64')
    for (let i = 0; i < 5; i++) await at.produce([{ value }])
    const socket = consumeUnread(at, request)
    const claims = async () => {
      const { body } = await at.api.ask('/v1/kafka/groups/g')
      return (body as { partitions?: readonly { claims: readonly unknown[] }[] }).partitions?.[0]?.claims.length ?? 0
    }
    while ((await claims()) === 0) await turn()
    assert.deepEqual(offsetsOf(await at.consumer.consume(request)), [])
    socket.destroy()
    while ((await claims()) > 0) await turn()
    assert.deepEqual(offsetsOf(await at.consumer.consume({ ...request, limit: 1 })), [0])
  })
})

test('two consumers of a group: one dies between poll and acknowledgment, and the other gets what it held', async () => {
  await using at = await startConsuming()
  await at.produce(Array.from({ length: 10 }, () => ({ value: '' })))
  const other = await topicConsumer(at.api.url, 'worker:secret')
  const request = { topic_id: 'logs', group_id: 'g', start: 'Earliest', limit: 5 }
  assert.deepEqual(offsetsOf(await at.consumer.consume(request)), [0, 1, 2, 3, 4])
  assert.deepEqual(offsetsOf(await other.consume(request)), [5, 6, 7, 8, 9])
  assert.deepEqual(offsetsOf(await other.consume(request)), [])
  at.api.clock.advance(CLAIM_MS - 1)
  assert.deepEqual(offsetsOf(await other.consume(request)), [])
  const waiting = other.consume({ ...request, timeout_seconds: 10 })
  while (at.api.server.storage.waiting() === 0) await turn()
  at.api.clock.advance(1)
  assert.deepEqual(offsetsOf(await waiting), [0, 1, 2, 3, 4])
})

test('a trim under a group is told to who trims and to the log, and what it took is counted', async () => {
  await using at = await startConsuming()
  await at.produce(Array.from({ length: 4 }, () => ({ value: '' })))
  await at.consumer.ack({ topic_id: 'logs', group_id: 'g', upto_offset: 0 })
  const trimmed = await at.api.ask('/v1/kafka/topics/logs/partitions/0/records?before_offset=3', { method: 'DELETE' })
  assert.deepEqual((trimmed.body as { moved_groups: unknown }).moved_groups, [{ group_id: 'g', from_offset: 1, to_offset: 3 }])
  const { body } = await at.api.ask('/metrics')
  assert.match(String(body), /^logbrook_group_skipped_records_total 2$/m)
})

test('a message that tells of a change says what was done and by whom', async () => {
  await using at = await startConsuming()
  await at.api.ask('/v1/kafka/users', { method: 'POST', json: { name: 'root', password: 'secret', role: 'dba' } })
  const root = await sqlClient(at.api.url, 'root:secret')
  await root.run('CREATE NAMESPACE app')
  await root.run('CREATE TABLE app.rows (id INT PRIMARY KEY, n INT)')
  await root.run('CREATE TOPIC app.changes')
  for (const operation of ['INSERT', 'UPDATE', 'DELETE']) await root.run(`ALTER TOPIC app.changes ADD SOURCE app.rows ON ${operation}`)
  await root.run('INSERT INTO app.rows VALUES (7, 0)')
  await root.run('UPDATE app.rows SET n = 1')
  await root.run('DELETE FROM app.rows')
  const { messages } = await at.consumer.consume({ topic_id: 'app.changes', start: 'earliest' })
  const said = messages.map(({ op, user, key, payload }) => [op, user, key, JSON.parse(Buffer.from(payload, 'base64').toString())] as const)
  assert.deepEqual(said, [
    ['Insert', 'root', '7', { id: 7, n: 0, _table: 'app:rows' }],
    ['Update', 'root', '7', { id: 7, n: 1, _table: 'app:rows' }],
    ['Delete', 'root', '7', { id: 7, n: 1, _table: 'app:rows', _deleted: true }],
  ])
})
