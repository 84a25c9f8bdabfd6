import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { PARTITIONS_MAX, TOPIC_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { TOPIC_CONFIG_DEFAULTS } from '@logbrook/kafka/topic-config'
import { problem, refusalOf, START_MS, startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'

interface TopicAnswer {
  readonly id: string
}

const EMPTY = { log_start_offset: 0, high_watermark: 0, last_stable_offset: 0 }

let api: TestServer
before(async () => void (api = await startTestServer()))
after(() => api.close())

async function create(name: string, partitions = 1): Promise<string> {
  const { status, body } = await api.ask('/v1/kafka/topics', { method: 'POST', json: { name, partitions } })
  assert.equal(status, 201)
  return (body as TopicAnswer).id
}

describe('creating a topic', () => {
  it('answers 201 with the whole topic and where it is', async () => {
    const json = { name: 'orders', partitions: 2, config: { 'retention.ms': 60_000, 'max.message.bytes': '1000' } }
    const { status, headers, body } = await api.ask('/v1/kafka/topics', { method: 'POST', json })
    assert.equal(status, 201)
    assert.equal(headers.get('location'), '/v1/kafka/topics/orders')
    const { id } = body as TopicAnswer
    assert.match(id, /^[\w-]{22}$/)
    assert.deepEqual(body, {
      name: 'orders',
      id,
      partitions: [
        { partition: 0, ...EMPTY },
        { partition: 1, ...EMPTY },
      ],
      config: { ...TOPIC_CONFIG_DEFAULTS, 'retention.ms': 60_000, 'max.message.bytes': 1000 },
      created_at: START_MS,
    })
    assert.deepEqual((await api.ask('/v1/kafka/topics/orders')).body, body)
  })

  it('makes one partition where none is asked for', async () => {
    const { body } = await api.ask('/v1/kafka/topics', { method: 'POST', json: { name: 'single' } })
    assert.deepEqual((body as { partitions: unknown }).partitions, [{ partition: 0, ...EMPTY }])
  })

  it('begins its partitions at the offsets that it names', async () => {
    const json = { name: 'moved', partitions: 2, log_start_offsets: [5, 0] }
    const { status, body } = await api.ask('/v1/kafka/topics', { method: 'POST', json })
    assert.equal(status, 201)
    assert.deepEqual((body as { partitions: unknown }).partitions, [
      { partition: 0, log_start_offset: 5, high_watermark: 5, last_stable_offset: 5 },
      { partition: 1, ...EMPTY },
    ])
    assert.deepEqual((await api.ask('/v1/kafka/topics/moved')).body, body)
    const { body: placed } = await api.ask('/v1/kafka/topics/moved/records?partition=0', { method: 'POST', body: 'first' })
    assert.deepEqual(placed, { partition: 0, base_offset: 5, record_count: 1 })
  })

  it('takes a name of the longest length and not one longer', async () => {
    await create('n'.repeat(TOPIC_NAME_LENGTH_MAX))
    const name = 'n'.repeat(TOPIC_NAME_LENGTH_MAX + 1)
    const { status, body } = await api.ask('/v1/kafka/topics', { method: 'POST', json: { name } })
    assert.deepEqual([status, (body as { code: string }).code], [400, 'INVALID_TOPIC_EXCEPTION'])
  })

  const refusals: readonly (readonly [why: string, body: unknown, status: number, code: string, message: RegExp])[] = [
    ['a name that is taken', { name: 'taken' }, 409, 'TOPIC_ALREADY_EXISTS', /taken/],
    ['a name that is not one', { name: 'a/b' }, 400, 'INVALID_TOPIC_EXCEPTION', /"a\/b"/],
    [
      'too few log start offsets',
      { name: 'moved-2', partitions: 2, log_start_offsets: [1] },
      400,
      'INVALID_REQUEST',
      /1 log start offsets/,
    ],
    [
      'a log start offset below 0',
      { name: 'moved-2', log_start_offsets: [-1] },
      400,
      'INVALID_REQUEST',
      /moved-2-0 cannot start at offset -1/,
    ],
    ['no partition', { name: 'none', partitions: 0 }, 400, 'INVALID_PARTITIONS', /0/],
    ['too many partitions', { name: 'wide', partitions: PARTITIONS_MAX + 1 }, 400, 'INVALID_PARTITIONS', /8192/],
    ['an unknown configuration key', { name: 'x', config: { 'retention.msec': 1 } }, 400, 'INVALID_CONFIG', /did you mean retention\.ms\?/],
    ['a configuration value out of range', { name: 'x', config: { 'retention.ms': -2 } }, 400, 'INVALID_CONFIG', /retention\.ms is -2/],
    ['an unknown field', { name: 'x', partition: 4 }, 400, 'INVALID_REQUEST', /^unknown field "partition"; did you mean partitions\?$/],
    ['a field of the wrong type', { name: 'x', partitions: '4' }, 400, 'INVALID_REQUEST', /^partitions: expected number, received string$/],
    ['a missing name', {}, 400, 'INVALID_REQUEST', /^name: expected string, received undefined$/],
    ['no object', [], 400, 'INVALID_REQUEST', /^expected object, received array$/],
  ]
  for (const [why, json, status, code, message] of refusals) {
    it(`refuses ${why}`, async () => {
      if (code === 'TOPIC_ALREADY_EXISTS') await create('taken')
      const refusal = refusalOf(await api.ask('/v1/kafka/topics', { method: 'POST', json }))
      assert.deepEqual(refusal.slice(0, 2), [status, code])
      assert.match(String(refusal[2]), message)
    })
  }

  it('refuses a body that is not said to be JSON, or is not', async () => {
    const body = '{"name":"x"}'
    assert.deepEqual(refusalOf(await api.ask('/v1/kafka/topics', { method: 'POST', body, headers: { 'content-type': 'text/plain' } })), [
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'Content-Type is "text/plain"; it must be application/json',
    ])
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    const [status, code] = refusalOf(await api.ask('/v1/kafka/topics', { method: 'POST', body: '{"name":"x",}', headers }))
    assert.deepEqual([status, code], [400, 'INVALID_REQUEST'])
  })
})

describe('describing and listing topics', () => {
  it('shows watermarks as they are', async () => {
    await create('described', 2)
    await api.ask('/v1/kafka/topics/described/records?partition=1', { method: 'POST', body: 'one' })
    const { body } = await api.ask('/v1/kafka/topics/described')
    assert.deepEqual((body as { partitions: unknown }).partitions, [
      { partition: 0, ...EMPTY },
      { partition: 1, log_start_offset: 0, high_watermark: 1, last_stable_offset: 1 },
    ])
  })

  it('lists topics by name, without watermarks', async () => {
    await using own = await startTestServer()
    for (const name of ['b', 'a']) await own.ask('/v1/kafka/topics', { method: 'POST', json: { name, partitions: 3 } })
    const { status, body } = await own.ask('/v1/kafka/topics')
    const { topics } = body as { topics: { id: string }[] }
    assert.equal(status, 200)
    assert.deepEqual(body, {
      topics: [
        { name: 'a', id: topics[0]?.id, partition_count: 3, created_at: START_MS },
        { name: 'b', id: topics[1]?.id, partition_count: 3, created_at: START_MS },
      ],
    })
  })

  it('answers a missing topic with a problem that says so', async () => {
    const { status, headers, body } = await api.ask('/v1/kafka/topics/nowhere')
    assert.equal(status, 404)
    assert.equal(headers.get('content-type'), 'application/problem+json')
    const meaning = 'this broker has no such topic or partition'
    assert.deepEqual(body, problem(404, 'UNKNOWN_TOPIC_OR_PARTITION', meaning, 'there is no topic "nowhere"'))
  })

  it('refuses query parameters that it does not have', async () => {
    assert.deepEqual(refusalOf(await api.ask('/v1/kafka/topics?limit=3')), [
      400,
      'INVALID_REQUEST',
      'unknown query parameter "limit"; this path takes none',
    ])
  })
})

const alter = (topic: string, json: unknown) => api.ask(`/v1/kafka/topics/${topic}`, { method: 'PATCH', json })

describe('altering a topic', () => {
  it('grows it and changes its configuration, and puts a key back', async () => {
    await create('altered')
    const grown = await alter('altered', { partitions: 3, config: { 'retention.ms': 5 } })
    assert.equal(grown.status, 200)
    const { partitions, config } = grown.body as { partitions: unknown[]; config: unknown }
    assert.equal(partitions.length, 3)
    assert.deepEqual(config, { ...TOPIC_CONFIG_DEFAULTS, 'retention.ms': 5 })
    const reset = await alter('altered', { config: { 'retention.ms': null } })
    assert.deepEqual((reset.body as { config: unknown }).config, TOPIC_CONFIG_DEFAULTS)
  })

  it('refuses fewer partitions, unknown keys and unknown fields, and changes nothing', async () => {
    await create('kept', 2)
    const unchanged = (await api.ask('/v1/kafka/topics/kept')).body
    const codes: unknown[] = []
    for (const json of [
      { partitions: 1, config: { 'retention.ms': 5 } },
      { config: { 'retention.m': null } },
      { config: { 'retention.bytes': 'many' } },
      { name: 'other' },
    ]) {
      codes.push(refusalOf(await alter('kept', json)).slice(0, 2))
    }
    assert.deepEqual(codes, [
      [400, 'INVALID_PARTITIONS'],
      [400, 'INVALID_CONFIG'],
      [400, 'INVALID_CONFIG'],
      [400, 'INVALID_REQUEST'],
    ])
    assert.deepEqual((await api.ask('/v1/kafka/topics/kept')).body, unchanged)
  })
})

describe('deleting a topic', () => {
  it('answers 204 without a body; the next of that name is another', async () => {
    const id = await create('deleted')
    await api.ask('/v1/kafka/topics/deleted/records', { method: 'POST', body: 'one' })
    const { status, body } = await api.ask('/v1/kafka/topics/deleted', { method: 'DELETE' })
    assert.deepEqual([status, body], [204, ''])
    assert.equal((await api.ask('/v1/kafka/topics/deleted')).status, 404)
    assert.equal((await api.ask('/v1/kafka/topics/deleted', { method: 'DELETE' })).status, 404)
    assert.notEqual(await create('deleted'), id)
    const again = await api.ask('/v1/kafka/topics/deleted')
    assert.deepEqual((again.body as { partitions: unknown }).partitions, [{ partition: 0, ...EMPTY }])
  })
})

describe('paths that are not there', () => {
  it('answers 404 with a problem', async () => {
    const { status, body } = await api.ask('/v1/kafka/topic')
    assert.equal(status, 404)
    assert.deepEqual(body, problem(404, 'RESOURCE_NOT_FOUND', 'there is no such thing', 'there is nothing at /v1/kafka/topic'))
  })

  it('answers 405 with the methods that are', async () => {
    const { status, headers, body } = await api.ask('/v1/kafka/topics', { method: 'DELETE' })
    assert.equal(status, 405)
    assert.equal(headers.get('allow'), 'GET, POST')
    assert.equal((body as { code: string }).code, 'METHOD_NOT_ALLOWED')
  })
})
