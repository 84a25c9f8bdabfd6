/** `POST /v1/api/sql` (contract: HTTP, 4). The statements run elsewhere; here is who asks, what for, and the answer. */
import type { Sql, SqlRequest } from '@logbrook/sql/sql'
import type { App, Bindings, RouteContext } from '../../context.ts'
import { elapsedMs } from '../../exchange.ts'
import { WEBSOCKET_PATH } from '../../websocket/upgrades.ts'
import { mediaTypeOf } from '../../described-body.ts'
import { bearerCaller } from './bearer.ts'
import type { BearerCaller } from './bearer.ts'

const SQL = '/v1/api/sql'
const JSON_HEADERS = { 'Content-Type': 'application/json' }

export function registerSql(app: App, context: RouteContext): void {
  app.post(SQL, (c) => runSql(c.env, context))
}

async function runSql(env: Bindings, context: RouteContext): Promise<Response> {
  env.exchange.route = SQL
  const caller = { ...sqlCallerOf(await bearerCaller(env, context)), webSocketUrl: webSocketUrl(env, context) }
  const sql = await context.sql.open()
  sql.admit(caller.user)
  if (mediaTypeOf(env) === 'multipart/form-data') {
    const { runSqlForm } = await import('./sql-upload.ts')
    return await runSqlForm(env, sql, caller)
  }
  const { readSqlRequest } = await import('./sql-request.ts')
  const asked = await readSqlRequest(env.incoming)
  return await answerSql(env, sql, { ...asked, caller, files: null })
}

/** As the client reaches it: by the name that it calls this broker. */
function webSocketUrl({ incoming }: Bindings, { proximity }: RouteContext): string {
  return `${proximity.isSecure(incoming) ? 'wss' : 'ws'}://${incoming.headers.host ?? 'localhost'}${WEBSOCKET_PATH}`
}

export function sqlCallerOf({ user, host }: BearerCaller): SqlRequest['caller'] {
  return { user: user.name, role: user.role, host }
}

/** Runs what was asked, and says what came of it. @throws SqlError */
export async function answerSql({ exchange }: Bindings, sql: Sql, request: SqlRequest): Promise<Response> {
  const results = await sql.execute(request)
  const body = { status: 'success', results, took: Math.round(elapsedMs(exchange) * 1_000) / 1_000 }
  return new Response(JSON.stringify(body), { headers: JSON_HEADERS })
}
