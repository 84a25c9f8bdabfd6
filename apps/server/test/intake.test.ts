import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createManualClock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import { REQUEST_BODY_BYTES_MAX, STORAGE_TIMEOUT_MS, TOPIC_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { apiKey, base64, basic, fetchBody, openDoor, OPERATOR } from './door.ts'
import type { Answer, TestDoor } from './door.ts'

const LOGS = '/dd/logs/api/v2/logs'

/** A Datadog error, exactly. */
function assertRefused({ status, headers, body }: Answer, expected: { status: number; code: string; message: string | RegExp }): void {
  assert.equal(status, expected.status, body)
  assert.equal(headers['content-type'], 'application/json')
  const { code, message, errors } = JSON.parse(body) as { code: string; message: string; errors: unknown }
  assert.equal(code, expected.code)
  if (typeof expected.message === 'string') assert.equal(message, expected.message)
  else assert.match(message, expected.message)
  const titles: Record<number, string> = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 413: 'Payload Too Large' }
  assert.deepEqual(errors, [{ status: String(status), title: titles[status] ?? 'Internal Server Error', detail: message }])
}

async function valuesOf(door: TestDoor, topic: string): Promise<readonly string[]> {
  const { body } = await door.post('/v1/kafka/fetch', fetchBody(topic))
  const { topics } = JSON.parse(body) as { topics: { partitions: { records: { value: string }[] }[] }[] }
  return topics[0]!.partitions[0]!.records.map(({ value }) => Buffer.from(value, 'base64').toString())
}

/** After whatever went wrong the next good request on the same connection is stored, and nothing else was. */
async function assertNothingStored(door: TestDoor, topic = 'logs'): Promise<void> {
  const before = await door.server.broker.topics.describe(OPERATOR, topic)
  assert.deepEqual(
    before.watermarks.map(({ highWatermark }) => highWatermark),
    before.watermarks.map(() => 0),
  )
  const good = await door.post(`/dd/${topic}/api/v2/logs`, '[{}]')
  assert.equal(good.status, 200)
}

test('a batch is stored as it was sent, and the answer says where', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const elements = ['{"b":1, "a":2}', '{ "n" : 1.0e+2, "n" : 3 }', '{"s":"\\u00e9\\ud800é"}']
  const answer = await door.post(LOGS, `[ ${elements.join(' ,\n')}\t]`)
  assert.equal(answer.status, 200)
  assert.equal(answer.body, '{}')
  assert.equal(answer.headers['content-length'], '2')
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.headers['x-logbrook-partition'], '0')
  assert.equal(answer.headers['x-logbrook-base-offset'], '0')
  assert.deepEqual(await valuesOf(door, 'logs'), elements)
  const next = await door.post('/dd/logs/v1/input', '[{}]')
  assert.equal(next.headers['x-logbrook-base-offset'], '3')
})

test('a probe and an empty array are answered alike, store nothing, and name no place', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  for (const body of ['{}', ' { } ', '[]', '[ ]']) {
    const answer = await door.post(LOGS, body)
    assert.equal(answer.status, 200, body)
    assert.equal(answer.body, '{}')
    assert.equal(answer.headers['content-length'], '2')
    assert.equal(answer.headers['x-logbrook-partition'], undefined)
    assert.equal(answer.headers['x-logbrook-base-offset'], undefined)
  }
  await assertNothingStored(door)
})

test('repeated slashes, a trailing slash, a query and an absolute target are the same path', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  await door.createTopic('a.b_c-1')
  for (const path of [
    '/dd/logs//api/v2/logs',
    '//dd///logs/api/v2/logs/',
    '/dd/logs/v1/input/?ddsource=a',
    '/dd/logs/api/v2/logs?x=/../',
    '/dd/%6cogs/api/v2/logs',
    '/dd/a.b%5Fc-1/v1/input',
    `http://127.0.0.1:${door.server.port}/dd/logs/api/v2/logs`,
  ]) {
    assert.equal((await door.post(path, '[{}]')).status, 200, path)
  }
})

test("Vector's health check is asked what a batch would be asked", async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const answer = await door.ask('/dd/logs/api/v1/validate')
  assert.equal(answer.status, 200)
  assert.equal(answer.body, '{"valid":true}')
  assert.equal((await door.ask('/dd/logs//api/v1/validate/', { method: 'HEAD' })).status, 200)
  const missing = await door.ask('/dd/missing/api/v1/validate')
  assertRefused(missing, { status: 400, code: 'INVALID_TOPIC_EXCEPTION', message: 'there is no topic "missing"' })
})

test("what is no topic name is refused in the intake's own words and routed nowhere else", async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  await door.createTopic('t'.repeat(TOPIC_NAME_LENGTH_MAX))
  assert.equal((await door.post(`/dd/${'t'.repeat(TOPIC_NAME_LENGTH_MAX)}/api/v2/logs`, '[{}]')).status, 200)
  for (const segment of [
    't'.repeat(TOPIC_NAME_LENGTH_MAX + 1),
    '.',
    '..',
    '%2e',
    '%2e%2e',
    '%2E.',
    'a%2Fb',
    'a%00b',
    'a%0d%0ab',
    'a%20b',
    '%c3%a9',
    '%ff',
    '%zz',
    '%',
    'a;b',
    'a:b',
  ]) {
    for (const endpoint of ['api/v2/logs', 'v1/input']) {
      const answer = await door.post(`/dd/${segment}/${endpoint}`, '[{}]')
      assertRefused(answer, { status: 400, code: 'INVALID_TOPIC_EXCEPTION', message: /topic name/ })
    }
  }
  await assertNothingStored(door)
})

test('a topic that does not exist is refused as a name would be', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const answer = await door.post('/dd/nothing-here/api/v2/logs', '[{}]')
  assertRefused(answer, { status: 400, code: 'INVALID_TOPIC_EXCEPTION', message: 'there is no topic "nothing-here"' })
})

test('other methods and other paths under the prefix get 400, never 404, 405, 415 or a redirect', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE']) {
    const answer = await door.ask(LOGS, { method })
    assertRefused(answer, { status: 400, code: 'INVALID_REQUEST', message: `this path takes POST, not ${method}` })
  }
  assert.equal((await door.ask(LOGS, { method: 'HEAD' })).status, 400)
  for (const path of [
    '/dd/logs',
    '/dd/logs/',
    '/dd/logs/api/v2',
    '/dd/logs/api/v2/logs/more',
    '/dd/logs/api/v1/input',
    '/dd/logs/%61pi/v2/logs',
    '/dd/api/v2/logs',
    '/dd/logs/../../v1/kafka/topics',
    '/dd/logs/constructor',
  ]) {
    for (const method of ['GET', 'POST']) {
      const answer = await door.ask(path, { method })
      assertRefused(answer, { status: 400, code: 'INVALID_REQUEST', message: /^there is no such intake/ })
    }
  }
  for (const path of ['/dd', '/dd/', '//dd//']) {
    assert.equal((await door.post(path, '[{}]')).status, 400, path)
  }
  assertRefused(await door.post('/dd/logs/api/v1/validate', '{}'), {
    status: 400,
    code: 'INVALID_REQUEST',
    message: 'this path takes GET, not POST',
  })
  await assertNothingStored(door)
})

test('only JSON is taken, in any case and with any parameters', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonl',
    'application/json2',
    '',
    ';',
    'application',
  ]) {
    const answer = await door.post(LOGS, '[{}]', { 'content-type': type })
    assertRefused(answer, {
      status: 400,
      code: 'INVALID_REQUEST',
      message: `Content-Type is ${JSON.stringify(type)}; it must be application/json`,
    })
  }
  const missing = await door.ask(LOGS, { method: 'POST', body: '[{}]' })
  assertRefused(missing, { status: 400, code: 'INVALID_REQUEST', message: 'Content-Type is missing; it must be application/json' })
  await assertNothingStored(door)
  for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;', 'application/json ; x="y;z"']) {
    assert.equal((await door.post(LOGS, '[{}]', { 'content-type': type })).status, 200, type)
  }
})

test('what is no array of objects is refused whole', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  for (const body of [
    '',
    ' ',
    '[',
    '[{}',
    '[{}] x',
    '[{}][]',
    '[{},]',
    '[1]',
    '["a"]',
    '[[]]',
    '[null]',
    '{"a":1}',
    'null',
    '1',
    '"[]"',
    '[{"a":NaN}]',
    '[{a:1}]',
    '\ufeff[{}]',
    '['.repeat(100_000),
    '[{"a":"\n"}]',
  ]) {
    const answer = await door.post(LOGS, body)
    assertRefused(answer, { status: 400, code: 'INVALID_REQUEST', message: /./ })
  }
  assertRefused(await door.post(LOGS, Buffer.from([0x5b, 0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x5d])), {
    status: 400,
    code: 'INVALID_REQUEST',
    message: /UTF-8/,
  })
  await assertNothingStored(door)
})

test('compressed bodies are taken, other encodings are not', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const refused = await door.post(LOGS, '[{}]', { 'content-encoding': 'br' })
  assertRefused(refused, { status: 400, code: 'INVALID_REQUEST', message: /"br"/ })
  const corrupt = await door.post(LOGS, gzipSync('[{}]').subarray(0, 12), { 'content-encoding': 'gzip' })
  assertRefused(corrupt, { status: 400, code: 'INVALID_REQUEST', message: /./ })
  await assertNothingStored(door)
  assert.equal((await door.post(LOGS, gzipSync('[{"a":1}]'), { 'content-encoding': 'gzip' })).status, 200)
  assert.deepEqual(await valuesOf(door, 'logs'), ['{}', '{"a":1}'])
})

test('a body of 64 MiB is taken, a byte more is refused and seen to be', async () => {
  await using door = await openDoor()
  await door.createTopic('logs', 1, { 'max.message.bytes': REQUEST_BODY_BYTES_MAX })
  const largest = `[{"a":"${'x'.repeat(REQUEST_BODY_BYTES_MAX - 10)}"}]`
  const refused = await door.post(LOGS, ` ${largest}`)
  assertRefused(refused, { status: 413, code: 'PAYLOAD_TOO_LARGE', message: /67108864/ })
  const bomb = await door.post(LOGS, gzipSync(` ${largest}`), { 'content-encoding': 'gzip' })
  assertRefused(bomb, { status: 413, code: 'PAYLOAD_TOO_LARGE', message: /67108864/ })
  await assertNothingStored(door)
  assert.equal((await door.post(LOGS, largest)).status, 200)
})

test('a record too large for its topic is named, and nothing of the request is stored', async () => {
  await using door = await openDoor()
  await door.createTopic('logs', 1, { 'max.message.bytes': 10 })
  const answer = await door.post(LOGS, '[{},{"a":123},{"a":12345}]')
  assertRefused(answer, {
    status: 413,
    code: 'MESSAGE_TOO_LARGE',
    message: 'record 2 is 11 bytes; the limit of topic logs (max.message.bytes) is 10',
  })
  await assertNothingStored(door)
  assert.equal((await door.post(LOGS, '[{"a":1234}]')).status, 200)
})

test('a sender that is refused before it was heard sees why', async () => {
  await using door = await openDoor()
  const body = Buffer.alloc(8 * 1024 * 1024, ' ')
  const answer = await door.post('/dd/missing/api/v2/logs', body)
  assertRefused(answer, { status: 400, code: 'INVALID_TOPIC_EXCEPTION', message: 'there is no topic "missing"' })
  await door.createTopic('logs')
  await assertNothingStored(door)
})

test('where credentials are required, a key decides before anything else', async () => {
  await using door = await openDoor({ authentication: 'required' })
  await door.createTopic('logs')
  await door.server.broker.users.create(OPERATOR, { name: 'jürgen', password: 'a:ü:b', role: 'user' })
  const wrong: readonly Readonly<Record<string, string>>[] = [
    {},
    { 'dd-api-key': '' },
    { 'dd-api-key': ':' },
    { 'dd-api-key': 'no-colon' },
    { 'dd-api-key': 'jürgen:a:ü:b' },
    apiKey('jürgen', 'a:ü'),
    apiKey('', 'a:ü:b'),
    apiKey('nobody', 'a:ü:b'),
    basic('jürgen', 'a:ü:b'),
  ]
  for (const headers of wrong) {
    for (const path of [LOGS, '/dd/../v1/input', '/dd/logs/nowhere']) {
      const answer = await door.post(path, 'no JSON', headers)
      assertRefused(answer, { status: 401, code: 'SASL_AUTHENTICATION_FAILED', message: /./ })
      assert.equal(answer.headers['www-authenticate'], undefined)
    }
  }
  assert.equal((await door.post(LOGS, '[{}]', apiKey('jürgen', 'a:ü:b'))).status, 200)
  assert.equal((await door.post(LOGS, '[{}]', { ...apiKey('jürgen', 'a:ü:b'), ...basic('x', 'y') })).status, 200)
})

test('where credentials are optional, a wrong key is as good as none', async () => {
  await using door = await openDoor({ authentication: 'optional', acls: true })
  await door.createTopic('logs')
  await door.server.broker.users.create(OPERATOR, { name: 'writer', password: 'right', role: 'user' })
  await allow(door, 'User:writer', 'WRITE')
  assert.equal((await door.post(LOGS, '[{}]', apiKey('writer', 'right'))).status, 200)
  for (const headers of [{}, { 'dd-api-key': 'malformed' }, apiKey('writer', 'wrong')]) {
    const answer = await door.post(LOGS, '[{}]', headers)
    assertRefused(answer, {
      status: 403,
      code: 'TOPIC_AUTHORIZATION_FAILED',
      message: /User:ANONYMOUS/,
    })
  }
  await allow(door, 'User:ANONYMOUS', 'WRITE')
  assert.equal((await door.post(LOGS, '[{}]', apiKey('writer', 'wrong'))).status, 200)
})

test('who may not write is told so before the topic is looked for, the headers or the body', async () => {
  await using door = await openDoor({ acls: true })
  await door.createTopic('logs')
  for (const topic of ['logs', 'missing']) {
    const answer = await door.post(`/dd/${topic}/api/v2/logs`, 'no JSON', { 'content-type': 'text/plain', 'content-encoding': 'br' })
    assertRefused(answer, { status: 403, code: 'TOPIC_AUTHORIZATION_FAILED', message: /WRITE/ })
  }
  const unnamed = await door.post('/dd/%2e%2e/api/v2/logs', '')
  assertRefused(unnamed, { status: 400, code: 'INVALID_TOPIC_EXCEPTION', message: /topic name/ })
})

test('what senders need that know less is off until configured', async () => {
  const paths = ['/api/v2/logs', '/v1/input', '//api/v2/logs/?dd-api-key=1']
  {
    await using door = await openDoor()
    await door.createTopic('logs')
    for (const path of paths) assert.equal((await door.post(path, '[{}]')).status, 404, path)
    assertRefused(await door.post(LOGS, '{"a":1}'), {
      status: 400,
      code: 'INVALID_REQUEST',
      message: 'the body is an object; it must be an array of objects, or {} as a probe',
    })
  }
  await using door = await openDoor({ intake: { successStatus: 202, rootTopic: 'logs', bareObject: true } })
  await door.createTopic('logs')
  for (const path of paths) assert.equal((await door.post(path, '[{"a":0}]')).status, 202, path)
  assert.equal((await door.post(LOGS, ' {"a": 1} ')).status, 202)
  assert.equal((await door.post(LOGS, '{}')).status, 202)
  assert.deepEqual(await valuesOf(door, 'logs'), ['{"a":0}', '{"a":0}', '{"a":0}', '{"a": 1}'])
  const refused = await door.ask('/v1/input', { method: 'PUT' })
  assertRefused(refused, { status: 400, code: 'INVALID_REQUEST', message: 'this path takes POST, not PUT' })
})

test('a batch goes to one partition, and partitions take turns', async () => {
  await using door = await openDoor()
  await door.createTopic('logs', 3)
  const large = `[{"a":"${'x'.repeat(1024 * 1024)}"}]`
  const partitions: (string | string[] | undefined)[] = []
  for (let i = 0; i < 4; i++) partitions.push((await door.post(LOGS, large)).headers['x-logbrook-partition'])
  assert.deepEqual(partitions, ['0', '1', '2', '0'])
})

test('whatever fails inside is a storage error, and a mistake of ours keeps its words to itself', async (t: TestContext) => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const { log } = door.server.storage
  const broken = t.mock.method(log, 'append', () => Promise.reject(new TypeError('secret')))
  assertRefused(await door.post(LOGS, '[{}]'), {
    status: 500,
    code: 'KAFKA_STORAGE_ERROR',
    message: 'the broker failed in a way it did not expect; its log says more',
  })
  broken.mock.mockImplementation(() => Promise.reject(new KafkaError('UNKNOWN_SERVER_ERROR', 'it broke')))
  assertRefused(await door.post(LOGS, '[{}]'), { status: 500, code: 'KAFKA_STORAGE_ERROR', message: 'it broke' })
  broken.mock.mockImplementation(() => Promise.reject(new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', 'it was deleted')))
  assertRefused(await door.post(LOGS, '[{}]'), { status: 400, code: 'INVALID_TOPIC_EXCEPTION', message: 'it was deleted' })
  broken.mock.restore()
  await assertNothingStored(door)
})

test('a log that does not answer is given up in time', async (t: TestContext) => {
  const clock = createManualClock()
  await using door = await openDoor({ clock })
  await door.createTopic('logs')
  const { log } = door.server.storage
  const asked = Promise.withResolvers<void>()
  const stuck = t.mock.method(log, 'append', () => {
    asked.resolve()
    return new Promise<never>(() => {})
  })
  const answer = door.post(LOGS, '[{}]')
  await asked.promise
  clock.advance(STORAGE_TIMEOUT_MS)
  assertRefused(await answer, {
    status: 500,
    code: 'KAFKA_STORAGE_ERROR',
    message: `the broker did not finish within ${STORAGE_TIMEOUT_MS} ms; whether the records were kept is not known`,
  })
  stuck.mock.restore()
  await assertNothingStored(door)
})

async function allow(door: TestDoor, principal: `User:${string}`, operation: 'READ' | 'WRITE'): Promise<void> {
  await door.server.broker.permissions.add(OPERATOR, [
    { resourceType: 'TOPIC', resourceName: 'logs', patternType: 'LITERAL', principal, host: '*', operation, permissionType: 'ALLOW' },
  ])
}

test('a value is what fetch hands out, in base64', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  await door.post(LOGS, '[{"é":1}]')
  const { body } = await door.ask('/v1/kafka/fetch_single_record?topic=logs&partition=0&offset=0')
  assert.equal((JSON.parse(body) as { value: string }).value, base64('{"é":1}'))
})
