/**
 * Consumer groups' committed offsets, and where they are kept: one table for every door, Kafka's way. An offset that was committed is the
 * next one to be read, and it belongs to a topic's id, so that a topic deleted and created again inherits none.
 */
import { KafkaError } from './errors.ts'
import { GROUP_ID_LENGTH_MAX } from './limits.ts'
import type { TopicPartition } from './log.ts'

export interface GroupOffset extends TopicPartition {
  readonly groupId: string
  /** The next one to be read. May lie beyond the end: whoever commits is believed. */
  readonly offset: number
  /** Records that were deleted before the group had committed them, all in all. */
  readonly skippedRecords: number
  readonly updatedMs: number
}

export interface OffsetCommit extends TopicPartition {
  readonly offset: number
}

/** A committed offset that a trim or retention moved up to the log start offset. */
export interface MovedGroup {
  readonly groupId: string
  readonly fromOffset: number
  readonly toOffset: number
}

/** What is written has been kept when the promise resolves. */
export interface GroupOffsets {
  committed(groupId: string, partition: TopicPartition): Promise<GroupOffset | undefined>
  /** Of one group, or of all; in order of group, topic id and partition. Those of deleted topics are gone. */
  list(groupId?: string): Promise<readonly GroupOffset[]>
  /**
   * All or none. `forward`: an offset that would go back stays where it is.
   *
   * @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION for a topic that is gone, POLICY_VIOLATION when there would be more than `GROUP_OFFSETS_MAX`
   */
  commit(groupId: string, commits: readonly OffsetCommit[], options: { readonly nowMs: number; readonly forward: boolean }): Promise<void>
  /** Whether there were any. */
  delete(groupId: string): Promise<boolean>
}

/** Control characters would forge lines of a log. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

/** @throws KafkaError INVALID_GROUP_ID */
export function assertGroupId(groupId: string): void {
  const problem = groupIdProblem(groupId)
  if (problem !== null) throw new KafkaError('INVALID_GROUP_ID', problem)
}

function groupIdProblem(groupId: string): string | null {
  if (groupId.trim() === '') return 'group id is empty'
  if (groupId.length > GROUP_ID_LENGTH_MAX) return `group id is ${groupId.length} characters; the limit is ${GROUP_ID_LENGTH_MAX}`
  return UNPRINTABLE.test(groupId) ? `group id ${JSON.stringify(groupId)} holds control characters` : null
}
