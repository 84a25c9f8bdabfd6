/** Readers that stop reading: what they hold up is bounded, and they are told. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { systemClock } from '@logbrook/kafka/clock'
import { WEBSOCKET_QUEUES_BYTES_MAX } from '@logbrook/kafka/limits'
import { LiveClient, liveClient } from './live-client.ts'
import { OPERATOR, startLive, withNotes } from './live-server.ts'
import type { LiveServer } from './live-server.ts'
import { sqlClient } from './sql-client.ts'

const SUBSCRIBERS = 50
const SUBSCRIBERS_PER_USER = 10
const BODY = 'x'.repeat(400_000)

/** Subscribes, and reads no more from then on. */
async function stopped(at: LiveServer, authorization: string, id: string): Promise<Socket> {
  const socket = connect(Number(new URL(at.api.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']
  socket.write(
    `${['GET /v1/ws?compress=false HTTP/1.1', 'Host: localhost', ...upgrade, `Authorization: ${authorization}`].join('\r\n')}\r\n\r\n`,
  )
  const message = JSON.stringify({ type: 'subscribe', subscription: { id, sql: 'SELECT * FROM app.notes', options: null } })
  socket.write(clientFrame(message))
  let came = ''
  while (!came.includes('subscription_ack')) came += String(((await once(socket, 'data')) as readonly Buffer[])[0])
  socket.pause()
  return socket
}

/** As a client has to send it: masked, here by zeros. */
function clientFrame(text: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(text.length)
  return Buffer.concat([Buffer.from([0x81, 0xfe]), length, Buffer.alloc(4), Buffer.from(text)])
}

async function gauge(at: LiveServer, name: string): Promise<number> {
  const text = String((await at.api.ask('/metrics')).body)
  return Number(new RegExp(`^${name} (?<value>\\S+)$`, 'm').exec(text)?.groups?.['value'])
}

test('fifty of them hold up no more than the limit, and nobody else', async () => {
  await using at = await withNotes(await startLive({ clock: systemClock }))
  const sockets: Socket[] = []
  for (let user = 0; user < SUBSCRIBERS / SUBSCRIBERS_PER_USER; user++) {
    await at.api.server.broker.users.create(OPERATOR, { name: `user${user}`, role: 'user', password: 'secret' })
    const { authorization } = await sqlClient(at.api.url, `user${user}:secret`)
    // Each of a name of its own, so that they share nothing.
    for (let i = 0; i < SUBSCRIBERS_PER_USER; i++) sockets.push(await stopped(at, authorization, `notes-${user}-${i}`))
  }
  using reader = await liveClient(at.api.url, at.alice.authorization)
  await reader.subscribed('notes', 'SELECT id FROM app.notes', null)

  const rssBefore = process.memoryUsage.rss()
  let most = 0
  let id = 0
  for (; (await gauge(at, 'logbrook_slow_readers_ended_total')) < SUBSCRIBERS; id++) {
    await at.root.run('INSERT INTO app.notes VALUES ($1, $2)', [id, BODY])
    const { rows } = (await reader.nextOf('change')) as unknown as { readonly rows: readonly { readonly id: string }[] }
    assert.equal(rows[0]!.id, String(id))
    most = Math.max(most, await gauge(at, 'logbrook_websocket_queue_bytes'))
  }
  assert.ok(most > 0 && most <= WEBSOCKET_QUEUES_BYTES_MAX, `${most} bytes waited`)
  // Loosely: what is sent leaves garbage, and the client that reads is in this process too.
  const rssGrowth = process.memoryUsage.rss() - rssBefore
  assert.ok(rssGrowth < 4 * WEBSOCKET_QUEUES_BYTES_MAX, `${rssGrowth} bytes more in memory`)
  for (const socket of sockets) socket.destroy()
  assert.deepEqual(await at.root.rows('SELECT subscription_id FROM system.live'), [['notes']])
})

test('one that reads on is told why it was ended', async () => {
  await using at = await withNotes(await startLive({ clock: systemClock }))
  using client = new LiveClient(at.api.url, { authorization: at.alice.authorization, query: '?compress=false' })
  await client.nextOf('auth_success')
  await client.subscribed('notes', 'SELECT * FROM app.notes', null)
  client.socket.pause()
  for (let id = 0; (await gauge(at, 'logbrook_slow_readers_ended_total')) === 0; id++) {
    await at.root.run('INSERT INTO app.notes VALUES ($1, $2)', [id, BODY])
  }
  client.socket.resume()
  let message = await client.next()
  while (message.type === 'change') message = await client.next()
  assert.deepEqual({ ...message, message: null }, { type: 'error', subscription_id: 'protocol', code: 'SLOW_CONSUMER', message: null })
  assert.deepEqual(await client.closed, { code: 1008, reason: 'Too slow' })
})
