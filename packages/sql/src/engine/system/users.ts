/** system.users: those that there are, as the broker tells, and after them those that were dropped, whose names nobody gets again. */
import { queryAll } from '../../catalog/query.ts'
import type { Run } from '../run.ts'
import { SYSTEM_COLUMNS } from './columns.ts'
import type { SystemRow } from './relation.ts'

const DELETED_AT = SYSTEM_COLUMNS.users.findIndex(({ name }) => name === 'deleted_at')
const US_PER_MS = 1_000

export async function userRows({ services, caller, database }: Run): Promise<readonly SystemRow[]> {
  const rows = await services.systemRows(caller, 'users')
  const names = new Set(rows.map(([name]) => name))
  const dropped = queryAll(database, 'SELECT name, data, deleted_ms FROM dropped_user ORDER BY name') as DroppedUser[]
  return [...rows, ...dropped.filter(({ name }) => !names.has(name)).map(droppedRow)]
}

interface DroppedUser {
  readonly name: string
  readonly data: string
  readonly deleted_ms: number
}

function droppedRow({ data, deleted_ms: deletedMs }: DroppedUser): SystemRow {
  return (JSON.parse(data) as SystemRow).with(DELETED_AT, deletedMs * US_PER_MS)
}
