/** One broker over `fetch`: credentials, JSON, compression, and every failure as a `LogbrookError`. */
import { toBase64 } from './base64.ts'
import { LogbrookError, refusal } from './error.ts'

export interface ConnectionOptions {
  /** `http://127.0.0.1:8080`; a path behind it is a prefix to every request's. */
  readonly url: string
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** Names the client in the broker's log. */
  readonly clientId?: string | undefined
  /** Whether larger bodies are compressed; `true` by default. To a broker on the same machine it only costs time. */
  readonly compress?: boolean | undefined
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments, each escaped here. */
  readonly path: readonly (string | number)[]
  /** Left out where `undefined`; repeated where several. */
  readonly query?: Readonly<Record<string, string | number | readonly number[] | undefined>>
  readonly body?: Content | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

export interface Content {
  readonly type: string
  /** Whether it is sent as it is, also where it is long. */
  readonly plain?: true
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface Connection {
  /** The answer, when it is a success. @throws LogbrookError, or the signal's reason */
  readonly send: (call: Call) => Promise<Response>
  /** The answer's JSON. */
  readonly ask: <T>(call: Call) => Promise<T>
}

/** Smaller bodies grow or gain nothing by it. */
const GZIP_BYTES_MIN = 1_024

export function createConnection({
  url,
  user,
  password,
  clientId,
  compress = true,
  fetch = globalThis.fetch,
}: ConnectionOptions): Connection {
  const base = url.replace(/\/+$/, '')
  const common: Record<string, string> = {}
  if (user !== undefined) common['authorization'] = `Basic ${toBase64(`${user}:${password ?? ''}`)}`
  if (clientId !== undefined) common['kafka-client-id'] = clientId

  async function send({ method, path, query = {}, body, headers, signal }: Call): Promise<Response> {
    const request: RequestInit & { headers: Record<string, string> } = { method, headers: { ...common, ...headers } }
    if (signal !== undefined) request.signal = signal
    if (body !== undefined) await putBody(request, body, compress)
    let response: Response
    try {
      response = await fetch(`${base}/${path.map(encodeURIComponent).join('/')}${queryString(query)}`, request)
    } catch (error) {
      signal?.throwIfAborted()
      throw new LogbrookError('UNREACHABLE', 0, `no Logbrook answers at ${base}: ${reasonOf(error)}`, { cause: error })
    }
    if (!response.ok) throw await refusal(response)
    return response
  }

  return {
    send,
    async ask<T>(call: Call) {
      const response = await send(call)
      try {
        return (await response.json()) as T
      } catch (error) {
        call.signal?.throwIfAborted()
        throw new LogbrookError('UNREACHABLE', 0, `the answer of ${base} broke off: ${reasonOf(error)}`, { cause: error })
      }
    },
  }
}

export function jsonContent(value: unknown): Content {
  return { type: 'application/json', bytes: new TextEncoder().encode(JSON.stringify(value)) }
}

async function putBody(
  request: RequestInit & { headers: Record<string, string> },
  { type, plain, bytes }: Content,
  compress: boolean,
): Promise<void> {
  request.headers['content-type'] = type
  request.body = bytes
  if (!compress || plain === true || bytes.length < GZIP_BYTES_MIN) return
  // Many clients never send so much.
  const { gzipSync } = await import('fflate')
  request.headers['content-encoding'] = 'gzip'
  request.body = gzipSync(bytes)
}

function queryString(query: NonNullable<Call['query']>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) parameters.append(name, String(one))
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}

/** What fetch throws says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return cause.message === '' && 'code' in cause ? String(cause.code) : cause.message
}
