/**
 * Which names a `Host` header may hold. A web page whose name is made to resolve to this machine (DNS rebinding) sends its
 * own name here; whoever means this broker sends one of these.
 */

export interface HostRules {
  accepts(hostHeader: string | undefined): boolean
}

export interface HostRulesOptions {
  /** The address that is listened on. */
  readonly host: string
  readonly allowedHosts: readonly string[]
}

export function createHostRules({ host, allowedHosts }: HostRulesOptions): HostRules {
  if (!isLoopback(host) && allowedHosts.length === 0) return { accepts: () => true }
  const names = new Set([host, ...allowedHosts].map(hostName))
  return {
    accepts(hostHeader) {
      // Only HTTP/1.0 comes without one, and no browser speaks that.
      if (hostHeader === undefined) return true
      const name = hostName(hostHeader)
      return names.has(name) || isLoopback(name)
    },
  }
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || name.endsWith('.localhost') || /^127(?:\.\d{1,3}){3}$/.test(name)
}

/** Without port, brackets and a closing dot, in lower case. */
function hostName(header: string): string {
  const lower = header.toLowerCase()
  const bracketed = /^\[(?<address>[^\]]*)\](?::\d*)?$/.exec(lower)?.groups?.['address']
  if (bracketed !== undefined) return bracketed
  const colon = lower.indexOf(':')
  const name = colon === -1 || colon !== lower.lastIndexOf(':') ? lower : lower.slice(0, colon)
  return name.endsWith('.') ? name.slice(0, -1) : name
}
