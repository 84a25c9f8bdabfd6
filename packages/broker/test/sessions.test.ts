/** What a token is worth, and what makes it worth nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCESS_TOKEN_MS, REFRESH_TOKEN_MS, TOKEN_LEEWAY_MS } from '@logbrook/kafka/limits'
import type { TokenVerdict } from '../src/sessions/sessions.ts'
import { ADMIN, ALICE as STRANGER } from './administration.ts'
import { ALICE, openSessions, partsOf, signedBy } from './open-sessions.ts'

const WRONG = { error: 'SASL_AUTHENTICATION_FAILED', message: 'Invalid credentials' }

function nameOf(verdict: TokenVerdict): string {
  return typeof verdict === 'string' ? verdict : verdict.name
}

test('a login is two tokens, each for its use', async () => {
  await using broker = await openSessions()
  const { sessions } = broker
  const { user, access, refresh } = await sessions.login(ALICE)
  assert.deepEqual([user.name, user.role], ['alice', 'service'])
  assert.equal(nameOf(await sessions.identify(access.token)), 'alice')
  assert.equal(nameOf(await sessions.identify(refresh.token, 'refresh')), 'alice')
  assert.equal(await sessions.identify(refresh.token), 'kind', 'refresh used as access')
  assert.equal(await sessions.identify(access.token, 'refresh'), 'kind', 'access used as refresh')
  await assert.rejects(sessions.refresh(access.token), { error: 'SASL_AUTHENTICATION_FAILED', message: /requires a refresh token/ })
  assert.equal((await sessions.refresh(refresh.token)).user.name, 'alice')
})

test('a wrong password, no such user and a user without a password are refused in the same words', async () => {
  await using broker = await openSessions()
  await broker.users.create(ADMIN, { name: 'bob', role: 'dba', password: null })
  for (const presented of [
    { user: 'alice', password: 'Wonderland' },
    { user: 'nobody', password: 'wonderland' },
    { user: 'bob', password: '' },
    { user: 'alice', password: '' },
  ]) {
    await assert.rejects(broker.sessions.login(presented), WRONG)
  }
})

for (const [kind, lifetimeMs] of [
  ['access', ACCESS_TOKEN_MS],
  ['refresh', REFRESH_TOKEN_MS],
] as const) {
  test(`a token to ${kind} is good until its end and the leeway, whether or not it is remembered`, async () => {
    await using broker = await openSessions()
    const { sessions, clock } = broker
    /** One a second: two of the same second are the same. */
    const issue = async () => {
      const { token, expiresMs } = (await sessions.login(ALICE))[kind]
      assert.equal(expiresMs, clock.now() + lifetimeMs)
      clock.advance(1_000)
      return { token, endMs: expiresMs + TOKEN_LEEWAY_MS }
    }
    const [remembered, unused, late] = [await issue(), await issue(), await issue()]
    const identifyAt = async (ms: number, token: string) => {
      clock.advance(ms - clock.now())
      return nameOf(await sessions.identify(token, kind))
    }
    assert.equal(await identifyAt(clock.now(), remembered.token), 'alice')
    assert.equal(await identifyAt(remembered.endMs - 1, remembered.token), 'alice')
    assert.equal(await identifyAt(remembered.endMs, remembered.token), 'expired')
    assert.equal(await identifyAt(unused.endMs - 1, unused.token), 'alice')
    assert.equal(await identifyAt(late.endMs, late.token), 'expired')
  })
}

test('a token from a time to come is good within the leeway', async () => {
  await using broker = await openSessions()
  const { sessions, clock } = broker
  const issuedMs = clock.now()
  const { access } = await sessions.login(ALICE)
  clock.set(issuedMs - TOKEN_LEEWAY_MS)
  assert.equal(nameOf(await sessions.identify(access.token)), 'alice')
  clock.set(issuedMs - TOKEN_LEEWAY_MS - 1)
  assert.equal(await sessions.identify(access.token), 'wrong', 'remembered')
  assert.equal(await sessions.identify((await sessions.login(ALICE)).access.token.slice(0, -1)), 'wrong')
  clock.set(issuedMs)
  assert.equal(nameOf(await sessions.identify(access.token)), 'alice')
})

test('only HS256 is taken, also from who has the secret', async () => {
  await using broker = await openSessions()
  const { sessions, secrets } = broker
  const { header, claims } = partsOf((await sessions.login(ALICE)).access.token)
  assert.deepEqual(header, { alg: 'HS256', typ: 'JWT' })
  assert.equal(nameOf(await sessions.identify(await signedBy(secrets, header, claims))), 'alice', 'the forger knows its trade')
  const none = await signedBy(secrets, { alg: 'none' }, claims)
  const forgeries = [
    none,
    none.slice(0, none.lastIndexOf('.') + 1),
    await signedBy(secrets, { alg: 'HS384' }, claims, 'sha384'),
    await signedBy(secrets, { alg: 'HS512' }, claims, 'sha512'),
    await signedBy(secrets, { alg: 'HS512' }, claims),
    await signedBy(secrets, { alg: 'RS256' }, claims),
    await signedBy(secrets, {}, claims),
    await signedBy(secrets, { ...header, crit: ['unknown'], unknown: 1 }, claims),
  ]
  for (const [i, token] of forgeries.entries()) assert.equal(await sessions.identify(token), 'wrong', String(i))
})

/** Of a token that is signed as it should be. */
const WRONG_CLAIMS: readonly (readonly [name: string, changes: Readonly<Record<string, unknown>>])[] = [
  ['another issuer', { iss: 'elsewhere' }],
  ['no issuer', { iss: undefined }],
  ['no subject', { sub: undefined }],
  ['a subject that is nobody', { sub: 'nobody' }],
  ['a subject in other letters', { sub: 'Alice' }],
  ['another role', { role: 'dba' }],
  ['no role', { role: undefined }],
  ['no kind', { token_type: undefined }],
  ['another kind', { token_type: 'id' }],
  ['no end', { exp: undefined }],
  ['an end that is no number', { exp: 'never' }],
  ['no beginning', { iat: undefined }],
  ['a beginning to come', { iat: 9_999_999_999 }],
  ['another beginning to come', { nbf: 9_999_999_999 }],
  ['no credential', { credential: undefined }],
  ['another credential', { credential: 'x' }],
  ['a list for a credential', { credential: ['x'] }],
]

test('a token that says anything else than the truth is worth nothing, however it is signed', async () => {
  await using broker = await openSessions()
  const { sessions, secrets } = broker
  const { header, claims } = partsOf((await sessions.login(ALICE)).access.token)
  for (const [name, changes] of WRONG_CLAIMS) {
    assert.equal(await sessions.identify(await signedBy(secrets, header, { ...claims, ...changes })), 'wrong', name)
  }
})

test('what is no token is worth nothing', async () => {
  await using broker = await openSessions()
  const { access } = await broker.sessions.login(ALICE)
  const parts = access.token.split('.')
  for (const token of ['', '.', '..', 'a.b.c', parts[0]!, parts.slice(0, 2).join('.'), `${access.token}.x`, `${access.token}A`, 'ü.ü.ü']) {
    assert.equal(await broker.sessions.identify(token), 'wrong', token)
  }
})

/** Each with a token that has been used, and is remembered, and one that has not. */
const ENDINGS: readonly (readonly [name: string, end: (broker: Awaited<ReturnType<typeof openSessions>>) => Promise<unknown>])[] = [
  ['its user is deleted', ({ users }) => users.delete(ADMIN, 'alice')],
  [
    'its user is deleted, and made again as they were',
    async ({ users }) => {
      await users.delete(ADMIN, 'alice')
      await users.create(ADMIN, { name: 'alice', role: 'service', password: ALICE.password })
    },
  ],
  ['its user has another password', ({ users }) => users.alter(ADMIN, 'alice', { password: 'looking-glass' })],
  ['its user has the same password, set anew', ({ users }) => users.alter(ADMIN, 'alice', { password: ALICE.password })],
  ['its user has no password', ({ users }) => users.alter(ADMIN, 'alice', { password: null })],
  ['its user has another role', ({ users }) => users.alter(ADMIN, 'alice', { role: 'user' })],
  ['the secret is another', ({ sessions }) => sessions.rotateSecret(ADMIN)],
]

for (const [name, end] of ENDINGS) {
  test(`${name}: a token from before is refused at the next request`, async () => {
    await using broker = await openSessions()
    const { sessions, clock } = broker
    const used = await sessions.login(ALICE)
    clock.advance(1_000)
    const unused = await sessions.login(ALICE)
    await sessions.identify(used.access.token)
    await sessions.identify(used.refresh.token, 'refresh')
    await end(broker)
    for (const { access, refresh } of [used, unused]) {
      assert.equal(await sessions.identify(access.token), 'wrong')
      assert.equal(await sessions.identify(refresh.token, 'refresh'), 'wrong')
      await assert.rejects(sessions.refresh(refresh.token), WRONG)
    }
  })
}

test('what is changed of other users leaves a session', async () => {
  await using broker = await openSessions()
  const { access } = await broker.sessions.login(ALICE)
  await broker.users.create(ADMIN, { name: 'bob', role: 'dba', password: 'builder' })
  await broker.users.alter(ADMIN, 'bob', { password: 'another' })
  assert.equal(nameOf(await broker.sessions.identify(access.token)), 'alice')
})

test('a role that is given back gives back the session', async () => {
  await using broker = await openSessions()
  const { access } = await broker.sessions.login(ALICE)
  await broker.users.alter(ADMIN, 'alice', { role: 'dba' })
  assert.equal(await broker.sessions.identify(access.token), 'wrong')
  await broker.users.alter(ADMIN, 'alice', { role: 'service' })
  assert.equal(nameOf(await broker.sessions.identify(access.token)), 'alice')
})

test('only the first use of a token asks for its signature', async () => {
  await using broker = await openSessions()
  const { access } = await broker.sessions.login(ALICE)
  await broker.sessions.identify(access.token)
  const reads = broker.secretReads()
  for (let i = 0; i < 3; i++) assert.equal(nameOf(await broker.sessions.identify(access.token)), 'alice')
  assert.equal(broker.secretReads(), reads)
  assert.equal(await broker.sessions.identify(`${access.token}x`), 'wrong')
  assert.ok(broker.secretReads() > reads)
})

test('a token that is being looked at while the secret is replaced is not remembered for the new one', async () => {
  await using broker = await openSessions()
  const { sessions } = broker
  const { access } = await sessions.login(ALICE)
  await Promise.all([sessions.identify(access.token), sessions.rotateSecret(ADMIN)])
  assert.equal(await sessions.identify(access.token), 'wrong')
})

test('all sessions are ended by whoever may alter the cluster', async () => {
  await using broker = await openSessions()
  const { access } = await broker.sessions.login(ALICE)
  await assert.rejects(broker.sessions.rotateSecret(STRANGER), { error: 'CLUSTER_AUTHORIZATION_FAILED' })
  assert.equal(nameOf(await broker.sessions.identify(access.token)), 'alice')
})

test('a token that a broker with another secret issued is none of ours', async () => {
  await using broker = await openSessions()
  await using other = await openSessions()
  assert.equal(await broker.sessions.identify((await other.sessions.login(ALICE)).access.token), 'wrong')
})

test('a password that is replaced right after it was found to be right opens no session', async () => {
  await using broker = await openSessions({
    async checkPassword() {
      await broker.users.alter(ADMIN, 'alice', { password: 'looking-glass' })
      return 'right'
    },
  })
  await assert.rejects(broker.sessions.login(ALICE), WRONG)
})
