/**
 * Whatever waits on behalf of a client: long polls and tails. A wait ends when its client hangs up or the server stops,
 * whichever comes first, and leaves nothing behind.
 */
import type { ServerResponse } from 'node:http'

export interface Waits {
  /** Aborts when the client is gone, or when the server stops; then the client is still there to be answered. */
  open(outgoing: ServerResponse): AbortSignal
  /** Whether something waits on behalf of the client that is answered there. */
  isOpen(outgoing: ServerResponse): boolean
  /** Whether the server is stopping. */
  readonly stopping: boolean
  /** Ends every wait, and each one that is opened from now on. */
  stop(): void
}

export function createWaits(): Waits {
  const open = new Map<ServerResponse, AbortController>()
  let stopping = false

  return {
    open(outgoing) {
      const controller = new AbortController()
      if (stopping || outgoing.destroyed) {
        controller.abort()
        return controller.signal
      }
      open.set(outgoing, controller)
      // Every response closes, answered or not.
      outgoing.once('close', () => {
        open.delete(outgoing)
        controller.abort()
      })
      return controller.signal
    },
    isOpen: (outgoing) => open.has(outgoing),
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
