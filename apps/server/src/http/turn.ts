// Taken once, so that a test runner's fake timers, installed later, cannot stop a server.
const { setImmediate: startImmediate } = globalThis

/** The event loop's present turn. */
export interface Turn {
  /** When all that came in with it has been looked at. */
  end(): Promise<void>
}

/**
 * Small answers that wait for the end of their turn leave together: a client that sleeps is woken by the first of them, and is awake
 * when the others come. Waking it costs more than all else that sending an answer does: 13 µs of 70 for one record.
 */
export function createTurn(): Turn {
  let ending: Promise<void> | undefined

  function endLater(): Promise<void> {
    return new Promise((resolve) => {
      startImmediate(() => {
        ending = undefined
        resolve()
      })
    })
  }

  return { end: () => (ending ??= endLater()) }
}
