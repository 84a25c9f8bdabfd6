/** Who is told of a changed row, inside of its transaction: topics, live queries, and the count of who holds which file. */
import type { Table } from '../catalog/table.ts'
import type { SqliteValue } from '../data-type.ts'
import { outboxRecords } from '../topics/outbox.ts'
import { trackFiles } from './files.ts'
import { watchedChanges } from './live.ts'
import { ownerIn } from './relations.ts'
import type { RowChange, RowVersion } from './row-change.ts'
import type { Run } from './run.ts'

export type ChangeSink = (change: RowChange) => void

/** For the rows that one statement changes in one table. */
export async function openChangeSink(run: Run, table: Table): Promise<ChangeSink> {
  const owner = ownerIn(table, run)
  const watched = run.watched.filter((query) => query.tableId === table.id && (query.owner === null || query.owner === owner))
  const record = await outboxRecords(run, table)
  const holdsFiles = table.columns.some((column) => column.dataType === 'File')
  return (change) => {
    if (holdsFiles) trackFiles(run, change)
    const { operation, old, row } = change
    const now = operation === 'delete' ? null : byColumn(table, row)
    if (record !== null) run.effects.outbox.push(...record({ operation, old: old && byColumn(table, old), row: now }))
    run.effects.changes.push(...watchedChanges(run, watched, change))
  }
}

function byColumn(table: Table, { values }: RowVersion): ReadonlyMap<number, SqliteValue> {
  return new Map(table.columns.map(({ id }, index) => [id, values[index]!]))
}
