import type { Clock, Timer } from '@logbrook/kafka/clock'
import type { Log, TopicPartition, WaitOutcome } from '@logbrook/kafka/log'
import type { Place } from './place.ts'

export interface PatienceOptions {
  readonly log: Log
  readonly clock: Clock
  readonly timeoutMs: number
  /** The client's hang-up, or the broker's end. */
  readonly signal: AbortSignal
}

/** How long one request waits in all, however often it is woken. */
export class Patience implements Disposable {
  readonly #log: Log
  readonly #timeoutMs: number
  readonly #signal: AbortSignal
  readonly #timer: Timer
  readonly #onAbort = () => this.#wake?.()
  #isTimeOver = false
  #wake: (() => void) | undefined

  constructor({ log, clock, timeoutMs, signal }: PatienceOptions) {
    this.#log = log
    this.#timeoutMs = timeoutMs
    this.#signal = signal
    this.#timer = clock.after(timeoutMs, () => {
      this.#isTimeOver = true
      this.#wake?.()
    })
    signal.addEventListener('abort', this.#onAbort)
  }

  get isOver(): boolean {
    return this.#isTimeOver || this.#signal.aborted
  }

  /**
   * Until the partition holds the record at `offset`, the place has changed since it was of that version, or patience is over.
   */
  async wait(
    at: TopicPartition & { readonly offset: number },
    place?: { readonly place: Place; readonly version: number },
  ): Promise<WaitOutcome> {
    if (this.isOver) return 'timeout'
    if (place !== undefined && place.place.version !== place.version) return 'aborted'
    const waking = new AbortController()
    this.#wake = () => waking.abort()
    const unwatch = place?.place.watch(this.#wake)
    try {
      return await this.#log.waitForAppend({ positions: [at], timeoutMs: this.#timeoutMs, signal: waking.signal })
    } finally {
      unwatch?.()
      this.#wake = undefined
    }
  }

  [Symbol.dispose](): void {
    this.#timer.cancel()
    this.#signal.removeEventListener('abort', this.#onAbort)
  }
}
