/**
 * Which partition the next request without one goes to (contract D10): a random first partition per topic, then round-robin
 * whenever the current one has taken its share of bytes.
 *
 * - Each turn raises every partition's share by one threshold, and a partition is left as soon as it has reached its share; one
 *   that a large request has carried past it is skipped until the others have caught up.
 * - So the partitions' bytes differ by at most one threshold plus one request, for ever, and not only on average.
 *
 * Kept per door and in memory: after a restart it begins anew.
 */
import type { Topic, TopicId } from '@logbrook/kafka/log'

export interface PartitionRotation {
  /** The partition for a request of `bytes` (its body after decompression), which is counted as sent. */
  next(topic: Topic, bytes: number): number
  forget(topicId: TopicId): void
}

export interface PartitionRotationOptions {
  readonly thresholdBytes: number
  /** A number in [0, 1), as `Math.random`; seeded where a run must be repeatable. */
  readonly random: () => number
}

interface Turn {
  partition: number
  /** Bytes up to which the current round fills each partition. */
  shareBytes: number
  /** The partition that began the round. */
  readonly first: number
  readonly sentBytes: number[]
}

export function createPartitionRotation({ thresholdBytes, random }: PartitionRotationOptions): PartitionRotation {
  const turns = new Map<TopicId, Turn>()

  function begin(topic: Topic): Turn {
    const first = Math.floor(random() * topic.partitions)
    const turn = { partition: first, shareBytes: thresholdBytes, first, sentBytes: Array<number>(topic.partitions).fill(0) }
    turns.set(topic.id, turn)
    return turn
  }

  return {
    next(topic, bytes) {
      let turn = turns.get(topic.id) ?? begin(topic)
      // A grown topic: the new partitions must not get all that the old ones had before.
      if (turn.sentBytes.length !== topic.partitions) turn = begin(topic)
      const { partition } = turn
      turn.sentBytes[partition]! += bytes
      while (turn.sentBytes[turn.partition]! >= turn.shareBytes) {
        turn.partition = (turn.partition + 1) % topic.partitions
        if (turn.partition === turn.first) turn.shareBytes += thresholdBytes
      }
      return partition
    },
    forget: (topicId) => void turns.delete(topicId),
  }
}
