/** SQL asks for a token instead of a password: a client logs in with its first statement, and again when the token has expired. */
import type { SessionResponse } from '@logbrook/contract/sessions'
import type { SqlResponse } from '@logbrook/contract/sql'
import { jsonContent } from './connection.ts'
import type { Connection } from './connection.ts'
import { LogbrookError } from './error.ts'

interface SqlOptions {
  /** What `$1`, `$2`, … stand for. */
  readonly params?: readonly (null | boolean | number | string)[] | undefined
  /** Where tables without one are looked for; `default` by default. */
  readonly namespace?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export type SqlCall = (sql: string, options?: SqlOptions) => Promise<SqlResponse>

interface Login {
  readonly user: string | undefined
  readonly password: string | undefined
}

/** @param connection without credentials */
export function sqlCall({ ask }: Connection, { user, password = '' }: Login): SqlCall {
  let session: Promise<string> | undefined

  async function login(): Promise<string> {
    const { access_token: token } = await ask<SessionResponse>({
      method: 'POST',
      path: ['v1', 'api', 'auth', 'login'],
      body: jsonContent({ user, password }),
    })
    return token
  }

  async function send(sql: string, { params, namespace, signal }: SqlOptions): Promise<SqlResponse> {
    const token = user === undefined ? undefined : await (session ??= login())
    return await ask({
      method: 'POST',
      path: ['v1', 'api', 'sql'],
      body: jsonContent({ sql, params, namespace_id: namespace }),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal,
    })
  }

  return async (sql, options = {}) => {
    const isFirst = session === undefined
    try {
      return await send(sql, options)
    } catch (error) {
      if (!(error instanceof LogbrookError) || error.status !== 401) throw error
      session = undefined
      if (isFirst || error.code !== 'TOKEN_EXPIRED') throw error
      return await send(sql, options)
    }
  }
}
