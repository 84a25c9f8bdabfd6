/**
 * How many requests an address may make within a second.
 *
 * - A second begins with its first request and ends by the clock's timer: setting the wall clock does not move it.
 * - Bounded; the oldest second is given up for a new one.
 */
import type { Clock, Timer } from '@logbrook/kafka/clock'
import { AUTH_ADDRESSES_TRACKED_MAX } from '@logbrook/kafka/limits'

export interface RequestRate {
  /** Counts one more; whether it is within the rate. */
  admits(address: string): boolean
}

const SECOND_MS = 1_000

/** @param perSecondMax 0 admits everyone */
export function createRequestRate({ clock, perSecondMax }: { readonly clock: Clock; readonly perSecondMax: number }): RequestRate {
  const seconds = new Map<string, { requests: number; readonly end: Timer }>()

  function begin(address: string) {
    const second = { requests: 0, end: clock.after(SECOND_MS, () => void seconds.delete(address)) }
    seconds.set(address, second)
    if (seconds.size > AUTH_ADDRESSES_TRACKED_MAX) {
      const oldest = seconds.keys().next().value!
      seconds.get(oldest)!.end.cancel()
      seconds.delete(oldest)
    }
    return second
  }

  return {
    admits(address) {
      if (perSecondMax === 0) return true
      const second = seconds.get(address) ?? begin(address)
      return ++second.requests <= perSecondMax
    },
  }
}
