import { randomInt } from 'node:crypto'
import type { TestContext } from 'node:test'

/** Numbers of [0, 1) that `SEED=… npm test` repeats; a run without a seed takes one and prints it. */
export function seededRandom(t: TestContext): () => number {
  let state = Number(process.env.SEED ?? randomInt(2 ** 32)) >>> 0
  t.diagnostic(`SEED=${state}`)
  // xorshift on a Weyl sequence: small, and good enough to choose moments.
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** A whole number of [min, max]. */
export function whole(random: () => number, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1))
}
