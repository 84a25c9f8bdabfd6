/** Where partitions end (contract 6.6). */
import type { Log } from '@logbrook/kafka/log'
import type { Caller } from '../caller.ts'
import type { NamedPartition } from '../topics.ts'
import type { Access } from './access.ts'
import { assertPartition, topicOf } from './consume.ts'

interface LatestOffset extends NamedPartition {
  readonly nextOffset: number
}

/** Each partition once, by topic and number. */
export type LatestOffsets = (caller: Caller, partitions: readonly NamedPartition[]) => Promise<readonly LatestOffset[]>

export function createLatestOffsets({ log, access }: { readonly log: Log; readonly access: Access }): LatestOffsets {
  return async (caller, partitions) => {
    access.requireRole(caller, 'consumption')
    for (const { topic } of partitions) access.require(caller, 'consumption', { topic, groupId: null })
    const latest = new Map<string, LatestOffset>()
    for (const { topic: name, partition } of partitions) {
      const topic = await topicOf(log, name)
      assertPartition(topic, partition)
      const watermarks = await log.watermarks({ topicId: topic.id, partition })
      latest.set(`${name} ${partition}`, { topic: name, partition, nextOffset: watermarks?.highWatermark ?? 0 })
    }
    return [...latest.values()].toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
  }
}
