/** Offsets by time (Kafka's ListOffsets), for every partition of a topic. */
import { NO_WATERMARKS } from '@logbrook/kafka/log'
import type { Log, Watermarks } from '@logbrook/kafka/log'
import { assertTopicName } from '@logbrook/kafka/topic-name'
import type { Caller } from './caller.ts'
import type { Permissions } from './permissions.ts'
import { existingTopic } from './topics.ts'

export interface PartitionOffset {
  readonly partition: number
  /** The first record at or after the time asked for; the high watermark when there is none. */
  readonly offset: number
  /** That record's time, or `null`. */
  readonly timestampMs: number | null
  readonly watermarks: Watermarks
}

export interface Offsets {
  /** Kafka: −2 (earliest) answers the log start offset, −1 (latest) the high watermark. DESCRIBE on the topic. */
  atTime(caller: Caller, topicName: string, timestampMs: number): Promise<readonly PartitionOffset[]>
}

export const EARLIEST = -2
export const LATEST = -1

export function createOffsets({ log, permissions }: { readonly log: Log; readonly permissions: Permissions }): Offsets {
  return {
    async atTime(caller, topicName, timestampMs) {
      assertTopicName(topicName)
      permissions.require(caller, 'DESCRIBE', { type: 'TOPIC', name: topicName })
      const topic = await existingTopic(log, topicName)
      const offsets: PartitionOffset[] = []
      for (let partition = 0; partition < topic.partitions; partition++) {
        const at = { topicId: topic.id, partition }
        const watermarks = (await log.watermarks(at)) ?? NO_WATERMARKS
        const found = timestampMs < 0 ? null : await log.offsetForTimestamp(at, timestampMs)
        const offset = timestampMs === EARLIEST ? watermarks.logStartOffset : watermarks.highWatermark
        offsets.push({ partition, offset: found?.offset ?? offset, timestampMs: found?.timestampMs ?? null, watermarks })
      }
      return offsets
    },
  }
}
