/**
 * One consumer group's place in one partition: how far records were handed out, and to whom they still belong.
 *
 * - What is handed out is claimed for `CLAIM_MS`, and nobody else of the group gets it meanwhile. A claim has no owner: whoever
 *   acknowledges is believed, and a consumer that takes longer sees others get its records.
 * - A claim that ends unacknowledged moves the position back to where it began.
 * - Everything below the position is claimed, acknowledged or gone.
 * - Not kept: a broker that starts again hands out everything after the committed offset.
 */
import type { Clock, Timer } from '@logbrook/kafka/clock'
import { CLAIM_MS, CLAIMS_MAX } from '@logbrook/kafka/limits'
import { createGate } from '../gate.ts'

/** Records at `[fromOffset, endOffset)`, handed out at `claimedMs` and not acknowledged. */
export interface Claim {
  readonly fromOffset: number
  readonly endOffset: number
  readonly claimedMs: number
}

interface HeldClaim extends Claim {
  fromOffset: number
  readonly timer: Timer
}

export class Place {
  readonly #clock: Clock
  readonly #inTurn = createGate(1)
  readonly #watchers = new Set<() => void>()
  #position: number | undefined
  /** Of contiguous, disjoint offsets, in their order. */
  #claims: HeldClaim[] = []
  #version = 0
  #tasks = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `undefined` until somebody says where the group begins. */
  get position(): number | undefined {
    return this.#position
  }

  get claims(): readonly Claim[] {
    return this.#claims
  }

  get isFull(): boolean {
    return this.#claims.length >= CLAIMS_MAX
  }

  /** Whether nobody would miss it but for the position. */
  get isIdle(): boolean {
    return this.#claims.length === 0 && this.#tasks === 0 && this.#watchers.size === 0
  }

  /** Grows with each change that may free records for others. */
  get version(): number {
    return this.#version
  }

  /** One after the other, so that no two are handed the same. */
  async inTurn<T>(task: () => Promise<T>): Promise<T> {
    this.#tasks++
    try {
      return await this.#inTurn(task)
    } finally {
      this.#tasks--
    }
  }

  /** Calls `changed` at every change that may free records; the result ends that. */
  watch(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => void this.#watchers.delete(changed)
  }

  begin(offset: number): void {
    this.#position = offset
  }

  /** What lies below is gone or acknowledged. */
  skipTo(offset: number): void {
    if (this.#position !== undefined) this.#position = Math.max(this.#position, offset)
  }

  /** The next records that nobody has a claim on: up to the next claim. */
  unclaimed(): { readonly fromOffset: number; readonly endOffset: number } {
    let fromOffset = this.#position ?? 0
    for (const claim of this.#claims) {
      if (claim.fromOffset > fromOffset) return { fromOffset, endOffset: claim.fromOffset }
      fromOffset = Math.max(fromOffset, claim.endOffset)
    }
    return { fromOffset, endOffset: Infinity }
  }

  /** @returns what takes the claim back, as if its time were over */
  claim(fromOffset: number, endOffset: number): () => void {
    const claim: HeldClaim = { fromOffset, endOffset, claimedMs: this.#clock.now(), timer: this.#clock.after(CLAIM_MS, () => end()) }
    const end = () => this.#end(claim)
    this.#claims = [...this.#claims, claim].toSorted((a, b) => a.fromOffset - b.fromOffset)
    this.#position = endOffset
    return end
  }

  /** Everything below `offset` is done with. Where nothing is pending any more, what is committed says all. */
  acknowledge(offset: number): void {
    this.skipTo(offset)
    for (const claim of this.#claims) {
      if (claim.endOffset <= offset) claim.timer.cancel()
      else claim.fromOffset = Math.max(claim.fromOffset, offset)
    }
    this.#claims = this.#claims.filter((claim) => claim.endOffset > offset)
    if (this.#claims.length === 0) this.#position = undefined
    this.#changed()
  }

  /** As if nothing had been handed out: what is committed says all. */
  forget(): void {
    for (const { timer } of this.#claims) timer.cancel()
    this.#claims = []
    this.#position = undefined
    this.#changed()
  }

  #end(claim: HeldClaim): void {
    if (!this.#claims.includes(claim)) return
    claim.timer.cancel()
    this.#claims = this.#claims.filter((other) => other !== claim)
    this.#position = Math.min(this.#position ?? claim.fromOffset, claim.fromOffset)
    this.#changed()
  }

  #changed(): void {
    this.#version++
    for (const changed of this.#watchers) changed()
  }
}
