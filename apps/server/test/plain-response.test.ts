import assert from 'node:assert/strict'
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { startServer } from '../src/server.ts'
import type { RunningServer } from '../src/server.ts'
import { serverOptions } from './server-options.ts'

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function ask({ port }: RunningServer, method: string, path: string, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body === '' ? {} : { 'content-type': 'application/json' }
    const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
    asked.on('error', reject).on('response', (response) => {
      const { date: _, ...others } = response.headers
      text(response).then((answer) => resolve({ status: response.statusCode, headers: others, body: answer }), reject)
    })
    asked.end(body)
  })
}

const REQUESTS: readonly (readonly [method: string, path: string, body?: string])[] = [
  ['POST', '/v1/kafka/topics', '{"name":"logs","partitions":2}'],
  ['POST', '/v1/kafka/topics', '{"name":"logs"}'],
  ['GET', '/v1/kafka/topics/logs'],
  ['HEAD', '/v1/kafka/topics/logs'],
  ['POST', '/dd/logs/api/v2/logs', '[{"message":"grüß"}]'],
  ['POST', '/dd/logs/api/v2/logs', '[{"message":'],
  ['GET', '/v1/kafka/fetch', '{"topics":[{"topic":"logs","partitions":[{"partition":0,"fetch_offset":0,"partition_max_bytes":99}]}]}'],
  ['GET', '/v1/kafka/topics/logs/partitions/0/records/0'],
  ['GET', '/v1/kafka/topics/logs/partitions/0/records/9'],
  ['PUT', '/livez'],
  ['GET', '/'],
  ['GET', '/nowhere'],
  ['GET', '/openapi.json'],
  ['DELETE', '/v1/kafka/topics/logs'],
]

const withoutIds = (answer: Answer): Answer => ({ ...answer, body: answer.body.replaceAll(/"id":"[^"]{22}"/g, '"id":"…"') })

/** What a server answers to all of it. */
async function answers(server: RunningServer): Promise<readonly Answer[]> {
  const all: Answer[] = []
  for (const [method, path, body] of REQUESTS) all.push(withoutIds(await ask(server, method, path, body)))
  return all
}

test('the tails of a server that leaves the globals alone come as they are, and end when their reader hangs up', async () => {
  await using guest = await startServer(serverOptions({ keepGlobals: true }))
  await ask(guest, 'POST', '/v1/kafka/topics', '{"name":"logs"}')
  const hangUp = new AbortController()
  const tail = await fetch(`${guest.url}/v1/kafka/topics/logs/tail?from=earliest`, { signal: hangUp.signal })
  const reader = tail.body!.pipeThrough(new TextDecoderStream()).getReader()
  let seen = ''
  for (const message of ['first', 'second']) {
    await ask(guest, 'POST', '/dd/logs/api/v2/logs', `[{"message":"${message}"}]`)
    const value = Buffer.from(`{"message":"${message}"}`).toString('base64')
    while (!seen.includes(value)) seen += (await reader.read()).value ?? assert.fail('the tail ended')
  }
  assert.equal(guest.storage.waiting(), 1)
  hangUp.abort()
  await assert.rejects(reader.read(), { name: 'AbortError' })
  while (guest.storage.waiting() > 0) await ask(guest, 'GET', '/livez')
})

test('it answers as any other, before and after another replaces them', async () => {
  const { Request: ownRequest, Response: ownResponse } = globalThis
  await using guest = await startServer(serverOptions({ keepGlobals: true }))
  const before = await answers(guest)
  assert.deepEqual([globalThis.Request, globalThis.Response], [ownRequest, ownResponse])
  await using ordinary = await startServer(serverOptions())
  assert.notEqual(globalThis.Response, ownResponse)
  const expected = await answers(ordinary)
  assert.deepEqual(before, expected)
  assert.deepEqual(await answers(guest), expected)
})
