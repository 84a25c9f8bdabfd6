/** Moments, days and times of day as text and as the numbers that columns keep: microseconds since 1970, days since 1970, microseconds. */

const DAY_MICROS = 86_400_000_000n
const MOMENT = /^(\d{4,6})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/iu
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/u
const WHOLE = /^[+-]?\d{1,18}$/u

/** Without an offset it is UTC. Digits alone are microseconds. */
export function parseTimestamp(text: string): bigint | null {
  const trimmed = text.trim()
  if (WHOLE.test(trimmed)) return BigInt(trimmed)
  const form = MOMENT.exec(trimmed)
  if (form === null) return null
  const [, year, month, day, hour, minute, second, fraction, offset] = form
  const days = daysOf(Number(year), Number(month), Number(day))
  const micros = timeOf(hour, minute, second, fraction)
  const shift = offsetOf(offset)
  return days === null || micros === null || shift === null ? null : days * DAY_MICROS + micros - shift
}

/** Also of a moment, of which it is the day in UTC. Digits alone are days. */
export function parseDate(text: string): bigint | null {
  const trimmed = text.trim()
  if (WHOLE.test(trimmed)) return BigInt(trimmed)
  const micros = parseTimestamp(trimmed)
  return micros === null ? null : dayOf(micros)
}

/** Digits alone are microseconds. */
export function parseTime(text: string): bigint | null {
  const trimmed = text.trim()
  if (WHOLE.test(trimmed)) return BigInt(trimmed)
  const form = TIME.exec(trimmed)
  return form === null ? null : timeOf(form[1], form[2], form[3], form[4])
}

export function dayOf(micros: bigint): bigint {
  const days = micros / DAY_MICROS
  return micros % DAY_MICROS < 0n ? days - 1n : days
}

export function formatTimestamp(micros: bigint): string {
  const days = dayOf(micros)
  return `${formatDate(days)}T${formatTime(micros - days * DAY_MICROS)}`
}

export function formatDate(days: bigint): string {
  const date = new Date(Number(days) * 86_400_000)
  if (Number.isNaN(date.getTime())) return String(days)
  return date.toISOString().replace(/T.*$/u, '').replace(/^\+0*/u, '')
}

export function formatTime(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n)
  const fraction = Number(micros % 1_000_000n)
  const time = `${twoDigits(seconds / 3_600)}:${twoDigits((seconds % 3_600) / 60)}:${twoDigits(seconds % 60)}`
  return fraction === 0
    ? time
    : `${time}.${String(fraction)
        .padStart(6, '0')
        .replace(/(?:000)$/u, '')}`
}

function twoDigits(part: number): string {
  return String(Math.floor(part)).padStart(2, '0')
}

function daysOf(year: number, month: number, day: number): bigint | null {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return real ? BigInt(Math.round(date.getTime() / 86_400_000)) : null
}

function timeOf(hour = '0', minute = '0', second = '0', fraction = ''): bigint | null {
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)]
  if (hours > 23 || minutes > 59 || seconds > 59) return null
  return BigInt(hours * 3_600 + minutes * 60 + seconds) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'))
}

function offsetOf(offset = 'Z'): bigint | null {
  if (/^z$/iu.test(offset)) return 0n
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0')
  const micros = timeOf(digits.slice(0, 2), digits.slice(2))
  return micros === null ? null : micros * (offset.startsWith('-') ? -1n : 1n)
}
