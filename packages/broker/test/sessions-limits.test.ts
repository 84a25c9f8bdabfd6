/** What sessions are limited to, on both sides of each limit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import {
  AUTH_ADDRESSES_TRACKED_MAX,
  AUTH_REQUESTS_PER_SECOND_MAX,
  LOGIN_FAILURES_MAX,
  LOGIN_FAILURES_TRACKED_MAX,
  LOGIN_LOCK_MS,
  SETUP_PASSWORD_BYTES_MAX,
  SETUP_PASSWORD_BYTES_MIN,
  TOKENS_REMEMBERED_MAX,
} from '@logbrook/kafka/limits'
import { unmatchableCredential } from '../src/scram.ts'
import { createLoginLock } from '../src/sessions/login-lock.ts'
import { weaknessOf } from '../src/sessions/password-policy.ts'
import { createRequestRate } from '../src/sessions/request-rate.ts'
import { createVerifiedTokens } from '../src/sessions/verified-tokens.ts'
import { ADMIN } from './administration.ts'
import { ALICE, openSessions } from './open-sessions.ts'

const WRONG = { user: ALICE.user, password: 'wrong' }
const right = async (): Promise<boolean> => true
const wrong = async (): Promise<boolean> => false

test('so many failures lock a user until the time is over, and one fewer does not', async () => {
  await using broker = await openSessions({ loginFailuresMax: LOGIN_FAILURES_MAX })
  const { sessions, clock } = broker
  const fail = () => assert.rejects(sessions.login(WRONG), { error: 'SASL_AUTHENTICATION_FAILED' })
  const locked = () => assert.rejects(sessions.login(ALICE), { error: 'ACCOUNT_LOCKED', message: 'Account locked' })
  for (let i = 1; i < LOGIN_FAILURES_MAX; i++) await fail()
  await sessions.login(ALICE)
  for (let i = 0; i < LOGIN_FAILURES_MAX; i++) await fail()
  await locked()
  clock.advance(LOGIN_LOCK_MS - 1)
  await locked()
  assert.equal(sessions.isLocked('alice'), true)
  clock.set(clock.now() + LOGIN_LOCK_MS)
  await locked()
  clock.advance(1)
  assert.equal(sessions.isLocked('alice'), false)
  await sessions.login(ALICE)
})

test('a lock is of one user alone, and of one that there is', async () => {
  await using broker = await openSessions({ loginFailuresMax: 1 })
  const { sessions, users } = broker
  await users.create(ADMIN, { name: 'bob', role: 'user', password: 'builder' })
  await assert.rejects(sessions.login(WRONG), { error: 'SASL_AUTHENTICATION_FAILED' })
  await assert.rejects(sessions.login(WRONG), { error: 'ACCOUNT_LOCKED' })
  await sessions.login({ user: 'bob', password: 'builder' })
  for (let i = 0; i < 3; i++) {
    await assert.rejects(sessions.login({ user: 'nobody', password: 'x' }), { error: 'SASL_AUTHENTICATION_FAILED' })
  }
})

test('a lock says nothing of a session that is open', async () => {
  await using broker = await openSessions({ loginFailuresMax: 1 })
  const { access } = await broker.sessions.login(ALICE)
  await assert.rejects(broker.sessions.login(WRONG))
  assert.notEqual(typeof (await broker.sessions.identify(access.token)), 'string')
})

test('guesses made all at once are no more than those made one by one; right passwords all pass', async () => {
  const lock = createLoginLock({ clock: createManualClock(), failuresMax: LOGIN_FAILURES_MAX })
  let checks = 0
  const guess = () => {
    checks++
    return wrong()
  }
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => lock.attempt('alice', guess)))
  assert.equal(checks, LOGIN_FAILURES_MAX)
  assert.deepEqual([...new Set(outcomes)], [false, 'locked'])
  const passes = await Promise.all(Array.from({ length: 100 }, () => lock.attempt('bob', right)))
  assert.deepEqual([...new Set(passes)], [true])
})

test('a check that breaks is no failure, and keeps nobody out', async () => {
  const lock = createLoginLock({ clock: createManualClock(), failuresMax: 1 })
  await assert.rejects(
    lock.attempt('alice', async () => {
      throw new Error('no entropy today')
    }),
    /no entropy/,
  )
  assert.equal(await lock.attempt('alice', right), true)
})

test('failures of as many users as the limit are counted; then those that failed least recently are forgotten', async () => {
  const lock = createLoginLock({ clock: createManualClock(), failuresMax: 1 })
  for (let i = 0; i < LOGIN_FAILURES_TRACKED_MAX; i++) await lock.attempt(`user-${i}`, wrong)
  assert.equal(lock.isLocked('user-0'), true)
  await lock.attempt('another', wrong)
  assert.deepEqual(
    ['user-0', 'user-1', 'another'].map((user) => lock.isLocked(user)),
    [false, true, true],
  )
})

test('0 locks nobody', async () => {
  await using broker = await openSessions()
  for (let i = 0; i < 2 * LOGIN_FAILURES_MAX; i++)
    await assert.rejects(broker.sessions.login(WRONG), { error: 'SASL_AUTHENTICATION_FAILED' })
  await broker.sessions.login(ALICE)
})

test('failed logins do not keep anyone from the doors that take passwords', async () => {
  await using broker = await openSessions()
  for (let i = 0; i < 20; i++) await assert.rejects(broker.sessions.login(WRONG))
  assert.notEqual(await broker.sessions.login(ALICE), null)
})

test('an address may ask so often in a second, and no more; others are not affected', async () => {
  await using broker = await openSessions({ authRequestsPerSecond: AUTH_REQUESTS_PER_SECOND_MAX })
  const { sessions, clock } = broker
  for (let i = 0; i < AUTH_REQUESTS_PER_SECOND_MAX; i++) sessions.admit('10.0.0.1')
  const refused = { error: 'THROTTLING_QUOTA_EXCEEDED', message: 'Too many authentication attempts. Please retry shortly.' }
  assert.throws(() => sessions.admit('10.0.0.1'), refused)
  sessions.admit('10.0.0.2')
  clock.advance(999)
  assert.throws(() => sessions.admit('10.0.0.1'), refused)
  clock.set(clock.now() + 60_000)
  assert.throws(() => sessions.admit('10.0.0.1'), refused)
  clock.advance(1)
  sessions.admit('10.0.0.1')
})

test('as many addresses as the limit are counted; then the oldest second is given up', () => {
  const rate = createRequestRate({ clock: createManualClock(), perSecondMax: 1 })
  for (let i = 0; i < AUTH_ADDRESSES_TRACKED_MAX; i++) rate.admits(`address-${i}`)
  assert.equal(rate.admits('address-0'), false)
  assert.equal(rate.admits('another'), true)
  assert.deepEqual([rate.admits('another'), rate.admits('address-1'), rate.admits('address-0')], [false, false, true])
})

test('as many tokens as the limit are remembered; then the least recently used is forgotten', () => {
  const remembered = createVerifiedTokens()
  const credential = unmatchableCredential()
  const claims = { kind: 'access', user: 'alice', role: 'user', credential: '', issuedMs: 0, expiresMs: 0 } as const
  for (let i = 0; i < TOKENS_REMEMBERED_MAX; i++) remembered.remember(`token-${i}`, { claims, credential })
  assert.equal(remembered.get('token-0')?.claims, claims)
  remembered.remember('another', { claims, credential })
  assert.deepEqual(
    ['token-0', 'token-1', 'another'].map((token) => remembered.get(token) !== undefined),
    [true, false, true],
  )
})

test('a password of the setup has a least and a most length, in bytes, and is none of the commonest', () => {
  const passwords = ['x'.repeat(SETUP_PASSWORD_BYTES_MIN), 'ü'.repeat(SETUP_PASSWORD_BYTES_MIN / 2), 'x'.repeat(SETUP_PASSWORD_BYTES_MAX)]
  for (const password of passwords) assert.equal(weaknessOf(password), null)
  assert.equal(weaknessOf('x'.repeat(SETUP_PASSWORD_BYTES_MIN - 1)), 'it is 7 bytes; the least is 8')
  assert.equal(weaknessOf(`${'ü'.repeat(SETUP_PASSWORD_BYTES_MAX / 2)}x`), 'it is 73 bytes; the limit is 72')
  for (const password of ['password', 'PASSWORD1', 'qwertyuiop']) assert.equal(weaknessOf(password), 'it is among the most common ones')
  assert.match(weaknessOf('x'.repeat(8) + '\ud800') ?? '', /surrogate/)
})
