/** What a story is made of, from one sequence of numbers. */
import { SeededRandom } from '../../testing/seeded.ts'

export interface Chance {
  /** Whether something of that probability happens. */
  happens(probability: number): boolean
  /** A whole number of [min, max]. */
  whole(min: number, max: number): number
  oneOf<T>(things: readonly T[]): T
  /** The more weight, the oftener. */
  weighted<T extends { readonly weight: number }>(things: readonly T[]): T
  hex(digits: number): string
  /** As latencies are: mostly around the median, now and then far above. */
  latencyMs(medianMs: number): number
}

export function createChance(seed: number): Chance {
  const random = new SeededRandom(seed)
  const whole = (min: number, max: number) => min + Math.floor(random.next() * (max - min + 1))
  return {
    whole,
    happens: (probability) => random.next() < probability,
    oneOf: (things) => things[whole(0, things.length - 1)]!,
    weighted(things) {
      let left = random.next() * things.reduce((sum, { weight }) => sum + weight, 0)
      return things.find(({ weight }) => (left -= weight) < 0) ?? things[0]!
    },
    hex: (digits) => Array.from({ length: digits }, () => whole(0, 15).toString(16)).join(''),
    // Log-normal: three uniform numbers together are near enough to a bell.
    latencyMs: (medianMs) => Math.round(medianMs * Math.exp((random.next() + random.next() + random.next() - 1.5) * 1.2) * 10) / 10,
  }
}
