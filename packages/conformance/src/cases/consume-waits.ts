/** Waiting for records (T10), and who may consume what (T11, T13). */
import assert from 'node:assert/strict'
import type { ConformanceCase } from '../case.ts'
import { consumed, consumerOf, numbered, topicRefused, WORKER } from '../consuming.ts'
import { untilWaiting } from '../polls.ts'
import { givenValues, logs, TAKEN } from '../requests.ts'
import { BAD_TOKEN, login, NO_TOKEN, openSession, PASSWORD } from '../sessions.ts'

const CONSUMPTION = 'Topic consumption requires service, dba, or system role'
const ACKNOWLEDGMENT = 'Topic acknowledgment requires service, dba, or system role'

const CLIENT_PATIENCE_MS = 25_000
const CLAIM_MS = 60_000

const waits: readonly ConformanceCase[] = [
  {
    name: 'consume: without a timeout, or with one of 0, an answer comes at once',
    proves: ['T10'],
    given: { users: [WORKER] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      for (const timeout of [undefined, null, 0]) await consumer.gets([], { timeout_seconds: timeout })
    },
  },
  {
    name: 'consume: a wait ends with a record, by whichever door it comes',
    proves: ['T10', 'T12'],
    hands: ['waitingLongPolls'],
    given: { users: [WORKER] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const poll = await consumer.waits()
      await scene.exchange({ request: logs('[{"a":1}]'), expect: TAKEN })
      await poll.answers({ status: 200 })
      await consumer.gets([], {}, { nextOffset: 0 })
    },
  },
  {
    name: 'consume: a wait ends before a client gives up, which is at 25 s',
    proves: ['T10'],
    hands: ['waitingLongPolls', 'letPass'],
    given: { users: [WORKER] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const poll = await consumer.waits({ timeout_seconds: 3_600 })
      await scene.hands.letPass(CLIENT_PATIENCE_MS - 1)
      await poll.answers(consumed(scene, [], { nextOffset: 0 }))
    },
  },
  {
    name: 'consume: a wait lasts as long as was asked for',
    proves: ['T10'],
    hands: ['waitingLongPolls', 'letPass'],
    given: { users: [WORKER] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const poll = await consumer.waits({ timeout_seconds: 10 })
      await scene.hands.letPass(8_000)
      await consumer.gets([], { group_id: '$OTHER' })
      assert.equal(poll.answered(), false, 'the poll is answered before its time')
      await scene.hands.letPass(2_000)
      await poll.answers(consumed(scene, [], { nextOffset: 0 }))
    },
  },
  {
    name: 'consume: a client that hung up claims nothing',
    proves: ['T10'],
    hands: ['waitingLongPolls'],
    given: { users: [WORKER] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const before = await scene.hands.waitingLongPolls()
      const poll = await consumer.waits()
      poll.hangUp()
      await untilWaiting(scene, before)
      const { topic, ...records } = givenValues('$TOPIC', 0, ['0'])
      await scene.administration.produce({ ...records, topic: scene.names(topic) })
      await consumer.gets([0])
    },
  },
  {
    name: 'consume: a wait ends when what a dead consumer held is free',
    proves: ['T10', 'T6'],
    hands: ['waitingLongPolls', 'letPass'],
    given: { users: [WORKER], records: [givenValues('$TOPIC', 0, numbered(2))] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      await consumer.gets([0, 1])
      await scene.hands.letPass(CLAIM_MS - 10_000)
      const poll = await consumer.waits()
      await scene.hands.letPass(10_000)
      await poll.answers(consumed(scene, [0, 1], { nextOffset: 2 }))
    },
  },
  {
    name: 'consume: a topic that is deleted meanwhile ends a wait',
    proves: ['T10', 'T13'],
    hands: ['waitingLongPolls'],
    given: { users: [WORKER] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const poll = await consumer.waits()
      await scene.administration.deleteTopic(scene.names('$TOPIC'))
      await poll.answers(topicRefused(404, 'NOT_FOUND', scene.names("Topic '$TOPIC' does not exist")))
    },
  },
  {
    name: 'consume: a server that stops answers a wait',
    proves: ['T10'],
    hands: ['waitingLongPolls', 'stop'],
    spoilsServer: true,
    given: { users: [WORKER] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const poll = await consumer.waits()
      const stopped = scene.hands.stop()
      await poll.answers(consumed(scene, [], { nextOffset: 0 }))
      await stopped
    },
  },
  {
    name: 'consume: the role is asked again before records are handed out',
    proves: ['T10', 'T11'],
    hands: ['waitingLongPolls'],
    given: { users: [WORKER] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const poll = await consumer.waits()
      await scene.administration.changeRole(scene.names('$WORKER'), 'user')
      const { topic, ...records } = givenValues('$TOPIC', 0, ['secret'])
      await scene.administration.produce({ ...records, topic: scene.names(topic) })
      await poll.answers(topicRefused(403, 'FORBIDDEN', CONSUMPTION))
    },
  },
]

const READS_TOPIC = { principal: 'User:$WORKER', operation: 'READ', resource_name: '$TOPIC' }
const READS_GROUP = { ...READS_TOPIC, resource_type: 'GROUP', resource_name: '$GROUP' } as const

const permissions: readonly ConformanceCase[] = [
  {
    name: 'topics: token, role and topic are asked in this order',
    proves: ['T13', 'T11'],
    given: { users: [{ name: '$USER', password: PASSWORD }, WORKER] },
    play: async (scene) => {
      const [user, worker] = [await consumerOf(scene, '$USER'), await consumerOf(scene)]
      for (const [endpoint, error] of [
        ['consume', CONSUMPTION],
        ['ack', ACKNOWLEDGMENT],
        ['latest-offsets', CONSUMPTION],
      ] as const) {
        const nobody = { ...user.request(endpoint, '{'), headers: { 'Content-Type': 'application/json' } }
        await scene.exchange({ request: nobody, expect: NO_TOKEN })
        const basic = { ...nobody, headers: { ...nobody.headers, Authorization: 'Basic dXNlcjpwYXNz' } }
        await scene.exchange({ request: basic, expect: BAD_TOKEN })
        await user.asks(endpoint, '{', topicRefused(403, 'FORBIDDEN', error))
        await worker.asks(endpoint, '{', topicRefused(400, 'INVALID_INPUT'))
      }
      const missing = { topic_id: '$NOPE', group_id: '$GROUP', upto_offset: 0, partitions: [{ topic_id: '$NOPE' }] }
      for (const endpoint of ['consume', 'ack', 'latest-offsets']) {
        await worker.asks(endpoint, missing, topicRefused(404, 'NOT_FOUND', scene.names("Topic '$NOPE' does not exist")))
      }
    },
  },
  {
    name: 'topics: service, dba and system may consume, in the order in which they are made so',
    proves: ['T11'],
    given: { users: [WORKER], records: [givenValues('$TOPIC', 0, ['0'])] },
    play: async (scene) => {
      for (const role of ['service', 'dba', 'system'] as const) {
        await scene.administration.changeRole(scene.names('$WORKER'), role)
        await openSession(scene, login('$WORKER'))
        const consumer = await consumerOf(scene)
        await consumer.gets([0], { group_id: `$GROUP${role}` })
        await consumer.acknowledges(0, { group_id: `$GROUP${role}` })
      }
    },
  },
  {
    name: 'topics: with ACLs a role is not enough: READ on the topic and on the group, before it is known what there is',
    proves: ['T11', 'T13'],
    needs: 'acls',
    given: { users: [WORKER], records: [givenValues('$TOPIC', 0, ['0'])] },
    play: async (scene) => {
      const consumer = await consumerOf(scene)
      const filled = (binding: typeof READS_TOPIC) => ({
        ...binding,
        principal: scene.names(binding.principal),
        resource_name: scene.names(binding.resource_name),
      })
      const consume = { topic_id: '$TOPIC', group_id: '$GROUP', start: 'Earliest' }
      const denied = topicRefused(403, 'FORBIDDEN')
      await consumer.asks('consume', consume, denied)
      await consumer.asks('consume', { ...consume, topic_id: '$NOPE' }, denied)
      await consumer.asks('latest-offsets', { partitions: [{ topic_id: '$NOPE' }] }, denied)
      await scene.administration.addBindings([filled(READS_TOPIC)])
      await consumer.asks('consume', consume, denied)
      await consumer.asks('ack', { topic_id: '$TOPIC', group_id: '$GROUP', upto_offset: 0 }, denied)
      await consumer.gets([0], { group_id: null })
      await scene.administration.addBindings([filled(READS_GROUP)])
      await consumer.gets([0])
      await consumer.acknowledges(0)
      await scene.administration.deleteBindings([filled(READS_TOPIC), filled(READS_GROUP)])
    },
  },
]

export const CONSUME_WAIT_CASES: readonly ConformanceCase[] = [...waits, ...permissions]
