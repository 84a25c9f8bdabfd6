/**
 * System tables as relations: their rows are gathered when a statement names them, and read by SQLite from JSON.
 *
 * Who may read them is asked before (relations.ts).
 */
import type { Relation, RelationColumn } from '../../compile/relation.ts'
import { cellOf } from '../../compile/values.ts'
import type { SqliteValue } from '../../data-type.ts'
import type { StatementResult } from '../../protocol.ts'
import { rowsResult } from '../result.ts'
import type { Run } from '../run.ts'
import { INFORMATION_COLUMNS, isInformationTable, isSystemTable, SYSTEM_COLUMNS } from './columns.ts'
import type { SystemTable } from './columns.ts'
import { informationRows } from './information-schema.ts'
import { systemRows } from './rows.ts'

export type SystemRow = readonly SqliteValue[]

/** `null`: there is no such table. */
export async function systemRelation(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  run: Run,
): Promise<Relation | null> {
  if (namespace === 'system' && isSystemTable(name)) return jsonRelation(SYSTEM_COLUMNS[name], await systemRows[name](run))
  if (namespace === 'information_schema' && isInformationTable(name))
    return jsonRelation(INFORMATION_COLUMNS[name], informationRows[name](run))
  return null
}

/** All of a system table, as a SHOW answers it. */
export async function systemResult(table: SystemTable, run: Run): Promise<StatementResult> {
  return systemRowsResult(table, await systemRows[table](run), run)
}

export function systemRowsResult(table: SystemTable, rows: readonly SystemRow[], run: Run): StatementResult {
  const columns = SYSTEM_COLUMNS[table]
  const cells = rows.map((row) => columns.map(({ dataType }, index) => cellOf(row[index] ?? null, dataType)))
  return rowsResult(run, columns, cells)
}

function jsonRelation(columns: readonly RelationColumn[], rows: readonly SystemRow[]): Relation {
  const selected = columns.map(({ name }, index) => `json_extract(value, '$[${index}]') AS "${name}"`).join(', ')
  const json = JSON.stringify(rows, (_name, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
  return { columns, order: [], render: (bind) => `(SELECT ${selected} FROM json_each(${bind(json)}))` }
}
