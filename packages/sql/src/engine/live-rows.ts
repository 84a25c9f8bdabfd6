/** Rows as live queries have them: with `_seq`, and with an `id` that is theirs alone, whatever is selected. */
import type { Table } from '../catalog/table.ts'
import type { CompiledQuery, Relation } from '../compile/relation.ts'
import { quoted } from '../compile/tree.ts'
import { cellOf } from '../compile/values.ts'
import type { Cell } from '../data-type.ts'
import type { ResultColumn } from '../protocol.ts'
import type { SqliteRow } from './query-rows.ts'

export type Cells = Record<string, Cell>

/** Columns that a live query over a table gives after its own. */
export const TABLE_ALSO: readonly string[] = ['_seq', 'id']

/** A table's relation; `id` is its key, or in a table without one the `_seq`, where it has no such column. */
export function withId(table: Table, relation: Relation): Relation {
  if (table.columns.some(({ name }) => name === 'id')) return relation
  const key = table.columns.find(({ primaryKey }) => primaryKey)
  return extended(relation, `CAST(${quoted(key?.name ?? '_seq')} AS TEXT) AS "id"`, ['id'])
}

/** @param columns names that `selected` gives, all of them texts */
export function extended(relation: Relation, selected: string, columns: readonly string[]): Relation {
  return {
    columns: [...relation.columns, ...columns.map((name) => ({ name, dataType: 'Text' as const }))],
    order: relation.order,
    render: (bind) => `(SELECT *, ${selected} FROM ${relation.render(bind)})`,
  }
}

/** A row of a query that left it: with the `_seq` by which it went, so that a client that has read on does not take it for one that it knows. */
export function departed(cells: Cells, seq: bigint, isDeleted: boolean): Cells {
  return { ...cells, _seq: String(seq), ...('_deleted' in cells && { _deleted: isDeleted }) }
}

/** What a row is made of: each name once, the first of that name. */
export function schemaOf(query: CompiledQuery): readonly ResultColumn[] {
  const names = new Set<string>()
  const schema: ResultColumn[] = []
  for (const { name, dataType } of query.columns) {
    if (!names.has(name)) schema.push({ name, data_type: dataType ?? 'Text', index: schema.length })
    names.add(name)
  }
  return schema
}

export function cellsOf(row: SqliteRow, { columns }: CompiledQuery): Cells {
  const cells: Cells = {}
  for (const [index, { name, dataType }] of columns.entries()) {
    if (!Object.hasOwn(cells, name)) cells[name] = cellOf(row[index] ?? null, dataType)
  }
  return cells
}
