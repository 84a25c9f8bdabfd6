import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import { CLIENT_ID_LENGTH_MAX, HEADER_BYTES_MAX, KEEP_ALIVE_TIMEOUT_MS } from '@logbrook/kafka/limits'
import { createHostRules } from '../src/http/hosts.ts'
import { clientIdOf } from '../src/http/request-log.ts'
import { createLogger } from '../src/logger.ts'
import { StartError } from '../src/start-error.ts'
import { fetchBody, openDoor, sayRaw } from './door.ts'

/** The codes of refusals, by the dialect of the path. */
function codeOf(body: string): string {
  return (JSON.parse(body) as { code: string }).code
}

test("a name that is not this machine's is refused, on the intake in a way that ends a sender's tries", async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const headers = { host: 'evil.example' }
  const message = 'this broker does not go by the name "evil.example"; --allowed-hosts gives it other names than those of this machine'
  const intake = await door.post('/dd/logs/api/v2/logs', '[{}]', headers)
  assert.equal(intake.status, 400)
  assert.deepEqual(JSON.parse(intake.body), {
    code: 'INVALID_REQUEST',
    message,
    errors: [{ status: '400', title: 'Bad Request', detail: message }],
  })
  const fetched = await door.post('/v1/kafka/fetch', fetchBody('logs'), headers)
  assert.equal(fetched.status, 421)
  assert.deepEqual(JSON.parse(fetched.body), { code: 'MISDIRECTED_REQUEST', message })
  const other = await door.ask('/v1/kafka/topics', { headers })
  assert.equal(other.status, 421)
  assert.equal(other.headers['content-type'], 'application/problem+json')
  assert.deepEqual(JSON.parse(other.body), {
    type: 'urn:logbrook:error:MISDIRECTED_REQUEST',
    title: 'the Host header names another server',
    status: 421,
    detail: message,
    code: 'MISDIRECTED_REQUEST',
    message,
  })
  assert.equal((await door.post('/v1/kafka/fetch', fetchBody('logs'))).status, 200)
})

test('names of this machine, and those that were allowed, are accepted', () => {
  const rules = createHostRules({ host: '127.0.0.1', allowedHosts: ['broker.internal', 'fe80::1'] })
  for (const host of ['localhost', 'LOCALHOST:8080', 'a.localhost', '127.0.0.1', '127.0.0.2:1', '[::1]:8080', '[::1]']) {
    assert.ok(rules.accepts(host), host)
  }
  for (const host of ['broker.internal', 'Broker.Internal:80', 'broker.internal.', '[fe80::1]:80', undefined]) {
    assert.ok(rules.accepts(host), host)
  }
  for (const host of ['', 'evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'xlocalhost', '[::2]', '1.1.1.1']) {
    assert.ok(!rules.accepts(host), host)
  }
})

test('beyond loopback names are looked at only where some are given', () => {
  assert.ok(createHostRules({ host: '0.0.0.0', allowedHosts: [] }).accepts('anything'))
  const rules = createHostRules({ host: '0.0.0.0', allowedHosts: ['broker.internal'] })
  assert.ok(rules.accepts('broker.internal'))
  assert.ok(rules.accepts('localhost'))
  assert.ok(!rules.accepts('evil.example'))
})

test('a page of another origin may look, but not write', async () => {
  await using door = await openDoor({ corsOrigins: ['http://friend.example'] })
  await door.createTopic('logs')
  const write = (origin: string) => door.post('/v1/kafka/topics/logs/records', 'raw', { 'content-type': 'text/plain', origin })
  const refused = await write('http://evil.example')
  assert.equal(refused.status, 403)
  assert.equal(codeOf(refused.body), 'POLICY_VIOLATION')
  assert.equal((await write('null')).status, 403)
  assert.equal((await door.ask('/v1/kafka/topics', { headers: { origin: 'http://evil.example' } })).status, 200)
  for (const origin of ['http://friend.example', `http://127.0.0.1:${door.server.port}`])
    assert.equal((await write(origin)).status, 200, origin)
})

test('what is not there is said in the words of our own API', async () => {
  await using door = await openDoor()
  for (const path of [
    '/nowhere',
    '/v1/kafka/nowhere',
    '/v1/kafka/fetch/',
    '/v1//kafka/fetch',
    '/v1/kafka/../kafka/fetch',
    '/x/../dd/logs/v1/input',
  ]) {
    const answer = await door.post(path, '{}')
    assert.equal(answer.status, 404, path)
    assert.equal(answer.headers['content-type'], 'application/problem+json')
    assert.deepEqual(JSON.parse(answer.body), {
      type: 'urn:logbrook:error:RESOURCE_NOT_FOUND',
      title: 'there is no such thing',
      status: 404,
      detail: `there is nothing at ${path}`,
      code: 'RESOURCE_NOT_FOUND',
      message: `there is nothing at ${path}`,
    })
  }
})

test('pages of other origins may call only where they were allowed', async () => {
  {
    await using door = await openDoor()
    const answer = await door.ask('/v1/kafka/fetch', { method: 'OPTIONS', headers: { origin: 'https://a.example' } })
    assert.equal(answer.status, 405)
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
  }
  await using door = await openDoor({ corsOrigins: ['https://a.example'] })
  await door.createTopic('logs')
  const preflight = (origin: string) =>
    door.ask('/dd/logs/api/v2/logs', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } })
  const allowed = await preflight('https://a.example')
  assert.equal(allowed.status, 204)
  assert.equal(allowed.headers['access-control-allow-origin'], 'https://a.example')
  assert.equal((await preflight('https://b.example')).headers['access-control-allow-origin'], undefined)
  const stored = await door.post('/dd/logs/api/v2/logs', '[{}]', { origin: 'https://a.example' })
  assert.equal(stored.status, 200)
  assert.equal(stored.headers['access-control-allow-origin'], 'https://a.example')
  assert.equal(stored.headers['x-logbrook-base-offset'], '0')
  const refused = await door.post('/dd/logs/api/v2/logs', 'x', { origin: 'https://a.example' })
  assert.equal(refused.status, 400)
  assert.equal(codeOf(refused.body), 'INVALID_REQUEST')
  assert.equal(refused.headers['access-control-allow-origin'], 'https://a.example')
  assert.equal((await door.post('/nowhere', '')).status, 404)
  assert.equal((await door.ask('/v1/kafka/fetch', { method: 'PUT' })).status, 405)
})

test('nothing that a client sends becomes a header of an answer', async () => {
  await using door = await openDoor()
  for (const path of [
    '/dd/a%0d%0aSet-Cookie:%20x=1/api/v2/logs',
    '/a%0d%0aSet-Cookie:%20x=1',
    '/v1/kafka/topics/a%0d%0ab:c/partitions/0/records/0',
  ]) {
    const answer = await door.ask(path, { headers: { 'kafka-client-id': 'a' } })
    assert.ok(answer.status >= 400)
    assert.equal(answer.headers['set-cookie'], undefined)
    assert.doesNotMatch(answer.body, /[\r\n]/)
  }
  const split = await sayRaw(door.server.port, 'GET /livez HTTP/1.1\r\nHost: localhost\r\nkafka-client-id: a\rSet-Cookie: x=1\r\n\r\n')
  assert.match(split, /^HTTP\/1\.1 400 /)
  assert.doesNotMatch(split, /set-cookie/i)
})

test('what is no HTTP gets a bare 400 or 431, and the door stays open', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const { port } = door.server
  const bad: readonly (readonly [string, RegExp])[] = [
    ['hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['GET /\\..\\dd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['POST /dd/logs/v1/input HTTP/1.1\r\nHost: a b\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}', /^HTTP\/1\.1 400 /],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nx: ${'x'.repeat(HEADER_BYTES_MAX)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'POST /dd/logs/v1/input HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n[{}]',
      /^HTTP\/1\.1 400 /,
    ],
  ]
  for (const [text, expected] of bad) assert.match(await sayRaw(port, text), expected, text.slice(0, 40))
  const old = await sayRaw(port, 'POST /dd/logs/v1/input HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n[{}]')
  assert.match(old, /^HTTP\/1\.1 200 /)
  assert.equal((await door.post('/dd/logs/v1/input', '[{}]')).headers['x-logbrook-base-offset'], '1')
})

function rawPost(body: string, more = ''): string {
  const headers = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${more}`
  return `POST /dd/logs/v1/input HTTP/1.1\r\n${headers}\r\n${body}`
}

test("headers may fill their limit, and a connection outlives its sender's pool", async () => {
  await using door = await openDoor()
  const line = 'GET /nowhere HTTP/1.1\r\n'
  const fixed = 'Host: localhost\r\nConnection: close\r\nx: '
  const full = (bytes: number) => `${line}${fixed}${'x'.repeat(bytes - fixed.length - '/nowhere'.length)}\r\n\r\n`
  assert.match(await sayRaw(door.server.port, full(HEADER_BYTES_MAX - 100)), /^HTTP\/1\.1 404 /)
  assert.match(await sayRaw(door.server.port, full(HEADER_BYTES_MAX + 100)), /^HTTP\/1\.1 431 /)
  assert.equal((await door.ask('/nowhere')).headers['keep-alive'], `timeout=${KEEP_ALIVE_TIMEOUT_MS / 1000}`)
})

test('requests on one connection are answered in their order', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const said = await sayRaw(
    door.server.port,
    rawPost('[{}]') + rawPost('[1]') + rawPost('[{},{}]') + rawPost('{}', 'Connection: close\r\n'),
  )
  assert.deepEqual(said.match(/HTTP\/1\.1 \d+|base-offset: \d+/g), [
    'HTTP/1.1 200',
    'base-offset: 0',
    'HTTP/1.1 400',
    'HTTP/1.1 200',
    'base-offset: 1',
    'HTTP/1.1 200',
  ])
})

test('each request has a line in the log: what changed or failed by default, the rest when asked for', async () => {
  const clock = createManualClock(1_700_000_000_000)
  for (const level of ['info', 'debug'] as const) {
    const lines: Record<string, unknown>[] = []
    const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }
    const logger = await createLogger({ level, format: 'json', clock, destination })
    {
      await using door = await openDoor({ clock, logger })
      await door.createTopic('logs')
      await door.post('/dd/logs/v1/input?secret=1', '[{}]', { 'kafka-client-id': 'tél' })
      await door.post('/dd/missing/v1/input', '[{}]')
    }
    const requests = lines.filter(({ msg }) => msg === 'request')
    assert.deepEqual(
      requests.map(({ path, status }) => [path, status]),
      level === 'info'
        ? [['/dd/missing/v1/input', 400]]
        : [
            ['/dd/logs/v1/input', 200],
            ['/dd/missing/v1/input', 400],
          ],
    )
    const { durationMs, bytes, ...line } = requests.at(-1)!
    assert.deepEqual(line, {
      level: 30,
      time: 1_700_000_000_000,
      method: 'POST',
      path: '/dd/missing/v1/input',
      status: 400,
      principal: 'User:ANONYMOUS',
      host: '127.0.0.1',
      clientId: 'http-datadog-logs-client',
      msg: 'request',
    })
    assert.ok(typeof durationMs === 'number' && durationMs > 0)
    assert.ok(typeof bytes === 'number' && bytes > 100)
  }
})

test('what a client calls itself is cleaned and cut', () => {
  const path = '/v1/kafka/fetch'
  assert.equal(clientIdOf('x'.repeat(CLIENT_ID_LENGTH_MAX), 'fetch', path), 'x'.repeat(CLIENT_ID_LENGTH_MAX))
  assert.equal(clientIdOf('x'.repeat(CLIENT_ID_LENGTH_MAX + 1), 'fetch', path), 'x'.repeat(CLIENT_ID_LENGTH_MAX))
  assert.equal(clientIdOf('a\u0000b\u001b[31mé', 'fetch', path), 'a?b?[31m?')
  assert.equal(clientIdOf('', 'fetch', path), 'http-fetch-client')
  assert.equal(clientIdOf(undefined, 'fetch', '/v1/kafka/fetch_single_record'), 'http-fetch-single-record-client')
  assert.equal(clientIdOf(undefined, 'datadog', '/dd/logs/v1/input'), 'http-datadog-logs-client')
})

test('a mistake of ours is logged with its stack', async (t) => {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }
  const logger = await createLogger({ level: 'error', format: 'json', clock: createManualClock(), destination })
  await using door = await openDoor({ logger })
  await door.createTopic('logs')
  t.mock.method(door.server.storage.log, 'topic', () => Promise.reject(new TypeError('secret')))
  const answer = await door.post('/dd/logs/v1/input', '[{}]')
  assert.doesNotMatch(answer.body, /secret/)
  assert.equal(lines.length, 1)
  const { stack } = lines[0]!['err'] as { stack: string }
  assert.match(stack, /TypeError: secret\n +at /)
})

test('an address that cannot be listened on is said in a sentence', async () => {
  await using door = await openDoor()
  const { port } = door.server
  await assert.rejects(openDoor({ port }), (error: unknown) => {
    assert.ok(error instanceof StartError)
    assert.equal(error.message, `cannot listen on 127.0.0.1, port ${port}: another program listens there`)
    return true
  })
  await assert.rejects(
    openDoor({ host: '192.0.2.1' }),
    /^StartError: cannot listen on 192\.0\.2\.1, port 0: this machine has no such address$/,
  )
})

test('metrics count what was asked, and forget topics that are gone', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  await door.createTopic('gone')
  await door.post('/dd/logs/v1/input', '[{"a":1},{}]')
  await door.post('/dd/gone/v1/input', '[{}]')
  await door.post('/dd/missing/v1/input', '[{}]')
  await door.post('/v1/kafka/fetch', fetchBody('logs'))
  await door.ask('/nowhere')
  await door.server.broker.topics.delete({ principal: 'User:operator', host: '' }, 'gone')
  const { body } = await door.ask('/metrics')
  const lines = body.split('\n')
  for (const line of [
    'logbrook_http_requests_total{route="/dd/:topic/v1/input",status="200"} 2',
    'logbrook_http_requests_total{route="/dd/:topic/v1/input",status="400"} 1',
    'logbrook_http_requests_total{route="/v1/kafka/fetch",status="200"} 1',
    'logbrook_http_requests_total{route="none",status="404"} 1',
    'logbrook_http_request_duration_seconds_count{route="/v1/kafka/fetch",status="200"} 1',
    'logbrook_produced_records_total{topic="logs"} 2',
    'logbrook_produced_bytes_total{topic="logs"} 9',
    'logbrook_fetched_records_total{topic="logs"} 2',
    'logbrook_fetched_bytes_total{topic="logs"} 9',
    'logbrook_high_watermark{topic="logs",partition="0"} 2',
    'logbrook_log_start_offset{topic="logs",partition="0"} 0',
    'logbrook_long_polls_waiting 0',
    'logbrook_tails_open 0',
    'logbrook_authentication_failures_total 0',
    'logbrook_commit_duration_seconds_count 2',
    'logbrook_checkpoint_duration_seconds_count 0',
    'logbrook_wal_bytes 0',
  ]) {
    assert.ok(lines.includes(line), `${line}\n\n${body}`)
  }
  assert.match(body, /^logbrook_event_loop_delay_seconds\{quantile="0\.99"\} [\d.e-]+$/m)
  assert.match(body, /^logbrook_database_bytes [1-9]\d*$/m)
  assert.doesNotMatch(body, /topic="gone"/)
})
