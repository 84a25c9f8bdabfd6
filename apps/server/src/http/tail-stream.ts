/**
 * The body of a tail's answer.
 *
 * - A round is read when the one before it has been taken: what a slow reader holds up is the log's to keep, not the memory's.
 * - A hang-up ends the tail at once; when it is the broker that ends it, the reader is told why.
 */
import type { Tail, TailEnd, TailRound } from '@logbrook/broker/tail'
import type { TailEndReason } from '@logbrook/contract/tail'
import { ending, opening, PING, recordEvents } from './tail-events.ts'

export interface TailStreamOptions {
  readonly tail: Tail
  /** Whether it was the broker's stopping that aborted the tail. */
  readonly isStopping: () => boolean
  readonly onError: (error: unknown) => void
}

export function tailStream({ tail, isStopping, onError }: TailStreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const events = tailEvents(tail, isStopping, onError)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await events.next()
        // A stream whose reader has left takes nothing more.
        if (controller.desiredSize === null) return
        if (next.done === true) controller.close()
        else controller.enqueue(encoder.encode(next.value))
      },
      async cancel() {
        await events.return()
      },
    },
    { highWaterMark: 0 },
  )
}

async function* tailEvents(tail: Tail, isStopping: () => boolean, onError: (error: unknown) => void): AsyncGenerator<string, void> {
  yield opening(tail.positions)
  const rounds = tail.rounds()
  let before = new Map(tail.positions)
  try {
    for (;;) {
      const next = await rounds.next()
      if (next.done === true) {
        const reason = reasonOf(next.value, isStopping())
        if (reason !== null) yield ending(reason)
        return
      }
      yield eventsOf(next.value, before)
      before = new Map(tail.positions)
    }
  } catch (error) {
    onError(error)
    yield ending('storage_error')
  } finally {
    await rounds.return('aborted')
  }
}

function eventsOf(round: TailRound, before: ReadonlyMap<number, number>): string {
  return round.kind === 'idle' ? PING : recordEvents(round, before)
}

const REASONS: Readonly<Record<Exclude<TailEnd, 'aborted'>, TailEndReason>> = {
  gone: 'topic_deleted',
  denied: 'denied',
  closing: 'closing',
}

/** `null` where nobody is left to be told. */
function reasonOf(end: TailEnd, stopping: boolean): TailEndReason | null {
  if (end !== 'aborted') return REASONS[end]
  return stopping ? REASONS.closing : null
}
