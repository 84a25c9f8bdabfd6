import { KafkaError } from '@logbrook/kafka/errors'

/** The last that a `Date` can be (ECMA-262, 21.4.1.1). */
export const TIME_MS_MAX = 8_640_000_000_000_000

/** Epoch milliseconds. @throws KafkaError INVALID_REQUEST naming the `key` */
export function parseTime(time: unknown, key: string): number {
  const ms = typeof time === 'string' ? msOf(time) : time instanceof Date ? time.getTime() : time
  if (typeof ms === 'number' && Number.isSafeInteger(ms) && ms >= 0 && ms <= TIME_MS_MAX) return ms
  const given = typeof time === 'string' ? JSON.stringify(time) : String(time)
  throw new KafkaError('INVALID_REQUEST', `${key}: ${given} is no time; it must be epoch milliseconds, ISO 8601 or a Date`)
}

/** What `Date` would make of other text is anybody's guess. */
const ISO_8601 = /^(?<day>\d{4}-\d{2}-\d{2})(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/

function msOf(text: string): number {
  const day = ISO_8601.exec(text)?.groups?.['day']
  // `Date` makes the 1st of March of the 30th of February.
  return day === undefined || new Date(Date.parse(day) || 0).toISOString().slice(0, day.length) !== day ? Number.NaN : Date.parse(text)
}
