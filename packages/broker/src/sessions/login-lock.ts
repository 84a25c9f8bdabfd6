/**
 * Counts the failed logins of each user, and locks them after too many (contract 1.6, 3.1).
 *
 * - One login of a user is checked after the other: a hundred guesses at once are `failuresMax` and a lock, and a hundred right passwords
 *   at once are a hundred logins.
 * - A lock ends by the clock's timer: setting the wall clock does not move it. A success clears the count.
 * - Bounded; the user that failed least recently is given up for a new one.
 */
import type { Clock, Timer } from '@logbrook/kafka/clock'
import { LOGIN_FAILURES_TRACKED_MAX, LOGIN_LOCK_MS } from '@logbrook/kafka/limits'
import { createGate } from '../gate.ts'
import type { Gate } from '../gate.ts'

export interface LoginLock {
  isLocked(user: string): boolean
  /** Whether `check` found the password to be right, or that it was not asked. */
  attempt(user: string, check: () => Promise<boolean>): Promise<boolean | 'locked'>
}

interface Failures {
  count: number
  lock: Timer | null
}

/** @param failuresMax 0 locks nobody */
export function createLoginLock({ clock, failuresMax }: { readonly clock: Clock; readonly failuresMax: number }): LoginLock {
  /** In the order of the last failure. */
  const failed = new Map<string, Failures>()
  const underWay = new Map<string, { readonly inTurn: Gate; attempts: number }>()

  function isLocked(user: string): boolean {
    return (failed.get(user)?.lock ?? null) !== null
  }

  function forget(user: string): void {
    failed.get(user)?.lock?.cancel()
    failed.delete(user)
  }

  function count(user: string): void {
    const failures = failed.get(user) ?? { count: 0, lock: null }
    failures.count++
    if (failures.count >= failuresMax) failures.lock = clock.after(LOGIN_LOCK_MS, () => forget(user))
    failed.delete(user)
    failed.set(user, failures)
    if (failed.size > LOGIN_FAILURES_TRACKED_MAX) forget(failed.keys().next().value!)
  }

  async function oneByOne<T>(user: string, task: () => Promise<T>): Promise<T> {
    const turns = underWay.get(user) ?? { inTurn: createGate(1), attempts: 0 }
    underWay.set(user, turns)
    turns.attempts++
    try {
      return await turns.inTurn(task)
    } finally {
      if (--turns.attempts === 0) underWay.delete(user)
    }
  }

  return {
    isLocked,
    async attempt(user, check) {
      if (failuresMax === 0) return await check()
      return await oneByOne(user, async () => {
        if (isLocked(user)) return 'locked'
        const right = await check()
        if (right) forget(user)
        else count(user)
        return right
      })
    },
  }
}
