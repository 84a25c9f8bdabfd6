/** The WebSockets of a server: taken over from their upgrade requests, kept alive, and closed together. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Timer } from '@logbrook/kafka/clock'
import {
  WEBSOCKET_CLOSE_MS_MAX,
  WEBSOCKET_HEARTBEAT_MS,
  WEBSOCKET_MESSAGE_BYTES_MAX,
  WEBSOCKET_MESSAGES_PER_SECOND_MAX,
} from '@logbrook/kafka/limits'
import { createRequestRate } from '@logbrook/broker/sessions/request-rate'
import { WebSocketServer } from 'ws'
import type { ServerOptions } from 'ws'
import type { RouteContext } from '../context.ts'
import { Connection } from './connection.ts'
import type { ConnectionSurroundings } from './connection.ts'
import { chosenSubprotocol } from './credentials.ts'
import { SendQueues } from './send-queue.ts'

/** The types do not know all of them yet. */
const OPTIONS: ServerOptions & { readonly closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  handleProtocols: chosenSubprotocol,
  perMessageDeflate: false,
  // Between the two sizes a client is told what was wrong.
  maxPayload: 2 * WEBSOCKET_MESSAGE_BYTES_MAX,
  closeTimeout: WEBSOCKET_CLOSE_MS_MAX,
}

export class WebSockets {
  readonly #context: RouteContext
  readonly #server = new WebSocketServer(OPTIONS)
  readonly #connections = new Set<Connection>()
  readonly #surroundings: ConnectionSurroundings
  #heartbeat: Timer | undefined

  constructor(context: RouteContext) {
    this.#context = context
    const { clock, metrics } = context
    this.#surroundings = {
      context,
      queues: new SendQueues((bytes) => metrics.live.queued(bytes)),
      rate: createRequestRate({ clock, perSecondMax: WEBSOCKET_MESSAGES_PER_SECOND_MAX }),
    }
  }

  /** Answers what is no proper request of a WebSocket, too. */
  admit(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(incoming, socket, head, (webSocket) => {
      const connection = new Connection(webSocket, incoming, this.#surroundings)
      this.#connections.add(connection)
      this.#context.metrics.live.connectionOpened()
      webSocket.once('close', () => {
        this.#connections.delete(connection)
        this.#context.metrics.live.connectionClosed()
      })
      this.#heartbeat ??= this.#beatLater()
    })
  }

  close(): void {
    this.#heartbeat?.cancel()
    for (const connection of this.#connections) connection.stop()
  }

  #beatLater(): Timer {
    return this.#context.clock.after(WEBSOCKET_HEARTBEAT_MS, () => {
      for (const connection of this.#connections) connection.beat()
      this.#heartbeat = undefined
      // However far the clock is set forward, it is one beat: those that are asked need a moment to answer.
      if (this.#connections.size > 0) setImmediate(() => (this.#heartbeat ??= this.#beatLater()))
    })
  }
}
