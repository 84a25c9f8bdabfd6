/** system.stats and system.settings: what the broker says, and what is known where statements run. */
import { SQL_COLUMNS_MAX, SQL_NAMESPACES_MAX, SQL_TABLES_MAX } from '@logbrook/kafka/limits'
import type { Run } from '../run.ts'
import type { SystemRow } from './relation.ts'

export async function statRows({ services, caller, catalog }: Run): Promise<readonly SystemRow[]> {
  const tables = catalog.tables().length
  const own: readonly SystemRow[] = [
    ['schema_cache_size', String(tables)],
    ['schema_registry_size', String(tables)],
    ['total_namespaces', String(catalog.namespaces().length)],
    ['total_tables', String(tables)],
  ]
  return [...own, ...(await services.systemRows(caller, 'stats'))]
}

export async function settingRows({ services, caller }: Run): Promise<readonly SystemRow[]> {
  const own: readonly SystemRow[] = [
    ['sql.namespaces_max', String(SQL_NAMESPACES_MAX), 'namespaces that there can be', 'sql'],
    ['sql.tables_max', String(SQL_TABLES_MAX), 'tables that there can be', 'sql'],
    ['sql.columns_max', String(SQL_COLUMNS_MAX), 'columns of one table', 'sql'],
  ]
  return [...own, ...(await services.systemRows(caller, 'settings'))]
}
