import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { getRequestListener } from '@hono/node-server'
import { type Clock, createManualClock, systemClock } from '@logbrook/kafka/clock'
import { DISCARD_BYTES_MAX, DISCARD_MS_MAX, REQUEST_BODY_BYTES_MAX } from '@logbrook/kafka/limits'
import { discardBody, readBody } from '../src/http/body.ts'
import { chunked, head, startRawServer } from './raw-server.ts'

const MIB = 2 ** 20
const CHECK_MS = 100

type Answer = (incoming: IncomingMessage) => Response | Promise<Response>

function refusal(): Response {
  return new Response('refused', { status: 413 })
}

/** Whether the door answered in the same turn or a later one: Node treats the unread body differently. */
const ANSWERS: Record<string, Answer> = {
  'at once': refusal,
  later: async () => {
    await Promise.resolve()
    return refusal()
  },
  'while reading': async (incoming) => {
    await readBody(incoming, { maxBytes: 1000, contentEncoding: undefined }).catch(() => {})
    return refusal()
  },
}

/** A server that answers by `answer` and then discards, as the door does. */
function startDiscarding(answer: Answer, clock: Clock = systemClock, answered?: (socket: Socket) => void) {
  const respond = getRequestListener((_request, env) => answer((env as { incoming: IncomingMessage }).incoming), {
    autoCleanupIncoming: false,
  })
  return startRawServer((incoming, outgoing) => {
    const respondAndDiscard = async (): Promise<void> => {
      await respond(incoming, outgoing)
      if (!incoming.complete) discardBody(incoming, clock)
      answered?.(incoming.socket)
    }
    void respondAndDiscard()
  })
}

/** Writes `bytes` bytes, no faster than they are taken. */
async function pour(socket: Socket, bytes: number): Promise<void> {
  const piece = Buffer.alloc(MIB)
  for (let sent = 0; sent < bytes; sent += MIB) {
    if (!socket.write(piece) && !socket.closed) await drainOrClose(socket)
  }
}

function drainOrClose(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}

/** Collects what comes back. */
function listen(socket: Socket): { readonly text: () => string; readonly contains: (part: string) => Promise<void> } {
  let received = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk))
  return {
    text: () => received,
    contains: async (part) => {
      while (!received.includes(part)) await once(socket, 'data')
    },
  }
}

for (const [when, answer] of Object.entries(ANSWERS)) {
  test(`a sender that reads only once all is sent sees the refusal given ${when}, and may go on`, async () => {
    await using server = await startDiscarding(answer)
    const socket = server.connect()
    const bytes = REQUEST_BODY_BYTES_MAX + 6 * MIB
    socket.write(head({ 'Content-Length': bytes }))
    await pour(socket, bytes)
    const answers = listen(socket)
    await answers.contains('refused')
    assert.match(answers.text(), /^HTTP\/1\.1 413 /)
    socket.write(`${head({ 'Content-Length': 2000 })}${'x'.repeat(2000)}`)
    await answers.contains('refused')
    while (answers.text().split('413').length < 3) await once(socket, 'data')
  })

  test(`what is discarded after a refusal given ${when} is limited in bytes`, async () => {
    const clock = createManualClock()
    const answered = Promise.withResolvers<Socket>()
    await using server = await startDiscarding(answer, clock, answered.resolve)
    const socket = server.connect()
    const answers = listen(socket)
    socket.write(head({ 'Content-Length': 2 * DISCARD_BYTES_MAX }))
    await pour(socket, 8 * MIB)
    const peer = await answered.promise
    await answers.contains('refused')

    await pour(socket, DISCARD_BYTES_MAX - 24 * MIB)
    clock.advance(CHECK_MS)
    assert.equal(peer.writableEnded, false, 'below the limit')

    // Kernel buffers may still hold some megabytes of it.
    await pour(socket, 64 * MIB)
    clock.advance(CHECK_MS)
    assert.equal(peer.writableEnded, true, 'above the limit')
    if (!socket.closed) await once(socket, 'close')
  })

  test(`what is discarded after a refusal given ${when} is limited in time`, async () => {
    const clock = createManualClock()
    const answered = Promise.withResolvers<Socket>()
    await using server = await startDiscarding(answer, clock, answered.resolve)
    const socket = server.connect()
    const answers = listen(socket)
    socket.write(`${head({ 'Content-Length': 1_000_000 })}${'x'.repeat(2000)}`)
    const peer = await answered.promise
    await answers.contains('refused')
    clock.advance(DISCARD_MS_MAX - 1)
    assert.equal(peer.writableEnded, false)
    clock.advance(1)
    assert.equal(peer.writableEnded, true)
    if (!socket.closed) await once(socket, 'close')
  })
}

test('a chunked body that turns out too large is answered while it is sent', async () => {
  await using server = await startDiscarding(async (incoming) => {
    try {
      await readBody(incoming, { maxBytes: REQUEST_BODY_BYTES_MAX, contentEncoding: undefined })
      return new Response('taken')
    } catch (error) {
      return new Response((error as Error).message, { status: 413 })
    }
  })
  const socket = server.connect()
  socket.write(head({ 'Transfer-Encoding': 'chunked' }))
  const piece = chunked([Buffer.alloc(MIB)]).subarray(0, -'0\r\n\r\n'.length)
  for (let i = 0; i < 80; i++) if (!socket.write(piece)) await once(socket, 'drain')
  socket.write('0\r\n\r\n')
  await listen(socket).contains('the request body is larger than 67108864 bytes')
})

test('discarding leaves no timer behind when the body ends or the sender hangs up', async () => {
  for (const finish of [(socket: Socket) => socket.write('x'.repeat(5000)), (socket: Socket) => socket.destroy()]) {
    let pending = 0
    const emptied = Promise.withResolvers<void>()
    const clock: Clock = {
      ...systemClock,
      after() {
        pending++
        return { cancel: () => void (--pending === 0 && emptied.resolve()) }
      },
    }
    await using server = await startRawServer((incoming, outgoing) => {
      outgoing.end('refused')
      discardBody(incoming, clock)
    })
    const socket = server.connect()
    socket.write(`${head({ 'Content-Length': 10_000 })}${'x'.repeat(5000)}`)
    await listen(socket).contains('refused')
    assert.equal(pending, 1)
    finish(socket)
    await emptied.promise
  }
})
