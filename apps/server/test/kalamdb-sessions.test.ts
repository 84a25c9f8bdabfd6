/** Sessions over a real port: the password for tokens, and tokens on every door. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionResponse } from '@logbrook/contract/sessions'
import { startTestServer } from './own-api-server.ts'
import type { Answer, TestServer } from './own-api-server.ts'

const OPERATOR = { principal: 'User:operator', host: '127.0.0.1' } as const

/** User alice, a `service`, whose password is `wonderland`. */
async function startWithAlice(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const broker = await startTestServer({ authentication: 'required', acls: true, superUsers: [OPERATOR.principal], ...options })
  await broker.server.broker.users.create(OPERATOR, { name: 'alice', role: 'service', password: 'wonderland' })
  return broker
}

function login({ ask }: TestServer, user = 'alice', password = 'wonderland'): Promise<Answer> {
  return ask('/v1/api/auth/login', { method: 'POST', json: { user, password } })
}

async function tokensOf(broker: TestServer): Promise<SessionResponse> {
  const { status, body } = await login(broker)
  assert.equal(status, 200, JSON.stringify(body))
  return body as SessionResponse
}

function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}

test('a login, who it is, and the token on our own API', async () => {
  await using broker = await startWithAlice()
  const session = await tokensOf(broker)
  const me = await broker.ask('/v1/api/auth/me', { headers: bearer(session.access_token) })
  assert.deepEqual(me.body, { user: session.user, admin_ui_access: false })
  const { status, body } = await broker.ask('/v1/kafka/users', { headers: bearer(session.access_token) })
  assert.deepEqual([status, (body as { message: string }).message], [403, 'User:alice may not DESCRIBE the cluster'])
})
