/** Conditions on a row that is in no table: SQLite evaluates them over its values. */
import type { Table } from '../catalog/table.ts'
import { compileFilter } from '../compile/filter.ts'
import type { Relation } from '../compile/relation.ts'
import type { SqliteValue } from '../data-type.ts'
import { givenOf } from '../engine/given.ts'
import { queryRows } from '../engine/query-rows.ts'
import type { Run } from '../engine/run.ts'

/** One row, by its values in the order of the table's columns. */
export function rowRelation(table: Table, values: readonly SqliteValue[]): Relation {
  return {
    columns: table.columns.map(({ name, dataType }) => ({ name, dataType })),
    order: [],
    render: (bind) => `(SELECT ${table.columns.map(({ name }, i) => `${bind(values[i] ?? null)} AS "${name}"`).join(', ')})`,
  }
}

export type RowFilter = (values: readonly SqliteValue[]) => boolean

const NO_TABLES: ReadonlySet<string> = new Set()

/** The condition is compiled once, and then asked of row after row. @throws SqlError */
export function createRowFilter(condition: string, table: Table, run: Run): RowFilter {
  const names: string[] = []
  const empty = rowRelation(table, [])
  const relation: Relation = {
    ...empty,
    render: (bind) =>
      empty.render((value) => {
        const parameter = bind(value)
        names.push(parameter.slice(1))
        return parameter
      }),
  }
  const query = compileFilter(condition, relation, givenOf(run))
  return (values) => {
    const bindings = { ...query.bindings, ...Object.fromEntries(names.map((name, i) => [name, values[i] ?? null])) }
    return queryRows(run, { ...query, bindings }, NO_TABLES).length > 0
  }
}
