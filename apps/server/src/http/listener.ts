/**
 * The HTTP server itself: its limits, and how it stops.
 *
 * - Node's own defaults are replaced by named limits; what breaks them gets a bare 400, 408, 413 or 431.
 * - A request that is refused before its body was read has the body discarded, within limits, so that the sender sees the answer
 *   and the connection can go on.
 * - Stopping: no new connections; what is being answered is answered whole, and its connection closed after it; idle connections
 *   are closed at once; what is not done within the grace is cut off.
 */
import { createServer, ServerResponse as PlainResponse } from 'node:http'
import type { IncomingMessage, Server, ServerOptions as HttpServerOptions, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { HttpBindings } from '@hono/node-server'
import type { Clock } from '@logbrook/kafka/clock'
import {
  CONNECTIONS_CHECKING_INTERVAL_MS,
  CONNECTIONS_MAX,
  HEADER_BYTES_MAX,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
  SHUTDOWN_GRACE_MS,
} from '@logbrook/kafka/limits'
import { StartError } from '../start-error.ts'
import { discardBody } from './body.ts'
import { sendingPlainly } from './plain-response.ts'
import type { Upgrades } from './websocket/upgrades.ts'
import { answerUnreadable } from './unreadable.ts'

export interface Listener {
  readonly port: number
  /** Resolves when every connection is closed. */
  close(): Promise<void>
}

export interface ListenerOptions {
  readonly host: string
  readonly port: number
  readonly clock: Clock
  readonly answer: (request: Request, env: HttpBindings) => Response | Promise<Response>
  /** For what `answer` did not: a `RequestError` is no request at all (`OPTIONS *`, a `Host` that is no host). */
  readonly refuse: (error: unknown) => Response
  /** Without them a request to upgrade is answered as any other. */
  readonly upgrades?: Upgrades
  /** Told when a connection could not be accepted. */
  readonly onError: (error: unknown) => void
  /** Whether the process keeps its own `Request` and `Response`: node-server replaces them with faster ones. */
  readonly keepGlobals?: boolean
  readonly limits?: Partial<HttpLimits>
}

export interface HttpLimits {
  readonly headerBytesMax: number
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly keepAliveTimeoutMs: number
  readonly connectionsCheckingIntervalMs: number
  readonly connectionsMax: number
}

const LIMITS: HttpLimits = {
  headerBytesMax: HEADER_BYTES_MAX,
  headersTimeoutMs: HEADERS_TIMEOUT_MS,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  keepAliveTimeoutMs: KEEP_ALIVE_TIMEOUT_MS,
  connectionsCheckingIntervalMs: CONNECTIONS_CHECKING_INTERVAL_MS,
  connectionsMax: CONNECTIONS_MAX,
}

function serverOptions(limits: HttpLimits): HttpServerOptions {
  return {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.connectionsCheckingIntervalMs,
    requireHostHeader: true,
  }
}

/** @throws StartError when the address cannot be listened on */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { host, port, clock, refuse, onError, upgrades, keepGlobals = false } = options
  const limits = { ...LIMITS, ...options.limits }
  const answer = keepGlobals ? sendingPlainly(options.answer) : options.answer
  const respond = getRequestListener((request, env) => answer(request, env as HttpBindings), {
    // What an HTTP/1.0 request without a Host header is taken to mean.
    hostname: 'localhost',
    autoCleanupIncoming: false,
    overrideGlobalObjects: !keepGlobals,
    errorHandler: refuse,
  })
  const connections = new Connections()

  async function respondAndDiscard(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    await respond(incoming, outgoing)
    if (!incoming.complete || incoming.readableLength > 0) discardBody(incoming, clock)
  }

  const server = createServer({ ...serverOptions(limits), ...upgradesOnly(upgrades) }, (incoming, outgoing) => {
    connections.begin(incoming, outgoing)
    void respondAndDiscard(incoming, outgoing)
  })
  if (upgrades !== undefined)
    server.on('upgrade', (incoming, socket: Socket, head) => {
      if (upgrades.accepts(incoming)) {
        connections.leave(socket)
        upgrades.upgrade(incoming, socket, head)
      } else {
        answerAsUsual(server, incoming, socket)
      }
    })
  server.maxConnections = limits.connectionsMax
  server.on('connection', (socket: Socket) => connections.add(socket))
  server.on('clientError', (error, socket: Socket) => answerUnreadable(error, socket, { clock, begun: connections.hasBegunAnswer(socket) }))
  // Node's own takes an answer that is still being sent for an idle connection.
  server.closeIdleConnections = () => connections.closeIdle()

  await start(server, host, port)
  server.on('error', onError)
  return {
    port: (server.address() as AddressInfo).port,
    close: () => stop(server, connections, clock),
  }
}

/** Older releases of Node take every request to upgrade for one; see `answerAsUsual`. */
function upgradesOnly(upgrades: Upgrades | undefined): HttpServerOptions {
  return upgrades === undefined ? {} : { shouldUpgradeCallback: (incoming) => upgrades.accepts(incoming) }
}

/** Its connection is not HTTP's any more: what would follow on it is not read. */
function answerAsUsual(server: Server, incoming: IncomingMessage, socket: Socket): void {
  const outgoing = new PlainResponse(incoming)
  outgoing.shouldKeepAlive = false
  outgoing.assignSocket(socket)
  outgoing.once('finish', () => socket.destroySoon())
  socket.on('error', () => undefined)
  server.emit('request', incoming, outgoing)
}

function start(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error) => reject(startError(error, host, port)))
  server.listen(port, host, resolve)
  return promise
}

function startError(cause: NodeJS.ErrnoException, host: string, port: number): StartError {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another program listens there',
    EACCES: 'this user may not listen there',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'there is no such host',
  }
  return new StartError(`cannot listen on ${host}, port ${port}: ${reasons[cause.code ?? ''] ?? cause.message}`, { cause })
}

async function stop(server: Server, connections: Connections, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  connections.stop()
  server.close(() => resolve())
  const grace = clock.after(SHUTDOWN_GRACE_MS, () => server.closeAllConnections())
  await promise
  grace.cancel()
}

/** Who is connected, and what each of them is being answered: several requests at once when they are pipelined. */
class Connections {
  readonly #answers = new Map<Socket, Set<ServerResponse>>()
  #isStopping = false

  add(socket: Socket): void {
    this.#answers.set(socket, new Set())
    socket.once('close', () => this.#answers.delete(socket))
  }

  begin({ socket }: IncomingMessage, outgoing: ServerResponse): void {
    const answers = this.#answers.get(socket)
    answers?.add(outgoing)
    if (this.#isStopping) outgoing.shouldKeepAlive = false
    // Closed means sent to the last byte, or given up.
    outgoing.once('close', () => {
      answers?.delete(outgoing)
      if (this.#isStopping && answers?.size === 0) socket.destroySoon()
    })
  }

  /** It is no HTTP any more. */
  leave(socket: Socket): void {
    this.#answers.delete(socket)
  }

  stop(): void {
    this.#isStopping = true
    for (const answers of this.#answers.values()) for (const outgoing of answers) outgoing.shouldKeepAlive = false
  }

  hasBegunAnswer(socket: Socket): boolean {
    return (
      this.#answers
        .get(socket)
        ?.values()
        .some((outgoing) => outgoing.headersSent) ?? false
    )
  }

  closeIdle(): void {
    for (const [socket, answers] of this.#answers) if (answers.size === 0) socket.destroySoon()
  }
}
