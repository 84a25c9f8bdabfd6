/** WebSockets over a real port: who is let in, how a connection is kept and how it ends (contract 7.1 to 7.3, 7.6). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import {
  ACCESS_TOKEN_MS,
  AUTH_REQUESTS_PER_SECOND_MAX,
  TOKEN_LEEWAY_MS,
  WEBSOCKET_AUTHENTICATION_MS_MAX,
  WEBSOCKET_HEARTBEAT_MS,
  WEBSOCKET_MESSAGE_BYTES_MAX,
  WEBSOCKET_MESSAGES_PER_SECOND_MAX,
} from '@logbrook/kafka/limits'
import { LiveClient, liveClient } from './live-client.ts'
import { OPERATOR, startLive } from './live-server.ts'
import type { LiveServer } from './live-server.ts'
import { ask } from './own-api-server.ts'

const ALICE = {
  type: 'auth_success',
  user: 'alice',
  user_id: 'alice',
  role: 'user',
  protocol: { serialization: 'json', compression: 'gzip' },
}

function authenticate(authorization: string, more: object = {}): object {
  return { type: 'authenticate', method: 'jwt', token: authorization.replace('Bearer ', ''), ...more }
}

/** The status of what does not become a WebSocket. */
async function refusal(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly [status: number, body: string]> {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const asked = request(`${url}${path}`, { headers: { ...upgrade, ...headers } }).end()
  const { promise, resolve, reject } = Promise.withResolvers<readonly [number, string]>()
  asked.on('error', reject)
  asked.on('upgrade', (_, socket) => {
    socket.destroy()
    resolve([101, ''])
  })
  asked.on('response', (response) => {
    void response.toArray().then((chunks) => resolve([response.statusCode!, Buffer.concat(chunks as Buffer[]).toString()]))
  })
  return await promise
}

/** A ping of so many bytes. */
function padded(bytes: number): string {
  return `{"type":"ping","x":"${'x'.repeat(bytes - '{"type":"ping","x":""}'.length)}"}`
}

/** Turns of the event loop in which what was sent arrives: the client's ping has been answered. */
async function settled({ socket }: LiveClient): Promise<void> {
  socket.ping()
  await once(socket, 'pong')
}

describe('an upgrade', () => {
  test('is one at its path alone; elsewhere the answer is the usual one', async () => {
    await using at = await startLive()
    const { url } = at.api
    assert.deepEqual(await refusal(url, '/v1/ws', {}), [101, ''])
    assert.deepEqual(await refusal(url, '//v1/ws', {}), [101, ''])
    assert.deepEqual(await refusal(url, '/livez', {}), [200, JSON.stringify((await at.api.ask('/livez')).body)])
    assert.equal((await refusal(url, '/v1/nothing', {}))[0], 404)
    assert.equal((await refusal(url, '/v1/ws', { upgrade: 'h2c' }))[0], 426)
    const { status, headers } = await at.api.ask('/v1/ws')
    assert.deepEqual([status, headers.get('upgrade')], [426, 'websocket'])
    assert.equal((await ask(`${url}/v1/ws`, { method: 'POST' })).status, 405)
    assert.equal((await refusal(url, '/v1/ws', { 'sec-websocket-version': '7' }))[0], 400)
  })

  test('is held to the rules of hosts and origins', async () => {
    await using at = await startLive({ corsOrigins: ['https://app.example'] })
    const { url } = at.api
    assert.equal((await refusal(url, '/v1/ws', { host: 'evil.example' }))[0], 421)
    const [status, body] = await refusal(url, '/v1/ws', { origin: 'https://evil.example' })
    assert.equal(status, 403)
    assert.match(body, /a page of \\"https:\/\/evil.example\\" may not connect/)
    assert.equal((await refusal(url, '/v1/ws', { origin: 'https://app.example' }))[0], 101)
    assert.equal((await refusal(url, '/v1/ws', { origin: url }))[0], 101)
  })

  test('may come from any page where no origin is named, or all are', async () => {
    for (const corsOrigins of [[], ['*']]) {
      await using at = await startLive({ corsOrigins })
      assert.equal((await refusal(at.api.url, '/v1/ws', { origin: 'https://any.example' }))[0], 101)
    }
  })
})

describe('who is there', () => {
  test('is said by the header, and told without being asked', async () => {
    await using at = await startLive()
    using client = new LiveClient(at.api.url, { authorization: at.alice.authorization })
    assert.deepEqual(await client.next(), ALICE)
  })

  test('is said by a message, with and without a protocol', async () => {
    await using at = await startLive()
    const { authorization } = at.alice
    for (const [protocol, compression] of [
      [{}, 'gzip'],
      [{ protocol: null }, 'gzip'],
      [{ protocol: 'whatever' }, 'gzip'],
      [{ protocol: { serialization: 'msgpack', compression: 'gzip' } }, 'gzip'],
      [{ protocol: { serialization: 'json', compression: 'none' } }, 'none'],
    ] as const) {
      using client = await new LiveClient(at.api.url).opened()
      client.send(authenticate(authorization, protocol))
      assert.deepEqual(await client.next(), { ...ALICE, protocol: { serialization: 'json', compression } })
    }
  })

  test('is said by a subprotocol, which is echoed', async () => {
    await using at = await startLive()
    const protocol = `kalamdb.jwt.${at.alice.authorization.replace('Bearer ', '')}`
    using client = new LiveClient(at.api.url, { protocols: ['other', protocol] })
    assert.deepEqual(await client.next(), ALICE)
    assert.equal(client.socket.protocol, protocol)
    using both = new LiveClient(at.api.url, { protocols: ['kalamdb.jwt.wrong'], authorization: at.alice.authorization })
    assert.deepEqual(await both.next(), ALICE)
    assert.equal(both.socket.protocol, 'kalamdb.jwt.wrong')
  })

  test('is told again to those who say it twice', async () => {
    await using at = await startLive()
    using client = new LiveClient(at.api.url, { authorization: at.alice.authorization })
    await client.opened()
    client.send(authenticate(at.alice.authorization))
    assert.deepEqual([await client.next(), await client.next()], [ALICE, ALICE])
    client.send(authenticate('wrong'))
    assert.deepEqual(await client.next(), ALICE)
  })

  test('decides what is compressed', async () => {
    await using at = await startLive()
    const { authorization } = at.alice
    for (const [query, compression] of [
      ['?compress=false', 'none'],
      ['?compression=none', 'none'],
      ['?serialization=msgpack', 'gzip'],
      ['?serialization=msgpack&compression=none', 'none'],
      ['?compress=true', 'gzip'],
    ] as const) {
      using client = new LiveClient(at.api.url, { authorization, query })
      assert.deepEqual(await client.next(), { ...ALICE, protocol: { serialization: 'json', compression } })
    }
  })

  test('is refused in a frame, and then by the end of the connection', async () => {
    await using at = await startLive()
    for (const authorization of ['Bearer wrong', 'Basic YWxpY2U6c2VjcmV0', 'nothing']) {
      using client = new LiveClient(at.api.url, { authorization })
      assert.deepEqual(await client.next(), { type: 'auth_error', message: 'Invalid credentials' })
      assert.deepEqual(await client.closed, { code: 1008, reason: 'Authentication failed' })
    }
    for (const message of [authenticate('wrong'), { type: 'authenticate', method: 'basic', username: 'alice', password: 'secret' }]) {
      using client = await new LiveClient(at.api.url).opened()
      client.send(message)
      assert.deepEqual(await client.next(), { type: 'auth_error', message: 'Invalid credentials' })
      assert.deepEqual(await client.closed, { code: 1008, reason: 'Authentication failed' })
    }
  })

  test('has to be said within its time', async () => {
    await using at = await startLive()
    using late = await new LiveClient(at.api.url).opened()
    using known = await liveClient(at.api.url, at.alice.authorization)
    await settled(late)
    at.api.clock.advance(WEBSOCKET_AUTHENTICATION_MS_MAX - 1)
    await settled(late)
    at.api.clock.advance(1)
    assert.deepEqual(await late.next(), { type: 'auth_error', message: 'Authentication timeout' })
    assert.deepEqual(await late.closed, { code: 1008, reason: 'Authentication failed' })
    await settled(known)
  })

  test('counts against the logins of an address', async () => {
    await using at = await startLive({ sessionLimits: { authRequestsPerSecond: AUTH_REQUESTS_PER_SECOND_MAX, loginFailuresMax: 0 } })
    for (let i = 2; i < AUTH_REQUESTS_PER_SECOND_MAX; i++) {
      using client = await liveClient(at.api.url, at.alice.authorization)
      assert.equal(client.socket.readyState, client.socket.OPEN)
    }
    using client = new LiveClient(at.api.url, { authorization: at.alice.authorization })
    assert.deepEqual(await client.next(), {
      type: 'auth_error',
      message: 'Too many authentication attempts. Please retry shortly.',
    })
    assert.equal((await client.closed).code, 1008)
  })

  test('is refused who is locked, and nobody is sent away for that', async () => {
    await using at = await startLive({ sessionLimits: { authRequestsPerSecond: 0, loginFailuresMax: 1 } })
    using known = await liveClient(at.api.url, at.alice.authorization)
    await at.api.ask('/v1/api/auth/login', { method: 'POST', json: { user: 'alice', password: 'guess' } })
    using locked = new LiveClient(at.api.url, { authorization: at.alice.authorization })
    assert.deepEqual(await locked.next(), { type: 'auth_error', message: 'Account locked' })
    at.api.clock.advance(WEBSOCKET_HEARTBEAT_MS)
    await settled(known)
  })
})

describe('a session ends', () => {
  const changes: Readonly<Record<string, (at: LiveServer) => Promise<unknown>>> = {
    'with its user': ({ api }) => api.server.broker.users.delete(OPERATOR, 'alice'),
    'when the password is another': ({ api }) => api.server.broker.users.alter(OPERATOR, 'alice', { password: 'changed' }),
    'when the role is another': ({ api }) => api.server.broker.users.alter(OPERATOR, 'alice', { role: 'service' }),
    'with all others': ({ api }) => api.server.broker.sessions.rotateSecret(OPERATOR),
    'with its token': async ({ api }) => api.clock.set(api.clock.now() + ACCESS_TOKEN_MS + TOKEN_LEEWAY_MS),
  }
  for (const [name, change] of Object.entries(changes)) {
    test(name, async () => {
      await using at = await startLive()
      using idle = await liveClient(at.api.url, at.alice.authorization)
      using busy = await liveClient(at.api.url, at.alice.authorization)
      await change(at)
      busy.subscribe('late', 'SELECT * FROM anything')
      assert.equal((await busy.nextOf('auth_error'))['message'], 'Invalid credentials')
      assert.deepEqual(await busy.closed, { code: 1008, reason: 'Authentication failed' })
      at.api.clock.advance(WEBSOCKET_HEARTBEAT_MS)
      await idle.nextOf('auth_error')
      assert.deepEqual(await idle.closed, { code: 1008, reason: 'Authentication failed' })
    })
  }
})

describe('what is said', () => {
  test('before it is known who says it is not heard', async () => {
    await using at = await startLive()
    using client = await new LiveClient(at.api.url).opened()
    for (const type of ['next_batch', 'unsubscribe']) client.send({ type, subscription_id: 'x' })
    client.send({ type: 'ping' })
    client.subscribe('x', 'SELECT 1')
    assert.deepEqual(await client.next(), {
      type: 'error',
      subscription_id: 'subscribe',
      code: 'AUTH_REQUIRED',
      message: 'Authentication required before subscribing',
    })
  })

  test('under a blank name is refused', async () => {
    await using at = await startLive()
    using client = await liveClient(at.api.url, at.alice.authorization)
    client.subscribe('  ', 'SELECT 1')
    assert.deepEqual(await client.next(), {
      type: 'error',
      subscription_id: 'invalid_subscription',
      code: 'INVALID_SUBSCRIPTION_ID',
      message: 'Subscription id is blank',
    })
  })

  test('and not understood ends the connection', async () => {
    await using at = await startLive()
    for (const [text, reason] of [
      ['{', /^Invalid message: the body is not valid JSON: /],
      ['[]', /^Invalid message: expected object/],
      ['{"type":"shout"}', /^Invalid message: type: /],
      ['{"type":"subscribe"}', /^Invalid message: subscription: /],
      [JSON.stringify({ type: 'next_batch', subscription_id: 'x', last_seq_id: 'ü'.repeat(200) }), /^Invalid message: /],
      [JSON.stringify({ ['ü'.repeat(200)]: 1, type: 'subscribe', subscription: { id: 1, sql: 2, options: [] } }), /^Invalid message: /],
    ] as const) {
      using client = await new LiveClient(at.api.url).opened()
      client.send(text)
      const closed = await client.closed
      assert.equal(closed.code, 1011)
      assert.match(closed.reason, reason)
    }
  })

  test('as bytes is refused, and the connection goes on', async () => {
    await using at = await startLive()
    using client = await liveClient(at.api.url, at.alice.authorization)
    client.socket.send(Buffer.from('{"type":"ping"}'))
    const { message, ...told } = await client.next()
    assert.deepEqual(told, { type: 'error', subscription_id: 'protocol', code: 'UNSUPPORTED_DATA' })
    assert.match(String(message), /speaks JSON/)
    await settled(client)
  })

  test('may be as long as the limit, and no longer', async () => {
    await using at = await startLive()
    using client = await liveClient(at.api.url, at.alice.authorization)
    client.send(padded(WEBSOCKET_MESSAGE_BYTES_MAX))
    client.send(padded(WEBSOCKET_MESSAGE_BYTES_MAX + 1))
    assert.deepEqual(await client.next(), {
      type: 'error',
      subscription_id: 'protocol',
      code: 'MESSAGE_TOO_LARGE',
      message: `Message of ${WEBSOCKET_MESSAGE_BYTES_MAX + 1} bytes; the limit is ${WEBSOCKET_MESSAGE_BYTES_MAX}`,
    })
    client.send(padded(2 * WEBSOCKET_MESSAGE_BYTES_MAX + 1))
    assert.equal((await client.closed).code, 1009)
  })

  test('may come as often as the limit, and no oftener', async () => {
    await using at = await startLive()
    using client = await new LiveClient(at.api.url).opened()
    for (let i = 0; i < WEBSOCKET_MESSAGES_PER_SECOND_MAX; i++) client.send({ type: 'ping' })
    client.send({ type: 'ping' })
    const { message, ...told } = await client.next()
    assert.deepEqual(told, { type: 'error', subscription_id: 'rate_limit', code: 'RATE_LIMIT_EXCEEDED' })
    assert.match(String(message), /50 messages within a second/)
    at.api.clock.advance(1_000)
    client.send(authenticate(at.alice.authorization))
    assert.deepEqual(await client.next(), ALICE)
  })
})

describe('a connection', () => {
  test('is asked for a sign of life, and goes when it gives none', async () => {
    await using at = await startLive()
    using client = await liveClient(at.api.url, at.alice.authorization)
    using silent = new LiveClient(at.api.url, { authorization: at.alice.authorization, autoPong: false })
    await silent.nextOf('auth_success')
    for (let beat = 0; beat < 2; beat++) {
      const pinged = once(client.socket, 'ping')
      at.api.clock.advance(WEBSOCKET_HEARTBEAT_MS)
      await pinged
      await settled(client)
    }
    assert.equal(silent.socket.readyState, silent.socket.OPEN)
    at.api.clock.advance(WEBSOCKET_HEARTBEAT_MS)
    assert.deepEqual(await silent.closed, { code: 1000, reason: 'Heartbeat timeout' })
    await settled(client)
  })

  test('outlives a jump of the clock', async () => {
    await using at = await startLive()
    using client = await liveClient(at.api.url, at.alice.authorization)
    at.api.clock.advance(60 * 60_000)
    await settled(client)
    at.api.clock.advance(WEBSOCKET_HEARTBEAT_MS)
    await settled(client)
  })

  test('is told when the broker stops', async () => {
    const at = await startLive()
    using client = await liveClient(at.api.url, at.alice.authorization)
    using unknown = await new LiveClient(at.api.url).opened()
    await at.api.close()
    for (const { closed } of [client, unknown]) assert.deepEqual(await closed, { code: 1001, reason: 'Server shutting down' })
  })

  test('that is cut off by its client is nobody else’s trouble', async () => {
    await using at = await startLive()
    const { port } = new URL(at.api.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    const lines = ['GET /v1/ws HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
    socket.write(`${[...lines, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Authorization: Bearer wrong'].join('\r\n')}\r\n\r\n`)
    socket.resetAndDestroy()
    await once(socket, 'close')
    using client = await liveClient(at.api.url, at.alice.authorization)
    await settled(client)
  })

  test('is counted for as long as it stands', async () => {
    await using at = await startLive()
    const open = async (): Promise<string | undefined> =>
      /^logbrook_websockets_open (?<count>\d+)$/m.exec(String((await at.api.ask('/metrics')).body))?.groups?.['count']
    assert.equal(await open(), '0')
    const client = await liveClient(at.api.url, at.alice.authorization)
    assert.equal(await open(), '1')
    client.socket.close()
    await client.closed
    assert.equal(await open(), '0')
  })
})
