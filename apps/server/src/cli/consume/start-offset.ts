/**
 * Where reading begins, as people write it: `start`, `end`, `42`, `-10`, `@1707744000000`, `@2024-02-12T13:20:00Z` as users of kcat and rpk
 * do, and `10m` for ten minutes ago.
 */
import { durationMs } from '@logbrook/kafka/duration'
import { OFFSETS_PER_PARTITION_MAX } from '@logbrook/kafka/limits'
import { UsageError } from '../../usage-error.ts'

export type StartOffset =
  | { readonly kind: 'at'; readonly offset: number }
  /** So many records before each partition's end. */
  | { readonly kind: 'before-end'; readonly count: number }
  /** Epoch milliseconds, or one of Kafka's two special times. */
  | { readonly kind: 'time'; readonly at: number | 'earliest' | 'latest' }

export const START_OFFSET_HELP = 'start, end, N, -N (before the end), 10m (ago; s, m, h, d), a date, or milliseconds since 1970'

const WORDS = new Map<string, 'earliest' | 'latest'>([
  ['start', 'earliest'],
  ['beginning', 'earliest'],
  ['earliest', 'earliest'],
  ['oldest', 'earliest'],
  ['end', 'latest'],
  ['latest', 'latest'],
  ['newest', 'latest'],
])

/** @throws UsageError naming `option` */
export function parseStartOffset(option: string, text: string, nowMs: number): StartOffset {
  const word = WORDS.get(text)
  if (word !== undefined) return { kind: 'time', at: word }
  if (/^\d{1,15}$/.test(text)) return isOffset(Number(text)) ? { kind: 'at', offset: Number(text) } : { kind: 'time', at: Number(text) }
  if (/^-\d{1,15}$/.test(text)) return { kind: 'before-end', count: -Number(text) }
  const agoMs = durationMs(text)
  if (agoMs !== null) return { kind: 'time', at: Math.max(0, Math.round(nowMs - agoMs)) }
  const at = timeOf(text)
  if (!Number.isNaN(at)) return { kind: 'time', at }
  throw new UsageError(`${option} is ${JSON.stringify(text)}; it must be ${START_OFFSET_HELP}`)
}

/** No partition holds so many records that one of them is numbered as the milliseconds of a time since 2004 are. */
function isOffset(number: number): boolean {
  return number < OFFSETS_PER_PARTITION_MAX
}

/** Whatever a date is, it begins with its year: `Date` would take almost any word with a number for one. */
function timeOf(text: string): number {
  const plain = text.startsWith('@') ? text.slice(1) : text
  if (/^\d{1,15}$/.test(plain)) return Number(plain)
  return /^\d{4}-\d{2}-\d{2}/.test(plain) ? Date.parse(plain) : Number.NaN
}
