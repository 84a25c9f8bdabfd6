import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { systemClock } from '@logbrook/kafka/clock'
import { listen } from '../src/http/listener.ts'
import type { HttpLimits } from '../src/http/listener.ts'
import type { Upgrades } from '../src/http/websocket/upgrades.ts'

/** A listener that answers `ok` once it has read the body. */
async function listening(limits: Partial<HttpLimits>, upgrades?: Upgrades) {
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    answer: async (request) => new Response(`ok ${await request.text()}`),
    refuse: () => new Response(null, { status: 400 }),
    onError: (error) => assert.ifError(error),
    limits: { connectionsCheckingIntervalMs: 10, ...limits },
    ...(upgrades !== undefined && { upgrades }),
  })
  return { port: listener.port, [Symbol.asyncDispose]: () => listener.close() }
}

/** All that comes until the connection is closed by the other side. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  await once(socket, 'close')
  return text
}

const REQUEST = 'POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\n'

test('as many connections as the limit are served; one more is closed until one ends', async () => {
  await using listener = await listening({ connectionsMax: 2 })
  const open = [connect(listener.port, '127.0.0.1'), connect(listener.port, '127.0.0.1')]
  await Promise.all(open.map((socket) => once(socket, 'connect')))
  assert.equal(await untilClosed(connect(listener.port, '127.0.0.1').on('error', () => undefined)), '')
  const [first, second] = open
  first!.write(`${REQUEST}hi`)
  assert.match(await untilClosed(first!), /^HTTP\/1\.1 200 OK\r\n[^]*ok hi/)
  const third = connect(listener.port, '127.0.0.1')
  third.write(`${REQUEST}yo`)
  assert.match(await untilClosed(third), /ok yo/)
  second!.destroy()
})

test('headers that do not come in time end the connection with 408; a request in time is answered', async () => {
  await using listener = await listening({ headersTimeoutMs: 50, requestTimeoutMs: 60_000 })
  const silent = connect(listener.port, '127.0.0.1')
  silent.write('POST / HTTP/1.1\r\nHost: local')
  assert.match(await untilClosed(silent), /^HTTP\/1\.1 408 /)
  const quick = connect(listener.port, '127.0.0.1')
  quick.write(`${REQUEST}hi`)
  assert.match(await untilClosed(quick), /ok hi/)
})

test('a body that never ends is cut off with 408, and nobody else', async () => {
  await using listener = await listening({ headersTimeoutMs: 50, requestTimeoutMs: 100 })
  const endless = connect(listener.port, '127.0.0.1')
  endless.write(`${REQUEST}h`)
  const cut = untilClosed(endless)
  const other = connect(listener.port, '127.0.0.1')
  other.write(`${REQUEST}hi`)
  assert.match(await untilClosed(other), /ok hi/)
  assert.match(await cut, /^HTTP\/1\.1 408 /)
})

test('a connection that nobody uses is closed after the keep-alive time, which the answer announces', async () => {
  await using listener = await listening({ keepAliveTimeoutMs: 1_000 })
  const idle = connect(listener.port, '127.0.0.1')
  idle.write(`${REQUEST.replace('Connection: close\r\n', '')}hi`)
  assert.match(await untilClosed(idle), /Keep-Alive: timeout=1\r\n[^]*ok hi/i)
})

function requestWithHeader(bytes: number): string {
  return `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx: ${'x'.repeat(bytes)}\r\n\r\n`
}

test('headers beyond the limit get their 431 also while more of them are coming, and never a reset', async () => {
  await using listener = await listening({ headerBytesMax: 8_192 })
  for (const bytes of [9_000, 100_000, 5_000_000]) {
    const sender = connect(listener.port, '127.0.0.1')
    sender.write(requestWithHeader(bytes))
    assert.match(await untilClosed(sender), /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/, `${bytes}`)
  }
  const modest = connect(listener.port, '127.0.0.1')
  modest.write(requestWithHeader(7_000))
  assert.match(await untilClosed(modest), /^HTTP\/1\.1 200 OK/)
})

test('what is no HTTP gets one 400', async () => {
  await using listener = await listening({})
  const stranger = connect(listener.port, '127.0.0.1')
  stranger.write('SSH-2.0-OpenSSH_9.2\r\n')
  stranger.write('more of the same\r\n'.repeat(10_000))
  const answer = await untilClosed(stranger)
  assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1)
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/)
})

test('what an older Node takes for an upgrade that is none is answered as usual, and its connection closed', async () => {
  let asked = 0
  await using listener = await listening(
    {},
    {
      // That Node does not ask before: here it is told yes first, and no afterwards.
      accepts: () => ++asked % 2 === 1,
      upgrade: () => assert.fail('it is no upgrade'),
      stop: () => undefined,
    },
  )
  const socket = connect(listener.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
  const text = await untilClosed(socket)
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(text, /Connection: close\r\n/i)
  assert.match(text, /ok $/)
})
