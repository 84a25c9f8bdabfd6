/** A broker in memory behind a real port, and requests to it as raw as they have to be. */
import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import type { Caller } from '@logbrook/broker/caller'
import { systemClock } from '@logbrook/kafka/clock'
import type { TopicConfig } from '@logbrook/kafka/topic-config'
import type { ServerOptions } from '../src/server-options.ts'
import { startServer } from '../src/server.ts'
import type { RunningServer } from '../src/server.ts'
import { serverOptions } from './server-options.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly agent?: Agent
}

export interface TestDoor extends AsyncDisposable {
  readonly server: RunningServer
  createTopic(name: string, partitions?: number, config?: Partial<TopicConfig>): Promise<void>
  /** `path` goes out as it is. */
  ask(path: string, asked?: Asked): Promise<Answer>
  post(path: string, body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Answer>
}

/** Passes where ACLs are off. */
export const OPERATOR: Caller = { principal: 'User:operator', host: '127.0.0.1' }

export async function openDoor(options: Partial<ServerOptions> = {}): Promise<TestDoor> {
  const server = await startServer(serverOptions({ superUsers: [OPERATOR.principal], clock: systemClock, ...options }))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (path: string, asked: Asked = {}) => exchange(server.port, path, { agent, ...asked })
  return {
    server,
    async createTopic(name, partitions = 1, config = {}) {
      await server.broker.topics.create(OPERATOR, { name, partitions, config })
    },
    ask,
    post: (path, body, headers = {}) => ask(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }),
    async [Symbol.asyncDispose]() {
      agent.destroy()
      await server.close()
    },
  }
}

function exchange(port: number, path: string, { method = 'GET', headers = {}, body, agent }: Asked): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const sent = request({ host: '127.0.0.1', port, path, method, headers: { ...length, ...headers }, ...(agent && { agent }) })
  sent.on('error', reject)
  sent.on('response', (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('error', reject)
    response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }))
  })
  // Beside a string Node would write the headers as UTF-8.
  sent.end(body === undefined ? undefined : Buffer.from(body))
  return promise
}

/** What the server says to `text` on a connection of its own, until it closes it. */
export function sayRaw(port: number, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', reject)
  socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
  socket.write(text, 'latin1')
  return promise
}

export function basic(user: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

/** Header values are bytes: Node takes them as Latin-1. */
export function apiKey(user: string, password: string): { readonly 'dd-api-key': string } {
  return { 'dd-api-key': Buffer.from(`${user}:${password}`).toString('latin1') }
}

/** A fetch of one partition. */
export function fetchBody(topic: string, offset: number | string = 0, more: object = {}): string {
  const body = { topics: [{ topic, partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1_000_000 }] }], ...more }
  return JSON.stringify(body).replace('"fetch_offset":0', `"fetch_offset":${offset}`)
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** A refusal in the dialect of the fetch endpoints: a code, a message, and nothing else. */
export function assertRefused(
  { status, headers, body }: Answer,
  expected: { status: number; code: string; message: string | RegExp },
): void {
  assert.equal(status, expected.status, body)
  assert.equal(headers['content-type'], 'application/json')
  const { message, ...rest } = JSON.parse(body) as { message: string }
  assert.deepEqual(rest, { code: expected.code })
  if (typeof expected.message === 'string') assert.equal(message, expected.message)
  else assert.match(message, expected.message)
}
