/**
 * The only source of time. Everything that asks for the time or waits takes a `Clock`, so that a test decides what time it is.
 */

// Not the globals, which a test runner's fake timers replace: they must not stop a broker.
import { clearTimeout as stopTimeout, setTimeout as startTimeout } from 'node:timers'

/** A wait that was started; `cancel` is idempotent and a cancelled timer never fires. */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Wall-clock time in epoch milliseconds. May go backwards: nothing may take it for an order. */
  now(): number
  /** Calls `fire` once, `delayMs` from now. A pending timer does not keep the process alive. */
  after(delayMs: number, fire: () => void): Timer
}

// Taken once, before there is fake time.
const wallClock = Date.now.bind(Date)

/** Node's timers fire at once for a longer delay. */
const TIMEOUT_DELAY_MS_MAX = 2 ** 31 - 1

export const systemClock: Clock = {
  now: wallClock,
  after(delayMs, fire) {
    const timeout = startTimeout(fire, Math.min(Math.max(delayMs, 0), TIMEOUT_DELAY_MS_MAX))
    timeout.unref()
    return { cancel: () => stopTimeout(timeout) }
  },
}

/** A clock that stands still until it is told to move. */
export interface ManualClock extends Clock {
  /** Moves time forward by `durationMs`, firing every timer due on the way, in order, each at its own time. */
  advance(durationMs: number): void
  /** Sets the wall clock, also backwards, as an operator or NTP would: timers keep their remaining time. */
  set(nowMs: number): void
}

export function createManualClock(startMs = 1_700_000_000_000): ManualClock {
  let nowMs = startMs
  /** Time that only grows; timers are due on it. */
  let elapsedMs = 0
  const pending = new Set<{ dueMs: number; fire: () => void }>()

  return {
    now: () => nowMs,
    after(delayMs, fire) {
      const entry = { dueMs: elapsedMs + Math.max(delayMs, 0), fire }
      pending.add(entry)
      return { cancel: () => void pending.delete(entry) }
    },
    advance(durationMs) {
      const endMs = elapsedMs + durationMs
      for (;;) {
        let next: { dueMs: number; fire: () => void } | undefined
        for (const entry of pending) if (entry.dueMs <= endMs && (next === undefined || entry.dueMs < next.dueMs)) next = entry
        if (next === undefined) break
        pending.delete(next)
        nowMs += next.dueMs - elapsedMs
        elapsedMs = next.dueMs
        next.fire()
      }
      nowMs += endMs - elapsedMs
      elapsedMs = endMs
    },
    set(newNowMs) {
      nowMs = newNowMs
    },
  }
}
