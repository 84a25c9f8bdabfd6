/**
 * The engines of a broker: one that writes, in order, and up to `SQL_READERS_MAX` that read beside it.
 *
 * - There is none before the first request. After it one more is ready than is needed, to take the place of one that has to be ended.
 * - What a reader finds out to be something to write goes to the writer.
 * - What commits have done is told in order, and before the request is answered.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import { SQL_READERS_MAX } from '@logbrook/kafka/limits'
import type { EngineOptions, EngineRequest, WatchedTable } from '../protocol.ts'
import { EnginePool } from './engine-pool.ts'
import { EngineProcess, NEEDS_WRITER } from './engine-process.ts'
import type { EngineProcessOptions } from './engine-process.ts'
import { onlyReads } from './first-words.ts'

export interface EnginesOptions extends Omit<EngineProcessOptions, 'onLogLarge'> {
  readonly database: Omit<EngineOptions, 'role'>
  /** Asked for when statements are handed to the writer, and not before; the same list for as long as nothing else is watched. */
  readonly watched: () => readonly WatchedTable[]
  /** A writer was opened: what one before it has committed may not have been told. */
  readonly onWriter: () => void
  /** The writer is gone, and should not be: it may have committed what it has told nobody. */
  readonly onWriterLost: () => void
}

export class Engines {
  readonly #options: EnginesOptions
  readonly #writers: EnginePool
  readonly #readers: EnginePool
  readonly #running = new Set<EngineProcess>()
  /** What was last said to be watched. */
  readonly #told = new WeakMap<EngineProcess, readonly WatchedTable[]>()
  /** Is running, and has been given nothing to open. */
  #spare: EngineProcess | undefined
  /** The last that was to write. */
  #writer: EngineProcess | undefined
  #databaseMade: Promise<void> | undefined
  #closed: Promise<void> | undefined

  constructor(options: EnginesOptions) {
    this.#options = options
    this.#writers = new EnginePool(1, () => this.#openWriter())
    this.#readers = new EnginePool(SQL_READERS_MAX, () => this.#openReader())
  }

  /** Answers what the request asks for. @throws SqlError, KafkaError SHUTTING_DOWN */
  async request<T>(request: EngineRequest): Promise<T> {
    try {
      return (await this.#run(request)) as T
    } finally {
      this.#prepareSpare()
    }
  }

  /** Ends them all. Idempotent. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #run(request: EngineRequest): Promise<unknown> {
    if (this.#closed !== undefined) throw closing()
    const value = onlyReads(request) ? await this.#readers.run((engine) => engine.run(request)) : NEEDS_WRITER
    return value === NEEDS_WRITER ? await this.#writers.run((engine) => engine.run(this.#watched(engine, request))) : value
  }

  /** What is watched is said again when it is something else: there may be thousands. */
  #watched(engine: EngineProcess, request: EngineRequest): EngineRequest {
    if (request.kind !== 'execute') return request
    const watched = this.#options.watched()
    const isKnown = this.#told.get(engine) === watched
    this.#told.set(engine, watched)
    return { ...request, watched: isKnown ? null : watched }
  }

  async #openWriter(): Promise<EngineProcess> {
    const engine = await this.#open('writer')
    void engine.gone.then(() => this.#closed ?? this.#options.onWriterLost())
    this.#options.onWriter()
    return engine
  }

  /** It makes no database: there has to be one, which is made while it starts. */
  async #openReader(): Promise<EngineProcess> {
    return await this.#open('reader', async () => {
      this.#databaseMade ??= this.#writers.open()
      await this.#databaseMade.catch((error: unknown) => {
        this.#databaseMade = undefined
        throw error
      })
    })
  }

  async #open(role: EngineOptions['role'], before?: () => Promise<void>): Promise<EngineProcess> {
    const engine = this.#takeSpare() ?? this.#start()
    if (role === 'writer') this.#writer = engine
    try {
      await before?.()
      await engine.open({ ...this.#options.database, role })
      return engine
    } catch (error) {
      await engine.close()
      throw error
    }
  }

  /** Nobody may read from the log when it is begun anew: queries wait for their turn as long. */
  async #renewLog(): Promise<void> {
    try {
      await this.#readers.whileIdle(() => this.request({ kind: 'renew-log' }))
    } catch (error) {
      if (this.#closed === undefined) this.#options.onError(error)
    }
  }

  #takeSpare(): EngineProcess | undefined {
    const spare = this.#spare
    this.#spare = undefined
    return spare?.isGone === true ? undefined : spare
  }

  #prepareSpare(): void {
    if (this.#closed === undefined && (this.#spare === undefined || this.#spare.isGone)) this.#spare = this.#start()
  }

  #start(): EngineProcess {
    if (this.#closed !== undefined) throw closing()
    const engine = new EngineProcess({ ...this.#options, onLogLarge: () => void this.#renewLog() })
    this.#running.add(engine)
    void engine.gone.then(() => this.#running.delete(engine))
    return engine
  }

  /** The writer is the last: so it leaves one file, in which all is. */
  async #close(): Promise<void> {
    const others = [...this.#running].filter((engine) => engine !== this.#writer)
    await Promise.all(others.map((engine) => engine.close()))
    await this.#writer?.close()
  }
}

function closing(): KafkaError {
  return new KafkaError('SHUTTING_DOWN', 'the broker is stopping')
}
