/** Where a broker that listens on a host is found from this machine: one on every address is found on the loopback one. */
export function urlOf(host: string, port: number | string): string {
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (host.includes(':') ? `[${host}]` : host)
  return `http://${reachable}:${port}`
}
