import { createGate } from '@logbrook/broker/gate'
import { SQL_REQUESTS_WAITING_MAX } from '@logbrook/kafka/limits'
import { SqlError } from '../sql-error.ts'
import type { EngineProcess } from './engine-process.ts'

/** Engines of one kind, as many as there is work for. Requests begin in the order in which they came. */
export class EnginePool {
  readonly #open: () => Promise<EngineProcess>
  readonly #inTurn: ReturnType<typeof createGate>
  readonly #sizeMax: number
  readonly #idle: EngineProcess[] = []
  /** Under way, or waiting. */
  #requests = 0
  readonly #running = new Set<Promise<unknown>>()
  /** Until then none begins. */
  #pause: Promise<void> | undefined

  constructor(sizeMax: number, open: () => Promise<EngineProcess>) {
    this.#sizeMax = sizeMax
    this.#open = open
    this.#inTurn = createGate(sizeMax)
  }

  /** @throws SqlError RATE_LIMIT_EXCEEDED, and whatever the work throws */
  async run<T>(work: (engine: EngineProcess) => Promise<T>): Promise<T> {
    if (this.#requests >= this.#sizeMax + SQL_REQUESTS_WAITING_MAX) throw tooManyWait()
    this.#requests++
    try {
      return await this.#with(work)
    } finally {
      this.#requests--
    }
  }

  /** Has an engine open, whether or not there is work for it. */
  async open(): Promise<void> {
    await this.#with(async () => {})
  }

  /** When those that run something have ended it, and before those that wait begin. */
  async whileIdle(work: () => Promise<unknown>): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#pause = done.promise
    await Promise.allSettled(this.#running)
    await work().finally(() => {
      this.#pause = undefined
      done.resolve()
    })
  }

  async #with<T>(work: (engine: EngineProcess) => Promise<T>): Promise<T> {
    return await this.#inTurn(async () => {
      await this.#pause
      const run = this.#runOne(work)
      this.#running.add(run)
      return await run.finally(() => this.#running.delete(run))
    })
  }

  async #runOne<T>(work: (engine: EngineProcess) => Promise<T>): Promise<T> {
    const engine = this.#takeIdle() ?? (await this.#open())
    try {
      return await work(engine)
    } finally {
      if (!engine.isGone) this.#idle.push(engine)
    }
  }

  #takeIdle(): EngineProcess | undefined {
    let engine = this.#idle.pop()
    while (engine?.isGone === true) engine = this.#idle.pop()
    return engine
  }
}

function tooManyWait(): SqlError {
  const message = `Execution error: too many requests of SQL wait already; the limit is ${SQL_REQUESTS_WAITING_MAX}`
  return new SqlError('RATE_LIMIT_EXCEEDED', 'execution', message)
}
