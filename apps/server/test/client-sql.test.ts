/** SQL through the client: its session, and what it says of refusals. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClient } from '@logbrook/client/client'
import type { Client } from '@logbrook/client/client'
import { LogbrookError } from '@logbrook/client/error'
import { ACCESS_TOKEN_MS, TOKEN_LEEWAY_MS } from '@logbrook/kafka/limits'
import { startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'

let server: TestServer
let logins = 0

const countingLogins: typeof fetch = async (url, init) => {
  if (url === `${server.url}/v1/api/auth/login`) logins++
  return await fetch(url, init)
}

function clientOf(login: { readonly user?: string; readonly password?: string }): Client {
  return createClient({ url: server.url, fetch: countingLogins, ...login })
}

before(async () => {
  server = await startTestServer()
  await createClient({ url: server.url }).users.create({ name: 'alice', role: 'user', password: 'wonderland' })
})
after(() => server.close())

function refused(code: string, status: number, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof LogbrookError && error.code === code && error.status === status && message.test(error.message)
}

test('a client logs in once, and again when its token has expired', async () => {
  const { sql } = clientOf({ user: 'alice', password: 'wonderland' })
  const loginsBefore = logins
  const [first, second] = await Promise.all([sql('SELECT 1 AS one'), sql('SELECT $1 AS given', { params: [`x${'y'.repeat(5_000)}`] })])
  assert.deepEqual(first.results[0]?.rows, [['1']])
  assert.equal(first.results[0]?.as_user, 'alice')
  assert.deepEqual(second.results[0]?.schema?.[0]?.name, 'given')
  assert.equal(logins, loginsBefore + 1)
  server.clock.advance(ACCESS_TOKEN_MS + TOKEN_LEEWAY_MS)
  assert.equal((await sql('SELECT 1')).results.length, 1)
  assert.equal(logins, loginsBefore + 2)
})

test('a refusal has the code and the words of its surface', async () => {
  const { sql } = clientOf({ user: 'alice', password: 'wonderland' })
  await assert.rejects(sql('GRANT x'), refused('INVALID_SQL', 400, /^SQL statement is invalid or not allowed$/))
  await assert.rejects(sql('CREATE NAMESPACE x'), refused('PERMISSION_DENIED', 403, /^Admin privileges/))
  const wrong = clientOf({ user: 'alice', password: 'wrong' })
  await assert.rejects(wrong.sql('SELECT 1'), refused('unauthorized', 401, /^Invalid credentials$/))
  await assert.rejects(clientOf({}).sql('SELECT 1'), refused('MISSING_AUTHORIZATION', 401, /^Authentication required$/))
})

test('after a login that failed the next statement tries again', async () => {
  const { sql } = clientOf({ user: 'bob', password: 'builder' })
  await assert.rejects(sql('SELECT 1'), refused('unauthorized', 401, /./))
  await createClient({ url: server.url }).users.create({ name: 'bob', role: 'user', password: 'builder' })
  assert.equal((await sql('SELECT 1')).results.length, 1)
})
