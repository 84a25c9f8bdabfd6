/** Long polls (F12): what ends a wait, what does not, and what need not wait. */
import assert from 'node:assert/strict'
import type { ConformanceCase } from '../case.ts'
import { pollOf, startPoll, untilWaiting } from '../polls.ts'
import { basicAuthorization } from '../target.ts'
import { entry, errorEntry, fetched, FETCH_ALL, givenValues, ONE_LOG, recordsFrom, TAKEN } from '../requests.ts'

const POLL_MS = 30_000

const READER = { user: '$READER', password: 'secret' }
const READS = { principal: 'User:$READER', operation: 'READ', resource_name: '$TOPIC' }

const atOnce: readonly ConformanceCase[] = [
  {
    name: 'long poll: records that are there are answered at once',
    proves: ['F12'],
    given: { topics: [{ name: '$TOPIC', partitions: 2 }], records: [givenValues('$TOPIC', 1, ['there'])] },
    steps: [
      {
        request: pollOf([
          [0, 0],
          [1, 0],
        ]),
        expect: fetched(['$TOPIC', entry(0, [0, 0]), entry(1, [0, 1], recordsFrom(0, ['there']))]),
      },
    ],
  },
  {
    name: 'long poll: an error is answered at once',
    proves: ['F12'],
    steps: [
      {
        request: pollOf([
          [0, 0],
          [1, 0],
        ]),
        expect: fetched(['$TOPIC', entry(0, [0, 0]), errorEntry(1, 3)]),
      },
      {
        request: pollOf([
          [0, 1],
          [0, 0],
        ]),
        expect: fetched(['$TOPIC', errorEntry(0, 1, [0, 0]), entry(0, [0, 0])]),
      },
    ],
  },
]

const ended: readonly ConformanceCase[] = [
  ...['read_uncommitted', 'read_committed'].map((level): ConformanceCase => ({
    name: `long poll: an append ends it, ${level}`,
    proves: ['F12', 'F11'],
    hands: ['waitingLongPolls'],
    play: async (scene) => {
      const poll = await startPoll(scene, pollOf([[0, 0]], { isolation_level: level }))
      await scene.exchange({ request: ONE_LOG, expect: TAKEN })
      await poll.answers(fetched(['$TOPIC', entry(0, [0, 1], recordsFrom(0, ['{"message":"one"}']))]))
    },
  })),
  {
    name: 'long poll: an append wakes every poll on its partition, once each, and no other',
    proves: ['F12'],
    hands: ['waitingLongPolls'],
    given: { topics: [{ name: '$TOPIC', partitions: 2 }] },
    play: async (scene) => {
      const woken = [
        await startPoll(scene, pollOf([[0, 0]])),
        await startPoll(
          scene,
          pollOf([
            [1, 0],
            [0, 0],
          ]),
        ),
      ]
      const other = await startPoll(scene, pollOf([[1, 0]]))
      await scene.administration.produce({ topic: scene.names('$TOPIC'), partition: 0, records: [{ value: 'b25l' }] })
      await woken[0]!.answers(fetched(['$TOPIC', entry(0, [0, 1], recordsFrom(0, ['one']))]))
      await woken[1]!.answers(fetched(['$TOPIC', entry(1, [0, 0]), entry(0, [0, 1], recordsFrom(0, ['one']))]))
      assert.equal(other.answered(), false, 'the poll on the other partition is answered')
      await scene.administration.produce({ topic: scene.names('$TOPIC'), partition: 1, records: [{ value: 'dHdv' }] })
      await other.answers(fetched(['$TOPIC', entry(1, [0, 1], recordsFrom(0, ['two']))]))
    },
  },
  {
    name: 'long poll: an append to a partition that was not asked for does not end it; 30 s do',
    proves: ['F12'],
    hands: ['waitingLongPolls', 'letPass'],
    given: { topics: [{ name: '$TOPIC', partitions: 2 }] },
    play: async (scene) => {
      const poll = await startPoll(scene, pollOf([[0, 0]]))
      await scene.administration.produce({ topic: scene.names('$TOPIC'), partition: 1, records: [{ value: 'b25l' }] })
      await scene.hands.letPass(POLL_MS - 2_000)
      await scene.exchange({ request: FETCH_ALL, expect: fetched(['$TOPIC', entry(0, [0, 0])]) })
      assert.equal(poll.answered(), false, 'the poll is answered before its time')
      await scene.hands.letPass(2_000)
      await poll.answers(fetched(['$TOPIC', entry(0, [0, 0])]))
    },
  },
  {
    name: 'long poll: a client that hangs up frees its wait',
    proves: ['F12'],
    hands: ['waitingLongPolls'],
    play: async (scene) => {
      const before = await scene.hands.waitingLongPolls()
      const [first, second] = [await startPoll(scene, pollOf([[0, 0]])), await startPoll(scene, pollOf([[0, 0]]))]
      first.hangUp()
      await untilWaiting(scene, before + 1)
      await scene.exchange({ request: ONE_LOG, expect: TAKEN })
      await second.answers(fetched(['$TOPIC', entry(0, [0, 1], recordsFrom(0, ['{"message":"one"}']))]))
      await untilWaiting(scene, before)
    },
  },
  {
    name: 'long poll: a topic that is deleted meanwhile answers it',
    proves: ['F12'],
    hands: ['waitingLongPolls'],
    play: async (scene) => {
      const poll = await startPoll(scene, pollOf([[0, 0]]))
      await scene.administration.deleteTopic(scene.names('$TOPIC'))
      await poll.answers(fetched(['$TOPIC', errorEntry(0, 3)]))
    },
  },
  {
    name: 'long poll: it waits once, and answers what is there when it wakes even if that is nothing',
    proves: ['F12'],
    hands: ['waitingLongPolls'],
    given: { topics: [{ name: '$TOPIC', partitions: 2 }], records: [givenValues('$TOPIC', 0, ['old'])] },
    play: async (scene) => {
      const poll = await startPoll(
        scene,
        pollOf([
          [0, 1],
          [1, 0],
        ]),
      )
      await scene.administration.produce({ topic: scene.names('$TOPIC'), partition: 0, records: [{ value: 'bmV3' }] })
      await poll.answers(fetched(['$TOPIC', entry(0, [0, 2], recordsFrom(1, ['new'])), entry(1, [0, 0])]))
    },
  },
  {
    name: 'long poll: a server that stops answers it',
    proves: ['F12'],
    hands: ['waitingLongPolls', 'stop'],
    spoilsServer: true,
    play: async (scene) => {
      const poll = await startPoll(scene, pollOf([[0, 0]]))
      const stopped = scene.hands.stop()
      await poll.answers(fetched(['$TOPIC', entry(0, [0, 0])]))
      await stopped
    },
  },
  {
    name: 'long poll: permission is asked again before records are handed out',
    proves: ['F12', 'A4'],
    needs: 'acls',
    hands: ['waitingLongPolls'],
    given: { topics: [{ name: '$TOPIC' }], users: [{ name: '$READER', password: READER.password }], bindings: [READS] },
    play: async (scene) => {
      const reader = { user: scene.names(READER.user), password: READER.password }
      const request = { ...pollOf([[0, 0]]), headers: { Authorization: basicAuthorization(reader) } }
      const poll = await startPoll(scene, request)
      await scene.administration.deleteBindings([
        { ...READS, principal: scene.names(READS.principal), resource_name: scene.names('$TOPIC') },
      ])
      await scene.administration.produce({ topic: scene.names('$TOPIC'), partition: 0, records: [{ value: 'c2VjcmV0' }] })
      await poll.answers(fetched(['$TOPIC', errorEntry(0, 29)]))
    },
  },
]

export const LONG_POLL_CASES: readonly ConformanceCase[] = [...atOnce, ...ended]
