// Not the global, which a test runner's fake timers replace: they must not stop a log.
import { setImmediate as startImmediate } from 'node:timers'

/** Calls `run` when the event loop has done what else is due. */
export function inNextTurn(run: () => void): void {
  startImmediate(run)
}

/** Lets the event loop do everything else that is due, once. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => inNextTurn(resolve))
}
