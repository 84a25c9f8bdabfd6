/**
 * When a broker ends: the first signal drains it, a second one ends it at once.
 *
 * One press of Ctrl-C can arrive twice, from the terminal and from npm, which passes it on: what comes within `ECHO_MS` of the
 * first is the same wish.
 */
import type { Clock } from '@logbrook/kafka/clock'

/** Passing a signal on takes milliseconds; a person who presses again has waited longer. */
const ECHO_MS = 500

export interface Shutdown {
  /** Resolves at the first signal. */
  readonly asked: Promise<void>
  /** To be called for every signal. */
  onSignal(): void
}

export function createShutdown({ clock, endNow }: { readonly clock: Clock; readonly endNow: () => void }): Shutdown {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  let signals: 'none' | 'echoing' | 'heard' = 'none'
  return {
    asked,
    onSignal() {
      if (signals === 'heard') endNow()
      if (signals !== 'none') return
      signals = 'echoing'
      clock.after(ECHO_MS, () => (signals = 'heard'))
      resolve()
    },
  }
}
