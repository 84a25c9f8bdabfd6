/**
 * Requests to upgrade: which become WebSockets. All others are answered as if they had not asked, so that a refusal is the same answer, in the
 * same words, as that to any request (routes/kalamdb/websocket.ts).
 *
 * - What speaks WebSocket is loaded with the first of them.
 * - A connection that breaks while that happens is nobody's error.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { beginExchange, elapsedMs } from '../exchange.ts'
import type { RouteContext } from '../context.ts'
import type { HostRules } from '../hosts.ts'
import type { OriginRules } from '../origins.ts'
import type { Surfaces } from '../surfaces.ts'
import type { WebSockets } from './websockets.ts'

export const WEBSOCKET_PATH = '/v1/ws'
const SWITCHING_PROTOCOLS = 101

export interface Upgrades {
  /** Whether the request becomes something else than HTTP. */
  accepts(incoming: IncomingMessage): boolean
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes what there is; nothing is accepted from then on. Idempotent. */
  stop(): void
}

export interface UpgradesOptions {
  readonly context: RouteContext
  readonly hosts: HostRules
  readonly origins: OriginRules
  readonly surfaces: Surfaces
}

export function createUpgrades({ context, hosts, origins, surfaces }: UpgradesOptions): Upgrades {
  const { metrics, logger } = context
  let sockets: Promise<WebSockets> | undefined
  let stopped = false

  function load(): Promise<WebSockets> {
    return (sockets ??= import('./websockets.ts').then(({ WebSockets: Loaded }) => new Loaded(context)))
  }

  async function upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const exchange = beginExchange()
    socket.on('error', ignore)
    try {
      const loaded = await load()
      if (stopped) socket.destroy()
      else loaded.admit(incoming, socket, head)
      metrics.requestAnswered(WEBSOCKET_PATH, SWITCHING_PROTOCOLS, elapsedMs(exchange))
    } catch (error) {
      logger.error({ err: error }, 'a WebSocket could not be opened')
      socket.destroy()
    }
    socket.off('error', ignore)
  }

  return {
    accepts(incoming) {
      const { method, url = '', headers } = incoming
      const isOurs = method === 'GET' && surfaces.routedPath(url) === WEBSOCKET_PATH && headers.upgrade?.toLowerCase() === 'websocket'
      return isOurs && !stopped && hosts.accepts(headers.host) && origins.acceptsSocket(incoming)
    },

    upgrade(incoming, socket, head) {
      void upgrade(incoming, socket, head)
    },

    stop() {
      if (stopped) return
      stopped = true
      void sockets?.then((loaded) => loaded.close())
    },
  }
}

/** Until what is loaded takes over. */
function ignore(): void {}
