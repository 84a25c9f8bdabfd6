/** Groups: where they begin, who holds what, acknowledgments, and where partitions end (T5 to T12, T14). */
import type { ConformanceCase, GivenRecords } from '../case.ts'
import { consumerOf, numbered, range, topicRefused, WORKER } from '../consuming.ts'
import { givenValues } from '../requests.ts'
import type { Scene } from '../scene.ts'

const CLAIM_MS = 60_000
const CLAIMS_MAX = 32

function withRecords(count: number): NonNullable<ConformanceCase['given']> {
  return { users: [WORKER], records: [givenValues('$TOPIC', 0, numbered(count))] }
}

async function produce(scene: Scene, values: readonly string[]): Promise<void> {
  const { topic, ...records }: GivenRecords = givenValues('$TOPIC', 0, values)
  await scene.administration.produce({ ...records, topic: scene.names(topic) })
}

const begin: readonly ConformanceCase[] = [
  {
    name: 'group: what it committed counts, and its start does not',
    proves: ['T5'],
    given: withRecords(5),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.acknowledges(1)
      await consumer.gets([2], { start: 'Latest', limit: 1 }, { hasMore: true })
      await consumer.gets([3], { start: { Offset: 0 }, limit: 1 }, { hasMore: true })
      await consumer.gets([4], { start: 'Earliest' })
      await consumer.gets([], { start: 'Earliest' }, { nextOffset: 2 })
    },
  },
  {
    name: 'group: an empty first poll of the latest fixes where it is',
    proves: ['T5'],
    given: withRecords(2),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.gets([], { start: 'Latest' }, { nextOffset: 2 })
      await produce(scene, ['2', '3'])
      await consumer.gets([2, 3], { start: 'Latest' })
    },
  },
  {
    name: 'group: two of them get the same',
    proves: ['T5'],
    given: withRecords(3),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.gets([0, 1, 2])
      await consumer.gets([0, 1, 2], { group_id: '$OTHER' })
      await consumer.gets([2], { group_id: '$THIRD', start: { Offset: 2 } })
    },
  },
  {
    name: 'group: a topic that was deleted and created again is another one',
    proves: ['T12'],
    given: withRecords(3),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.acknowledges(1)
      await scene.administration.deleteTopic(scene.names('$TOPIC'))
      await scene.administration.createTopic({ name: scene.names('$TOPIC') })
      await produce(scene, numbered(2))
      await consumer.gets([0, 1])
    },
  },
]

const claims: readonly ConformanceCase[] = [
  {
    name: 'claims: consumers of a group never hold the same',
    proves: ['T6'],
    given: withRecords(6),
    play: async (scene) => {
      const [first, second] = [await consumerOf(scene), await consumerOf(scene)]
      await first.gets([0, 1], { limit: 2 }, { hasMore: true })
      await second.gets([2, 3], { limit: 2 }, { hasMore: true })
      await first.gets([4, 5])
      await second.gets([], {}, { nextOffset: 0 })
    },
  },
  {
    name: 'claims: after 60 s what was not acknowledged is handed out again, and not before',
    proves: ['T6'],
    hands: ['letPass'],
    given: withRecords(4),
    play: async (scene) => {
      const [dead, other] = [await consumerOf(scene), await consumerOf(scene)]
      await dead.gets([0, 1], { limit: 2 }, { hasMore: true })
      await scene.hands.letPass(30_000)
      await other.gets([2], { limit: 1 }, { hasMore: true })
      await scene.hands.letPass(CLAIM_MS - 30_000 - 2_000)
      await other.gets([3])
      await scene.hands.letPass(2_000)
      await other.gets([0, 1])
      await scene.hands.letPass(CLAIM_MS - 30_000)
      await other.gets([2])
    },
  },
  {
    name: `claims: after ${CLAIMS_MAX} that are pending nothing is handed out until one is acknowledged`,
    proves: ['T7'],
    given: withRecords(CLAIMS_MAX + 2),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      for (const offset of range(0, CLAIMS_MAX)) await consumer.gets([offset], { limit: 1 }, { hasMore: true })
      await consumer.gets([], {}, { nextOffset: 0 })
      await consumer.acknowledges(0)
      await consumer.gets([CLAIMS_MAX], { limit: 1 }, { hasMore: true })
      await consumer.gets([], {}, { nextOffset: 1 })
    },
  },
]

const acknowledgments: readonly ConformanceCase[] = [
  {
    name: 'ack: inclusive, of all before it, and the next read begins behind it',
    proves: ['T8'],
    given: withRecords(5),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.gets([0, 1], { limit: 2 }, { hasMore: true })
      await consumer.gets([2, 3], { limit: 2 }, { hasMore: true })
      await consumer.acknowledges(3)
      await consumer.gets([4])
      await consumer.gets([], {}, { nextOffset: 4 })
    },
  },
  {
    name: 'ack: a lower one is answered as it was asked, and changes nothing',
    proves: ['T8'],
    given: withRecords(5),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.acknowledges(3)
      await consumer.acknowledges(1)
      await consumer.acknowledges(3)
      await consumer.gets([4])
    },
  },
  {
    name: 'ack: the first of a new group may be of offset 0',
    proves: ['T8'],
    given: withRecords(2),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.acknowledges(0)
      await consumer.gets([1])
    },
  },
  {
    name: 'ack: within a claim the rest of it stays claimed',
    proves: ['T8', 'T6'],
    hands: ['letPass'],
    given: withRecords(4),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.gets([0, 1, 2], { limit: 3 }, { hasMore: true })
      await consumer.acknowledges(0)
      await consumer.gets([3])
      await consumer.gets([], {}, { nextOffset: 1 })
      await scene.hands.letPass(CLAIM_MS)
      await consumer.gets([1, 2, 3])
    },
  },
  {
    name: 'ack: partition, offset and whether it was handed out are not looked at',
    proves: ['T8'],
    given: withRecords(2),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.acknowledges(1)
      await consumer.acknowledges(99, { partition_id: 0 })
      await consumer.acknowledges(7, { partition_id: 12 })
      await consumer.acknowledges(Number.MAX_SAFE_INTEGER - 1, { group_id: '$FAR' })
      await consumer.gets([], {}, { nextOffset: 100 })
    },
  },
  {
    name: 'ack: what is wrong with it',
    proves: ['T8', 'T13'],
    given: withRecords(1),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const whole = { topic_id: '$TOPIC', group_id: '$GROUP', upto_offset: 0 }
      const wrong = [
        { topic_id: undefined },
        { group_id: undefined },
        { group_id: null },
        { group_id: ' ' },
        { upto_offset: undefined },
        { upto_offset: -1 },
        { upto_offset: '0' },
        { partition_id: -1 },
      ]
      for (const field of wrong) await consumer.asks('ack', { ...whole, ...field }, topicRefused(400, 'INVALID_INPUT'))
      await consumer.asks(
        'ack',
        { ...whole, topic_id: '$NOPE' },
        topicRefused(404, 'NOT_FOUND', scene.names("Topic '$NOPE' does not exist")),
      )
      await consumer.gets([0], { more: 'is ignored' })
    },
  },
  {
    name: 'ack: records that a trim takes move a group forward',
    proves: ['T9'],
    given: withRecords(4),
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.acknowledges(0)
      await scene.administration.trim({ topic: scene.names('$TOPIC'), partition: 0, beforeOffset: 3 })
      await consumer.gets([3])
      await consumer.gets([], {}, { nextOffset: 3 })
    },
  },
]

function at(topic: string, partition?: number) {
  return { topic_id: topic, partition_id: partition }
}

const latest: readonly ConformanceCase[] = [
  {
    name: 'latest-offsets: each partition once, by topic and number',
    proves: ['T14'],
    given: {
      users: [WORKER],
      topics: [{ name: '$TOPIC', partitions: 2 }, { name: '$ANOTHER' }],
      records: [givenValues('$TOPIC', 0, numbered(3))],
    },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const partitions = [at('$TOPIC', 1), at('$TOPIC', 0), at('$ANOTHER'), at('$TOPIC', 1)]
      const end = (topic: string, partition: number, next: number) => ({
        topic_id: scene.names(topic),
        partition_id: partition,
        next_offset: next,
        last_offset: next === 0 ? null : next - 1,
      })
      const offsets = [end('$ANOTHER', 0, 0), end('$TOPIC', 0, 3), end('$TOPIC', 1, 0)]
      await consumer.asks('latest-offsets', { partitions, other: 1 }, { status: 200, json: { offsets } })
      await consumer.asks('latest-offsets', { partitions: [] }, { status: 200, json: { offsets: [] } })
      await consumer.asks('latest-offsets', {}, topicRefused(400, 'INVALID_INPUT'))
      await consumer.asks('latest-offsets', { partitions: [at('$NOPE')] }, topicRefused(404, 'NOT_FOUND'))
      await consumer.asks('latest-offsets', { partitions: [at('$TOPIC', 2)] }, topicRefused(404, 'NOT_FOUND'))
    },
  },
]

export const CONSUME_GROUP_CASES: readonly ConformanceCase[] = [...begin, ...claims, ...acknowledgments, ...latest]
