import type { Clock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'

/**
 * The time that the broker itself may take over one request, in as many steps as it needs; what a sender takes to send between
 * them is not counted.
 */
export class Deadline {
  readonly #clock: Clock
  readonly #budgetMs: number
  #leftMs: number

  constructor(clock: Clock, budgetMs: number) {
    this.#clock = clock
    this.#budgetMs = budgetMs
    this.#leftMs = budgetMs
  }

  /**
   * `work`, if it is done in time. What comes later is nobody's any more: whether it was done is not known.
   *
   * @throws KafkaError KAFKA_STORAGE_ERROR
   */
  async within<T>(work: Promise<T>): Promise<T> {
    const { promise: overrun, reject } = Promise.withResolvers<never>()
    const startMs = this.#clock.now()
    const timer = this.#clock.after(this.#leftMs, () => reject(this.#overrun()))
    try {
      return await Promise.race([work, overrun])
    } finally {
      timer.cancel()
      this.#leftMs -= Math.max(0, this.#clock.now() - startMs)
    }
  }

  #overrun(): KafkaError {
    const message = `the broker did not finish within ${this.#budgetMs} ms; whether the records were kept is not known`
    return new KafkaError('KAFKA_STORAGE_ERROR', message)
  }
}
