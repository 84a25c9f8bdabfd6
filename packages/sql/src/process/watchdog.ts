import { startWorker } from '@logbrook/storage/worker-source'

export interface Watch {
  /** Of memory. */
  readonly bytesMax: number
}

/** Starts the thread that watches over this engine. */
export function startWatchdog(watch: Watch): void {
  startWorker('sql-watchdog-worker', import.meta.url, { workerData: watch, name: 'watchdog' })
}
