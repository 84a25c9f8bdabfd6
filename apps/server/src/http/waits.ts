/**
 * Whatever waits on behalf of a client: long polls and tails. A wait ends when its client hangs up or the server stops,
 * whichever comes first, and leaves nothing behind.
 */
import type { ServerResponse } from 'node:http'

export interface Waits {
  /** Aborts when the client is gone, or when the server stops; then the client is still there to be answered. */
  open(outgoing: ServerResponse): AbortSignal
  /** Resolves when something waits on behalf of the client that is answered there; never, where nothing does before it is answered. */
  opened(outgoing: ServerResponse): Promise<void>
  /** Whether the server is stopping. */
  readonly stopping: boolean
  /** Ends every wait, and each one that is opened from now on. */
  stop(): void
}

export function createWaits(): Waits {
  const open = new Map<ServerResponse, AbortController>()
  /** Who is told when a wait is opened. */
  const watched = new Map<ServerResponse, () => void>()
  let stopping = false

  return {
    open(outgoing) {
      const controller = new AbortController()
      if (stopping || outgoing.destroyed) {
        controller.abort()
        return controller.signal
      }
      open.set(outgoing, controller)
      watched.get(outgoing)?.()
      // Every response closes, answered or not.
      outgoing.once('close', () => {
        open.delete(outgoing)
        controller.abort()
      })
      return controller.signal
    },
    opened(outgoing) {
      const { promise, resolve } = Promise.withResolvers<void>()
      if (open.has(outgoing)) resolve()
      else watched.set(outgoing, resolve)
      outgoing.once('close', () => watched.delete(outgoing))
      return promise
    },
    get stopping() {
      return stopping
    },
    stop() {
      stopping = true
      for (const controller of open.values()) controller.abort()
      open.clear()
    },
  }
}
