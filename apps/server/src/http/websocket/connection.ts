/**
 * One WebSocket: frames in and out, within limits (contract 7.3, 7.6). What they mean is the conversation's.
 *
 * - Its messages are understood one after the other.
 * - A client that breaks a limit is told in a frame, and what broke it is not looked at; one that says nothing at all is gone.
 */
import type { IncomingMessage } from 'node:http'
import { KafkaError } from '@logbrook/kafka/errors'
import {
  WEBSOCKET_HEARTBEAT_MS,
  WEBSOCKET_MESSAGE_BYTES_MAX,
  WEBSOCKET_MESSAGES_PER_SECOND_MAX,
  WEBSOCKET_SILENCE_MS_MAX,
} from '@logbrook/kafka/limits'
import type { RequestRate } from '@logbrook/broker/sessions/request-rate'
import type { Frame } from '@logbrook/sql/live/frame'
import type { WebSocket } from 'ws'
import type { RouteContext } from '../context.ts'
import { readClientMessage } from './client-message.ts'
import type { ClientMessage } from './client-message.ts'
import { CLOSE, invalidMessage } from './close-reasons.ts'
import type { CloseReason } from './close-reasons.ts'
import { Conversation } from './conversation.ts'
import { refusesCompression, shownCredentials } from './credentials.ts'
import { errorFrame } from './server-messages.ts'
import type { SendQueue, SendQueues } from './send-queue.ts'

export interface ConnectionSurroundings {
  readonly context: RouteContext
  readonly queues: SendQueues
  /** Of messages, by connection. */
  readonly rate: RequestRate
}

/** So many beats without a word are too many. */
const SILENT_BEATS_MAX = WEBSOCKET_SILENCE_MS_MAX / WEBSOCKET_HEARTBEAT_MS

let connections = 0

export class Connection {
  readonly #id = String(++connections)
  readonly #webSocket: WebSocket
  readonly #surroundings: ConnectionSurroundings
  readonly #queue: SendQueue
  readonly #conversation: Conversation
  #silentBeats = 0
  #turn: Promise<void> = Promise.resolve()
  #turns = 0

  constructor(webSocket: WebSocket, incoming: IncomingMessage, surroundings: ConnectionSurroundings) {
    const { context, queues } = surroundings
    this.#webSocket = webSocket
    this.#surroundings = surroundings
    // A client that is refused may be gone before it can be told.
    webSocket.on('error', () => undefined)
    webSocket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary))
    webSocket.on('ping', () => this.#heard())
    webSocket.on('pong', () => this.#heard())
    webSocket.once('close', () => this.#closed())
    this.#queue = queues.open({ hand: (frame, taken) => this.#hand(frame, taken), tooSlow: () => this.#endSlow() })
    this.#conversation = new Conversation({
      context,
      address: context.clientAddress(incoming),
      compresses: !refusesCompression(incoming),
      send: (frame) => this.#queue.send(frame),
      room: () => this.#queue.room(),
      close: (reason) => this.#close(reason),
    })
    const shown = shownCredentials(incoming)
    if (shown.kind === 'none') this.#conversation.awaitCredentials()
    else this.#inTurn(() => this.#conversation.authenticate(shown.token))
  }

  /** Asks whether the client is there, and whether it still may be. */
  beat(): void {
    if (++this.#silentBeats > SILENT_BEATS_MAX) {
      this.#close(CLOSE.silent)
      return
    }
    this.#webSocket.ping()
    this.#inTurn(() => this.#conversation.checkSession())
  }

  /** The server is stopping. */
  stop(): void {
    this.#close(CLOSE.stopping)
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#heard()
    if (!this.#surroundings.rate.admits(this.#id)) {
      const limit = `a connection may send ${WEBSOCKET_MESSAGES_PER_SECOND_MAX} messages within a second`
      this.#queue.send(errorFrame('rate_limit', 'RATE_LIMIT_EXCEEDED', `Too many messages: ${limit}`))
    } else if (isBinary) {
      this.#queue.send(errorFrame('protocol', 'UNSUPPORTED_DATA', 'Binary messages are not understood: this connection speaks JSON'))
    } else if (data.length > WEBSOCKET_MESSAGE_BYTES_MAX) {
      const text = `Message of ${data.length} bytes; the limit is ${WEBSOCKET_MESSAGE_BYTES_MAX}`
      this.#queue.send(errorFrame('protocol', 'MESSAGE_TOO_LARGE', text))
    } else {
      this.#inTurn(() => this.#understand(data.toString()))
    }
  }

  async #understand(text: string): Promise<void> {
    let message: ClientMessage
    try {
      message = readClientMessage(text)
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error
      this.#close(invalidMessage(error.message))
      return
    }
    await this.#conversation.hear(message)
  }

  /** While a turn takes its time, nothing more is read. */
  #inTurn(task: () => Promise<void>): void {
    const before = this.#turn
    this.#webSocket.pause()
    this.#turns++
    this.#turn = this.#takeTurn(before, task)
  }

  async #takeTurn(before: Promise<void>, task: () => Promise<void>): Promise<void> {
    await before
    try {
      if (this.#webSocket.readyState === this.#webSocket.OPEN) await task()
    } catch (error) {
      this.#surroundings.context.logger.error({ err: error }, 'a message of a WebSocket failed')
    }
    if (--this.#turns === 0) this.#webSocket.resume()
  }

  #hand(frame: Frame, taken: () => void): void {
    const compressed = this.#conversation.compresses ? frame.compressed() : null
    this.#webSocket.send(compressed ?? frame.text, { binary: compressed !== null }, taken)
  }

  #endSlow(): void {
    this.#surroundings.context.metrics.live.slowReaderEnded()
    const frame = errorFrame('protocol', 'SLOW_CONSUMER', 'Too slow: more is waiting for this connection than a broker keeps for one')
    this.#webSocket.send(frame.text, { binary: false })
    this.#close(CLOSE.tooSlow)
  }

  #heard(): void {
    this.#silentBeats = 0
    this.#conversation.heard()
  }

  #close({ code, reason }: CloseReason): void {
    this.#webSocket.close(code, reason)
    this.#conversation.end()
  }

  #closed(): void {
    this.#queue.close()
    this.#conversation.end()
  }
}
