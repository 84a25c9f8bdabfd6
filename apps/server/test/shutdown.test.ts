import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import { SHUTDOWN_GRACE_MS } from '@logbrook/kafka/limits'
import { fetchBody, openDoor } from './door.ts'
import type { TestDoor } from './door.ts'

const POLL = fetchBody('logs', 0, { long_poll: true })

async function untilWaiting(door: TestDoor, count: number): Promise<void> {
  while (door.server.storage.waiting() !== count) await new Promise((resolve) => setImmediate(resolve))
}

/** All that comes until the server closes the connection. */
async function heard(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}

test('waits are answered, whole and at once', async () => {
  await using door = await openDoor({ clock: createManualClock() })
  await door.createTopic('logs')
  const agent = new Agent({ keepAlive: true })
  const polls = Array.from({ length: 20 }, () => door.ask('/v1/kafka/fetch', { method: 'POST', body: POLL, agent }))
  await untilWaiting(door, 20)
  await door.server.close()
  for (const answer of await Promise.all(polls)) {
    assert.equal(answer.status, 200)
    assert.match(answer.body, /"error_code":0,.*"records":\[\]/)
    assert.equal(answer.headers.connection, 'close')
  }
  agent.destroy()
})

test('what is being answered is answered, and stays', async (t: TestContext) => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const { log } = door.server.storage
  const append = log.append.bind(log)
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  t.mock.method(log, 'append', async (request: Parameters<typeof append>[0]) => {
    asked.resolve()
    await released.promise
    return await append(request)
  })
  const answer = door.post('/dd/logs/v1/input', '[{}]')
  await asked.promise
  const closed = door.server.close()
  released.resolve()
  const { status, headers } = await answer
  assert.equal(status, 200)
  assert.equal(headers['x-logbrook-base-offset'], '0')
  assert.equal(headers.connection, 'close')
  await closed
})

test('idle connections are closed, new ones are not taken', async () => {
  await using door = await openDoor()
  const { port } = door.server
  const idle = connect(port, '127.0.0.1')
  await once(idle, 'connect')
  assert.equal((await door.ask('/livez')).status, 200)
  const silence = heard(idle)
  await door.server.close()
  assert.equal(await silence, '')
  const late = connect(port, '127.0.0.1')
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ECONNREFUSED')
})

test('an answer that is slow to be read arrives whole', async () => {
  await using door = await openDoor()
  await door.createTopic('logs')
  const record = `{"a":"${'x'.repeat(1024 * 1024)}"}`
  await door.post('/dd/logs/v1/input', `[${Array(20).fill(record).join(',')}]`)
  const body = fetchBody('logs').replace('1000000', '30000000')
  const slow = connect(door.server.port, '127.0.0.1')
  slow.write(`POST /v1/kafka/fetch HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  await once(slow, 'readable')
  const closed = door.server.close()
  const answer = await heard(slow)
  await closed
  const bytes = Number(/content-length: (\d+)/i.exec(answer)![1])
  assert.ok(bytes > 20 * 1024 * 1024)
  assert.equal(answer.length - answer.indexOf('\r\n\r\n') - 4, bytes)
})

test('what is not done within the grace is cut off', async () => {
  const clock = createManualClock()
  await using door = await openDoor({ clock })
  await door.createTopic('logs')
  const endless = connect(door.server.port, '127.0.0.1')
  endless.write('POST /dd/logs/v1/input HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n[{')
  assert.equal((await door.ask('/livez')).status, 200)
  const cut = heard(endless)
  const closed = door.server.close()
  clock.advance(SHUTDOWN_GRACE_MS)
  await closed
  assert.equal(await cut.catch(() => ''), '')
})

test('closing again is closing once', async () => {
  const door = await openDoor()
  const first = door.server.close()
  assert.equal(door.server.close(), first)
  await first
  await door[Symbol.asyncDispose]()
})
