/** An IPv4 address carried in an IPv6 one, as URLs print it: what a dual-stack socket calls its IPv4 clients. */
const MAPPED_IPV4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

const IPV6_CHARACTERS = /^[0-9a-f:.]+$/i

/**
 * One spelling for each address, so that hosts can be compared as strings: IPv6 in its short form (RFC 5952), without a zone,
 * IPv4-mapped addresses as IPv4. Anything without a colon stays as it is. `null` for what has a colon and is no IPv6 address.
 */
export function canonicalHost(host: string): string | null {
  if (!host.includes(':')) return host
  const [address = ''] = host.split('%', 1)
  if (!IPV6_CHARACTERS.test(address)) return null
  const short = URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1)
  if (short === undefined) return null
  const mapped = MAPPED_IPV4.exec(short)
  return mapped === null ? short : dotted(parseInt(mapped[1]!, 16), parseInt(mapped[2]!, 16))
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}
