/** Deletes in the background what the topics' retention no longer keeps, on the injected clock. */
import type { Clock, Timer } from '@logbrook/kafka/clock'
import type { Log } from '@logbrook/kafka/log'
import { RETENTION_CHECK_INTERVAL_MS } from '@logbrook/kafka/limits'
import type { BrokerObserver } from './observer.ts'

export interface Retention {
  /** Runs now; joins a run that is under way. */
  enforce(): Promise<void>
  close(): Promise<void>
}

export interface RetentionOptions {
  readonly log: Log
  readonly clock: Clock
  readonly observer: Pick<BrokerObserver, 'groupMoved'>
  readonly onError: (error: unknown) => void
}

export function createRetention({ log, clock, observer, onError }: RetentionOptions): Retention {
  let timer: Timer | undefined
  let running: Promise<void> | undefined
  let closed = false

  function schedule(): void {
    if (!closed) timer = clock.after(RETENTION_CHECK_INTERVAL_MS, () => void enforce().finally(schedule))
  }

  function enforce(): Promise<void> {
    running ??= run().finally(() => (running = undefined))
    return running
  }

  async function run(): Promise<void> {
    try {
      for (const { topic, partition, movedGroups } of await log.enforceRetention(clock.now())) {
        for (const moved of movedGroups) observer.groupMoved({ topic, partition, ...moved })
      }
    } catch (error) {
      onError(error)
    }
  }

  schedule()
  return {
    enforce,
    async close() {
      closed = true
      timer?.cancel()
      await running
    },
  }
}
