/**
 * Administration of consumer groups: what they have committed, what of it is still claimed, and how far they are behind.
 *
 * - READ on the group is asked for everything, READ on the topic as well to commit and to reset. Of a group only topics are shown that the
 *   caller may DESCRIBE.
 * - A group is there from its first consume, acknowledgment or commit on, until it is deleted.
 * - A reset forgets what was handed out: the next consumer begins at the new offset. An acknowledgment that comes later is believed all
 *   the same.
 */
import type { Clock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import { assertGroupId } from '@logbrook/kafka/groups'
import type { GroupOffset, GroupOffsets } from '@logbrook/kafka/groups'
import { NO_WATERMARKS } from '@logbrook/kafka/log'
import type { Log, Topic, TopicPartition, Watermarks } from '@logbrook/kafka/log'
import type { Caller } from '../caller.ts'
import type { Permissions } from '../permissions.ts'
import { existingPartition, existingTopic } from '../topics.ts'
import type { NamedPartition } from '../topics.ts'
import type { Claim } from './place.ts'
import type { Places } from './places.ts'

interface GroupSummary {
  readonly groupId: string
  readonly partitions: number
  /** Records that are there and not committed, in all partitions where something was. */
  readonly lag: number
}

export interface GroupPartition extends NamedPartition {
  /** The next one; `null` before the first commit. */
  readonly committedOffset: number | null
  readonly watermarks: Watermarks
  /** `null` where nothing was committed. */
  readonly lag: number | null
  readonly claims: readonly Claim[]
  /** Records that were deleted before the group had committed them. */
  readonly skippedRecords: number
  readonly updatedMs: number | null
}

interface GroupCommit extends NamedPartition {
  readonly offset: number
}

export interface GroupReset {
  readonly topic: string
  /** All of the topic where it is not given. */
  readonly partition?: number
  readonly to: 'earliest' | 'latest' | { readonly offset: number } | { readonly timestampMs: number }
}

interface ResetOffset extends GroupCommit {
  readonly previousOffset: number | null
}

export interface Groups {
  /** Those that the caller may READ, in order. */
  list(caller: Caller): Promise<readonly GroupSummary[]>
  /** By topic and partition. @throws KafkaError GROUP_ID_NOT_FOUND */
  describe(caller: Caller, groupId: string): Promise<readonly GroupPartition[]>
  /** All or none; may go back. @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION, INVALID_GROUP_ID, POLICY_VIOLATION */
  commit(caller: Caller, groupId: string, commits: readonly GroupCommit[]): Promise<void>
  /** Within what the partitions hold. @throws as `commit` */
  reset(caller: Caller, groupId: string, reset: GroupReset): Promise<readonly ResetOffset[]>
  /** @throws KafkaError GROUP_ID_NOT_FOUND */
  delete(caller: Caller, groupId: string): Promise<void>
}

export interface GroupsOptions {
  readonly log: Log
  readonly offsets: GroupOffsets
  readonly places: Places
  readonly permissions: Permissions
  readonly clock: Clock
}

/** What is known of a group in one partition, from either side. */
interface Known extends TopicPartition {
  readonly groupId: string
  committed?: GroupOffset
  claims?: readonly Claim[]
}

export function createGroups({ log, offsets, places, permissions, clock }: GroupsOptions): Groups {
  function mayRead(caller: Caller, groupId: string): boolean {
    return permissions.allows(caller, 'READ', { type: 'GROUP', name: groupId })
  }

  function requireGroup(caller: Caller, groupId: string): void {
    assertGroupId(groupId)
    permissions.require(caller, 'READ', { type: 'GROUP', name: groupId })
  }

  async function known(groupId?: string): Promise<readonly Known[]> {
    const byPlace = new Map<string, Known>()
    const at = (one: { readonly groupId: string } & TopicPartition): Known => {
      const key = `${one.topicId} ${one.partition} ${one.groupId}`
      const found = byPlace.get(key) ?? { groupId: one.groupId, topicId: one.topicId, partition: one.partition }
      byPlace.set(key, found)
      return found
    }
    for (const committed of await offsets.list(groupId)) at(committed).committed = committed
    for (const entry of places.known(groupId)) at(entry).claims = entry.place.claims
    return [...byPlace.values()]
  }

  async function describeOne(topic: Topic, { partition, topicId, committed, claims = [] }: Known): Promise<GroupPartition> {
    const watermarks = (await log.watermarks({ topicId, partition })) ?? NO_WATERMARKS
    return {
      topic: topic.name,
      partition,
      committedOffset: committed?.offset ?? null,
      watermarks,
      lag: committed === undefined ? null : lagOf(committed.offset, watermarks),
      claims: claims.map(({ fromOffset, endOffset, claimedMs }) => ({ fromOffset, endOffset, claimedMs })),
      skippedRecords: committed?.skippedRecords ?? 0,
      updatedMs: committed?.updatedMs ?? null,
    }
  }

  /** Without the topics that the caller may not know of. */
  async function describeKnown(caller: Caller, all: readonly Known[]): Promise<readonly GroupPartition[]> {
    const topics = new Map((await log.topics()).map((topic) => [topic.id, topic]))
    const described: GroupPartition[] = []
    for (const one of all) {
      const topic = topics.get(one.topicId)
      if (topic === undefined || !permissions.allows(caller, 'DESCRIBE', { type: 'TOPIC', name: topic.name })) continue
      described.push(await describeOne(topic, one))
    }
    return described.toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
  }

  async function readableTopic(caller: Caller, name: string): Promise<Topic> {
    permissions.require(caller, 'READ', { type: 'TOPIC', name })
    return await existingTopic(log, name)
  }

  /** Keeps the offsets, and lets no earlier handing out get in their way. */
  async function put(groupId: string, commits: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    await offsets.commit(groupId, commits, { nowMs: clock.now(), forward: false })
    for (const commit of commits) {
      const place = places.of(groupId, commit)
      await place.inTurn(async () => place.forget())
    }
  }

  async function targetOf(at: TopicPartition, to: GroupReset['to']): Promise<number> {
    const { logStartOffset, highWatermark } = (await log.watermarks(at)) ?? NO_WATERMARKS
    if (to === 'earliest') return logStartOffset
    if (to === 'latest') return highWatermark
    if ('offset' in to) return Math.min(Math.max(to.offset, logStartOffset), highWatermark)
    return (await log.offsetForTimestamp(at, to.timestampMs))?.offset ?? highWatermark
  }

  return {
    async list(caller) {
      const byGroup = Map.groupBy(await known(), ({ groupId }) => groupId)
      const summaries: GroupSummary[] = []
      for (const [groupId, all] of byGroup) {
        if (!mayRead(caller, groupId)) continue
        const partitions = await describeKnown(caller, all)
        summaries.push({ groupId, partitions: partitions.length, lag: partitions.reduce((sum, { lag }) => sum + (lag ?? 0), 0) })
      }
      return summaries.toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1))
    },

    async describe(caller, groupId) {
      requireGroup(caller, groupId)
      const all = await known(groupId)
      if (all.length === 0) throw noGroup(groupId)
      return await describeKnown(caller, all)
    },

    async commit(caller, groupId, commits) {
      requireGroup(caller, groupId)
      for (const { topic } of commits) permissions.require(caller, 'READ', { type: 'TOPIC', name: topic })
      const resolved = []
      for (const { topic, partition, offset } of commits) {
        resolved.push({ ...existingPartition(await existingTopic(log, topic), partition), offset })
      }
      await put(groupId, resolved)
    },

    async reset(caller, groupId, { topic: name, partition: only, to }) {
      requireGroup(caller, groupId)
      const topic = await readableTopic(caller, name)
      const partitions = only === undefined ? Array.from({ length: topic.partitions }, (_, number) => number) : [only]
      const resets = []
      for (const partition of partitions) {
        const at = existingPartition(topic, partition)
        const previous = await offsets.committed(groupId, at)
        resets.push({ ...at, offset: await targetOf(at, to), previousOffset: previous?.offset ?? null })
      }
      await put(groupId, resets)
      return resets.map(({ partition, offset, previousOffset }) => ({ topic: name, partition, offset, previousOffset }))
    },

    async delete(caller, groupId) {
      requireGroup(caller, groupId)
      const isKnown = (await known(groupId)).length > 0
      await offsets.delete(groupId)
      await places.forgetGroup(groupId)
      if (!isKnown) throw noGroup(groupId)
    },
  }
}

function lagOf(committedOffset: number, { logStartOffset, highWatermark }: Watermarks): number {
  return Math.max(0, highWatermark - Math.max(committedOffset, logStartOffset))
}

function noGroup(groupId: string): KafkaError {
  return new KafkaError('GROUP_ID_NOT_FOUND', `there is no group ${JSON.stringify(groupId)}`)
}
