/** information_schema: all tables and their columns, the system's among them. */
import type { Run } from '../run.ts'
import type { InformationTable } from './columns.ts'
import { allTables, dataTypeText } from './described-table.ts'
import type { DescribedTable } from './described-table.ts'
import type { SystemRow } from './relation.ts'

const CATALOG = 'kalam'

export const informationRows: Readonly<Record<InformationTable, (run: Run) => readonly SystemRow[]>> = {
  tables: (run) => allTables(run).map(({ namespace, name, type }) => [CATALOG, namespace, name, type === 'system' ? 'VIEW' : 'BASE TABLE']),
  columns: (run) => allTables(run).flatMap(columnRows),
}

function columnRows({ namespace, name, columns }: DescribedTable): readonly SystemRow[] {
  return columns.map((column) => [
    CATALOG,
    namespace,
    name,
    column.name,
    column.ordinal,
    column.default,
    column.nullable ? 'YES' : 'NO',
    dataTypeText(column.dataType),
  ])
}
