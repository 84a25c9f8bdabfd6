/** The parts of authentication that are bounded, each on both sides of its bound. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import {
  AUTHENTICATION_FAILURES_MAX,
  AUTHENTICATION_FAILURES_TRACKED_MAX,
  AUTHENTICATION_FAILURE_WINDOW_MS,
  CREDENTIALS_REMEMBERED_MAX,
} from '@logbrook/kafka/limits'
import { createCredentialCache } from '../src/credential-cache.ts'
import { createFailureThrottle } from '../src/failure-throttle.ts'
import { createGate } from '../src/gate.ts'
import { unmatchableCredential } from '../src/scram.ts'

test('a credential is remembered until it is another, and no other password passes for it', () => {
  const cache = createCredentialCache()
  const [credential, another] = [unmatchableCredential(), unmatchableCredential()]
  const key = cache.keyOf('alice', 'wonderland')
  assert.equal(cache.has(key, credential), false)
  cache.remember(key, credential)
  assert.equal(cache.has(cache.keyOf('alice', 'wonderland'), credential), true)
  assert.equal(cache.has(key, another), false)
  assert.equal(cache.has(cache.keyOf('alice', 'Wonderland'), credential), false)
})

test('the key tells apart where the user ends and the password begins', () => {
  const cache = createCredentialCache()
  const keys = [cache.keyOf('ab', 'c'), cache.keyOf('a', 'bc'), cache.keyOf('', 'abc'), cache.keyOf('1:a', 'b'), cache.keyOf('1', ':ab')]
  assert.equal(new Set(keys).size, keys.length)
})

test('the key says nothing outside of the process: each has a secret of its own', () => {
  assert.notEqual(createCredentialCache().keyOf('alice', 'a'), createCredentialCache().keyOf('alice', 'a'))
})

test('as many credentials as the limit are remembered; then the least recently used is forgotten', () => {
  const cache = createCredentialCache()
  const credential = unmatchableCredential()
  for (let i = 0; i < CREDENTIALS_REMEMBERED_MAX; i++) cache.remember(`key-${i}`, credential)
  assert.equal(cache.has('key-0', credential), true, 'it was all that long ago, and is now the latest')
  cache.remember('one more', credential)
  assert.equal(cache.has('key-1', credential), false)
  assert.equal(cache.has('key-0', credential), true)
  assert.equal(cache.has('key-2', credential), true)
})

test('as many failures as the limit may happen in a window', () => {
  const clock = createManualClock()
  const throttle = createFailureThrottle(clock)
  for (let i = 0; i < AUTHENTICATION_FAILURES_MAX; i++) assert.ok(throttle.begin('alice', '10.0.0.1'))
  assert.equal(throttle.begin('alice', '10.0.0.1'), null)
  assert.ok(throttle.begin('alice', '10.0.0.2'), 'another address')
  assert.ok(throttle.begin('bob', '10.0.0.1'), 'another user')
  clock.advance(AUTHENTICATION_FAILURE_WINDOW_MS - 1)
  assert.equal(throttle.begin('alice', '10.0.0.1'), null)
  clock.advance(1)
  assert.ok(throttle.begin('alice', '10.0.0.1'))
})

test('setting the clock neither ends a window nor draws it out', () => {
  const clock = createManualClock()
  const throttle = createFailureThrottle(clock)
  for (let i = 0; i < AUTHENTICATION_FAILURES_MAX; i++) throttle.begin('alice', '10.0.0.1')
  clock.set(clock.now() + AUTHENTICATION_FAILURE_WINDOW_MS * 10)
  assert.equal(throttle.begin('alice', '10.0.0.1'), null)
  clock.set(0)
  clock.advance(AUTHENTICATION_FAILURE_WINDOW_MS)
  assert.ok(throttle.begin('alice', '10.0.0.1'))
})

test('what succeeded is no failure', () => {
  const throttle = createFailureThrottle(createManualClock())
  for (let i = 0; i < AUTHENTICATION_FAILURES_MAX * 3; i++) throttle.begin('alice', '10.0.0.1')?.succeeded()
  for (let i = 0; i < AUTHENTICATION_FAILURES_MAX - 1; i++) throttle.begin('alice', '10.0.0.1')
  throttle.begin('alice', '10.0.0.1')?.succeeded()
  assert.ok(throttle.begin('alice', '10.0.0.1'))
  assert.equal(throttle.begin('alice', '10.0.0.1'), null)
})

test('an attempt that succeeds after its window ended takes nothing from the next', () => {
  const clock = createManualClock()
  const throttle = createFailureThrottle(clock)
  const late = throttle.begin('alice', '10.0.0.1')
  clock.advance(AUTHENTICATION_FAILURE_WINDOW_MS)
  for (let i = 0; i < AUTHENTICATION_FAILURES_MAX; i++) throttle.begin('alice', '10.0.0.1')
  late?.succeeded()
  assert.equal(throttle.begin('alice', '10.0.0.1'), null)
})

test('as many windows as the limit are kept; then the oldest is given up', () => {
  const throttle = createFailureThrottle(createManualClock())
  for (let i = 0; i < AUTHENTICATION_FAILURES_MAX; i++) throttle.begin('alice', '10.0.0.1')
  for (let i = 1; i < AUTHENTICATION_FAILURES_TRACKED_MAX; i++) throttle.begin(`user-${i}`, '10.0.0.1')
  assert.equal(throttle.begin('alice', '10.0.0.1'), null)
  throttle.begin('one more', '10.0.0.1')
  assert.ok(throttle.begin('alice', '10.0.0.1'))
})

test('a gate lets as many in as it is wide, the others in their turn, whatever becomes of them', async () => {
  const gate = createGate(2)
  const doors = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
  const entered: number[] = []
  const tasks = doors.map((door, i) =>
    gate(async () => {
      entered.push(i)
      await door.promise
    }),
  )
  const outcomes = Promise.allSettled(tasks)
  assert.deepEqual(entered, [0, 1])
  doors[1]!.reject(new Error('a task may fail'))
  await Promise.allSettled([tasks[1]])
  assert.deepEqual(entered, [0, 1, 2])
  for (const door of doors) door.resolve()
  assert.deepEqual(
    (await outcomes).map((outcome) => outcome.status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  )
  assert.deepEqual(entered, [0, 1, 2, 3, 4])
  await gate(async () => {})
})
