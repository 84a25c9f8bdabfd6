/** Conditions of sources on rows that changed: SQLite evaluates them over the rows' values. */
import type { Table } from '../catalog/table.ts'
import { compileFilter } from '../compile/filter.ts'
import { givenOf } from '../engine/given.ts'
import type { RowVersion } from '../engine/row-change.ts'
import { rowRelation } from '../engine/row-relation.ts'
import type { Run } from '../engine/run.ts'

export type RowFilter = (version: RowVersion) => boolean

const NO_TABLES: ReadonlySet<string> = new Set()

/** The condition is compiled once, and then asked of row after row. @throws SqlError when it is none, or not of this table */
export function createRowFilter(condition: string, table: Table, run: Run): RowFilter {
  const { database, gate } = run
  const row = rowRelation(table)
  const query = compileFilter(condition, row.relation, givenOf(run))
  const statement = gate.closed(NO_TABLES, () => database.prepare(query.sql))
  return ({ seq, values }) => {
    const bindings = { ...query.bindings, ...row.bindings([...values, seq, 0n]) }
    return gate.closed(NO_TABLES, () => statement.get(bindings)) !== undefined
  }
}
