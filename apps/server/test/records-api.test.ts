import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { BATCH_INFLATED_BYTES_MAX, RECORD_BYTES_MAX, RECORD_HEADERS_MAX, REQUEST_BODY_BYTES_MAX } from '@logbrook/kafka/limits'
import type { NewRecord } from '@logbrook/kafka/record'
import { encodeRecordBatch } from '@logbrook/kafka/record-batch'
import { refusalOf, START_MS, startTestServer } from './own-api-server.ts'
import type { Answer, Ask, TestServer } from './own-api-server.ts'

let api: TestServer
before(async () => void (api = await startTestServer()))
after(() => api.close())

let topics = 0

/** A topic of the test's own, of one partition. */
async function topicOf(config: object = {}): Promise<string> {
  const name = `records-${topics++}`
  const { status } = await api.ask('/v1/kafka/topics', { method: 'POST', json: { name, config } })
  assert.equal(status, 201)
  return name
}

function produce(topic: string, ask: Ask): Promise<Answer> {
  return api.ask(`/v1/kafka/topics/${topic}/records`, { method: 'POST', ...ask })
}

async function recordsOf(topic: string): Promise<readonly object[]> {
  const entry = { partition: 0, fetch_offset: 0, partition_max_bytes: 1e9 }
  const { body } = await api.ask('/v1/kafka/fetch', { method: 'POST', json: { topics: [{ topic, partitions: [entry] }] } })
  return (body as { topics: { partitions: { records: object[] }[] }[] }).topics[0]!.partitions[0]!.records
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('records as JSON', () => {
  it('come back as they were sent', async () => {
    const topic = await topicOf()
    const sent = [
      {
        key: base64('k'),
        value: base64('v'),
        headers: [
          { key: 'h', value: base64('w') },
          { key: '', value: null },
        ],
        timestamp: 12,
      },
      { key: '', value: '', headers: [], timestamp: 0 },
      { value: null },
      {},
    ]
    const { status, body } = await produce(topic, { json: { records: sent } })
    assert.equal(status, 200)
    assert.deepEqual(body, { partition: 0, base_offset: 0, record_count: 4 })
    assert.deepEqual(await recordsOf(topic), [
      { offset: 0, ...sent[0] },
      { offset: 1, ...sent[1] },
      { offset: 2, timestamp: START_MS, key: null, value: null, headers: [] },
      { offset: 3, timestamp: START_MS, key: null, value: null, headers: [] },
    ])
  })

  it('may be none', async () => {
    const { status, body } = await produce(await topicOf(), { json: { records: [] } })
    assert.deepEqual([status, body], [200, { partition: 0, base_offset: null, record_count: 0 }])
  })

  it(`have up to ${RECORD_HEADERS_MAX} headers`, async () => {
    const topic = await topicOf()
    const headers = Array.from({ length: RECORD_HEADERS_MAX + 1 }, () => ({ key: 'h', value: null }))
    const taken = await produce(topic, { json: { records: [{ headers: headers.slice(1) }] } })
    assert.deepEqual(taken.body, { partition: 0, base_offset: 0, record_count: 1 })
    assert.deepEqual(refusalOf(await produce(topic, { json: { records: [{ headers }] } })), [
      400,
      'INVALID_REQUEST',
      `records[0].headers: a record has at most ${RECORD_HEADERS_MAX} headers`,
    ])
    assert.equal((await recordsOf(topic)).length, 1)
  })

  const refusals: readonly (readonly [why: string, json: unknown, message: string])[] = [
    ['base64 without padding', { records: [{}, { value: 'YQ' }] }, 'records[1].value is not standard padded base64'],
    ['base64 of the URL alphabet', { records: [{ key: '-_-_' }] }, 'records[0].key is not standard padded base64'],
    ['base64 with spaces', { records: [{ value: 'YW Jj' }] }, 'records[0].value is not standard padded base64'],
    ['base64 with spare bits', { records: [{ value: 'YR==' }] }, 'records[0].value is not standard padded base64'],
    [
      'a header value that is not base64',
      { records: [{ headers: [{ key: 'h', value: '?' }] }] },
      'records[0].headers[0].value is not standard padded base64',
    ],
    [
      'a header without a value',
      { records: [{ headers: [{ key: 'h' }] }] },
      'records[0].headers[0].value: expected string, received undefined',
    ],
    [
      'a header key that has no UTF-8',
      { records: [{ headers: [{ key: 'a\ud800', value: null }] }] },
      'records[0].headers[0].key: holds half of a surrogate pair, which has no UTF-8',
    ],
    ['an unknown field', { records: [{ Value: '' }] }, 'records[0]: unknown field "Value"; did you mean value?'],
    ['a time before 1970', { records: [{ timestamp: -1 }] }, 'records[0].timestamp: Too small: expected number to be >=0'],
    ['records that are no list', { records: {} }, 'records: expected array, received object'],
    ['no records', {}, 'records: expected array, received undefined'],
  ]
  for (const [why, json, message] of refusals) {
    it(`are refused for ${why}, and nothing is stored`, async () => {
      const topic = await topicOf()
      assert.deepEqual(refusalOf(await produce(topic, { json })), [400, 'INVALID_REQUEST', message])
      assert.deepEqual(await recordsOf(topic), [])
    })
  }

  it('are refused where the body is not JSON or not UTF-8', async () => {
    const topic = await topicOf()
    const headers = { 'content-type': 'application/json' }
    assert.equal((await produce(topic, { body: '{"records":[]', headers })).status, 400)
    assert.deepEqual(refusalOf(await produce(topic, { body: Uint8Array.of(0x22, 0xff, 0x22), headers })), [
      400,
      'INVALID_REQUEST',
      'the body is not UTF-8',
    ])
  })
})

describe('records as lines', () => {
  it('keep their bytes, whatever they are', async () => {
    const topic = await topicOf()
    const body = Buffer.concat([Buffer.from(' {"a": 1} \r\n\n'), Buffer.of(0xff, 0x00), Buffer.from('\nlast')])
    const answer = await produce(topic, { body, headers: { 'content-type': 'Application/X-NDJSON; charset=utf-8' } })
    assert.deepEqual([answer.status, answer.body], [200, { partition: 0, base_offset: 0, record_count: 3 }])
    assert.deepEqual(
      (await recordsOf(topic)).map((record) => (record as { value: string }).value),
      [base64(' {"a": 1} '), Buffer.of(0xff, 0x00).toString('base64'), base64('last')],
    )
  })

  it('may be none', async () => {
    const answer = await produce(await topicOf(), { body: '\n\n', headers: { 'content-type': 'application/x-ndjson' } })
    assert.deepEqual([answer.status, answer.body], [200, { partition: 0, base_offset: null, record_count: 0 }])
  })
})

const plainRecord: NewRecord = { key: null, value: Buffer.from('v'), headers: [], timestampMs: 12 }

function batchOf(...given: readonly Partial<NewRecord>[]): Uint8Array<ArrayBuffer> {
  const records = given.map((parts): NewRecord => Object.assign({}, plainRecord, parts))
  return new Uint8Array(encodeRecordBatch({ baseOffset: 77, records }))
}

const headersOf = (count: number) => ({ headers: Array.from({ length: count }, () => ({ key: 'h', value: null })) })

describe('records as a record batch', () => {
  const headers = { 'content-type': 'application/vnd.kafka.record-batch' }
  it('come back as they were sent, at the offsets of the log', async () => {
    const topic = await topicOf()
    const named = [
      { key: 'h', value: Buffer.from('w') },
      { key: '', value: null },
    ]
    const answer = await produce(topic, {
      body: batchOf({ key: Buffer.of(0xff), headers: named }, { value: null }, { value: Buffer.of() }),
      headers,
    })
    assert.deepEqual([answer.status, answer.body], [200, { partition: 0, base_offset: 0, record_count: 3 }])
    const sent = [
      { key: 'h', value: base64('w') },
      { key: '', value: null },
    ]
    assert.deepEqual(await recordsOf(topic), [
      { offset: 0, timestamp: 12, key: '/w==', value: base64('v'), headers: sent },
      { offset: 1, timestamp: 12, key: null, value: null, headers: [] },
      { offset: 2, timestamp: 12, key: null, value: '', headers: [] },
    ])
  })

  it("get the broker's time where they say none", async () => {
    const topic = await topicOf()
    await produce(topic, { body: batchOf({ timestampMs: -1 }), headers })
    assert.deepEqual(await recordsOf(topic), [{ offset: 0, timestamp: START_MS, key: null, value: base64('v'), headers: [] }])
  })

  it('may be one of the largest size, though its batch is larger than other bodies', async () => {
    const topic = await topicOf({ 'max.message.bytes': RECORD_BYTES_MAX })
    const body = batchOf({ value: Buffer.alloc(RECORD_BYTES_MAX) })
    assert.ok(body.length > REQUEST_BODY_BYTES_MAX)
    assert.equal((await produce(topic, { body, headers })).status, 200)
    const [status, code] = refusalOf(await produce(topic, { body: new Uint8Array(BATCH_INFLATED_BYTES_MAX + 1), headers }))
    assert.deepEqual([status, code], [413, 'PAYLOAD_TOO_LARGE'])
  })

  const flipped = batchOf({})
  flipped[flipped.length - 1]! ^= 1
  const refusals: readonly (readonly [why: string, body: Uint8Array<ArrayBuffer>, message: RegExp])[] = [
    ['a flipped bit', flipped, /^record batch is corrupt at byte \d+: crc/],
    ['a missing end', batchOf({}).subarray(0, -1), /^record batch is corrupt/],
    ['nothing', new Uint8Array(), /^record batch is corrupt/],
    ['two batches', new Uint8Array(Buffer.concat([batchOf({}), batchOf({})])), /^record batch is corrupt/],
    ['a time before 1970', batchOf({}, { timestampMs: -2 }), /^record 1 has the timestamp -2; it must be from 0 on, or -1 for none$/],
    [
      `more than ${RECORD_HEADERS_MAX} headers`,
      batchOf(headersOf(RECORD_HEADERS_MAX), headersOf(RECORD_HEADERS_MAX + 1)),
      /^record 1 has 1001 headers; a record has at most 1000$/,
    ],
  ]
  for (const [why, body, message] of refusals) {
    it(`are refused for ${why}, and nothing is stored`, async () => {
      const topic = await topicOf()
      const [status, code, said] = refusalOf(await produce(topic, { body, headers }))
      assert.deepEqual([status, code], [400, 'INVALID_REQUEST'])
      assert.match(String(said), message)
      assert.deepEqual(await recordsOf(topic), [])
    })
  }
})

describe('a record as a body', () => {
  it('keeps its bytes under any other type, or none', async () => {
    const topic = await topicOf()
    const body = Uint8Array.of(0, 10, 255)
    for (const type of ['application/octet-stream', 'text/plain', 'image/png']) {
      const answer = await produce(topic, { body, headers: { 'content-type': type } })
      assert.equal((answer.body as { record_count: number }).record_count, 1)
    }
    assert.equal((await produce(topic, { body })).status, 200)
    assert.deepEqual(
      (await recordsOf(topic)).map((record) => (record as { value: string }).value),
      Array.from({ length: 4 }, () => 'AAr/'),
    )
  })

  it('may be empty', async () => {
    const topic = await topicOf()
    await produce(topic, {})
    assert.deepEqual(await recordsOf(topic), [{ offset: 0, timestamp: START_MS, key: null, value: '', headers: [] }])
  })

  const encodings: readonly (readonly [encoding: string, encode: (body: string) => Uint8Array<ArrayBuffer>])[] = [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ]
  for (const [encoding, encode] of encodings) {
    it(`is stored inflated when it comes as ${encoding}`, async () => {
      const topic = await topicOf()
      const answer = await produce(topic, { body: encode('hello'), headers: { 'content-encoding': encoding } })
      assert.equal(answer.status, 200)
      assert.deepEqual(await recordsOf(topic), [{ offset: 0, timestamp: START_MS, key: null, value: base64('hello'), headers: [] }])
    })
  }

  it("is held against the topic's limit", async () => {
    const topic = await topicOf({ 'max.message.bytes': 5 })
    assert.equal((await produce(topic, { body: '12345' })).status, 200)
    assert.deepEqual(refusalOf(await produce(topic, { body: '123456' })), [
      413,
      'MESSAGE_TOO_LARGE',
      `record 0 is 6 bytes; the limit of topic ${topic} (max.message.bytes) is 5`,
    ])
  })

  it('is held against the limit of a request, also inflated', async () => {
    const topic = await topicOf({ 'max.message.bytes': REQUEST_BODY_BYTES_MAX })
    const body = gzipSync(Buffer.alloc(REQUEST_BODY_BYTES_MAX + 1))
    const [status, code] = refusalOf(await produce(topic, { body, headers: { 'content-encoding': 'gzip' } }))
    assert.deepEqual([status, code], [413, 'PAYLOAD_TOO_LARGE'])
    assert.deepEqual(await recordsOf(topic), [])
  })
})

describe('the partition of a request', () => {
  it('is the one that it names', async () => {
    await api.ask('/v1/kafka/topics', { method: 'POST', json: { name: 'chosen', partitions: 3 } })
    const { body } = await api.ask('/v1/kafka/topics/chosen/records?partition=2', { method: 'POST', body: 'x' })
    assert.deepEqual(body, { partition: 2, base_offset: 0, record_count: 1 })
  })

  it('must be one that there is', async () => {
    const topic = await topicOf()
    const refusals = []
    for (const query of ['partition=1', 'partition=-1', 'partition=', 'partition=0&partition=0', 'partitions=0']) {
      refusals.push(refusalOf(await api.ask(`/v1/kafka/topics/${topic}/records?${query}`, { method: 'POST', body: 'x' })).slice(0, 2))
    }
    assert.deepEqual(refusals, [[404, 'UNKNOWN_TOPIC_OR_PARTITION'], ...Array.from({ length: 4 }, () => [400, 'INVALID_REQUEST'])])
  })

  it('is of a topic that there is', async () => {
    assert.deepEqual(refusalOf(await produce('nowhere', { body: 'x' })), [404, 'UNKNOWN_TOPIC_OR_PARTITION', 'there is no topic "nowhere"'])
  })
})
