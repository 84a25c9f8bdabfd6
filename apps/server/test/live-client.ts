/** A client of live queries, as KalamDB's are: frames in the order in which they came, and what is asked for. */
import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { WebSocket } from 'ws'

export type LiveMessage = Readonly<Record<string, unknown>> & { readonly type: string }

export interface LiveClientOptions {
  readonly authorization?: string
  /** With the question mark. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
  /** Whether it answers pings. */
  readonly autoPong?: boolean
}

export class LiveClient implements Disposable {
  readonly socket: WebSocket
  /** How the connection ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  /** Whether the last frame was binary. */
  wasCompressed = false
  readonly #waiting: PromiseWithResolvers<LiveMessage>[] = []
  readonly #came: LiveMessage[] = []
  #end: Error | undefined

  constructor(url: string, { authorization, query = '', headers = {}, protocols = [], autoPong = true }: LiveClientOptions = {}) {
    const sent = authorization === undefined ? headers : { ...headers, authorization }
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws${query}`, [...protocols], { headers: sent, autoPong })
    this.socket.on('message', (data: Buffer, isBinary) => this.#receive(isBinary ? gunzipSync(data) : data, isBinary))
    const closed = Promise.withResolvers<{ code: number; reason: string }>()
    this.closed = closed.promise
    this.socket.on('close', (code, reason) => {
      closed.resolve({ code, reason: reason.toString() })
      this.#fail(new Error(`closed: ${code} ${reason.toString()}`))
    })
    this.socket.on('error', (error) => this.#fail(error))
  }

  async opened(): Promise<this> {
    if (this.socket.readyState === this.socket.OPEN) return this
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.socket.once('open', resolve)
    this.socket.once('error', reject)
    await promise
    return this
  }

  /** The next message; one that has come is not looked at again. */
  next(): Promise<LiveMessage> {
    const came = this.#came.shift()
    if (came !== undefined) return Promise.resolve(came)
    if (this.#end !== undefined) return Promise.reject(this.#end)
    const waiting = Promise.withResolvers<LiveMessage>()
    this.#waiting.push(waiting)
    return waiting.promise
  }

  async nextOf(type: string): Promise<LiveMessage> {
    const message = await this.next()
    assert.equal(message.type, type, JSON.stringify(message))
    return message
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** @param options `null`: no rows but those that change */
  subscribe(id: string, sql: string, options: object | null = {}): void {
    this.send({ type: 'subscribe', subscription: { id, sql, options } })
  }

  /** Of a subscription that has no more rows than one batch. */
  async subscribed(id: string, sql: string, options: object | null = {}): Promise<readonly unknown[]> {
    this.subscribe(id, sql, options)
    const ack = await this.nextOf('subscription_ack')
    assert.deepEqual((ack['batch_control'] as { status: string }).status, 'ready', JSON.stringify(ack))
    return options === null ? [] : ((await this.nextOf('initial_data_batch'))['rows'] as readonly unknown[])
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.wasCompressed = isBinary
    const message = JSON.parse(data.toString()) as LiveMessage
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#came.push(message)
    else waiting.resolve(message)
  }

  #fail(error: Error): void {
    this.#end ??= error
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#end)
  }
}

/** Connected, and known. */
export async function liveClient(url: string, authorization: string, query = ''): Promise<LiveClient> {
  const client = new LiveClient(url, { authorization, query })
  await client.nextOf('auth_success')
  return client
}
