/** A WebSocket of a case: what it sends, and each frame that it is sent, in order and compared whole. */
import { AssertionError } from 'node:assert/strict'
import { once } from 'node:events'
import { gunzipSync } from 'node:zlib'
import { WebSocket } from 'ws'
import { mismatches } from './match.ts'
import type { Pattern } from './match.ts'
import type { Names } from './names.ts'
import { fill } from './scene.ts'

export interface LiveClientOptions {
  readonly url: URL
  readonly names: Names
  readonly headers?: Readonly<Record<string, string>>
  readonly protocols?: readonly string[]
  /** With the question mark. */
  readonly query?: string
  /** Whether it answers pings. */
  readonly autoPong?: boolean
}

interface Frame {
  readonly text: string
  readonly isBinary: boolean
}

/** A server that says nothing for this long has failed its case. */
const SILENCE_MS_MAX = 30_000
const SHOWN_LENGTH_MAX = 500

export class LiveClient {
  readonly #socket: WebSocket
  readonly #names: Names
  readonly #frames: Frame[] = []
  #closed: { readonly code: number; readonly reason: string } | undefined
  #pongs = 0
  /** Told of whatever comes next. */
  #news = Promise.withResolvers<void>()

  private constructor(socket: WebSocket, names: Names) {
    this.#socket = socket
    this.#names = names
    socket.on('message', (data: Buffer, isBinary) => this.#take({ text: (isBinary ? gunzipSync(data) : data).toString(), isBinary }))
    socket.on('pong', () => {
      this.#pongs++
      this.#tell()
    })
    socket.on('close', (code, reason) => {
      this.#closed = { code, reason: reason.toString() }
      this.#tell()
    })
  }

  static async open({ url, names, headers = {}, protocols = [], query = '', autoPong = true }: LiveClientOptions): Promise<LiveClient> {
    const address = new URL(`/v1/ws${query}`, url)
    address.protocol = 'ws:'
    const socket = new WebSocket(address, [...protocols], { headers, autoPong, perMessageDeflate: false })
    const client = new LiveClient(socket, names)
    await once(socket, 'open')
    socket.on('error', () => {}) // Whoever reads is told.
    return client
  }

  /** The subprotocol that the server chose. */
  get protocol(): string {
    return this.#socket.protocol
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  /** A text as it is, anything else as JSON, with placeholders filled. */
  send(message: string | object): void {
    this.#socket.send(this.#names(typeof message === 'string' ? message : JSON.stringify(message)))
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.send(bytes)
  }

  /** The next frame; it says whether that was binary. */
  async receives(pattern: Pattern): Promise<{ readonly isBinary: boolean; readonly message: Readonly<Record<string, unknown>> }> {
    const frame = await this.#next()
    const message = JSON.parse(frame.text) as Readonly<Record<string, unknown>>
    const lines = mismatches(fill(pattern, this.#names), message)
    if (lines.length > 0) throw new AssertionError({ message: ['a frame', ...lines].join('\n  ') + said(frame) })
    return { isBinary: frame.isBinary, message }
  }

  /** What came until its ping was answered: nothing. */
  async receivesNothing(): Promise<void> {
    await this.roundTrip()
    const frame = this.#frames[0]
    if (frame !== undefined) throw new AssertionError({ message: `a frame where there should be none${said(frame)}` })
  }

  /** Everything that it has sent has arrived: its ping is answered. */
  async roundTrip(): Promise<void> {
    const before = this.#pongs
    this.#socket.ping()
    await this.#until(() => this.#pongs > before || this.#closed !== undefined, 'a pong')
    if (this.#closed !== undefined) throw new AssertionError({ message: `the connection ended: ${JSON.stringify(this.#closed)}` })
  }

  /** Frames that came before the end are not looked at. */
  async closes(code: number, reason: string | RegExp | null = null): Promise<void> {
    await this.#until(() => this.#closed !== undefined, 'the end of the connection')
    const lines = mismatches(
      { code, ...(reason === null ? {} : { reason }) },
      { code: this.#closed!.code, ...(reason === null ? {} : { reason: this.#closed!.reason }) },
    )
    if (lines.length > 0) throw new AssertionError({ message: ['the end of the connection', ...lines].join('\n  ') })
  }

  /** Says that it goes, and waits until the server has said so too. */
  async leave(): Promise<void> {
    this.#socket.close(1000)
    await this.#until(() => this.#closed !== undefined, 'the end of the connection')
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }

  #take(frame: Frame): void {
    this.#frames.push(frame)
    this.#tell()
  }

  #tell(): void {
    const { resolve } = this.#news
    this.#news = Promise.withResolvers()
    resolve()
  }

  async #next(): Promise<Frame> {
    await this.#until(() => this.#frames.length > 0 || this.#closed !== undefined, 'a frame')
    const frame = this.#frames.shift()
    if (frame === undefined) throw new AssertionError({ message: `no frame, but the end: ${JSON.stringify(this.#closed)}` })
    return frame
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>()
    const silence = setTimeout(
      () => reject(new AssertionError({ message: `${what} has not come for ${SILENCE_MS_MAX} ms` })),
      SILENCE_MS_MAX,
    )
    try {
      while (!holds()) await Promise.race([this.#news.promise, promise])
    } finally {
      clearTimeout(silence)
    }
  }
}

function said({ text }: Frame): string {
  return `\n  was ${text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}… (${text.length} characters)` : text}`
}
