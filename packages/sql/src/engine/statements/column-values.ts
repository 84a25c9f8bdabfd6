/**
 * What becomes of the values that rows have, when their column is added or changed.
 *
 * - Of a change of a column's type, either all values are converted or the statement fails.
 * - A row that is deleted has values that nobody sees: those that do not fit are forgotten.
 */
import { convertPhysicalColumn, physicalColumn, physicalTable } from '../../catalog/physical-table.ts'
import { run as execute } from '../../catalog/query.ts'
import type { Column, ColumnDefault, Table } from '../../catalog/table.ts'
import { constant, converted } from '../../compile/constants.ts'
import { typeName } from '../../compile/types.ts'
import { coerce, shown } from '../../compile/values.ts'
import type { DataType, SqliteValue } from '../../data-type.ts'
import { SqlError } from '../../sql-error.ts'
import { createDefaults } from '../defaults.ts'
import type { Run } from '../run.ts'

/** Rows from before have the column's default as it is now, and each its own where it is one that is made. */
export function fillColumn(table: Table, run: Run): void {
  const column = table.columns.at(-1)
  if (column === undefined || column.default === null) return
  const valueOf = createDefaults(run, table)
  const [name, cell] = [physicalTable(table.id), physicalColumn(column.id)]
  if (!MADE_FOR_EACH_ROW.has(column.default.kind)) {
    execute(run.database, `UPDATE ${name} SET ${cell} = :value`, { value: coerce(valueOf(column), column) })
    return
  }
  const next = run.database.prepare(`SELECT min(rid) AS rid FROM ${name} WHERE rid > :after`)
  const update = run.database.prepare(`UPDATE ${name} SET ${cell} = :value WHERE rid = :rid`)
  for (let after = 0; ;) {
    const { rid } = next.get({ after }) as { rid: number | null }
    if (rid === null) return
    update.run({ rid, value: coerce(valueOf(column), column) })
    after = rid
  }
}

const MADE_FOR_EACH_ROW: ReadonlySet<ColumnDefault['kind']> = new Set<ColumnDefault['kind']>(['snowflake', 'uuid', 'ulid'])

/** Gives a column another type: all its values are converted, or it throws SqlError. */
export function convertColumn(column: Column, dataType: DataType, table: Table, run: Run): void {
  const changed = { ...column, dataType }
  // What is deleted may have had a key that another row has after the conversion.
  const convert = (value: SqliteValue, isDeleted: boolean): SqliteValue => {
    if (isDeleted && column.primaryKey) return null
    const kept = converted(constant(value, column.dataType), dataType)
    if (kept === null && !isDeleted) throw cannotConvert(column, dataType, `a row has ${shown(value)}`)
    return kept
  }
  try {
    convertPhysicalColumn(run.database, table.id, changed, convert)
  } catch (error) {
    if (!isKeyTwice(error)) throw error
    throw cannotConvert(column, dataType, `Primary key violation: two values of column '${column.name}' would be the same`)
  }
}

function cannotConvert({ name }: Column, dataType: DataType, why: string): SqlError {
  const message = `Constraint violation: Cannot change column '${name}' to ${typeName(dataType)}: ${why}`
  return new SqlError('SQL_EXECUTION_ERROR', 'constraint', message)
}

/** SQLITE_CONSTRAINT_UNIQUE */
const CONSTRAINT_UNIQUE = 2_067

function isKeyTwice(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === CONSTRAINT_UNIQUE
}
