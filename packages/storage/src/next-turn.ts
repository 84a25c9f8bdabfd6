// Taken once, so that a test runner's fake timers, installed later, cannot stop a log.
const { setImmediate: startImmediate } = globalThis

/** Calls `run` when the event loop has done what else is due. */
export function inNextTurn(run: () => void): void {
  startImmediate(run)
}

/** Lets the event loop do everything else that is due, once. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => inNextTurn(resolve))
}
