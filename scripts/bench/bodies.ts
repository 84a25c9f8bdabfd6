/** What log senders send. */

/** Of every body that is not about sizes: what the Datadog Agent makes of a busy second. */
export const RECORDS_PER_REQUEST = 100
export const RECORD_BYTES = 300

const ERROR_EVERY = 100

/** A JSON array of Datadog-style logs, one of exactly as many bytes as each of `sizes` says. */
export function logBatch(sizes: readonly number[]): string {
  return `[${sizes.map((bytes, index) => log(index, bytes)).join(',')}]`
}

/** `count` logs of `bytes` each. */
export function evenLogBatch(count = RECORDS_PER_REQUEST, bytes = RECORD_BYTES): string {
  return logBatch(Array.from({ length: count }, () => bytes))
}

function log(index: number, bytes: number): string {
  const fields = {
    ddsource: 'nodejs',
    ddtags: 'env:prod,version:1.4.2',
    hostname: 'web-17',
    service: 'basket',
    status: index % ERROR_EVERY === 0 ? 'error' : 'info',
    message: '',
  }
  const message = `request ${String(index).padStart(6, '0')} took 37 ms `
  const rest = bytes - JSON.stringify({ ...fields, message }).length
  return JSON.stringify({ ...fields, message: message + prose(index, rest) })
}

const WORDS = ['retry', 'upstream', 'cache', 'miss', 'user', 'payment', 'accepted', 'socket', 'closed', 'tenant', 'order', 'in']
/** Messages begin anywhere in it. */
const PROSE = makeProse(64 * 1024)

/** Words and numbers that compress about as well as log lines do; the same in every run. */
function prose(index: number, length: number): string {
  const start = (index * 7919) % (PROSE.length - length)
  return PROSE.slice(start, start + length)
}

function makeProse(length: number): string {
  let text = ''
  // The multiplier and the addend are those of Numerical Recipes.
  for (let state = 1; text.length < length; state = (Math.imul(state, 1664525) + 1013904223) >>> 0) {
    text += `${WORDS[(state >>> 16) % WORDS.length]}=${(state >>> 8).toString(16)} `
  }
  return text.slice(0, length)
}
