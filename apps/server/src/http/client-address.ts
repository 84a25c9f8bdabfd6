/**
 * From which address a request comes: what ACL bindings name as host, and what failed logins are counted by.
 *
 * - It is the connection's, unless that comes from a trusted proxy: then it is the last one in `X-Forwarded-For` that is no trusted proxy's.
 *   What stands before that, the client may have made up.
 * - Where a proxy wrote something that is no address, the proxy's own is the last that is known.
 */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { canonicalHost } from '@logbrook/acl/host'

/** A connection that is gone has no address, and nobody who would see the answer: empty. */
export type ClientAddress = (incoming: IncomingMessage) => string

/** @param trustedProxies addresses, and subnets as `10.0.0.0/8` */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return connectionAddress
  const isTrusted = createTrust(trustedProxies)
  return (incoming) => {
    let address = connectionAddress(incoming)
    const hops = forwardedFor(incoming)
    while (isTrusted(address)) {
      const hop = canonicalHost(hops.pop() ?? '')
      if (hop === null || isIP(hop) === 0) break
      address = hop
    }
    return address
  }
}

/** Whether `--trusted-proxies` may name it. */
export function isAddressOrSubnet(text: string): boolean {
  const { address, prefix } = partsOf(text)
  const bitsMax = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return bitsMax !== -1 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bitsMax))
}

/** Whether an address is a trusted proxy's. */
export function createTrust(trustedProxies: readonly string[]): (address: string) => boolean {
  const trusted = trustedAddresses(trustedProxies)
  return (address) => isIP(address) !== 0 && trusted.check(address, familyOf(address))
}

/** Of the connection itself, in the spelling of `canonicalHost`. */
export function connectionAddress({ socket: { remoteAddress } }: IncomingMessage): string {
  return remoteAddress === undefined ? '' : (canonicalHost(remoteAddress) ?? remoteAddress)
}

/** From the client to the proxy that is nearest to us; several headers are one. */
function forwardedFor({ headers }: IncomingMessage): string[] {
  const header = headers['x-forwarded-for'] ?? []
  return [header].flat().flatMap((line) => line.split(',').map((hop) => hop.trim()))
}

function trustedAddresses(proxies: readonly string[]): BlockList {
  const trusted = new BlockList()
  for (const proxy of proxies) {
    const { address, prefix } = partsOf(proxy)
    const family = familyOf(address)
    if (prefix === undefined) trusted.addAddress(address, family)
    else trusted.addSubnet(address, Number(prefix), family)
  }
  return trusted
}

function partsOf(text: string): { readonly address: string; readonly prefix: string | undefined } {
  const slash = text.indexOf('/')
  return slash === -1 ? { address: text, prefix: undefined } : { address: text.slice(0, slash), prefix: text.slice(slash + 1) }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
