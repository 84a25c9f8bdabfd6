/** Where reading begins, as users of kcat and rpk write it: `start`, `end`, `42`, `-10`, `@1707744000000`, `@2024-02-12T13:20:00Z`. */
import { UsageError } from '../../usage-error.ts'

export type StartOffset =
  | { readonly kind: 'at'; readonly offset: number }
  /** So many records before each partition's end. */
  | { readonly kind: 'before-end'; readonly count: number }
  /** Epoch milliseconds, or one of Kafka's two special times. */
  | { readonly kind: 'time'; readonly at: number | 'earliest' | 'latest' }

const WORDS = new Map<string, 'earliest' | 'latest'>([
  ['start', 'earliest'],
  ['beginning', 'earliest'],
  ['earliest', 'earliest'],
  ['oldest', 'earliest'],
  ['end', 'latest'],
  ['latest', 'latest'],
  ['newest', 'latest'],
])

/** @throws UsageError */
export function parseStartOffset(text: string): StartOffset {
  const word = WORDS.get(text)
  if (word !== undefined) return { kind: 'time', at: word }
  if (/^\d{1,15}$/.test(text)) return { kind: 'at', offset: Number(text) }
  if (/^-\d{1,15}$/.test(text)) return { kind: 'before-end', count: -Number(text) }
  const timestampMs = text.startsWith('@') ? timeOf(text.slice(1)) : Number.NaN
  if (Number.isNaN(timestampMs)) {
    throw new UsageError(`offset is ${JSON.stringify(text)}; it must be start, end, N, -N (before the end), @MILLISECONDS or @DATE`)
  }
  return { kind: 'time', at: timestampMs }
}

function timeOf(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)
}
