/**
 * Whether a request comes from this machine, and whether it came over https (contract 1.5).
 *
 * - The connection decides. What proxies wrote is believed only of this machine itself and of trusted proxies.
 * - A forwarded address makes a request remote, and never local: one of this machine in such a header is not looked at, wherever it stands,
 *   so that what a client puts before the addresses of its proxies changes nothing.
 */
import type { IncomingMessage } from 'node:http'
import { connectionAddress, createTrust } from './client-address.ts'

export interface Proximity {
  isLocal(incoming: IncomingMessage): boolean
  isSecure(incoming: IncomingMessage): boolean
}

/** @param trustedProxies addresses, and subnets as `10.0.0.0/8` */
export function createProximity(trustedProxies: readonly string[]): Proximity {
  const isTrusted = createTrust(trustedProxies)

  function believes(peer: string): boolean {
    return isLoopback(peer) || isTrusted(peer)
  }

  return {
    isLocal(incoming) {
      const peer = connectionAddress(incoming)
      return isLoopback(peer) && forwardedAddresses(incoming).every(isLoopback)
    },
    isSecure(incoming) {
      return believes(connectionAddress(incoming)) && valuesOf(incoming, 'x-forwarded-proto')[0]?.toLowerCase() === 'https'
    },
  }
}

function forwardedAddresses(incoming: IncomingMessage): readonly string[] {
  return [...valuesOf(incoming, 'x-forwarded-for'), ...valuesOf(incoming, 'x-real-ip')]
}

function valuesOf({ headers }: IncomingMessage, name: string): readonly string[] {
  const lines = [headers[name] ?? []].flat()
  return lines.flatMap((line) => line.split(',').map((value) => value.trim())).filter((value) => value !== '')
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.toLowerCase() === 'localhost' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/i.test(address)
}
