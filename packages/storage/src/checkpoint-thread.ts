/**
 * The worker thread that checkpoints, as its owner sees it: started when it is first needed, and keeping the process alive only while a
 * checkpoint is awaited.
 */
import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import type { CheckpointReply, CheckpointRequest, CheckpointResult } from './checkpoint-worker.ts'
import { startWorker } from './worker-source.ts'

export class CheckpointThread {
  readonly #file: string
  #worker: Worker | undefined
  #isClosing = false
  #awaited: PromiseWithResolvers<CheckpointResult | undefined> | undefined

  constructor(file: string) {
    this.#file = file
  }

  /**
   * One at a time. Answers `undefined` for a checkpoint that failed (a full disk, say).
   *
   * @throws when the thread is no more
   */
  checkpoint(): Promise<CheckpointResult | undefined> {
    const worker = (this.#worker ??= this.#start())
    this.#awaited = Promise.withResolvers()
    worker.ref()
    worker.postMessage('checkpoint' satisfies CheckpointRequest)
    return this.#awaited.promise
  }

  /** Lets a running checkpoint finish. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (worker === undefined) return
    this.#isClosing = true
    const exited = once(worker, 'exit')
    worker.ref()
    worker.postMessage('close' satisfies CheckpointRequest)
    await exited
  }

  #start(): Worker {
    const worker = startWorker('checkpoint-worker', import.meta.url, { workerData: this.#file, name: 'checkpoint' })
    worker.unref()
    worker.on('message', (reply: CheckpointReply) => {
      if (!this.#isClosing) worker.unref()
      this.#awaited?.resolve('failed' in reply ? undefined : reply)
    })
    worker.on('error', (error) => this.#awaited?.reject(error))
    worker.on('exit', () => {
      this.#worker = undefined
      this.#awaited?.reject(new Error('the checkpoint thread ended'))
    })
    return worker
  }
}
