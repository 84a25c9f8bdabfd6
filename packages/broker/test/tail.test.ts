import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Tail, TailRequest, TailRound } from '@logbrook/broker/tail'
import { KafkaError } from '@logbrook/kafka/errors'
import { TAILS_MAX, TAIL_IDLE_MS } from '@logbrook/kafka/limits'
import { ALICE, ALICE_READS, ROOT, startBroker } from './broker-under-test.ts'

function wordOf(round: TailRound): string {
  if (round.kind === 'idle') return 'idle'
  return `${round.partition}: ${round.records.map(({ offset, value }) => `${offset}=${Buffer.from(value!).toString()}`).join(' ')}`
}

async function next(rounds: ReturnType<Tail['rounds']>): Promise<string> {
  const { done, value } = await rounds.next()
  return done === true ? `end: ${value}` : wordOf(value)
}

function requestOf(more: Partial<TailRequest> = {}): TailRequest {
  return { topic: 'logs', positions: new Map(), from: 'latest', ...more }
}

test('a tail begins at the end, follows every partition, and can be resumed where it stopped', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 2, config: {} })
  await under.produce(topic, 0, ['old'])
  const reader = new AbortController()
  const tail = await under.broker.tails.open(ROOT, requestOf(), reader.signal)
  const rounds = tail.rounds()
  await under.produce(topic, 0, ['a', 'b'])
  await under.produce(topic, 1, ['x'])
  assert.equal(await next(rounds), '0: 1=a 2=b')
  assert.equal(await next(rounds), '1: 0=x')
  assert.deepEqual(
    [...tail.positions],
    [
      [0, 3],
      [1, 1],
    ],
  )
  const waiting = next(rounds)
  await under.waiting(1)
  reader.abort()
  assert.equal(await waiting, 'end: aborted')

  await under.produce(topic, 1, ['y'])
  const resumed = (await under.broker.tails.open(ROOT, requestOf({ positions: tail.positions }), new AbortController().signal)).rounds()
  assert.equal(await next(resumed), '1: 1=y')
  await resumed.return('aborted')
  assert.equal(under.storage.waiting(), 0)
  assert.equal(under.observed.filter((word) => word === 'tailStarted').length, under.observed.filter((word) => word === 'tailEnded').length)
})

test('from the earliest record a tail skips what a trim took, and goes on at the log start', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  await under.produce(topic, 0, ['a', 'b', 'c'])
  const tail = await under.broker.tails.open(ROOT, requestOf({ from: 'earliest' }), new AbortController().signal)
  await under.broker.topics.trim(ROOT, { topic: 'logs', partition: 0 }, 2)
  const rounds = tail.rounds()
  await under.produce(topic, 0, ['d'])
  assert.equal(await next(rounds), '0: 2=c 3=d')
  await rounds.return('aborted')
})

test('positions of a topic that was deleted and created again lose nothing of the new one', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  await under.produce(topic, 0, ['new'])
  const rounds = (await under.broker.tails.open(ROOT, requestOf({ positions: new Map([[0, 500]]) }), new AbortController().signal)).rounds()
  await under.produce(topic, 0, ['newer'])
  assert.equal(await next(rounds), '0: 0=new 1=newer')
  await rounds.return('aborted')
})

test('a silent tail gives a sign of life, and follows partitions that were added', async () => {
  await using under = await startBroker()
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  const rounds = (await under.broker.tails.open(ROOT, requestOf(), new AbortController().signal)).rounds()
  const idle = next(rounds)
  await under.waiting(1)
  const grown = await under.broker.topics.alter(ROOT, 'logs', { partitions: 2 })
  assert.equal(grown.id, topic.id)
  await under.produce(grown, 1, ['new'])
  under.clock.advance(TAIL_IDLE_MS)
  assert.equal(await idle, 'idle')
  assert.equal(await next(rounds), '1: 0=new')
  await rounds.return('aborted')
})

test('a tail ends when its topic goes, when READ is taken away, and when the log closes', async () => {
  await using under = await startBroker({ acls: true })
  const topic = await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  await under.broker.permissions.add(ROOT, [ALICE_READS])

  const denied = (await under.broker.tails.open(ALICE, requestOf(), new AbortController().signal)).rounds()
  const secret = next(denied)
  await under.waiting(1)
  await under.broker.permissions.remove(ROOT, [ALICE_READS])
  await under.produce(topic, 0, ['secret'])
  assert.equal(await secret, 'end: denied')
  await assert.rejects(
    under.broker.tails.open(ALICE, requestOf(), new AbortController().signal),
    (error) => error instanceof KafkaError && error.error === 'TOPIC_AUTHORIZATION_FAILED',
  )

  const gone = next((await under.broker.tails.open(ROOT, requestOf(), new AbortController().signal)).rounds())
  await under.waiting(1)
  await under.broker.topics.delete(ROOT, 'logs')
  assert.equal(await gone, 'end: gone')

  await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  const closing = next((await under.broker.tails.open(ROOT, requestOf(), new AbortController().signal)).rounds())
  await under.waiting(1)
  await under.storage.close()
  assert.equal(await closing, 'end: closing')
})

test('as many tails as the limit can be open; one more is refused until one ends', async () => {
  await using under = await startBroker()
  await under.broker.topics.create(ROOT, { name: 'logs', partitions: 1, config: {} })
  const readers = Array.from({ length: TAILS_MAX }, () => new AbortController())
  const ends: Promise<string>[] = []
  for (const reader of readers) ends.push(next((await under.broker.tails.open(ROOT, requestOf(), reader.signal)).rounds()))
  await under.waiting(TAILS_MAX)
  const more = (): Promise<Tail> => under.broker.tails.open(ROOT, requestOf(), new AbortController().signal)
  await assert.rejects(
    more,
    (error) => error instanceof KafkaError && error.error === 'POLICY_VIOLATION' && /the limit is 1000/.test(error.message),
  )
  for (const reader of readers) reader.abort()
  assert.deepEqual(new Set(await Promise.all(ends)), new Set(['end: aborted']))
  await (await more()).rounds().return('aborted')
})
