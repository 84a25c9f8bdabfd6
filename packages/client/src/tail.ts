/**
 * Following a topic over server-sent events.
 *
 * - Every record comes once and in its partition's order, also across lost connections: each is resumed at the last event's id.
 * - The first connection must succeed; later ones are tried again, at growing intervals, until they do.
 * - The reader's pace is the pace: nothing is read ahead of the loop that consumes it, but what the network holds.
 */
import type { TailedRecord } from '@logbrook/contract/record'
import type { TailEnd, TailEndReason } from '@logbrook/contract/tail'
import type { Connection } from './connection.ts'
import type { Delay } from './delay.ts'
import { LogbrookError } from './error.ts'
import { readEvents } from './event-stream.ts'

export interface TailOptions {
  /** Where to begin without `lastEventId`; `latest` by default. */
  readonly from?: 'earliest' | 'latest' | undefined
  /** Only these; all, also those added later, by default. */
  readonly partitions?: readonly number[] | undefined
  /** Resumes after that event. */
  readonly lastEventId?: string | undefined
  /** Ends the tail without an error. */
  readonly signal?: AbortSignal | undefined
  /** Whether to connect again when the connection is lost or the broker stops; `true` by default. */
  readonly reconnect?: boolean | undefined
}

export interface TailEvent {
  /** What `lastEventId` takes: the next offset of every partition after this record. */
  readonly id: string
  readonly record: TailedRecord
}

/** `lost`: the connection ended, and `reconnect` is off. */
export type TailOutcome = TailEndReason | 'aborted' | 'lost'

const RECONNECT_MS_MIN = 250
const RECONNECT_MS_MAX = 10_000

export async function* tailTopic(
  connection: Connection,
  delay: Delay,
  topic: string,
  options: TailOptions,
): AsyncGenerator<TailEvent, TailOutcome> {
  const { signal, reconnect = true } = options
  let lastEventId = options.lastEventId
  let delayMs = RECONNECT_MS_MIN

  async function* follow(response: Response): AsyncGenerator<TailEvent, TailOutcome> {
    for await (const { event, id, data } of readEvents(response.body as ReadableStream<Uint8Array>)) {
      if (id !== '') lastEventId = id
      if (data === null) continue
      if (event === 'end') return (JSON.parse(data) as TailEnd).reason
      delayMs = RECONNECT_MS_MIN
      yield { id, record: JSON.parse(data) as TailedRecord }
    }
    return 'lost'
  }

  function connect(): Promise<Response> {
    return connection.send({
      method: 'GET',
      path: ['v1', 'kafka', 'topics', topic, 'tail'],
      query: { from: options.from, partition: options.partitions },
      headers: { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
      signal,
    })
  }

  let response: Response | undefined
  try {
    response = await connect()
  } catch (error) {
    if (signal?.aborted === true) return 'aborted'
    throw error
  }
  for (;;) {
    try {
      response ??= await connect()
      const outcome = yield* follow(response)
      if (!reconnect || !isPassing(outcome)) return outcome
    } catch (error) {
      if (signal?.aborted === true) return 'aborted'
      if (isFinal(error)) throw error
      if (!reconnect) return 'lost'
    }
    response = undefined
    await delay(delayMs, signal)
    if (signal?.aborted === true) return 'aborted'
    delayMs = Math.min(delayMs * 2, RECONNECT_MS_MAX)
  }
}

function isPassing(outcome: TailOutcome): boolean {
  return outcome === 'lost' || outcome === 'closing' || outcome === 'storage_error'
}

/** A refusal that trying again does not change. */
function isFinal(error: unknown): boolean {
  return error instanceof LogbrookError && error.status >= 400 && error.status < 500
}
