/**
 * A tail as server-sent events (`@logbrook/contract/tail` shows one).
 *
 * - An event's id is a resume token: the next offset of every partition after that record. `0:12,1:7`.
 * - A partition that is not in a token is at 0: that holds also for one added after the token was handed out.
 */
import type { TailRound } from '@logbrook/broker/tail'
import type { TailEndReason } from '@logbrook/contract/tail'
import { KafkaError } from '@logbrook/kafka/errors'
import type { LogRecord } from '@logbrook/kafka/record'
import { encodeRecord } from './fetch-encoder.ts'

export type Positions = ReadonlyMap<number, number>

/** How soon a reader that lost its connection tries again. */
const RETRY_MS = 1_000

export const PING = ': ping\n\n'

/** Before the first record: a reader that loses its connection before it saw one resumes here, not at the then latest. */
export function opening(positions: Positions): string {
  return `retry: ${RETRY_MS}\nid: ${resumeToken(positions)}\n\n`
}

/** @param before the positions before the round */
export function recordEvents({ partition, records }: Extract<TailRound, { kind: 'records' }>, before: Positions): string {
  const positions = new Map(before)
  let events = ''
  for (const record of records) {
    positions.set(partition, record.offset + 1)
    events += `id: ${resumeToken(positions)}\ndata: ${tailedRecord(partition, record)}\n\n`
  }
  return events
}

export function ending(reason: TailEndReason): string {
  return `event: end\ndata: ${JSON.stringify({ reason })}\n\n`
}

/** A TailedRecord: the record as it is fetched, and its partition before it. */
function tailedRecord(partition: number, record: LogRecord): string {
  return `{"partition":${partition},${encodeRecord(record).slice(1)}`
}

/** Never empty: an empty id tells a reader to forget the last. */
function resumeToken(positions: Positions): string {
  const moved = [...positions].filter(([, offset]) => offset > 0)
  const shown = moved.length > 0 ? moved : [...positions].slice(0, 1)
  return shown.map(([partition, offset]) => `${partition}:${offset}`).join(',')
}

const TOKEN = /^\d{1,5}:\d{1,16}(?:,\d{1,5}:\d{1,16})*$/

/** @throws KafkaError INVALID_REQUEST when it is not a token */
export function parseResumeToken(text: string): Positions {
  if (!TOKEN.test(text)) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `the last event id is ${JSON.stringify(text)}; it must be one that a tail handed out, as 0:12,1:7`,
    )
  }
  const pairs = text.split(',').map((pair) => pair.split(':').map(Number) as [number, number])
  if (pairs.every(([, offset]) => Number.isSafeInteger(offset))) return new Map(pairs)
  throw new KafkaError('INVALID_REQUEST', 'the last event id holds an offset that no partition can have')
}
