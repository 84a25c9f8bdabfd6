import type { Finding } from './finding.ts'

/** The first with zstd, which log senders compress with. */
const NODE_MIN = { major: 22, minor: 15 } as const

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < NODE_MIN.major || (major === NODE_MIN.major && minor < NODE_MIN.minor)
  if (!isOld) return { check: 'Node', status: 'ok', detail: version }
  const wanted = `${NODE_MIN.major}.${NODE_MIN.minor}`
  return {
    check: 'Node',
    status: 'fail',
    detail: `${version}; ${wanted} or newer is needed`,
    advice: 'install a newer one from https://nodejs.org',
  }
}
