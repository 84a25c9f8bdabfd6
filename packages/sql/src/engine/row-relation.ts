/** One row that is in no table: a version of one that changed, to be held against a condition. */
import { randomUUID } from 'node:crypto'
import { storageOf } from '../catalog/physical-table.ts'
import type { Table } from '../catalog/table.ts'
import type { Relation, RelationColumn } from '../compile/relation.ts'
import { quoted } from '../compile/tree.ts'
import type { SqliteValue } from '../data-type.ts'

export interface RowRelation {
  readonly relation: Relation
  /** `values` of the table's columns, and of `_seq` and `_deleted`. */
  bindings(values: readonly SqliteValue[]): Readonly<Record<string, SqliteValue>>
}

/** One row, whose values are bound when it is read. They compare as those of the table's columns do. */
export function rowRelation(table: Table): RowRelation {
  const system: RelationColumn[] = [
    { name: '_seq', dataType: 'BigInt' },
    { name: '_deleted', dataType: 'Boolean' },
  ]
  const bound = [...table.columns, ...system]
  const columns = table.type === 'stream' ? bound.slice(0, -1) : bound
  let names: readonly string[] = []
  return {
    relation: {
      columns,
      order: [],
      render(bind) {
        // Equal values share a placeholder: these are no one else's.
        const placeholders = columns.map(() => bind(randomUUID()))
        names = placeholders.map((placeholder) => placeholder.slice(1))
        const selected = columns.map(({ name, dataType }, i) => `CAST(${placeholders[i]} AS ${storageOf(dataType)}) AS ${quoted(name)}`)
        return `(SELECT ${selected.join(', ')})`
      },
    },
    bindings: (values) => Object.fromEntries(names.map((name, i) => [name, values[i]!])),
  }
}
