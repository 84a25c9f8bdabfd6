/**
 * HTTP/1.1 by hand on one socket, so that a case decides about every byte that is sent and sees every byte that comes back.
 *
 * - Nothing is normalised: paths, header names and framing go out as written.
 * - Writing and reading are independent: an answer may come, and is seen, before the request is complete.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Request } from './case.ts'
import { IncomingBytes } from './incoming-bytes.ts'

export interface Response {
  readonly status: number
  /** By lower-case name; a repeated header's values are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

/** A server that says nothing for this long has failed its case; longer than the longest poll. */
const SILENCE_MS_MAX = 45_000

export class Connection {
  readonly #url: URL
  readonly #socket: Socket
  readonly #incoming: IncomingBytes

  private constructor(url: URL, socket: Socket) {
    this.#url = url
    this.#socket = socket
    this.#incoming = new IncomingBytes(socket)
  }

  static async open(url: URL): Promise<Connection> {
    const socket = connect({ host: url.hostname, port: Number(url.port) || 80, noDelay: true })
    await once(socket, 'connect')
    socket.on('error', () => {}) // Whoever reads is told.
    socket.setTimeout(SILENCE_MS_MAX, () => socket.destroy(new Error(`no answer for ${SILENCE_MS_MAX} ms`)))
    return new Connection(url, socket)
  }

  /** Resolves when the bytes are on their way; `false`: no more can be sent. What a refused sender is told shows in the answer. */
  async write(bytes: string | Uint8Array): Promise<boolean> {
    if (!this.#socket.writable) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const sent = (error?: Error | null): void => resolve(error === undefined || error === null)
    if (typeof bytes === 'string') this.#socket.write(bytes, 'latin1', sent)
    else this.#socket.write(bytes, sent)
    return await promise
  }

  /** The request line and headers, with `Host` and the body's framing where the request does not give them. */
  async writeHead({ method, path, headers = {}, framing }: Request, bodyLength: number | null): Promise<void> {
    const lines = [`${method} ${path} HTTP/1.1`]
    if (!hasHeader(headers, 'host')) lines.push(`Host: ${this.#url.host}`)
    for (const [name, value] of Object.entries(headers)) for (const one of [value].flat()) lines.push(`${name}: ${one}`)
    if (framing === 'chunked') lines.push('Transfer-Encoding: chunked')
    else if (bodyLength !== null && framing !== 'none' && !hasHeader(headers, 'content-length')) lines.push(`Content-Length: ${bodyLength}`)
    await this.write(`${lines.join('\r\n')}\r\n\r\n`)
  }

  /** `false`: no more can be sent. */
  async writeChunk(bytes: Uint8Array): Promise<boolean> {
    await this.write(`${bytes.length.toString(16)}\r\n`)
    await this.write(bytes)
    return await this.write('\r\n')
  }

  async writeRequest(request: Request): Promise<void> {
    const body = bodyBytes(request)
    await this.writeHead(request, body?.length ?? null)
    if (body === null) return
    if (request.framing !== 'chunked') return void (await this.write(body))
    const half = Math.ceil(body.length / 2)
    for (const chunk of [body.subarray(0, half), body.subarray(half)]) if (chunk.length > 0) await this.writeChunk(chunk)
    await this.write('0\r\n\r\n')
  }

  /** The next answer; informational ones are passed over. `null`: the connection was closed without one. */
  async response(method: string): Promise<Response | null> {
    const statusLine = await this.#incoming.line()
    if (statusLine === null) return null
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? Number.NaN)
    if (Number.isNaN(status)) throw new Error(`the answer begins with ${JSON.stringify(statusLine)}`)
    const headers = await this.#headers()
    if (status < 200) return await this.response(method)
    const bodiless = method === 'HEAD' || status === 204 || status === 304
    return { status, headers, body: bodiless ? Buffer.alloc(0) : await this.#body(headers) }
  }

  /** Sends and reads at the same time. */
  async exchange(request: Request): Promise<Response | null> {
    const response = this.response(request.method)
    response.catch(() => {}) // Awaited below.
    await Promise.race([this.writeRequest(request), response])
    return await response
  }

  /** Ends the sending half only. */
  endSending(): void {
    this.#socket.end()
  }

  close(): void {
    this.#socket.destroy()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #headers(): Promise<ReadonlyMap<string, string>> {
    const headers = new Map<string, string>()
    for (let line = await this.#incoming.line(); line !== ''; line = await this.#incoming.line()) {
      if (line === null) throw new Error('the connection ended in the middle of the headers')
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      const before = headers.get(name)
      headers.set(name, before === undefined ? value : `${before}, ${value}`)
    }
    return headers
  }

  async #body(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    const length = headers.get('content-length')
    if (length !== undefined) return await this.#incoming.take(Number(length))
    if (headers.get('transfer-encoding') !== 'chunked') return await this.#incoming.rest()
    const chunks: Buffer[] = []
    for (;;) {
      const size = Number.parseInt((await this.#incoming.line()) ?? '', 16)
      if (Number.isNaN(size)) throw new Error('the answer ended in the middle of its chunks')
      chunks.push(await this.#incoming.take(size))
      await this.#incoming.line()
      if (size === 0) return Buffer.concat(chunks)
    }
  }
}

function hasHeader(headers: NonNullable<Request['headers']>, lowerCaseName: string): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === lowerCaseName)
}

function bodyBytes({ body }: Request): Uint8Array | null {
  if (body === undefined) return null
  if (typeof body === 'function') return body()
  return typeof body === 'string' ? Buffer.from(body) : body
}
