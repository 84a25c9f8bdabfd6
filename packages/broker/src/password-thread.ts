/**
 * The thread that hashes passwords, as its owner sees it: started with the first one, and never what keeps the process alive.
 */
import type { Worker } from 'node:worker_threads'
import { startWorker } from '@logbrook/storage/worker-source'
import type { Derive } from './scram.ts'

export class PasswordThread implements AsyncDisposable {
  #worker: Worker | undefined
  /** Of those that were sent, in order: the thread answers in the same. */
  readonly #awaited: PromiseWithResolvers<Uint8Array>[] = []

  readonly derive: Derive = (salted) => {
    const worker = (this.#worker ??= this.#start())
    const answer = Promise.withResolvers<Uint8Array>()
    this.#awaited.push(answer)
    worker.postMessage(salted)
    return answer.promise
  }

  /** Whoever waits is told that it ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = startWorker('password-worker', import.meta.url, { name: 'passwords' })
    worker.unref()
    worker.on('message', (salted: Uint8Array) => this.#awaited.shift()?.resolve(salted))
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('the thread that hashes passwords ended')))
    return worker
  }

  #fail(error: unknown): void {
    this.#worker = undefined
    for (const { reject } of this.#awaited.splice(0)) reject(error)
  }
}
