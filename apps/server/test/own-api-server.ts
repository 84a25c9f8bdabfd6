/** A server on a port of its own for the tests of our own API, and requests of it in one line. */
import { createManualClock } from '@logbrook/kafka/clock'
import type { ManualClock } from '@logbrook/kafka/clock'
import type { ServerOptions } from '../src/server-options.ts'
import { startServer } from '../src/server.ts'
import { serverOptions } from './server-options.ts'
import type { RunningServer } from '../src/server.ts'

export const START_MS = Date.parse('2026-01-31T12:00:00Z')

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed where it is JSON, else text. */
  readonly body: unknown
}

export interface Ask {
  readonly method?: string
  /** Sent as JSON. */
  readonly json?: unknown
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  /** `user:password` */
  readonly as?: string
}

export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly clock: ManualClock
  readonly server: RunningServer
  readonly ask: (path: string, ask?: Ask) => Promise<Answer>
  close(): Promise<void>
}

export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const clock = createManualClock(START_MS)
  const server = await startServer(serverOptions({ clock, ...options }))
  return {
    url: server.url,
    clock,
    server,
    ask: (path, asked = {}) => ask(`${server.url}${path}`, asked),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

/** Everyone has to say who they are, and needs a binding; `admin:secret` is a super user. */
export async function startGuardedServer(): Promise<TestServer> {
  const guarded = await startTestServer({ authentication: 'required', acls: true, superUsers: ['User:admin'] })
  const asAdmin = { principal: 'User:admin', host: '127.0.0.1' } as const
  await guarded.server.broker.users.create(asAdmin, { name: 'admin', password: 'secret', role: 'user' })
  return guarded
}

export async function ask(url: string, { method, json, body, headers, as }: Ask): Promise<Answer> {
  const content = json === undefined ? body : JSON.stringify(json)
  const response = await fetch(url, {
    method: method ?? 'GET',
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(as === undefined ? {} : { authorization: `Basic ${Buffer.from(as).toString('base64')}` }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  })
  const text = await response.text()
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text }
}

/** What our own API says of a failure. */
export function problem(status: number, code: string, title: string, message: string): object {
  return { type: `urn:logbrook:error:${code}`, title, status, detail: message, code, message }
}

/** Status and the parts of a problem that differ from case to case. */
export function refusalOf({ status, body }: Answer): readonly [status: number, code: unknown, message: unknown] {
  const { code, message } = body as { code?: unknown; message?: unknown }
  return [status, code, message]
}
