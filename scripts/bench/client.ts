/** A client of one server, for what wrk cannot do: one thing at a time, one thing after the other, large things once. */
import { Agent, request } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http'

export interface Answer {
  readonly status: number
  readonly bytes: Buffer
}

export interface Client extends Disposable {
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>
  /** The body is JSON, or what the headers say it was made of. */
  post(path: string, body: Buffer | string, headers?: OutgoingHttpHeaders): Promise<Answer>
  delete(path: string): Promise<Answer>
}

/** Over keep-alive connections, as many as are needed. Answers of 400 and up are answers, not errors. */
export function connect(url: string): Client {
  const agent = new Agent({ keepAlive: true })

  function ask(method: string, path: string, headers: OutgoingHttpHeaders, body?: Buffer | string): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const asked = request(url + path, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(chunks) }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
    return promise
  }

  return {
    get: (path, headers = {}) => ask('GET', path, headers),
    post: (path, body, headers = {}) =>
      ask('POST', path, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers }, body),
    delete: (path) => ask('DELETE', path, {}),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** @throws Error when the answer is none of success */
export function assertOk({ status, bytes }: Answer): Buffer {
  if (status >= 300) throw new Error(`the broker answered ${status}: ${bytes.toString()}`)
  return bytes
}

/** How long something takes. */
export async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const startMs = performance.now()
  const result = await work()
  return { result, ms: performance.now() - startMs }
}
