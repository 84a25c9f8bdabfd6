/**
 * One log line for each request: who asked for what, and how it ended.
 *
 * - What changes the broker, and what failed, is `info` (`warn` where it was our fault); the traffic of the log itself, and what
 *   machines ask every few seconds, is `debug`.
 * - Where its level is off, a line costs one question.
 */
import { CLIENT_ID_LENGTH_MAX } from '@logbrook/kafka/limits'
import type { Logger } from '../logger.ts'
import type { ClientAddress } from './client-address.ts'
import type { Bindings } from './context.ts'
import { elapsedMs } from './exchange.ts'
import { rawPath } from './raw-path.ts'
import type { Surface } from './surfaces.ts'

export type RequestLog = (env: Bindings, surface: Surface, status: number) => void

type Level = 'debug' | 'info' | 'warn'

export function createRequestLog(logger: Logger, clientAddress: ClientAddress): RequestLog {
  return ({ incoming, outgoing, exchange }, surface, status) => {
    const path = rawPath(incoming.url ?? '')
    const level = levelOf(surface, incoming.method, path, status)
    if (!logger.isLevelEnabled(level)) return
    const { socket } = incoming
    const host = clientAddress(incoming)
    const sentBefore = socket.bytesWritten
    // An answer has been sent, and counted, when its response closes.
    outgoing.once('close', () => {
      logger[level](
        {
          method: incoming.method,
          path,
          status,
          durationMs: Math.round(elapsedMs(exchange) * 1000) / 1000,
          principal: exchange.principal,
          host,
          clientId: clientIdOf(incoming.headers['kafka-client-id'], surface, path),
          bytes: socket.bytesWritten - sentBefore,
        },
        'request',
      )
    })
  }
}

function levelOf(surface: Surface, method: string | undefined, path: string, status: number): Level {
  if (status >= 500) return 'warn'
  if (status >= 400) return 'info'
  const isAdministration = surface === 'own' && method !== 'GET' && method !== 'HEAD' && !path.endsWith('/records')
  return isAdministration ? 'info' : 'debug'
}

/** What a client calls itself, in plain characters and cut; without one, what its endpoint goes by. */
export function clientIdOf(header: string | readonly string[] | undefined, surface: Surface, path: string): string {
  const given = typeof header === 'string' ? header : header?.join(', ')
  if (given !== undefined && given !== '') return given.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, CLIENT_ID_LENGTH_MAX)
  if (surface === 'datadog') return 'http-datadog-logs-client'
  if (surface === 'own') return 'http-client'
  return path === '/v1/kafka/fetch' ? 'http-fetch-client' : 'http-fetch-single-record-client'
}
