import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createManualClock } from '@logbrook/kafka/clock'
import { DESCRIPTION_BODY_BYTES_MAX, FETCH_ENTRIES_MAX, JSON_DEPTH_MAX, LONG_POLL_MS_MAX } from '@logbrook/kafka/limits'
import { apiKey, assertRefused, base64, basic, fetchBody, openDoor, OPERATOR, sayRaw } from './door.ts'
import type { Answer, TestDoor } from './door.ts'

const FETCH = '/v1/kafka/fetch'
const T0 = 1_700_000_000_000

/** The one partition of an answer. */
function partitionOf({ status, body }: Answer): Record<string, unknown> {
  assert.equal(status, 200, body)
  const { topics } = JSON.parse(body) as { topics: { partitions: Record<string, unknown>[] }[] }
  return topics[0]!.partitions[0]!
}

function entryAt(partition: number, offset: number) {
  return { partition, fetch_offset: offset, partition_max_bytes: 1000 }
}

/** With an unknown field that makes it `depth` deep. */
function nested(depth: number): string {
  return `{"topics":[],"x":${'['.repeat(depth - 1)}"]"${']'.repeat(depth - 1)}}`
}

function sized(bytes: number): string {
  return `{"topics":[]${' '.repeat(bytes - 13)}}`
}

async function doorWithLogs(body = '[{"n":0},{"n":1},{"n":2}]'): Promise<TestDoor> {
  const door = await openDoor({ clock: createManualClock(T0) })
  await door.createTopic('logs', 2)
  assert.equal((await door.post('/dd/logs/api/v2/logs', body)).status, 200)
  return door
}

test('an answer, to the byte', async () => {
  await using door = await doorWithLogs('[{"n":0},{}]')
  const answer = await door.post(FETCH, fetchBody('logs', 1))
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.headers['content-length'], String(answer.body.length))
  assert.equal(
    answer.body,
    `{"topics":[{"topic":"logs","partitions":[{"partition":0,"error_code":0,"high_watermark":2,"last_stable_offset":2,` +
      `"log_start_offset":0,"records":[{"offset":1,"timestamp":${T0},"key":null,"value":"e30=","headers":[]}]}]}]}`,
  )
})

test('a GET with a body, of any content type or encoding, is answered as a POST is', async () => {
  await using door = await doorWithLogs()
  const expected = (await door.post(FETCH, fetchBody('logs'))).body
  const body = fetchBody('logs')
  for (const asked of [
    { method: 'GET', body },
    { method: 'GET', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    { method: 'POST', body, headers: { 'content-type': 'text/plain' } },
    { method: 'POST', body },
    { method: 'GET', body: gzipSync(body), headers: { 'content-encoding': 'gzip', 'accept-encoding': 'gzip, deflate' } },
  ]) {
    const answer = await door.ask(FETCH, asked)
    assert.equal(answer.status, 200, answer.body)
    assert.equal(answer.body, expected)
  }
})

test('a GET whose body comes in chunks, or after it was asked for, is read too', async () => {
  await using door = await doorWithLogs()
  const body = fetchBody('logs')
  const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  const head = 'GET /v1/kafka/fetch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n'
  const chunked = await sayRaw(door.server.port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`)
  assert.match(chunked, /^HTTP\/1\.1 200 .*"high_watermark":3/s)
  const expected = await sayRaw(door.server.port, `${head}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  assert.match(expected, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 .*"high_watermark":3/s)
})

test('entries answer the request in its order, also when they repeat', async () => {
  await using door = await doorWithLogs()
  const body = {
    topics: [
      { topic: 'logs', partitions: [entryAt(1, 0), entryAt(0, 2), entryAt(0, 0)] },
      { topic: 'nothing', partitions: [entryAt(0, 0)] },
      { topic: 'a/b', partitions: [entryAt(7, 0)] },
      { topic: 'logs', partitions: [entryAt(0, 1)] },
      { topic: 'logs', partitions: [] },
    ],
  }
  const answer = await door.post(FETCH, JSON.stringify(body))
  const { topics } = JSON.parse(answer.body) as {
    topics: { topic: string; partitions: { partition: number; error_code: number; error?: string; records: { offset: number }[] }[] }[]
  }
  assert.deepEqual(
    topics.map(({ topic, partitions }) => [
      topic,
      partitions.map(({ partition, error_code, error, records }) => [partition, error_code, error, records.map(({ offset }) => offset)]),
    ]),
    [
      [
        'logs',
        [
          [1, 0, undefined, []],
          [0, 0, undefined, [2]],
          [0, 0, undefined, [0, 1, 2]],
        ],
      ],
      ['nothing', [[0, 3, 'UNKNOWN_TOPIC_OR_PARTITION', []]]],
      ['a/b', [[7, 3, 'UNKNOWN_TOPIC_OR_PARTITION', []]]],
      ['logs', [[0, 0, undefined, [1, 2]]]],
      ['logs', []],
    ],
  )
})

test('nothing asked for is answered at once, whether or not it may wait', async () => {
  await using door = await doorWithLogs()
  for (const long_poll of [false, true]) {
    assert.equal((await door.post(FETCH, JSON.stringify({ topics: [], long_poll }))).body, '{"topics":[]}')
    const empty = await door.post(FETCH, JSON.stringify({ topics: [{ topic: 'logs', partitions: [] }], long_poll }))
    assert.equal(empty.body, '{"topics":[{"topic":"logs","partitions":[]}]}')
  }
})

test('offsets up to 2^63 − 1 are valid and out of range, exactly', async () => {
  await using door = await doorWithLogs()
  assert.deepEqual(partitionOf(await door.post(FETCH, fetchBody('logs', 3)))['error_code'], 0)
  for (const offset of ['4', '9007199254740992', '9007199254740993', '9223372036854775807', '9.223372036854775807e18', '1e18']) {
    assert.deepEqual(partitionOf(await door.post(FETCH, fetchBody('logs', offset))), {
      partition: 0,
      error_code: 1,
      error: 'OFFSET_OUT_OF_RANGE',
      high_watermark: 3,
      last_stable_offset: 3,
      log_start_offset: 0,
      records: [],
    })
  }
  for (const [offset, shown] of [
    ['9223372036854775808', '9223372036854775808'],
    ['-1', '-1'],
    ['1.5', '1.5'],
    ['"1"', '"1"'],
    ['1e19', '10000000000000000000'],
    ['1e400', 'Infinity'],
    ['null', 'null'],
    ['true', 'true'],
    ['[]', 'an array'],
    ['{}', 'an object'],
    ['1.00000000000000000001', 'NaN'],
  ] as const) {
    assertRefused(await door.post(FETCH, fetchBody('logs', offset)), {
      status: 400,
      code: 'INVALID_REQUEST',
      message: `topics[0].partitions[0].fetch_offset is ${shown}; it must be a whole number from 0 to 9223372036854775807`,
    })
  }
  for (const offset of ['1e0', '1.0', '10e-1', '1.0000000000000000000']) {
    const { records } = partitionOf(await door.post(FETCH, fetchBody('logs', offset))) as { records: { offset: number }[] }
    assert.equal(records[0]!.offset, 1, offset)
  }
})

test('a wrong field is named by its path', async () => {
  await using door = await doorWithLogs()
  const entry = { partition: 0, fetch_offset: 0, partition_max_bytes: 1 }
  const withEntry = (changes: object) => ({ topics: [{ topic: 'logs', partitions: [entry, { ...entry, ...changes }] }] })
  const cases: readonly (readonly [unknown, string])[] = [
    [null, 'the body is null; it must be an object'],
    [[], 'the body is an array; it must be an object'],
    ['x', 'the body is "x"; it must be an object'],
    [{}, 'topics is missing; it must be an array'],
    [{ topics: {} }, 'topics is an object; it must be an array'],
    [{ topics: [1] }, 'topics[0] is 1; it must be an object'],
    [{ topics: [{ partitions: [] }] }, 'topics[0].topic is missing; it must be a string'],
    [{ topics: [{ topic: 3, partitions: [] }] }, 'topics[0].topic is 3; it must be a string'],
    [{ topics: [{ topic: 'logs' }] }, 'topics[0].partitions is missing; it must be an array'],
    [{ topics: [{ topic: 'logs', partitions: ['a'] }] }, 'topics[0].partitions[0] is "a"; it must be an object'],
    [withEntry({ partition: undefined }), 'topics[0].partitions[1].partition is missing; it must be a whole number from 0 to 2147483647'],
    [withEntry({ partition: -1 }), 'topics[0].partitions[1].partition is -1; it must be a whole number from 0 to 2147483647'],
    [withEntry({ partition: 2 ** 31 }), 'topics[0].partitions[1].partition is 2147483648; it must be a whole number from 0 to 2147483647'],
    [
      withEntry({ partition_max_bytes: 0 }),
      'topics[0].partitions[1].partition_max_bytes is 0; it must be a whole number from 1 to 9223372036854775807',
    ],
    [{ topics: [], max_bytes: -1 }, 'max_bytes is -1; it must be a whole number from 0 to 9223372036854775807'],
    [{ topics: [], max_records: '1' }, 'max_records is "1"; it must be a whole number from 0 to 9223372036854775807'],
    [{ topics: [], isolation_level: 'snapshot' }, 'isolation_level is "snapshot"; it must be "read_uncommitted" or "read_committed"'],
    [{ topics: [], long_poll: 'yes' }, 'long_poll is "yes"; it must be true or false'],
    [{ topics: [], long_poll: null }, 'long_poll is null; it must be true or false'],
  ]
  for (const [body, message] of cases) {
    assertRefused(await door.post(FETCH, JSON.stringify(body)), { status: 400, code: 'INVALID_REQUEST', message })
  }
  assert.equal((await door.post(FETCH, fetchBody('logs'))).status, 200)
})

test('unknown fields are ignored, budgets of any size are taken', async () => {
  await using door = await doorWithLogs()
  const more = { client: { name: 'x' }, min_bytes: -1, max_bytes: 0, max_records: 0, isolation_level: 'read_committed' }
  assert.equal(partitionOf(await door.post(FETCH, fetchBody('logs', 0, more)))['error_code'], 0)
  const large = fetchBody('logs').replaceAll('1000000', '9223372036854775807')
  assert.equal((partitionOf(await door.post(FETCH, large))['records'] as unknown[]).length, 3)
  const one = partitionOf(await door.post(FETCH, fetchBody('logs', 0, { max_records: 1 })))
  assert.equal((one['records'] as unknown[]).length, 1)
})

test('what is no JSON object of a reasonable size is refused', async () => {
  await using door = await doorWithLogs()
  for (const body of ['', '{', '{}x', "{'topics':[]}", '{"topics":[],}', '\ufeff{"topics":[]}', 'topics=1', '['.repeat(100_000)]) {
    assertRefused(await door.post(FETCH, body), { status: 400, code: 'INVALID_REQUEST', message: /body/ })
  }
  assertRefused(await door.ask(FETCH), { status: 400, code: 'INVALID_REQUEST', message: /empty/ })
  const invalid = Buffer.concat([Buffer.from('{"topics":[],"x":"'), Buffer.from([0xff]), Buffer.from('"}')])
  assertRefused(await door.post(FETCH, invalid), { status: 400, code: 'INVALID_REQUEST', message: /UTF-8/ })

  assert.equal((await door.post(FETCH, nested(JSON_DEPTH_MAX))).status, 200)
  assertRefused(await door.post(FETCH, nested(JSON_DEPTH_MAX + 1)), {
    status: 400,
    code: 'INVALID_REQUEST',
    message: 'the body nests deeper than the limit of 512',
  })

  assert.equal((await door.post(FETCH, sized(DESCRIPTION_BODY_BYTES_MAX))).status, 200)
  const large = await door.post(FETCH, sized(DESCRIPTION_BODY_BYTES_MAX + 1))
  assertRefused(large, { status: 413, code: 'PAYLOAD_TOO_LARGE', message: /4194304/ })
  assert.equal((await door.post(FETCH, fetchBody('logs'))).status, 200)
})

test('ten thousand partitions can be asked in one fetch, not one more', async () => {
  await using door = await doorWithLogs()
  const fetchOf = (count: number) =>
    door.post(FETCH, JSON.stringify({ topics: [{ topic: 'logs', partitions: Array(count).fill(entryAt(0, 2)) }] }))
  const answer = await fetchOf(FETCH_ENTRIES_MAX)
  assert.equal(answer.status, 200)
  const { topics } = JSON.parse(answer.body) as { topics: { partitions: { records: unknown[] }[] }[] }
  assert.equal(topics[0]!.partitions.length, FETCH_ENTRIES_MAX)
  assert.ok(topics[0]!.partitions.every(({ records }) => records.length === 1))
  const message = 'topics has 10001 entries; the limit is 10000'
  assertRefused(await fetchOf(FETCH_ENTRIES_MAX + 1), { status: 400, code: 'INVALID_REQUEST', message })
  const empty = Array.from({ length: FETCH_ENTRIES_MAX + 1 }, () => ({ topic: 'logs', partitions: [] }))
  assertRefused(await door.post(FETCH, JSON.stringify({ topics: empty })), { status: 400, code: 'INVALID_REQUEST', message })
})

test('other methods are not taken', async () => {
  await using door = await doorWithLogs()
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const answer = await door.ask(FETCH, { method, body: fetchBody('logs') })
    assertRefused(answer, {
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
      message: `/v1/kafka/fetch does not take ${method}; it takes GET and POST`,
    })
    assert.equal(answer.headers.allow, 'GET, POST')
  }
})

test('credentials are Basic, in UTF-8, and the password may hold colons', async () => {
  await using door = await openDoor({ authentication: 'required' })
  await door.createTopic('logs')
  await door.server.broker.users.create(OPERATOR, { name: 'jürgen', password: 'a:ü:b', role: 'user' })
  const encoded = Buffer.from('jürgen:a:ü:b').toString('base64')
  for (const authorization of [`Basic ${encoded}`, `basic ${encoded}`, `BASIC  ${encoded}`]) {
    assert.equal((await door.post(FETCH, fetchBody('logs'), { authorization })).status, 200, authorization)
  }
  const wrong: readonly Readonly<Record<string, string>>[] = [
    {},
    { authorization: '' },
    { authorization: 'Basic' },
    { authorization: 'Basic !' },
    { authorization: `Bearer ${encoded}` },
    { authorization: `Basic ${base64('no colon')}` },
    { authorization: `Basic ${base64(':')}` },
    { authorization: `Basic ${Buffer.from('jürgen:a:ü:b', 'latin1').toString('base64')}` },
    basic('jürgen', 'a:ü'),
    basic('nobody', 'a:ü:b'),
    apiKey('jürgen', 'a:ü:b'),
  ]
  for (const headers of wrong) {
    const answer = await door.post(FETCH, 'no JSON', headers)
    assertRefused(answer, { status: 401, code: 'SASL_AUTHENTICATION_FAILED', message: /./ })
    assert.equal(answer.headers['www-authenticate'], 'Basic realm="logbrook", charset="UTF-8"')
  }
  assert.equal((await door.post(FETCH, fetchBody('logs'), basic('jürgen', 'a:ü:b'))).status, 200)
})

test('where credentials are optional, none are anonymous and wrong ones are refused', async () => {
  await using door = await openDoor({ authentication: 'optional' })
  await door.createTopic('logs')
  assert.equal((await door.post(FETCH, fetchBody('logs'))).status, 200)
  assert.equal((await door.post(FETCH, fetchBody('logs'), basic('nobody', 'x'))).status, 401)
  assert.equal((await door.post(FETCH, fetchBody('logs'), { authorization: 'Basic' })).status, 401)
  assert.equal((await door.post(FETCH, fetchBody('logs'), { 'dd-api-key': 'x' })).status, 200)
})

test('a topic that may not be read looks the same whether or not it exists', async () => {
  await using door = await openDoor({ acls: true })
  await door.createTopic('logs')
  for (const topic of ['logs', 'missing']) {
    assert.deepEqual(partitionOf(await door.post(FETCH, fetchBody(topic))), {
      partition: 0,
      error_code: 29,
      error: 'TOPIC_AUTHORIZATION_FAILED',
      high_watermark: -1,
      last_stable_offset: -1,
      log_start_offset: -1,
      records: [],
    })
  }
})

test('a long poll waits for a record and hands it out', async () => {
  await using door = await doorWithLogs()
  const waiting = door.post(FETCH, fetchBody('logs', 3, { long_poll: true }))
  await untilWaiting(door, 1)
  const { topic } = await door.server.broker.topics.describe(OPERATOR, 'logs')
  const body = Buffer.from('[{"n":3}]')
  await door.server.storage.log.append({
    topicId: topic.id,
    partition: 0,
    records: { kind: 'verbatim', body, ranges: Int32Array.of(1, 8) },
    timestampMs: T0,
  })
  const { records } = partitionOf(await waiting) as { records: { value: string }[] }
  assert.deepEqual(
    records.map(({ value }) => value),
    [base64('{"n":3}')],
  )
  assert.equal(door.server.storage.waiting(), 0)
})

test('a long poll ends at its time, and when its topic goes', async () => {
  const clock = createManualClock(T0)
  await using door = await openDoor({ clock })
  await door.createTopic('logs')
  const first = door.post(FETCH, fetchBody('logs', 0, { long_poll: true }))
  await untilWaiting(door, 1)
  clock.advance(LONG_POLL_MS_MAX)
  assert.equal(partitionOf(await first)['error_code'], 0)

  const second = door.post(FETCH, fetchBody('logs', 0, { long_poll: true }))
  await untilWaiting(door, 1)
  await door.server.broker.topics.delete(OPERATOR, 'logs')
  assert.equal(partitionOf(await second)['error_code'], 3)
  assert.equal(door.server.storage.waiting(), 0)
})

test('a client that hangs up frees its wait', async (t: TestContext) => {
  await using door = await doorWithLogs()
  const sent = request({ host: '127.0.0.1', port: door.server.port, path: FETCH, method: 'POST' })
  const hungUp = new Promise((resolve) => sent.on('error', resolve))
  sent.end(fetchBody('logs', 3, { long_poll: true }))
  await untilWaiting(door, 1)
  sent.destroy(new Error('hung up'))
  await hungUp
  await untilWaiting(door, 0)
  t.assert.equal(door.server.storage.waiting(), 0)
})

/** A wait begins some turns after its request was sent; the test's own limit ends a wait that never does. */
async function untilWaiting(door: TestDoor, count: number): Promise<void> {
  while (door.server.storage.waiting() !== count) await new Promise((resolve) => setImmediate(resolve))
}

test('a failure inside is a storage error in the words of this surface', async (t: TestContext) => {
  await using door = await doorWithLogs()
  const broken = t.mock.method(door.server.storage.log, 'topic', () => Promise.reject(new TypeError('secret')))
  assertRefused(await door.post(FETCH, fetchBody('logs')), {
    status: 500,
    code: 'KAFKA_STORAGE_ERROR',
    message: 'the broker failed in a way it did not expect; its log says more',
  })
  broken.mock.restore()
  assert.equal((await door.post(FETCH, fetchBody('logs'))).status, 200)
})
