/**
 * Long polls: who waits for which partitions to grow.
 *
 * - Nothing is polled: a wait ends by an append, the deletion of a topic, close, its time or its signal, whichever is first.
 * - An ended wait leaves nothing behind: no timer, no listener, no entry.
 */
import type { Clock } from '@logbrook/kafka/clock'
import type { WaitOutcome } from '@logbrook/kafka/log'
import type { Partition } from './partitions.ts'

export interface Wait {
  readonly positions: readonly { readonly partition: Partition; readonly offset: number }[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

interface Waiter {
  /** The smallest offset waited for, of each partition. */
  readonly offsets: ReadonlyMap<Partition, number>
  end(outcome: WaitOutcome): void
}

export class Waiters {
  readonly #clock: Clock
  readonly #byPartition = new Map<Partition, Set<Waiter>>()
  readonly #all = new Set<Waiter>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get count(): number {
    return this.#all.size
  }

  /** Resolves once; what is true already has to be looked at before. */
  wait({ positions, timeoutMs, signal }: Wait): Promise<WaitOutcome> {
    if (signal.aborted) return Promise.resolve('aborted')
    const { promise, resolve } = Promise.withResolvers<WaitOutcome>()
    const offsets = new Map<Partition, number>()
    for (const { partition, offset } of positions) offsets.set(partition, Math.min(offset, offsets.get(partition) ?? Infinity))

    const waiter: Waiter = {
      offsets,
      end: (outcome) => {
        if (!this.#all.delete(waiter)) return
        timer.cancel()
        signal.removeEventListener('abort', abort)
        for (const partition of offsets.keys()) this.#leave(partition, waiter)
        resolve(outcome)
      },
    }
    const abort = () => waiter.end('aborted')
    const timer = this.#clock.after(timeoutMs, () => waiter.end('timeout'))
    signal.addEventListener('abort', abort)
    this.#all.add(waiter)
    for (const partition of offsets.keys()) this.#enter(partition, waiter)
    return promise
  }

  /** Wakes those whose offset a partition has passed. */
  appended(partition: Partition, highWatermark: number): void {
    for (const waiter of this.#of(partition)) if (waiter.offsets.get(partition)! < highWatermark) waiter.end('appended')
  }

  gone(partition: Partition): void {
    for (const waiter of this.#of(partition)) waiter.end('gone')
  }

  close(): void {
    for (const waiter of this.#all) waiter.end('closing')
  }

  /** Those that end on the way take themselves out of it, which a set allows. */
  #of(partition: Partition): Iterable<Waiter> {
    return this.#byPartition.get(partition) ?? []
  }

  #enter(partition: Partition, waiter: Waiter): void {
    const waiters = this.#byPartition.get(partition)
    if (waiters === undefined) this.#byPartition.set(partition, new Set([waiter]))
    else waiters.add(waiter)
  }

  #leave(partition: Partition, waiter: Waiter): void {
    const waiters = this.#byPartition.get(partition)
    waiters?.delete(waiter)
    if (waiters?.size === 0) this.#byPartition.delete(partition)
  }
}
