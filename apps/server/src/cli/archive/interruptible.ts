import type { Clock } from '@logbrook/kafka/clock'
import { createShutdown } from '../shutdown.ts'

/** Does work that has to take something back when it is broken off: Ctrl-C and SIGTERM abort its signal, a second one ends the process. */
export async function interruptible<T>(clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const shutdown = createShutdown({ clock, endNow: () => process.exit(1) })
  const onSignal = () => shutdown.onSignal()
  void shutdown.asked.then(() => controller.abort(new Error('interrupted')))
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
