/** Chance that is the same in every run. */
import type { TopicId } from '@logbrook/kafka/log'

/** mulberry32, which passes for random well enough to choose partitions. */
export class SeededRandom {
  /** Where in its sequence it is; may be put back. */
  state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  /** A number in [0, 1), as `Math.random`. */
  next(): number {
    this.state = (this.state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const TOPIC_ID_BYTES = 16

/** Ids as the broker makes them; of 128 bits, so that none comes twice. */
export function seededTopicIds(seed: number): () => TopicId {
  const random = new SeededRandom(seed)
  return () => Buffer.from(Array.from({ length: TOPIC_ID_BYTES }, () => Math.floor(random.next() * 256))).toString('base64url')
}
