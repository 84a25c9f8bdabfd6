/**
 * Table `group_offset`: where each consumer group reads on.
 *
 * - Rows follow their topic's id by themselves, when it is deleted or a snapshot is opened under new ids: the schema says so.
 * - A trim moves what lies below the new log start up to it, in its own transaction.
 */
import { KafkaError } from '@logbrook/kafka/errors'
import type { GroupOffset, GroupOffsets, MovedGroup, OffsetCommit } from '@logbrook/kafka/groups'
import { GROUP_OFFSETS_MAX } from '@logbrook/kafka/limits'
import type { TopicId } from '@logbrook/kafka/log'
import type { Checkpointer } from './checkpointer.ts'
import type { Database, Transact } from './database.ts'
import { guard } from './database.ts'
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

export function createGroupOffsets({ database, transact, checkpointer }: GroupOffsetsOptions): GroupOffsets {
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

  /** All changes come by here: the write-ahead log is kept small also where nothing but offsets is written. */
  async function write<T>(failed: string, rows: number, work: () => T): Promise<T> {
    await checkpointer.room()
    const result = guard(failed, () => transact(work))
    checkpointer.wrote({ bytes: 0, rows })
    return result
  }

  function keep(groupId: string, commits: readonly OffsetCommit[], nowMs: number, forward: boolean): void {
    let isGrown = false
    for (const { topicId, partition, offset } of commits) {
      if (selectTopic.get(topicId) === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic of id ${topicId}`)
      const present = selectOne.get(topicId, partition, groupId)
      isGrown ||= present === undefined
      if (!forward || present === undefined || offset > present.offset) put.run(topicId, partition, groupId, offset, nowMs)
    }
    // Counting takes a while where there are many.
    if (isGrown) assertCount(count.get()?.count ?? 0)
  }

  return {
    async committed(groupId, { topicId, partition }) {
      return guard('could not read the committed offset', () => selectOne.get(topicId, partition, groupId))
    },
    async list(groupId) {
      return guard('could not read the committed offsets', () => (groupId === undefined ? selectAll.all() : selectGroup.all(groupId)))
    },
    async commit(groupId, commits, { nowMs, forward }) {
      await write(`could not keep the offsets of group ${groupId}`, commits.length, () => keep(groupId, commits, nowMs, forward))
    },
    async delete(groupId) {
      return await write(`could not delete group ${groupId}`, 1, () => remove.run(groupId).changes > 0)
    },
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
