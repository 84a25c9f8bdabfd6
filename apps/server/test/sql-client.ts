/** A client of SQL as KalamDB's are: a login, and requests with its token. */
import assert from 'node:assert/strict'
import type { SessionResponse } from '@logbrook/contract/sessions'
import type { SqlError, SqlResponse } from '@logbrook/contract/sql'
import { ask } from './own-api-server.ts'
import type { Answer } from './own-api-server.ts'

export interface SqlClient {
  readonly authorization: string
  /** Whatever the answer. */
  post(json: unknown): Promise<Answer>
  /** @throws AssertionError when it fails */
  run(sql: string, params?: readonly unknown[]): Promise<SqlResponse['results']>
  /** Of the last statement. */
  rows(sql: string, params?: readonly unknown[]): Promise<SqlResponse['results'][number]['rows']>
  /** @throws AssertionError when it succeeds */
  fail(sql: string, params?: readonly unknown[]): Promise<SqlError['error'] & { readonly status: number }>
}

/** @param login `user:password` */
export async function sqlClient(url: string, login: string): Promise<SqlClient> {
  const [user, password] = login.split(':')
  const session = await ask(`${url}/v1/api/auth/login`, { method: 'POST', json: { user, password } })
  assert.equal(session.status, 200, JSON.stringify(session.body))
  return sqlClientOf(url, `Bearer ${(session.body as SessionResponse).access_token}`)
}

/** Of somebody who has logged in before. */
export function sqlClientOf(url: string, authorization: string): SqlClient {
  function post(json: unknown): Promise<Answer> {
    return ask(`${url}/v1/api/sql`, { method: 'POST', json, headers: { authorization } })
  }

  async function run(sql: string, params: readonly unknown[] = []): Promise<SqlResponse['results']> {
    const { status, body } = await post({ sql, params })
    assert.equal(status, 200, `${sql}: ${JSON.stringify(body)}`)
    return (body as SqlResponse).results
  }

  return {
    authorization,
    post,
    run,
    rows: async (sql, params) => (await run(sql, params)).at(-1)?.rows,
    async fail(sql, params = []) {
      const { status, body } = await post({ sql, params })
      assert.notEqual(status, 200, `${sql}: ${JSON.stringify(body)}`)
      return { ...(body as SqlError).error, status }
    },
  }
}
