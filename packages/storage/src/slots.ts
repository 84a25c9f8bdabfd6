/**
 * The slots of row ids: which are taken by partitions that live, and which still have rows of ones that were deleted.
 */
import { PARTITIONS_MAX } from '@logbrook/kafka/limits'

export class Slots {
  readonly #live = new Set<number>()
  readonly #sweeping = new Set<number>()

  get liveCount(): number {
    return this.#live.size
  }

  get freeCount(): number {
    return PARTITIONS_MAX - this.#live.size - this.#sweeping.size
  }

  /** The lowest `count` that are free; they stay free until taken. */
  free(count: number): readonly number[] {
    const slots: number[] = []
    for (let slot = 1; slot <= PARTITIONS_MAX && slots.length < count; slot++) {
      if (!this.#live.has(slot) && !this.#sweeping.has(slot)) slots.push(slot)
    }
    return slots
  }

  take(slot: number): void {
    this.#live.add(slot)
  }

  /** Of a deleted partition. (A trimmed one is swept too, and lives on.) */
  startSweep(slot: number): void {
    this.#live.delete(slot)
    this.#sweeping.add(slot)
  }

  endSweep(slot: number): void {
    this.#sweeping.delete(slot)
  }
}
