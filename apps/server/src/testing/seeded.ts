/** Chance that is the same in every run. */
import type { TopicId } from '@logbrook/kafka/log'

/** A generator of numbers in [0, 1), as `Math.random`: mulberry32, which passes for random well enough to choose partitions. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const TOPIC_ID_BYTES = 16

/** Ids as the broker makes them; of 128 bits, so that none comes twice. */
export function seededTopicIds(random: () => number): () => TopicId {
  return () => Buffer.from(Array.from({ length: TOPIC_ID_BYTES }, () => Math.floor(random() * 256))).toString('base64url')
}
