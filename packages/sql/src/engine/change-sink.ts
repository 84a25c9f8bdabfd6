/** Who is told of a changed row, inside of its transaction: topics, live queries, and the count of who holds which file. */
import type { Table } from '../catalog/table.ts'
import { outboxRecords } from '../topics/outbox.ts'
import { trackFiles } from './files.ts'
import { watchedChanges } from './watched-changes.ts'
import { ownerIn } from './relations.ts'
import type { RowChange } from './row-change.ts'
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
    if (record !== null) run.effects.outbox.push(...record(change))
    run.effects.changes.push(...watchedChanges(run, watched, change))
  }
}
