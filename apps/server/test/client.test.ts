/** The client of our own API against the server. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { decodeRecord, toBase64 } from '@logbrook/client/base64'
import { createClient } from '@logbrook/client/client'
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import type { TailEvent, TailOutcome } from '@logbrook/client/tail'
import { START_MS, startGuardedServer, startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'

let server: TestServer
let client: Client
before(async () => {
  server = await startTestServer()
  client = createClient({ url: `${server.url}/` })
})
after(() => server.close())

function refused(code: string, status: number): (error: unknown) => boolean {
  return (error) => error instanceof LogbrookError && error.code === code && error.status === status && error.message !== ''
}

function valueOf({ record }: TailEvent): string {
  return Buffer.from(record.value ?? '', 'base64').toString()
}

async function take(tail: AsyncGenerator<TailEvent, TailOutcome>, count: number): Promise<readonly TailEvent[]> {
  const events: TailEvent[] = []
  while (events.length < count) {
    const next = await tail.next()
    assert.ok(next.done !== true, `the tail ended: ${JSON.stringify(next.value)}`)
    events.push(next.value)
  }
  return events
}

describe('topics', () => {
  it('are created, listed, described, altered, trimmed and deleted', async () => {
    await client.ready()
    const created = await client.topics.create({ name: 'life', partitions: 2, config: { 'retention.ms': 5 } })
    assert.deepEqual(await client.topics.describe('life'), created)
    assert.equal((await client.topics.list()).find(({ name }) => name === 'life')?.partition_count, 2)
    const altered = await client.topics.alter('life', { partitions: 3, config: { 'retention.ms': null } })
    assert.equal(altered.partitions.length, 3)
    await client.produceLines('life', 'a\nb\n', { partition: 2 })
    assert.deepEqual(
      (await client.topics.offsets('life', START_MS)).map(({ offset, timestamp }) => [offset, timestamp]),
      [
        [0, null],
        [0, null],
        [0, START_MS],
      ],
    )
    assert.equal((await client.topics.offsets('life'))[2]?.offset, 2)
    assert.equal((await client.topics.trim('life', 2, 1)).log_start_offset, 1)
    await client.topics.delete('life')
    await assert.rejects(client.topics.describe('life'), refused('UNKNOWN_TOPIC_OR_PARTITION', 404))
  })

  it('whose names are not legal do not reach another path', async () => {
    await assert.rejects(client.topics.describe('../users?x=#'), refused('INVALID_TOPIC_EXCEPTION', 400))
    await assert.rejects(client.topics.describe('..'), LogbrookError)
  })
})

describe('records', () => {
  it('go in by three forms and come out by fetch and one by one', async () => {
    await client.topics.create({ name: 'forms' })
    assert.deepEqual(await client.produce('forms', [{ key: toBase64('k'), value: toBase64('v'), timestamp: 5 }]), {
      partition: 0,
      base_offset: 0,
      record_count: 1,
    })
    assert.equal((await client.produceLines('forms', 'one\ntwo')).record_count, 2)
    assert.equal((await client.produceValue('forms', Uint8Array.of(1, 2))).base_offset, 3)
    const { topics } = await client.fetch({
      topics: [{ topic: 'forms', partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1000 }] }],
    })
    const records = topics[0]!.partitions[0]!.records
    assert.deepEqual(
      records.map(({ value }) => value),
      ['v', 'one', 'two', '\u0001\u0002'].map(toBase64),
    )
    const first = await client.record({ topic: 'forms', partition: 0, offset: 0 })
    assert.deepEqual(first, records[0])
    assert.deepEqual(decodeRecord(first).key, Uint8Array.of(107))
    await assert.rejects(client.record({ topic: 'forms', partition: 0, offset: 4 }), refused('OFFSET_OUT_OF_RANGE', 404))
  })

  it('are compressed when there are many', async () => {
    const sent: RequestInit[] = []
    const observed = createClient({
      url: server.url,
      fetch: (input, init) => {
        sent.push(init!)
        return fetch(input, init)
      },
    })
    await client.topics.create({ name: 'compressed' })
    const lines = 'a line that repeats itself\n'.repeat(100)
    await observed.produceLines('compressed', 'short')
    await observed.produceLines('compressed', lines)
    const encodings = sent.map(({ headers }) => (headers as Record<string, string>)['content-encoding'])
    assert.deepEqual(encodings, [undefined, 'gzip'])
    assert.equal(gunzipSync(sent[1]!.body as Uint8Array).toString(), lines)
    assert.equal((await client.topics.offsets('compressed'))[0]?.offset, 101)
  })

  it('may be waited for, until the caller does not want them any more', async () => {
    await client.topics.create({ name: 'awaited' })
    const hangUp = new AbortController()
    const asked = { topic: 'awaited', partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1000 }] }
    const waiting = client.fetch({ topics: [asked], long_poll: true }, { signal: hangUp.signal })
    while (server.server.storage.waiting() === 0) await client.ready()
    hangUp.abort()
    await assert.rejects(waiting, { name: 'AbortError' })
    while (server.server.storage.waiting() > 0) await client.ready()
  })
})

describe('a tail', () => {
  it('brings records as they come, and ends when its reader says so', async () => {
    await client.topics.create({ name: 'followed', partitions: 2 })
    const hangUp = new AbortController()
    await client.produceValue('followed', 'before', { partition: 0 })
    const tail = client.tail('followed', { from: 'earliest', signal: hangUp.signal })
    assert.deepEqual((await take(tail, 1)).map(valueOf), ['before'])
    await client.produceValue('followed', 'after', { partition: 1 })
    const [event] = await take(tail, 1)
    assert.deepEqual([event!.id, event!.record.partition, event!.record.offset, valueOf(event!)], ['0:1,1:1', 1, 0, 'after'])
    const last = tail.next()
    hangUp.abort()
    assert.deepEqual(await last, { done: true, value: 'aborted' })
    while (server.server.storage.waiting() > 0) await client.ready()
  })

  it('goes on where it was over lost connections, with every record once', async () => {
    await client.topics.create({ name: 'resumed' })
    const cut: AbortController[] = []
    const delays: number[] = []
    const flaky = createClient({
      url: server.url,
      fetch: (input, init) => {
        const connection = new AbortController()
        cut.push(connection)
        return fetch(input, { ...init, signal: connection.signal })
      },
      delay: (delayMs) => {
        delays.push(delayMs)
        return Promise.resolve()
      },
    })
    const tail = flaky.tail('resumed', { from: 'latest' })
    const first = tail.next()
    while (server.server.storage.waiting() === 0) await client.ready()
    // Lost before the first record was seen.
    cut.at(-1)!.abort()
    await client.produceLines('resumed', 'a\nb\nc')
    const events = [(await first) as { value: TailEvent }].map(({ value }) => value)
    events.push(...(await take(tail, 1)))
    // Lost between two records of one round.
    cut.at(-1)!.abort()
    await client.produceLines('resumed', 'd')
    while (events.length < 4) events.push(...(await take(tail, 1)))
    assert.deepEqual(events.map(valueOf), ['a', 'b', 'c', 'd'])
    assert.ok(cut.length >= 2 && delays.length === cut.length - 1)
    assert.equal(delays[0], 250)
    await tail.return('aborted')
  })

  it('says why the broker ended it', async () => {
    await client.topics.create({ name: 'ended' })
    const tail = client.tail('ended')
    const first = tail.next()
    while (server.server.storage.waiting() === 0) await client.ready()
    await client.topics.delete('ended')
    assert.deepEqual(await first, { done: true, value: 'topic_deleted' })
  })

  it('resumes after the event that it is told', async () => {
    await client.topics.create({ name: 'told' })
    await client.produceLines('told', 'a\nb\nc')
    const tail = client.tail('told', { lastEventId: '0:2' })
    assert.deepEqual((await take(tail, 1)).map(valueOf), ['c'])
    await tail.return('aborted')
  })

  it('is refused at once where it may not be', async () => {
    await assert.rejects(client.tail('nowhere').next(), refused('UNKNOWN_TOPIC_OR_PARTITION', 404))
  })

  it('ends when the broker stops and it is not to connect again', async () => {
    await using own = await startTestServer()
    const ownClient = createClient({ url: own.url })
    await ownClient.topics.create({ name: 't' })
    const next = ownClient.tail('t', { reconnect: false }).next()
    while (own.server.storage.waiting() === 0) await ownClient.ready()
    await own.close()
    assert.deepEqual(await next, { done: true, value: 'closing' })
  })
})

describe('users and permissions', () => {
  it('are administered, and asked', async () => {
    await using guarded = await startGuardedServer()
    const admin = createClient({ url: guarded.url, user: 'admin', password: 'secret' })
    await admin.users.create({ name: 'jörg', password: 'pass:wört' })
    await admin.users.put('svc', { password: 'x', role: 'service' })
    assert.equal((await admin.users.alter('svc', { role: 'user' })).role, 'user')
    assert.deepEqual(
      (await admin.users.list()).map(({ name }) => name),
      ['admin', 'jörg', 'svc'],
    )
    await admin.topics.create({ name: 'mine' })
    const asUser = createClient({ url: guarded.url, user: 'jörg', password: 'pass:wört' })
    await assert.rejects(asUser.produceValue('mine', 'x'), refused('TOPIC_AUTHORIZATION_FAILED', 403))
    const binding = { principal: 'User:jörg', operation: 'WRITE', resource_type: 'TOPIC', resource_name: 'mine' } as const
    const [created] = await admin.acls.create([binding])
    assert.deepEqual(await admin.acls.list({ principal: 'User:jörg' }), [created])
    assert.equal((await asUser.produceValue('mine', 'x')).base_offset, 0)
    const { allowed, binding: decided } = await admin.acls.explain(binding)
    assert.deepEqual([allowed, decided], [true, created])
    assert.deepEqual(await admin.acls.delete([{ resource_name: 'mine' }]), [created])
    await admin.users.delete('svc')
    await assert.rejects(admin.users.delete('svc'), refused('RESOURCE_NOT_FOUND', 404))
    await assert.rejects(createClient({ url: guarded.url }).topics.list(), refused('SASL_AUTHENTICATION_FAILED', 401))
  })
})

describe('a broker that does not answer', () => {
  it('is an error that says where it was looked for', async () => {
    await using own = await startTestServer()
    const { url } = own
    await own.close()
    await assert.rejects(createClient({ url }).topics.list(), (error: unknown) => {
      assert.ok(error instanceof LogbrookError)
      assert.deepEqual([error.code, error.status], ['UNREACHABLE', 0])
      assert.match(error.message, new RegExp(`^no Logbrook answers at ${url}: `))
      return true
    })
  })

  it('is an error that says so where another server answers', async () => {
    const other = createClient({
      url: 'http://x',
      fetch: () => Promise.resolve(new Response('<html>', { status: 502, statusText: 'Bad Gateway' })),
    })
    await assert.rejects(other.topics.list(), {
      code: 'UNKNOWN_SERVER_ERROR',
      status: 502,
      message: 'HTTP 502 Bad Gateway, not from Logbrook',
    })
  })
})
