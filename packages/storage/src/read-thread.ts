/**
 * The thread that reads long runs, as its owner sees it: started when the first one is asked for, and not waited for until it is ready.
 *
 * Of 2.4 ms that a fetch of a megabyte takes, 0.75 are for reading. With a thread for them, 12 to 17 % more is fetched on two cores; writing the
 * answer, which is what is left to the event loop, takes longer than a third of all.
 */
import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import type { RecordSlice } from '@logbrook/kafka/record'
import type { ReadReply, ReadRequestMessage } from './read-worker.ts'
import type { RecordRun, RunRequest } from './record-run.ts'
import { startWorker } from './worker-source.ts'

/** @throws when the thread could not read, or is no more */
export type ReadFar = (request: RunRequest) => Promise<RecordRun>

export class ReadThread {
  readonly #file: string
  #worker: Worker | undefined
  #isReady = false
  #isClosed = false
  /** Of those that were asked, in order: the thread answers in the same. */
  readonly #awaited: PromiseWithResolvers<RecordRun>[] = []

  constructor(file: string) {
    this.#file = file
  }

  /** `undefined` until it is ready; whoever asks first makes it begin. */
  whenReady(): ReadFar | undefined {
    if (this.#isClosed) return undefined
    this.#worker ??= this.#start()
    return this.#isReady ? this.#read : undefined
  }

  /** Lets what was asked be answered. */
  async close(): Promise<void> {
    this.#isClosed = true
    const worker = this.#worker
    if (worker === undefined) return
    const exited = once(worker, 'exit')
    worker.ref()
    worker.postMessage('close' satisfies ReadRequestMessage)
    await exited
  }

  readonly #read: ReadFar = (request) => {
    const answer = Promise.withResolvers<RecordRun>()
    this.#awaited.push(answer)
    this.#worker?.postMessage(request satisfies ReadRequestMessage)
    return answer.promise
  }

  #start(): Worker {
    const worker = startWorker('read-worker', import.meta.url, { workerData: this.#file, name: 'reads' })
    worker.unref()
    worker.on('message', (reply: ReadReply) => {
      if (reply === 'ready') this.#isReady = true
      else if ('failed' in reply) this.#awaited.shift()?.reject(new Error(reply.failed))
      else this.#awaited.shift()?.resolve({ ...reply, slices: reply.slices.map(withBuffers) })
    })
    worker.on('error', (error) => this.#end(error))
    worker.on('exit', () => this.#end(new Error('the thread that reads ended')))
    return worker
  }

  /** Another is begun for who asks next. */
  #end(error: unknown): void {
    this.#worker = undefined
    this.#isReady = false
    for (const { reject } of this.#awaited.splice(0)) reject(error)
  }
}

/** Buffers lose their class on the way. */
function withBuffers(slice: RecordSlice): RecordSlice {
  if (slice.kind !== 'verbatim') return slice
  const { buffer, byteOffset, byteLength } = slice.body
  return { ...slice, body: Buffer.from(buffer, byteOffset, byteLength) }
}
