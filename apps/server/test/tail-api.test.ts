import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { TAIL_IDLE_MS, TAIL_PARTITIONS_MAX } from '@logbrook/kafka/limits'
import { refusalOf, START_MS, startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'
import { openTail } from './tail-reader.ts'
import type { TailReader } from './tail-reader.ts'

let api: TestServer
before(async () => void (api = await startTestServer()))
after(() => api.close())

let topics = 0

async function topicOf(partitions = 1, server = api): Promise<string> {
  const name = `tailed-${topics++}`
  const { status } = await server.ask('/v1/kafka/topics', { method: 'POST', json: { name, partitions } })
  assert.equal(status, 201)
  return name
}

async function send(topic: string, value: string, partition = 0, server = api): Promise<void> {
  const { status } = await server.ask(`/v1/kafka/topics/${topic}/records?partition=${partition}`, { method: 'POST', body: value })
  assert.equal(status, 200)
}

function tail(topic: string, query = '', headers: Record<string, string> = {}, server = api): Promise<TailReader> {
  return openTail(`${server.url}/v1/kafka/topics/${topic}/tail${query}`, headers)
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** The block of one record. */
function event(id: string, partition: number, offset: number, value: string): string {
  const record = { partition, offset, timestamp: START_MS, key: null, value: base64(value), headers: [] }
  return `id: ${id}\ndata: ${JSON.stringify(record)}`
}

describe('a tail', () => {
  it('begins at the end and brings each record as it comes, with the token to resume after it', async () => {
    const topic = await topicOf(2)
    await send(topic, 'before')
    await using reader = await tail(topic)
    assert.equal(reader.contentType, 'text/event-stream; charset=utf-8')
    assert.equal(await reader.block(), 'retry: 1000\nid: 0:1')
    await send(topic, 'a')
    assert.equal(await reader.block(), event('0:2', 0, 1, 'a'))
    await send(topic, 'b', 1)
    assert.equal(await reader.block(), event('0:2,1:1', 1, 0, 'b'))
  })

  it('begins at the log start when told so', async () => {
    const topic = await topicOf()
    for (const value of ['a', 'b']) await send(topic, value)
    await using reader = await tail(topic, '?from=earliest')
    assert.equal(await reader.block(), 'retry: 1000\nid: 0:0')
    assert.equal(await reader.block(), event('0:1', 0, 0, 'a'))
    assert.equal(await reader.block(), event('0:2', 0, 1, 'b'))
  })

  it('follows only the partitions that are named', async () => {
    const topic = await topicOf(3)
    await using reader = await tail(topic, '?partition=1&partition=2&from=earliest')
    assert.equal(await reader.block(), 'retry: 1000\nid: 1:0')
    for (const partition of [0, 1, 2]) await send(topic, `p${partition}`, partition)
    assert.equal(await reader.block(), event('1:1', 1, 0, 'p1'))
    assert.equal(await reader.block(), event('1:1,2:1', 2, 0, 'p2'))
  })

  it('resumes after any event, by header or by query, also after one of many in a round', async () => {
    const topic = await topicOf(2)
    for (const value of ['a', 'b', 'c']) await send(topic, value)
    await send(topic, 'd', 1)
    const expected = [event('0:3', 0, 2, 'c'), event('0:3,1:1', 1, 0, 'd')]
    for (const resumed of [await tail(topic, '?from=latest', { 'last-event-id': '0:2' }), await tail(topic, '?last_event_id=0:2')]) {
      await using reader = resumed
      assert.equal(await reader.block(), 'retry: 1000\nid: 0:2')
      assert.deepEqual([await reader.block(), await reader.block()], expected)
    }
  })

  it('resumes where it began when it had seen no record', async () => {
    const topic = await topicOf()
    await using first = await tail(topic)
    const token = (await first.block()).split('id: ')[1]!
    await first[Symbol.asyncDispose]()
    await send(topic, 'meanwhile')
    await using second = await tail(topic, '', { 'last-event-id': token })
    await second.block()
    assert.equal(await second.block(), event('0:1', 0, 0, 'meanwhile'))
  })

  it('follows partitions that are added, from their first record on', async () => {
    const topic = await topicOf()
    await using reader = await tail(topic)
    await reader.block()
    await api.ask(`/v1/kafka/topics/${topic}`, { method: 'PATCH', json: { partitions: 2 } })
    await send(topic, 'new', 1)
    // The tail looks for new partitions whenever it wakes.
    await send(topic, 'old', 0)
    assert.deepEqual([await reader.block(), await reader.block()].toSorted(), [event('0:1', 0, 0, 'old'), event('0:1,1:1', 1, 0, 'new')])
  })

  it('is given a sign of life when nothing comes', async () => {
    await using own = await startTestServer()
    const topic = await topicOf(1, own)
    await using reader = await tail(topic, '', {}, own)
    await reader.block()
    await reader.waiting(own)
    own.clock.advance(TAIL_IDLE_MS)
    assert.equal(await reader.block(), ': ping')
  })

  it('ends with a reason when its topic is deleted', async () => {
    const topic = await topicOf()
    await using reader = await tail(topic)
    await reader.block()
    await api.ask(`/v1/kafka/topics/${topic}`, { method: 'DELETE' })
    assert.equal(await reader.block(), 'event: end\ndata: {"reason":"topic_deleted"}')
    assert.equal(await reader.end(), '')
  })

  it('ends with a reason when the broker stops', async () => {
    await using own = await startTestServer()
    const topic = await topicOf(1, own)
    await using reader = await tail(topic, '', {}, own)
    await reader.block()
    await reader.waiting(own)
    const closed = own.close()
    assert.equal(await reader.block(), 'event: end\ndata: {"reason":"closing"}')
    assert.equal(await reader.end(), '')
    await closed
  })

  it('leaves nothing behind when its reader hangs up', async () => {
    await using own = await startTestServer()
    const topic = await topicOf(1, own)
    const reader = await tail(topic, '', {}, own)
    await reader.block()
    await reader.waiting(own)
    assert.equal(await openTails(own), 1)
    await reader[Symbol.asyncDispose]()
    while ((await openTails(own)) > 0) continue
    assert.equal(own.server.storage.waiting(), 0)
  })

  it('reads no further than its reader', async () => {
    await using own = await startTestServer()
    const topic = await topicOf(1, own)
    const value = Buffer.alloc(1024 * 1024, 'x')
    const records = 24
    for (let i = 0; i < records; i++) await own.ask(`/v1/kafka/topics/${topic}/records`, { method: 'POST', body: value })
    await using reader = await tail(topic, '?from=earliest', {}, own)
    await reader.block()
    assert.match(await reader.block(), /^id: 0:1\n/)
    // One reader reads on and is not held up by the one that does not.
    await using other = await tail(topic, '?from=earliest', {}, own)
    for (let i = 0; i <= records; i++) await other.block()
    const fetched = Number(/^logbrook_fetched_records_total\{topic="[^"]*"\} (\d+)$/m.exec(String((await own.ask('/metrics')).body))?.[1])
    assert.ok(fetched < 1.6 * records, `${fetched} records were read, though one reader of two took ${records} and the other 1`)
  })
})

describe('a tail is refused', () => {
  const rows: readonly (readonly [query: string, status: number, code: string])[] = [
    ['?from=middle', 400, 'INVALID_REQUEST'],
    ['?form=earliest', 400, 'INVALID_REQUEST'],
    ['?partition=x', 400, 'INVALID_REQUEST'],
    ['?partition=1', 404, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ['?last_event_id=0-1', 400, 'INVALID_REQUEST'],
    ['?last_event_id=0:9999999999999999', 400, 'INVALID_REQUEST'],
  ]
  for (const [query, status, code] of rows) {
    it(`for ${query}`, async () => {
      const topic = await topicOf()
      assert.deepEqual(refusalOf(await api.ask(`/v1/kafka/topics/${topic}/tail${query}`)).slice(0, 2), [status, code])
    })
  }

  it('for a topic that there is not', async () => {
    assert.deepEqual(refusalOf(await api.ask('/v1/kafka/topics/nowhere/tail')).slice(0, 2), [404, 'UNKNOWN_TOPIC_OR_PARTITION'])
  })

  it(`for more than ${TAIL_PARTITIONS_MAX} partitions, whose token would not fit a header`, async () => {
    const topic = await topicOf(TAIL_PARTITIONS_MAX)
    const reader = await tail(topic)
    assert.equal(await reader.block(), 'retry: 1000\nid: 0:0')
    await reader[Symbol.asyncDispose]()
    await api.ask(`/v1/kafka/topics/${topic}`, { method: 'PATCH', json: { partitions: TAIL_PARTITIONS_MAX + 1 } })
    assert.deepEqual(refusalOf(await api.ask(`/v1/kafka/topics/${topic}/tail`)), [
      400,
      'INVALID_REQUEST',
      `a tail follows at most ${TAIL_PARTITIONS_MAX} partitions; this one would follow ${TAIL_PARTITIONS_MAX + 1}: name some by ?partition=`,
    ])
  })
})

async function openTails(server: TestServer): Promise<number> {
  return Number(/^logbrook_tails_open (\d+)$/m.exec(String((await server.ask('/metrics')).body))?.[1])
}
