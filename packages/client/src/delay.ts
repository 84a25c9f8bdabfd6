/** Waits `delayMs`; resolves early, and without an error, when the signal aborts. */
export type Delay = (delayMs: number, signal: AbortSignal | undefined) => Promise<void>

/**
 * The client's only timer. It is not the broker's clock: it runs in browsers, and a program that waits for a lost connection
 * must stay alive for it.
 */
export const systemDelay: Delay = (delayMs, signal) =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const timeout = setTimeout(end, delayMs)
    signal?.addEventListener('abort', end, { once: true })
    function end(): void {
      clearTimeout(timeout)
      signal?.removeEventListener('abort', end)
      resolve()
    }
  })
