/**
 * An engine as the broker holds it: a process that runs one request at a time.
 *
 * - It is ended by SIGKILL when a request takes too long or too much memory: nothing else stops SQLite. Then, or when it ends by itself, the request
 *   fails, and the engine is of no more use.
 * - What it has committed is told of in order, before the request is answered.
 * - Time is the machine's: a test that holds the broker's clock still does not keep a statement running for ever.
 * - It keeps nobody's process alive but while somebody waits for it.
 */
import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { systemClock } from '@logbrook/kafka/clock'
import type { Timer } from '@logbrook/kafka/clock'
import { SQL_ENGINE_TURN_MS_MAX } from '@logbrook/kafka/limits'
import type { Effects, EngineOptions, EngineRequest, ErrorData, FromEngine, ToEngine } from '../protocol.ts'
import type { BrokerServices } from '../services.ts'
import { SqlError, isFaultOfOurs } from '../sql-error.ts'
import { spawnEngine } from './engine-program.ts'
import { fromErrorData, toErrorData } from './error-data.ts'
import { LIFELINE } from './lifeline.ts'

export interface EngineProcessOptions {
  readonly services: BrokerServices
  readonly onCommitted: (effects: Effects) => void
  readonly onLogLarge: () => void
  /** Told of an engine that ended and should not have. */
  readonly onError: (error: unknown) => void
  readonly statementMsMax: number
  readonly bytesMax: number
}

/** What a reader answers that was given something to write. */
export const NEEDS_WRITER = Symbol('needs-writer')

export class EngineProcess {
  readonly #options: EngineProcessOptions
  readonly #child: ChildProcess
  readonly #gone = Promise.withResolvers<void>()
  #pending: { readonly answer: PromiseWithResolvers<unknown>; readonly timer: Timer } | undefined
  /** Why it was told to end. */
  #verdict: SqlError | undefined
  #ending = false
  #lastWords = ''

  constructor(options: EngineProcessOptions) {
    this.#options = options
    this.#child = spawnEngine([String(options.bytesMax)])
    this.#child.on('message', (message: FromEngine) => this.#hear(message))
    // A process that cannot be started says so here; one that was started says 'exit'.
    this.#child.on('error', (error) => this.#end(error.message))
    this.#child.on('exit', (code, signal) => this.#end(signal === null ? `exit code ${code}` : signal))
    const lifeline = this.#child.stdio[LIFELINE] as Duplex | undefined
    lifeline?.on('data', () => this.#kill(tooLarge(options.bytesMax))).on('error', () => {})
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#lastWords = `${this.#lastWords}${chunk.toString()}`.slice(-LAST_WORDS_LENGTH_MAX)
    })
    for (const stream of this.#child.stdio) if (isUnreferable(stream)) stream.unref()
    this.#keepAlive(false)
  }

  /** Of no more use. */
  get isGone(): boolean {
    return this.#ending
  }

  /** Resolves when there is no such process any more. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  async open(options: EngineOptions): Promise<void> {
    await this.#ask({ kind: 'open', options }, SQL_ENGINE_TURN_MS_MAX)
  }

  /** Answers the `value` of `done`, or `NEEDS_WRITER`. @throws SqlError */
  async run(request: EngineRequest): Promise<unknown> {
    return await this.#ask({ kind: 'request', request }, this.#options.statementMsMax)
  }

  /** Lets it end by itself, and ends it if it runs something or does not. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#ending = true
    this.#child.ref()
    if (this.#pending !== undefined) this.#child.kill('SIGKILL')
    else if (this.#child.connected) this.#child.send({ kind: 'close' } satisfies ToEngine)
    const timer = systemClock.after(SQL_ENGINE_TURN_MS_MAX, () => this.#child.kill('SIGKILL'))
    await this.#gone.promise
    timer.cancel()
  }

  #ask(message: ToEngine, msMax: number): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>()
    if (this.#ending) throw ended('it had ended before')
    this.#keepAlive(true)
    this.#pending = { answer, timer: systemClock.after(msMax, () => this.#kill(tooLong(msMax))) }
    this.#child.send(message)
    return answer.promise
  }

  #hear(message: FromEngine): void {
    switch (message.kind) {
      case 'ready':
        return
      case 'call':
        return void this.#serve(message)
      case 'committed':
        return this.#options.onCommitted(message.effects)
      case 'log-is-large':
        return this.#options.onLogLarge()
      case 'opened':
        return this.#take()?.resolve(undefined)
      case 'done':
        return this.#take()?.resolve(message.value)
      case 'needs-writer':
        return this.#take()?.resolve(NEEDS_WRITER)
      case 'failed':
        return this.#take()?.reject(this.#failure(message.error))
    }
  }

  /** A fault of ours is for the log alone, and not for whoever asked. */
  #failure(error: ErrorData): SqlError {
    if (error.code === 'INTERNAL_ERROR') this.#options.onError(new Error(`an engine of SQL failed: ${error.message}`))
    if (!isFaultOfOurs(error)) return fromErrorData(error)
    return new SqlError('INTERNAL_ERROR', 'execution', 'Execution error: the statement failed in a way that the broker did not expect')
  }

  /** Whom to answer; from now on nobody. */
  #take(): PromiseWithResolvers<unknown> | undefined {
    const pending = this.#pending
    this.#pending = undefined
    pending?.timer.cancel()
    this.#keepAlive(false)
    return pending?.answer
  }

  async #serve({ call, method, args }: Extract<FromEngine, { readonly kind: 'call' }>): Promise<void> {
    const services = this.#options.services as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>
    let answer: ToEngine
    try {
      answer = { kind: 'answered', call, value: await services[method]!(...args) }
    } catch (error) {
      answer = { kind: 'refused', call, error: toErrorData(error) }
    }
    if (this.#child.connected) this.#child.send(answer)
  }

  #kill(verdict: SqlError): void {
    if (this.#ending) return
    this.#verdict = verdict
    this.#ending = true
    this.#child.kill('SIGKILL')
  }

  #end(how: string): void {
    if (!this.#ending) this.#options.onError(new Error(`an engine of SQL ended: ${how}${this.#lastWords && `\n${this.#lastWords}`}`))
    this.#ending = true
    this.#take()?.reject(this.#verdict ?? ended(how))
    this.#gone.resolve()
  }

  #keepAlive(waitedFor: boolean): void {
    for (const handle of [this.#child, this.#child.channel]) {
      if (waitedFor) handle?.ref()
      else handle?.unref()
    }
  }
}

/** The pipes of a child are sockets. */
function isUnreferable(stream: object | null | undefined): stream is { unref(): void } {
  return stream !== null && stream !== undefined && 'unref' in stream
}

/** Of what an engine wrote on stderr. */
const LAST_WORDS_LENGTH_MAX = 2_000

const MIB = 2 ** 20

function tooLong(msMax: number): SqlError {
  const message = `Execution error: timeout: the statement did not end before its deadline of ${msMax} ms, and was ended`
  return new SqlError('SQL_EXECUTION_ERROR', 'deadline', message)
}

function tooLarge(bytesMax: number): SqlError {
  const message = `Execution error: the statement took more memory than the limit of ${Math.floor(bytesMax / MIB)} MiB, and was ended`
  return new SqlError('SQL_EXECUTION_ERROR', 'execution', message)
}

function ended(how: string): SqlError {
  const message = `Execution error: the process that ran the statement ended unexpectedly (${how}); whether its changes were kept is not known`
  return new SqlError('SQL_EXECUTION_ERROR', 'execution', message)
}
