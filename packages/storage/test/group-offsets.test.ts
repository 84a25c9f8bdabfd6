import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GROUP_OFFSETS_MAX } from '@logbrook/kafka/limits'
import type { GroupOffset } from '@logbrook/kafka/groups'
import { backupStorage } from '../src/backup.ts'
import { checkStorage } from '../src/check.ts'
import { databaseFile } from '../src/database.ts'
import type { Storage } from '../src/storage.ts'
import { append, createTopic, isKafkaError, openForTest, partitionOf, tamper, temporaryDirectory } from './fixture.ts'

const PUT = { nowMs: 1, forward: false } as const
const FORWARD = { nowMs: 2, forward: true } as const

/** Group, partition and offset of all. */
async function committedIn({ groups }: Storage): Promise<readonly (readonly [string, number, number])[]> {
  return (await groups.list()).map(({ groupId, partition, offset }) => [groupId, partition, offset])
}

describe('committed offsets', () => {
  test('are kept as they are, for each group and partition', async () => {
    await using directory = await temporaryDirectory()
    const expected: GroupOffset[] = []
    {
      await using storage = await openForTest({ dataDir: directory.path })
      const { id: topicId } = await createTopic(storage.log, 'logs', 2)
      await storage.groups.commit('b', [{ topicId, partition: 1, offset: 7 }], PUT)
      await storage.groups.commit(
        'a',
        [
          { topicId, partition: 0, offset: 3 },
          { topicId, partition: 1, offset: 4 },
        ],
        { nowMs: 9, forward: true },
      )
      expected.push({ groupId: 'a', topicId, partition: 0, offset: 3, skippedRecords: 0, updatedMs: 9 })
      expected.push({ groupId: 'a', topicId, partition: 1, offset: 4, skippedRecords: 0, updatedMs: 9 })
      expected.push({ groupId: 'b', topicId, partition: 1, offset: 7, skippedRecords: 0, updatedMs: 1 })
    }
    await using storage = await openForTest({ dataDir: directory.path })
    assert.deepEqual(await storage.groups.list(), expected)
    assert.deepEqual(await storage.groups.list('b'), expected.slice(2))
    assert.deepEqual(await storage.groups.committed('a', expected[0]!), expected[0])
    assert.equal(await storage.groups.committed('A', expected[0]!), undefined)
  })

  test('go back only where that is meant', async () => {
    await using storage = await openForTest()
    const at = partitionOf(await createTopic(storage.log))
    await storage.groups.commit('g', [{ ...at, offset: 5 }], FORWARD)
    await storage.groups.commit('g', [{ ...at, offset: 5 }], { nowMs: 3, forward: true })
    await storage.groups.commit('g', [{ ...at, offset: 4 }], { nowMs: 3, forward: true })
    const [offset] = await storage.groups.list()
    assert.deepEqual([offset?.offset, offset?.updatedMs], [5, FORWARD.nowMs])
    await storage.groups.commit('g', [{ ...at, offset: 4 }], PUT)
    assert.deepEqual(await committedIn(storage), [['g', 0, 4]])
  })

  test('are committed all or none', async () => {
    await using storage = await openForTest()
    const at = partitionOf(await createTopic(storage.log))
    const commits = [
      { ...at, offset: 5 },
      { topicId: 'gone', partition: 0, offset: 5 },
    ]
    await assert.rejects(storage.groups.commit('g', commits, PUT), isKafkaError('UNKNOWN_TOPIC_OR_PARTITION'))
    assert.deepEqual(await storage.groups.list(), [])
  })

  test('of one turn are kept together, but for those that are refused', async () => {
    await using directory = await temporaryDirectory()
    const storage = await openForTest({ dataDir: directory.path })
    const at = partitionOf(await createTopic(storage.log))
    const commits = [
      storage.groups.commit('a', [{ ...at, offset: 1 }], FORWARD),
      storage.groups.commit('b', [{ topicId: 'gone', partition: 0, offset: 1 }], FORWARD),
      storage.groups.commit('a', [{ ...at, offset: 3 }], FORWARD),
      storage.groups.commit('c', [{ ...at, offset: 2 }], FORWARD),
      storage.groups.commit('a', [{ ...at, offset: 2 }], FORWARD),
    ]
    const settled = Promise.allSettled(commits)
    // Closing keeps what is pending.
    await storage.close()
    const outcomes = (await settled).map(({ status }) => status)
    assert.deepEqual(outcomes, ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
    await using reopened = await openForTest({ dataDir: directory.path })
    assert.deepEqual(await committedIn(reopened), [
      ['a', 0, 3],
      ['c', 0, 2],
    ])
  })

  test('are deleted with their group', async () => {
    await using storage = await openForTest()
    const at = partitionOf(await createTopic(storage.log))
    await storage.groups.commit('g', [{ ...at, offset: 5 }], PUT)
    await storage.groups.commit('h', [{ ...at, offset: 6 }], PUT)
    assert.deepEqual([await storage.groups.delete('g'), await storage.groups.delete('g')], [true, false])
    assert.deepEqual(await committedIn(storage), [['h', 0, 6]])
  })

  test('are not inherited by a topic of the same name', async () => {
    await using storage = await openForTest()
    const first = await createTopic(storage.log)
    await storage.groups.commit('g', [{ ...partitionOf(first), offset: 5 }], PUT)
    await storage.log.deleteTopic(first.id)
    const second = await createTopic(storage.log)
    assert.deepEqual(await storage.groups.list(), [])
    assert.equal(await storage.groups.committed('g', partitionOf(second)), undefined)
  })

  test('are at most as many as the limit', async () => {
    await using storage = await openForTest()
    const { id: topicId } = await createTopic(storage.log)
    const commits = Array.from({ length: GROUP_OFFSETS_MAX }, (_, partition) => ({ topicId, partition, offset: 1 }))
    await storage.groups.commit('g', commits, PUT)
    const oneMore = storage.groups.commit('h', [{ topicId, partition: 0, offset: 1 }], PUT)
    await assert.rejects(oneMore, isKafkaError('POLICY_VIOLATION', /100001 committed offsets; the limit is 100000/))
    await storage.groups.commit('g', [{ topicId, partition: 0, offset: 2 }], PUT)
  })
})

describe('a trim', () => {
  test('moves the groups that had yet to read what goes, and says so', async () => {
    await using storage = await openForTest()
    const topic = await createTopic(storage.log, 'logs', 2)
    const [at, other] = [partitionOf(topic, 0), partitionOf(topic, 1)]
    await append(storage.log, at, ['0', '1', '2', '3', '4'])
    await storage.groups.commit(
      'behind',
      [
        { ...at, offset: 1 },
        { ...other, offset: 0 },
      ],
      PUT,
    )
    await storage.groups.commit('there', [{ ...at, offset: 3 }], PUT)
    await storage.groups.commit('ahead', [{ ...at, offset: 4 }], PUT)
    const { movedGroups } = await storage.log.trim(at, 3)
    assert.deepEqual(movedGroups, [{ groupId: 'behind', fromOffset: 1, toOffset: 3 }])
    assert.deepEqual(await committedIn(storage), [
      ['ahead', 0, 4],
      ['behind', 0, 3],
      ['behind', 1, 0],
      ['there', 0, 3],
    ])
    await storage.log.trim(at, 5)
    assert.equal((await storage.groups.committed('behind', at))?.skippedRecords, 4)
    assert.equal((await storage.groups.committed('there', at))?.skippedRecords, 2)
    assert.equal((await storage.groups.committed('ahead', at))?.skippedRecords, 1)
  })

  test('of retention does so too', async () => {
    await using storage = await openForTest()
    const topic = await createTopic(storage.log, 'logs', 1, { 'retention.ms': 10 })
    const at = partitionOf(topic)
    await append(storage.log, at, ['0', '1'], 1_000)
    await storage.groups.commit('behind', [{ ...at, offset: 1 }], PUT)
    assert.deepEqual(await storage.log.enforceRetention(2_000), [
      {
        topic: 'logs',
        partition: 0,
        deletedRecords: 2,
        logStartOffset: 2,
        movedGroups: [{ groupId: 'behind', fromOffset: 1, toOffset: 2 }],
      },
    ])
  })
})

describe('a copy', () => {
  test('opened as contents has them under the new ids of its topics', async () => {
    await using storage = await openForTest()
    const topic = await createTopic(storage.log)
    await storage.groups.commit('g', [{ ...partitionOf(topic), offset: 5 }], PUT)
    await using copy = await openForTest('memory', { contents: storage.snapshot() })
    const renewed = (await copy.log.topic('logs'))!
    assert.notEqual(renewed.id, topic.id)
    assert.equal((await copy.groups.committed('g', partitionOf(renewed)))?.offset, 5)
    assert.equal(await copy.groups.committed('g', partitionOf(topic)), undefined)
  })

  test('made as a backup has them, and nothing is wrong with either', async () => {
    await using directory = await temporaryDirectory()
    await using backup = await temporaryDirectory()
    await using storage = await openForTest({ dataDir: directory.path })
    const at = partitionOf(await createTopic(storage.log))
    await storage.groups.commit('g', [{ ...at, offset: 5 }], PUT)
    backupStorage(directory.path, databaseFile(backup.path))
    for (const path of [directory.path, backup.path]) assert.deepEqual([...checkStorage(path)], [])
    await using copy = await openForTest({ dataDir: backup.path })
    assert.deepEqual(await committedIn(copy), [['g', 0, 5]])
  })
})

test('an offset of a topic that is not there is found by a check', async () => {
  await using directory = await temporaryDirectory()
  await (await openForTest({ dataDir: directory.path })).close()
  tamper(directory.path, (database) => {
    database.pragma('foreign_keys = OFF')
    database.exec("INSERT INTO group_offset (topic_id, partition, group_id, next_offset, updated_ms) VALUES ('gone', 0, 'g', 1, 1)")
  })
  const problems = [...checkStorage(directory.path)].map(({ problem }) => problem)
  assert.deepEqual(problems, ['group g has a committed offset in a topic that there is not'])
})
