import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import type { Log, Topic, TopicPartition, WaitOutcome } from '@logbrook/kafka/log'
import { append, createTopic, openForTest, partitionOf, settle } from './fixture.ts'

function startOf(topic: Topic, partition = 0) {
  return { ...partitionOf(topic, partition), offset: 0 }
}

const never = new AbortController().signal

function wait(
  log: Log,
  positions: readonly (TopicPartition & { offset: number })[],
  signal = never,
  timeoutMs = 30_000,
): Promise<WaitOutcome> {
  return log.waitForAppend({ positions, timeoutMs, signal })
}

test('what is there already is answered at once', async () => {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  await append(storage.log, partition, ['a', 'b'])
  assert.equal(await wait(storage.log, [{ ...partition, offset: 1 }]), 'appended')
})

test('an append to any asked partition wakes, and one to another does not', async () => {
  await using storage = await openForTest()
  const topic = await createTopic(storage.log, 'logs', 3)
  const woken: string[] = []
  const positions = [0, 1].map((number) => startOf(topic, number))
  const outcome = wait(storage.log, positions).then((how) => woken.push(how))
  await append(storage.log, partitionOf(topic, 2), ['v'])
  await settle()
  assert.deepEqual([woken, storage.waiting()], [[], 1])
  await append(storage.log, partitionOf(topic, 1), ['v'])
  await outcome
  assert.deepEqual([woken, storage.waiting()], [['appended'], 0])
})

test('an append that does not reach the offset does not wake', async () => {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  const outcome = wait(storage.log, [
    { ...partition, offset: 9 },
    { ...partition, offset: 2 },
  ])
  await append(storage.log, partition, ['a', 'b'])
  await settle()
  assert.equal(storage.waiting(), 1)
  await append(storage.log, partition, ['c'])
  assert.equal(await outcome, 'appended')
})

test('an append is woken for after it can be read', async () => {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  const seen = wait(storage.log, [{ ...partition, offset: 0 }]).then(() => storage.log.watermarks(partition))
  await append(storage.log, partition, ['a'])
  assert.equal((await seen)?.highWatermark, 1)
})

test('a hundred waits on one partition all wake once', async () => {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  let wakes = 0
  const waits = Array.from({ length: 100 }, () => wait(storage.log, [{ ...partition, offset: 0 }]).then((how) => (wakes++, how)))
  await settle()
  assert.equal(storage.waiting(), 100)
  await Promise.all([append(storage.log, partition, ['a']), append(storage.log, partition, ['b'])])
  assert.deepEqual(await Promise.all(waits), Array<WaitOutcome>(100).fill('appended'))
  await settle()
  assert.deepEqual([wakes, storage.waiting()], [100, 0])
})

test('time ends a wait, exactly when it is due', async () => {
  const clock = createManualClock()
  await using storage = await openForTest('memory', { clock })
  const partition = partitionOf(await createTopic(storage.log))
  const outcome = wait(storage.log, [{ ...partition, offset: 0 }], never, 500)
  await settle()
  clock.advance(499)
  assert.equal(storage.waiting(), 1)
  clock.advance(1)
  assert.equal(storage.waiting(), 0)
  assert.equal(await outcome, 'timeout')
})

test('a signal ends a wait, before or during it, and nothing listens to it any more', async () => {
  await using storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  const controller = new AbortController()
  const outcome = wait(storage.log, [{ ...partition, offset: 0 }], controller.signal)
  await settle()
  assert.equal(getEventListeners(controller.signal, 'abort').length, 1)
  controller.abort()
  assert.equal(await outcome, 'aborted')
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  assert.equal(await wait(storage.log, [{ ...partition, offset: 0 }], controller.signal), 'aborted')
  assert.equal(storage.waiting(), 0)
})

test('an ended wait leaves no listener and no timer behind', async () => {
  const clock = createManualClock()
  let timers = 0
  const counting = {
    ...clock,
    after: (delayMs: number, fire: () => void) => {
      const timer = clock.after(delayMs, fire)
      timers++
      return { cancel: () => (timers--, timer.cancel()) }
    },
  }
  await using storage = await openForTest('memory', { clock: counting })
  const partition = partitionOf(await createTopic(storage.log))
  const { signal } = new AbortController()
  const outcome = wait(storage.log, [{ ...partition, offset: 0 }], signal)
  await append(storage.log, partition, ['v'])
  assert.equal(await outcome, 'appended')
  assert.deepEqual([getEventListeners(signal, 'abort').length, timers, storage.waiting()], [0, 0, 0])
})

test('the deletion of one of its topics ends a wait; a topic that is not there never begins one', async () => {
  await using storage = await openForTest()
  const [doomed, kept] = [await createTopic(storage.log, 'doomed'), await createTopic(storage.log, 'kept')]
  const positions = [doomed, kept].map((topic) => startOf(topic))
  const outcome = wait(storage.log, positions)
  await settle()
  await storage.log.deleteTopic(doomed.id)
  assert.equal(await outcome, 'gone')
  assert.equal(await wait(storage.log, positions), 'gone')
  assert.equal(storage.waiting(), 0)
})

test('closing answers every wait, and those that come too late', async () => {
  const storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  const outcome = wait(storage.log, [{ ...partition, offset: 0 }])
  await settle()
  await storage.close()
  assert.equal(await outcome, 'closing')
  assert.equal(await wait(storage.log, [{ ...partition, offset: 0 }]), 'closing')
})
