/** What an upgrade request shows of who is calling, and what it asks for (contract 7.1, 7.2). */
import type { IncomingMessage } from 'node:http'
import { bearerToken } from '../caller.ts'
import { rawQuery } from '../raw-path.ts'

const SUBPROTOCOL = /^kalamdb\.jwt\.(?<token>.+)$/

/** `none`: the client will say who it is in a message. A token is `null` where something else is shown. */
export type ShownCredentials = { readonly kind: 'none' } | { readonly kind: 'token'; readonly token: string | null }

/** The header counts more than the subprotocol, which is for browsers. */
export function shownCredentials({ headers }: IncomingMessage): ShownCredentials {
  const { authorization } = headers
  if (authorization !== undefined) return { kind: 'token', token: bearerToken(authorization) }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim())
  const token = offered.map((protocol) => SUBPROTOCOL.exec(protocol)?.groups?.['token']).find((found) => found !== undefined)
  return token === undefined ? { kind: 'none' } : { kind: 'token', token }
}

/** What is echoed of the subprotocols that are offered. */
export function chosenSubprotocol(offered: Iterable<string>): string | false {
  for (const protocol of offered) if (SUBPROTOCOL.test(protocol)) return protocol
  return false
}

export function refusesCompression({ url = '' }: IncomingMessage): boolean {
  const query = new URLSearchParams(rawQuery(url))
  return query.get('compress') === 'false' || query.get('compression') === 'none'
}
