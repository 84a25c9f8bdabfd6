/**
 * Table `group_offset`: where each consumer group reads on.
 *
 * - Rows follow their topic's id by themselves, when it is deleted or a snapshot is opened under new ids: the schema says so.
 * - All commits of one turn of the event loop go into one transaction, so that a hundred consumers wait for the disk once. One that is
 *   refused leaves the others alone; each is all or none.
 * - A trim moves what lies below the new log start up to it, in its own transaction.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { GroupOffset, GroupOffsets, MovedGroup, OffsetCommit } from '@logbrook/kafka/groups'
import { GROUP_OFFSETS_MAX } from '@logbrook/kafka/limits'
import type { TopicId } from '@logbrook/kafka/log'
import type { Checkpointer } from './checkpointer.ts'
import type { Database, Transact } from './database.ts'
import { guard } from './database.ts'
import { inNextTurn } from './next-turn.ts'
import type { Partition } from './partitions.ts'

export interface GroupOffsetsOptions {
  readonly database: Database
  readonly transact: Transact
  readonly checkpointer: Checkpointer
}

const COLUMNS = `group_id AS groupId, topic_id AS topicId, partition, next_offset AS offset, skipped_records AS skippedRecords,
  updated_ms AS updatedMs`
const ORDER = 'ORDER BY group_id, topic_id, partition'

type Key = [topicId: TopicId, partition: number, groupId: string]

interface PendingCommit {
  readonly groupId: string
  readonly commits: readonly OffsetCommit[]
  readonly nowMs: number
  readonly forward: boolean
  resolve(): void
  reject(error: unknown): void
}

export interface StoredGroupOffsets extends GroupOffsets {
  /** Commits what is pending without waiting for a turn or a checkpoint. */
  flush(): void
}

export function createGroupOffsets({ database, transact, checkpointer }: GroupOffsetsOptions): StoredGroupOffsets {
  const pending: PendingCommit[] = []

  const selectOne = database.prepare<Key, GroupOffset>(
    `SELECT ${COLUMNS} FROM group_offset WHERE topic_id = ? AND partition = ? AND group_id = ?`,
  )
  const selectGroup = database.prepare<[string], GroupOffset>(`SELECT ${COLUMNS} FROM group_offset WHERE group_id = ? ${ORDER}`)
  const selectAll = database.prepare<[], GroupOffset>(`SELECT ${COLUMNS} FROM group_offset ${ORDER}`)
  const count = database.prepare<[], { count: number }>('SELECT count(*) AS count FROM group_offset')
  const selectTopic = database.prepare<[TopicId], { id: TopicId }>('SELECT id FROM topic WHERE id = ?')
  const put = database.prepare<[...Key, number, number]>(
    `INSERT INTO group_offset (topic_id, partition, group_id, next_offset, updated_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset, updated_ms = excluded.updated_ms`,
  )
  const remove = database.prepare<[string]>('DELETE FROM group_offset WHERE group_id = ?')

  /** Refused before anything of it is written. */
  function assertKeepable({ groupId, commits }: PendingCommit): void {
    let added = 0
    for (const { topicId, partition } of commits) {
      if (selectTopic.get(topicId) === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic of id ${topicId}`)
      if (selectOne.get(topicId, partition, groupId) === undefined) added++
    }
    // Counting takes a while where there are many.
    if (added > 0) assertCount((count.get()?.count ?? 0) + added)
  }

  function keep({ groupId, commits, nowMs, forward }: PendingCommit): void {
    for (const { topicId, partition, offset } of commits) {
      const present = forward ? selectOne.get(topicId, partition, groupId) : undefined
      if (present === undefined || offset > present.offset) put.run(topicId, partition, groupId, offset, nowMs)
    }
  }

  /** Inside a transaction. @returns what it is refused with */
  function keepOrRefuse(one: PendingCommit): KafkaError | undefined {
    try {
      assertKeepable(one)
    } catch (error) {
      if (error instanceof KafkaError) return error
      throw error
    }
    keep(one)
    return undefined
  }

  function flush(): void {
    const group = pending.splice(0)
    if (group.length === 0) return
    try {
      const refusals = guard('could not keep the offsets of groups', () => transact(() => group.map(keepOrRefuse)))
      for (const [i, one] of group.entries()) {
        if (refusals[i] === undefined) one.resolve()
        else one.reject(refusals[i])
      }
    } catch (error) {
      checkpointer.failed()
      for (const one of group) one.reject(error)
      return
    }
    checkpointer.wrote({ bytes: 0, rows: group.reduce((rows, { commits }) => rows + commits.length, 0) })
  }

  async function turn(): Promise<void> {
    await checkpointer.room()
    flush()
  }

  return {
    async committed(groupId, { topicId, partition }) {
      return guard('could not read the committed offset', () => selectOne.get(topicId, partition, groupId))
    },
    async list(groupId) {
      return guard('could not read the committed offsets', () => (groupId === undefined ? selectAll.all() : selectGroup.all(groupId)))
    },
    commit(groupId, commits, { nowMs, forward }) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      pending.push({ groupId, commits, nowMs, forward, resolve, reject })
      if (pending.length === 1) inNextTurn(() => void turn())
      return promise
    },
    async delete(groupId) {
      flush()
      return guard(`could not delete group ${groupId}`, () => transact(() => remove.run(groupId).changes > 0))
    },
    flush,
  }
}

function assertCount(offsets: number): void {
  if (offsets <= GROUP_OFFSETS_MAX) return
  throw new KafkaError('POLICY_VIOLATION', `there would be ${offsets} committed offsets; the limit is ${GROUP_OFFSETS_MAX}`)
}

/** Inside the transaction of a trim: no group is left below the new log start offset. */
export type MoveGroups = (partition: Partition, logStartOffset: number) => readonly MovedGroup[]

export function createMoveGroups(database: Database): MoveGroups {
  const select = database.prepare<[TopicId, number, number], { groupId: string; fromOffset: number }>(
    `SELECT group_id AS groupId, next_offset AS fromOffset FROM group_offset
     WHERE topic_id = ? AND partition = ? AND next_offset < ? ORDER BY group_id`,
  )
  const update = database.prepare<{ offset: number; topicId: TopicId; partition: number }>(
    `UPDATE group_offset SET skipped_records = skipped_records + @offset - next_offset, next_offset = @offset
     WHERE topic_id = @topicId AND partition = @partition AND next_offset < @offset`,
  )
  return ({ topicId, number }, logStartOffset) => {
    const behind = select.all(topicId, number, logStartOffset)
    if (behind.length > 0) update.run({ offset: logStartOffset, topicId, partition: number })
    return behind.map(({ groupId, fromOffset }) => ({ groupId, fromOffset, toOffset: logStartOffset }))
  }
}
