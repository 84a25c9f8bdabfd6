/**
 * Which web pages may change something here. A browser lets any page post plain text to any address, a broker on this machine
 * included, and only keeps the answer from it; but it says from where the page is.
 */
import type { IncomingMessage } from 'node:http'

export interface OriginRules {
  accepts(incoming: IncomingMessage): boolean
}

/** Whether `corsOrigins` may hold it. */
export function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text)
}

const HARMLESS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** @param corsOrigins pages of other origins that may; `*` is all */
export function createOriginRules(corsOrigins: readonly string[]): OriginRules {
  const allowed = new Set(corsOrigins)
  return {
    accepts({ method = '', headers }) {
      const { origin, host } = headers
      // What is not a browser sends none.
      if (origin === undefined || HARMLESS.has(method)) return true
      return origin === `http://${host}` || origin === `https://${host}` || allowed.has(origin) || allowed.has('*')
    },
  }
}
