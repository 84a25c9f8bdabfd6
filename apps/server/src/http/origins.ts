/**
 * Which web pages may change something here. A browser lets any page post plain text to any address, a broker on this machine
 * included, and only keeps the answer from it; but it says from where the page is.
 */
import type { IncomingMessage } from 'node:http'

export interface OriginRules {
  accepts(incoming: IncomingMessage): boolean
  /**
   * Whether a page may open a WebSocket: all may where nothing is said of any (contract 7.1), for a page that is not let in has no token,
   * and nothing else that its browser would send along is looked at.
   */
  acceptsSocket(incoming: IncomingMessage): boolean
}

/** Whether `corsOrigins` may hold it. */
export function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text)
}

const HARMLESS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** @param corsOrigins pages of other origins that may; `*` is all */
export function createOriginRules(corsOrigins: readonly string[]): OriginRules {
  const allowed = new Set(corsOrigins)

  function isOurs({ headers: { origin, host } }: IncomingMessage): boolean {
    // What is not a browser sends none.
    if (origin === undefined) return true
    return origin === `http://${host}` || origin === `https://${host}` || allowed.has(origin) || allowed.has('*')
  }

  return {
    accepts: (incoming) => HARMLESS.has(incoming.method ?? '') || isOurs(incoming),
    acceptsSocket: (incoming) => allowed.size === 0 || isOurs(incoming),
  }
}
