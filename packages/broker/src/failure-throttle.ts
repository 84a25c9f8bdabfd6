/**
 * Counts failed password checks of each user and address, and refuses more after too many.
 *
 * - A window begins with the first failure and ends by the clock's timer: setting the wall clock does not move it.
 * - An attempt counts as failed from its start, and no longer when it succeeds: a hundred guesses at once are a hundred.
 * - Bounded; the oldest window is given up for a new one.
 */
import type { Clock, Timer } from '@logbrook/kafka/clock'
import { AUTHENTICATION_FAILURES_MAX, AUTHENTICATION_FAILURES_TRACKED_MAX, AUTHENTICATION_FAILURE_WINDOW_MS } from '@logbrook/kafka/limits'

export interface FailureThrottle {
  /** Starts an attempt, or answers `null`: too many have failed. */
  begin(user: string, address: string): Attempt | null
}

interface Attempt {
  /** It was no failure after all. */
  succeeded(): void
}

interface Window {
  failures: number
  readonly end: Timer
}

export function createFailureThrottle(clock: Clock): FailureThrottle {
  /** In the order in which they began. */
  const windows = new Map<string, Window>()

  function open(key: string): Window {
    const window = { failures: 0, end: clock.after(AUTHENTICATION_FAILURE_WINDOW_MS, () => void windows.delete(key)) }
    windows.set(key, window)
    if (windows.size > AUTHENTICATION_FAILURES_TRACKED_MAX) close(windows.keys().next().value!)
    return window
  }

  function close(key: string): void {
    windows.get(key)?.end.cancel()
    windows.delete(key)
  }

  return {
    begin(user, address) {
      // Addresses hold no line breaks.
      const key = `${address}\n${user}`
      const window = windows.get(key) ?? open(key)
      if (window.failures >= AUTHENTICATION_FAILURES_MAX) return null
      window.failures++
      return {
        succeeded() {
          window.failures--
          if (window.failures === 0 && windows.get(key) === window) close(key)
        },
      }
    },
  }
}
