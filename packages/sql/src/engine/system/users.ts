/** system.users: those that there are, as the broker tells, and after them those that were dropped, whose names nobody gets again. */
import { queryAll } from '../../catalog/query.ts'
import type { SqliteValue } from '../../data-type.ts'
import type { Run } from '../run.ts'
import { SYSTEM_COLUMNS } from './columns.ts'
import type { SystemRow } from './relation.ts'

const [AUTH_TYPE, AUTH_DATA, DELETED_AT] = ['auth_type', 'auth_data', 'deleted_at'].map(indexOf) as [number, number, number]
const US_PER_MS = 1_000

export async function userRows(run: Run): Promise<readonly SystemRow[]> {
  const rows = await liveUserRows(run)
  const names = new Set(rows.map(([name]) => name))
  const dropped = queryAll(run.database, 'SELECT name, data, deleted_ms FROM dropped_user ORDER BY name') as DroppedUser[]
  return [...rows, ...dropped.filter(({ name }) => !names.has(name)).map(droppedRow)]
}

/** Without those that were dropped. */
export async function liveUserRows({ services, caller, database }: Run): Promise<readonly SystemRow[]> {
  const known = queryAll(database, 'SELECT name, data FROM oauth_user') as { name: string; data: string | null }[]
  const oauth = new Map<SqliteValue, string | null>(known.map(({ name, data }) => [name, data]))
  const rows = await services.systemRows(caller, 'users')
  // Who has got a password since is known by it.
  return rows.map((row) => {
    const data = row[AUTH_TYPE] === 'internal' ? oauth.get(row[0] ?? null) : undefined
    return data === undefined ? row : row.with(AUTH_TYPE, 'oauth').with(AUTH_DATA, data)
  })
}

interface DroppedUser {
  readonly name: string
  readonly data: string
  readonly deleted_ms: number
}

function droppedRow({ data, deleted_ms: deletedMs }: DroppedUser): SystemRow {
  return (JSON.parse(data) as SystemRow).with(DELETED_AT, deletedMs * US_PER_MS)
}

function indexOf(column: string): number {
  return SYSTEM_COLUMNS.users.findIndex(({ name }) => name === column)
}
