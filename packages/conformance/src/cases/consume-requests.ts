/** `consume`: what it takes, what it answers, and reads without a group (T1 to T4). */
import type { ConformanceCase } from '../case.ts'
import { consumerOf, message, numbered, range, topicRefused, WORKER } from '../consuming.ts'
import type { Pattern } from '../match.ts'
import { base64, givenValues } from '../requests.ts'

const FIVE = { users: [WORKER], records: [givenValues('$TOPIC', 0, numbered(5))] }

const MALFORMED: readonly (readonly [name: string, body: string])[] = [
  ['empty', ''],
  ['no JSON', '{"topic_id":'],
  ['a list', '[]'],
  ['without a topic', '{}'],
  ['with a number for a topic', '{"topic_id":1}'],
  ['with a number for a group', '{"topic_id":"$TOPIC","group_id":1}'],
  ['with another word for a start', '{"topic_id":"$TOPIC","start":"Middle"}'],
  ['with a bare number for a start', '{"topic_id":"$TOPIC","start":1}'],
  ['with null for a start', '{"topic_id":"$TOPIC","start":null}'],
  ['with a negative offset', '{"topic_id":"$TOPIC","start":{"Offset":-1}}'],
  ['with an offset that is no number', '{"topic_id":"$TOPIC","start":{"Offset":"1"}}'],
  ['with a negative limit', '{"topic_id":"$TOPIC","limit":-1}'],
  ['with a fraction for a limit', '{"topic_id":"$TOPIC","limit":1.5}'],
  ['with a negative partition', '{"topic_id":"$TOPIC","partition_id":-1}'],
  ['with a partition of 33 bits', '{"topic_id":"$TOPIC","partition_id":4294967296}'],
  ['with a negative timeout', '{"topic_id":"$TOPIC","timeout_seconds":-1}'],
  ['with a fraction for a timeout', '{"topic_id":"$TOPIC","timeout_seconds":0.9}'],
]

const requests: readonly ConformanceCase[] = [
  {
    name: 'consume: every field, as clients send it, and fields that are not known',
    proves: ['T1'],
    given: FIVE,
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const whole = { topic_id: '$TOPIC', group_id: '$GROUP', start: 'Earliest', limit: 2, partition_id: 0, timeout_seconds: 30 }
      await consumer.gets([0, 1], { ...whole, more: { of: ['it'] } }, { hasMore: true })
      await consumer.gets([2, 3], { timeout_seconds: null, limit: 2 }, { hasMore: true })
    },
  },
  {
    name: 'consume: the words of a start in any case, and an offset by either name',
    proves: ['T1'],
    given: FIVE,
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      for (const start of ['Earliest', 'earliest', 'EARLIEST']) await consumer.gets(range(0, 5), { group_id: null, start })
      for (const start of ['Latest', 'latest', 'LATEST']) await consumer.gets([], { group_id: null, start }, { nextOffset: 5 })
      for (const start of [{ Offset: 3 }, { offset: 3 }]) await consumer.gets([3, 4], { group_id: null, start })
      await consumer.gets([], { group_id: null, start: undefined }, { nextOffset: 5 })
    },
  },
  {
    name: 'consume: numbers of 64 bits are numbers',
    proves: ['T1', 'T3'],
    given: FIVE,
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const body = '{"topic_id":"$TOPIC","start":"Earliest","limit":18446744073709551615,"timeout_seconds":18446744073709551615}'
      await consumer.asks('consume', body, { status: 200 })
    },
  },
  ...MALFORMED.map(([name, body]): ConformanceCase => ({
    name: `consume: a body ${name}`,
    proves: ['T1', 'T13'],
    given: { users: [WORKER] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.asks('consume', body, topicRefused(400, 'INVALID_INPUT'))
    },
  })),
  {
    name: 'consume: a group id has 255 characters at most',
    proves: ['T1'],
    given: FIVE,
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const named = (length: number): string => scene.names('$G').padEnd(length, 'g')
      await consumer.gets(range(0, 5), { group_id: named(255) })
      await consumer.asks('consume', { topic_id: '$TOPIC', group_id: named(256) }, topicRefused(400, 'INVALID_INPUT'))
    },
  },
]

const KEYED = {
  users: [WORKER],
  records: [
    {
      topic: '$TOPIC',
      partition: 0,
      records: [
        { value: base64('{"a":"é"}'), timestamp: 1_700_000_000_001 },
        { value: base64('no JSON'), timestamp: 1_700_000_000_002 },
        { key: base64('kéy"'), value: base64('[1]'), timestamp: 1_700_000_000_003, headers: [{ key: 'h', value: null }] },
        { key: base64('gone'), value: null, timestamp: 1_700_000_000_004 },
        { value: '', timestamp: 1_700_000_000_005 },
      ],
    },
  ],
}

const answers: readonly ConformanceCase[] = [
  {
    name: 'consume: a message of each kind, whole',
    proves: ['T2'],
    given: KEYED,
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const at = (offset: number, value: string, more: Record<string, Pattern> = {}): Pattern => ({
        ...message(scene, offset, value),
        timestamp_ms: 1_700_000_000_001 + offset,
        ...more,
      })
      const messages = [
        at(0, '{"a":"é"}'),
        at(1, 'no JSON'),
        at(2, '[1]', { key: 'kéy"' }),
        at(3, '', { key: 'gone', op: 'Delete' }),
        at(4, ''),
      ]
      const json = { messages, next_offset: 5, has_more: false }
      await consumer.asks('consume', { topic_id: '$TOPIC', start: 'Earliest' }, { status: 200, json })
    },
  },
  {
    name: 'consume: limits are held within 1 to 1,000, and has_more is that the limit was reached',
    proves: ['T2', 'T3'],
    given: { users: [WORKER], records: [givenValues('$TOPIC', 0, numbered(1_001))] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const read = async (limit: number | undefined, count: number): Promise<void> =>
        await consumer.gets(range(0, count), { group_id: null, limit }, { hasMore: true })
      await read(undefined, 100)
      await read(0, 1)
      await read(1, 1)
      await read(1_000, 1_000)
      await read(1_001, 1_000)
      await consumer.gets([1_000], { group_id: null, start: { Offset: 1_000 }, limit: 2 })
      await consumer.gets([1_000], { group_id: null, start: { Offset: 1_000 }, limit: 1 }, { hasMore: true })
    },
  },
  {
    name: 'consume: partition 0 unless another one is said; one that there is not is 404',
    proves: ['T1', 'T15'],
    given: { users: [WORKER], topics: [{ name: '$TOPIC', partitions: 2 }], records: [givenValues('$TOPIC', 1, ['0'])] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.gets([])
      const json = { messages: [{ ...message(scene, 0, '0'), partition_id: 1 }], next_offset: 1, has_more: false }
      const body = { topic_id: '$TOPIC', group_id: '$GROUP', start: 'Earliest' }
      await consumer.asks('consume', { ...body, partition_id: 1 }, { status: 200, json })
      await consumer.asks('consume', { ...body, partition_id: 2 }, topicRefused(404, 'NOT_FOUND'))
      await consumer.asks('consume', { ...body, partition_id: 4_294_967_295 }, topicRefused(404, 'NOT_FOUND'))
    },
  },
]

const withoutGroup: readonly ConformanceCase[] = [
  {
    name: 'consume without a group: absent, null or blank; nothing is claimed and nothing kept',
    proves: ['T4'],
    given: FIVE,
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      for (const group of [undefined, null, '', ' \t']) {
        await consumer.gets([0, 1], { group_id: group, limit: 2 }, { hasMore: true })
        await consumer.gets(range(0, 5), { group_id: group })
        await consumer.gets([4], { group_id: group, start: { Offset: 4 } })
      }
      await consumer.gets([], { group_id: null, start: { Offset: 50 } }, { nextOffset: 50 })
    },
  },
  {
    name: 'consume: records that are gone are refused without a group, and passed over by one',
    proves: ['T4', 'T9'],
    given: { ...FIVE, trims: [{ topic: '$TOPIC', partition: 0, beforeOffset: 2 }] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const error = 'OffsetOutOfRange: requested offset 1 is before earliest available offset 2'
      const body = { topic_id: '$TOPIC', start: { Offset: 1 } }
      await consumer.asks('consume', body, topicRefused(500, 'INTERNAL_ERROR', error))
      await consumer.gets([2, 3, 4], { group_id: null, start: { Offset: 2 } })
      await consumer.gets([2, 3, 4], { start: { Offset: 1 } })
    },
  },
]

export const CONSUME_REQUEST_CASES: readonly ConformanceCase[] = [...requests, ...answers, ...withoutGroup]
