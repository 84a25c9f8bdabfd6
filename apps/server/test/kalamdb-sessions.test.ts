/** Sessions over a real port, beside what the contract's cases say: every door, restarts, settings, and what fails underneath. */
import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SessionResponse } from '@logbrook/contract/sessions'
import { ACCESS_TOKEN_MS, TOKEN_LEEWAY_MS } from '@logbrook/kafka/limits'
import { Logbrook } from '../src/testing/testing.ts'
import { startTestServer } from './own-api-server.ts'
import type { Answer, TestServer } from './own-api-server.ts'
import { startProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const OPERATOR = { principal: 'User:operator', host: '127.0.0.1' } as const
const ALICE = { user: 'alice', password: 'wonderland' } as const

/** User alice, a `service`, whose password is `wonderland`. */
async function startWithAlice(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const broker = await startTestServer({ authentication: 'required', acls: true, superUsers: [OPERATOR.principal], ...options })
  await broker.server.broker.users.create(OPERATOR, { name: ALICE.user, role: 'service', password: ALICE.password })
  return broker
}

function login({ ask }: Pick<TestServer, 'ask'>, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return ask('/v1/api/auth/login', { method: 'POST', json: ALICE, headers })
}

async function tokensOf(broker: TestServer): Promise<SessionResponse> {
  const { status, body } = await login(broker)
  assert.equal(status, 200, JSON.stringify(body))
  return body as SessionResponse
}

function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}

function messageOf({ body }: Answer): unknown {
  return (body as { readonly message?: unknown }).message
}

test('a token is its user on our own API', async () => {
  await using broker = await startWithAlice()
  const { access_token: access, refresh_token: refresh } = await tokensOf(broker)
  const users = (token: string) => broker.ask('/v1/kafka/users', { headers: bearer(token) })
  const denied = await users(access)
  assert.deepEqual([denied.status, messageOf(denied)], [403, 'User:alice may not DESCRIBE the cluster'])
  for (const token of [refresh, `${access}x`, 'wrong']) {
    const answer = await users(token)
    assert.deepEqual([answer.status, (answer.body as { code: string }).code], [401, 'SASL_AUTHENTICATION_FAILED'])
    assert.match(String(messageOf(answer)), /the token is none of this broker/)
  }
  broker.clock.advance(ACCESS_TOKEN_MS + TOKEN_LEEWAY_MS)
  assert.equal(messageOf(await users(access)), 'the token has expired')
})

test('where credentials are optional, a token that is wrong is refused, and where there are none it is not looked at', async () => {
  for (const [authentication, status] of [
    ['optional', 401],
    ['none', 200],
  ] as const) {
    await using broker = await startTestServer({ authentication })
    assert.equal((await broker.ask('/v1/kafka/topics', { headers: bearer('wrong') })).status, status)
  }
})

test('a session survives a restart of its broker, whose secret only the owner of the directory can read', async () => {
  await using directory = await temporaryDirectory()
  const location = { dataDir: directory.path }
  const first = await startWithAlice({ location })
  const { access_token: token } = await tokensOf(first)
  await first.close()
  assert.equal(statSync(join(directory.path, 'session-secret')).mode & 0o777, 0o600)
  await using second = await startTestServer({ location, authentication: 'required' })
  assert.equal((await second.ask('/v1/api/auth/me', { headers: bearer(token) })).status, 200)
})

test('a secret that cannot be read is a failure, said as each surface says it', async () => {
  await using directory = await temporaryDirectory()
  await using broker = await startWithAlice({ location: { dataDir: directory.path } })
  writeFileSync(join(directory.path, 'session-secret'), 'too short')
  const answers = [
    await login(broker),
    await broker.ask('/v1/api/auth/me', { headers: bearer('a.b.c') }),
    await broker.ask('/v1/api/topics/consume', { method: 'POST', json: {}, headers: bearer('a.b.c') }),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [500, 500, 500],
  )
  const [loggedIn, me, consumed] = answers.map(({ body }) => body as Record<string, unknown>)
  assert.deepEqual([loggedIn?.['error'], me?.['error']], ['internal_error', 'internal_error'])
  assert.deepEqual(consumed?.['error'], { code: 'AUTHENTICATION_ERROR', message: 'Authentication failed' })
})

test('root without a password is told to be set up, wherever a token of theirs from before is shown', async () => {
  await using broker = await startTestServer()
  const setUp = { user: 'first', password: 'correct horse', root_password: 'battery staple' }
  assert.equal((await broker.ask('/v1/api/auth/setup', { method: 'POST', json: setUp })).status, 200)
  const session = await broker.ask('/v1/api/auth/login', { method: 'POST', json: { user: 'root', password: 'battery staple' } })
  const { access_token: token } = session.body as SessionResponse
  await broker.server.broker.users.alter(OPERATOR, 'root', { password: null })
  await broker.server.broker.users.delete(OPERATOR, 'first')
  const consumed = await broker.ask('/v1/api/topics/consume', { method: 'POST', json: {}, headers: bearer(token) })
  assert.deepEqual(
    [consumed.status, (consumed.body as { error: unknown }).error],
    [401, { code: 'SETUP_REQUIRED', message: 'Server requires initial setup' }],
  )
  assert.equal((await broker.ask('/v1/api/auth/me', { headers: bearer(token) })).status, 428)
})

test('the setup may come from elsewhere where that is configured', async () => {
  await using broker = await startTestServer({ remoteSetup: true })
  const headers = { 'x-forwarded-for': '203.0.113.9' }
  assert.equal((await broker.ask('/v1/api/auth/status', { headers })).status, 200)
  const json = { user: 'first', password: 'correct horse', root_password: 'battery staple' }
  assert.equal((await broker.ask('/v1/api/auth/setup', { method: 'POST', json, headers })).status, 200)
})

test('cookies are not bound to https where that is configured', async () => {
  await using bound = await startWithAlice()
  await using unbound = await startWithAlice({ secureCookies: false })
  const https = { 'x-forwarded-proto': 'https' }
  assert.match((await login(bound, https)).headers.get('set-cookie') ?? '', /; Secure/)
  assert.doesNotMatch((await login(bound)).headers.get('set-cookie') ?? '', /; Secure/)
  assert.doesNotMatch((await login(unbound, https)).headers.get('set-cookie') ?? '', /; Secure/)
})

test('a page of another origin logs nobody in', async () => {
  await using broker = await startWithAlice()
  const { status, body, headers } = await login(broker, { origin: 'http://elsewhere.example' })
  assert.deepEqual([status, (body as { error: string }).error, headers.get('set-cookie')], [403, 'forbidden', null])
})

test('what changed of a user is in their session: the time, and who they are', async () => {
  await using broker = await startWithAlice()
  const { user: before } = await tokensOf(broker)
  broker.clock.advance(5_000)
  await broker.server.broker.users.alter(OPERATOR, 'alice', { role: 'dba' })
  const { user, admin_ui_access: isAdmin } = await tokensOf(broker)
  assert.deepEqual([user.created_at, user.role, isAdmin], [before.created_at, 'dba', true])
  assert.equal(Date.parse(user.updated_at) - Date.parse(before.updated_at), 5_000)
})

test('a fixture limits no logins, and who has logged in still is after it was put back', async () => {
  await using broker = await Logbrook.create({ users: { alice: { password: 'wonderland', role: 'service' } } })
  const post = (path: string, body: object) => fetch(`${broker.url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  for (let i = 0; i < 30; i++) assert.equal((await post('/v1/api/auth/login', { ...ALICE, password: 'wrong' })).status, 401)
  const { access_token: token } = (await (await post('/v1/api/auth/login', ALICE)).json()) as SessionResponse
  await broker.reset()
  assert.equal((await fetch(`${broker.url}/v1/api/auth/me`, { headers: bearer(token) })).status, 200)
})

test('logbrook start limits logins; with --testing it does not, unless it is told to', async () => {
  for (const [flags, limit] of [
    [[], 5],
    [['--testing'], null],
    [['--testing', '--login-failures-max', '2'], 2],
  ] as const) {
    await using broker = await startProcess(['--memory', ...flags])
    const user = await fetch(`${broker.url}/v1/kafka/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'alice', password: 'wonderland' }),
    })
    assert.equal(user.status, 201)
    const errors: unknown[] = []
    for (let i = 0; i < 8; i++) {
      const body = JSON.stringify({ ...ALICE, password: 'wrong' })
      const answer = await fetch(`${broker.url}/v1/api/auth/login`, { method: 'POST', body })
      errors.push(((await answer.json()) as { error: unknown }).error)
    }
    const locked = errors.indexOf('account_locked')
    assert.equal(locked === -1 ? null : locked, limit, flags.join(' '))
  }
})

async function statusOf(url: string, token: string): Promise<number> {
  const { status } = await fetch(`${url}/v1/api/auth/me`, { headers: bearer(token) })
  return status
}

async function tokenOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/api/auth/login`, { method: 'POST', body: JSON.stringify(ALICE) })
  return ((await answer.json()) as SessionResponse).access_token
}

async function rotate(args: readonly string[]): Promise<void> {
  const { code, stdout } = await runLogbrook(['users', 'rotate-secret', ...args])
  assert.deepEqual([code, stdout], [0, 'replaced the secret that signs sessions; everyone has to log in again\n'])
}

test('users rotate-secret ends all sessions, of a running broker and of a data directory', async () => {
  await using directory = await temporaryDirectory()
  const start = () => startProcess(['--data-dir', directory.path])
  const created = await runLogbrook(['users', 'create', 'alice', '--data-dir', directory.path], { input: 'wonderland\n' })
  assert.equal(created.code, 0, created.stderr)
  let token: string
  {
    await using broker = await start()
    const old = await tokenOf(broker.url)
    assert.equal(await statusOf(broker.url, old), 200)
    await rotate(['--url', broker.url])
    assert.equal(await statusOf(broker.url, old), 401)
    token = await tokenOf(broker.url)
  }
  {
    await using broker = await start()
    assert.equal(await statusOf(broker.url, token), 200)
  }
  await rotate(['--data-dir', directory.path])
  await using broker = await start()
  assert.equal(await statusOf(broker.url, token), 401)
})
