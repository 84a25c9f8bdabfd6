/** A broker with users who may log in, and tables that live queries can be of. */
import type { ServerOptions } from '../src/server-options.ts'
import { startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'
import { sqlClient } from './sql-client.ts'
import type { SqlClient } from './sql-client.ts'

export const OPERATOR = { principal: 'User:operator', host: '127.0.0.1' } as const

export interface LiveServer extends AsyncDisposable {
  readonly api: TestServer
  /** A `dba`. */
  readonly root: SqlClient
  /** A `user`. */
  readonly alice: SqlClient
}

export async function startLive(options: Partial<ServerOptions> = {}): Promise<LiveServer> {
  const api = await startTestServer({ superUsers: [OPERATOR.principal], ...options })
  const { users } = api.server.broker
  await users.create(OPERATOR, { name: 'root', role: 'dba', password: 'secret' })
  await users.create(OPERATOR, { name: 'alice', role: 'user', password: 'secret' })
  return {
    api,
    root: await sqlClient(api.url, 'root:secret'),
    alice: await sqlClient(api.url, 'alice:secret'),
    [Symbol.asyncDispose]: () => api.close(),
  }
}

/** `app.notes`: what everyone may read. */
export async function withNotes(live: LiveServer): Promise<LiveServer> {
  await live.root.run('CREATE NAMESPACE app')
  await live.root.run("CREATE SHARED TABLE app.notes (id BIGINT PRIMARY KEY, body TEXT) WITH (ACCESS_LEVEL = 'PUBLIC')")
  return live
}
