/** What log senders send. */

/** A JSON array of `count` Datadog-style logs of exactly `bytes` bytes each. */
export function logBatch(count: number, bytes: number): string {
  return `[${Array.from({ length: count }, (_, index) => log(index, bytes)).join(',')}]`
}

function log(index: number, bytes: number): string {
  const fields = {
    ddsource: 'nodejs',
    ddtags: 'env:prod,version:1.4.2',
    hostname: 'web-17',
    service: 'checkout',
    status: 'info',
    message: '',
  }
  const message = `request ${String(index).padStart(6, '0')} took 37 ms `
  const rest = bytes - JSON.stringify({ ...fields, message }).length
  return JSON.stringify({ ...fields, message: message + 'x'.repeat(rest) })
}
