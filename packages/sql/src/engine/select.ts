/** SELECT. */
import { SQL_ANSWER_BYTES_MAX } from '@logbrook/kafka/limits'
import { compileQuery } from '../compile/query.ts'
import type { ParsedQuery } from '../compile/query.ts'
import type { CompiledColumn } from '../compile/relation.ts'
import { cellOf, inferType } from '../compile/values.ts'
import type { Cell, DataType } from '../data-type.ts'
import type { ResultColumn, StatementResult } from '../protocol.ts'
import { givenOf } from './given.ts'
import { queryRows } from './query-rows.ts'
import type { SqliteRow } from './query-rows.ts'
import { openRelations } from './relations.ts'
import type { Run } from './run.ts'

/** @throws SqlError */
export async function selectRows(parsed: ParsedQuery, run: Run): Promise<StatementResult> {
  const { relations, tables } = await openRelations(parsed.references, run)
  const query = compileQuery(parsed, relations, givenOf(run))
  const rows = queryRows(run, query, tables, SQL_ANSWER_BYTES_MAX)
  const types = query.columns.map((column, index) => column.dataType ?? typeOf(rows, index))
  return {
    schema: query.columns.map((column, index) => resultColumn(column, index, types[index]!)),
    ...(rows.length === 0 ? {} : { rows: rows.map((row) => cellsOf(row, types)) }),
    row_count: rows.length,
    as_user: run.asUser,
  }
}

/** Of a column that only its values have a type: that of the first that has one. */
function typeOf(rows: readonly SqliteRow[], index: number): DataType {
  return inferType(rows.find((row) => row[index] !== null)?.[index] ?? null)
}

function cellsOf(row: SqliteRow, types: readonly DataType[]): readonly Cell[] {
  return row.map((value, index) => cellOf(value, types[index]!))
}

function resultColumn({ name, origin }: CompiledColumn, index: number, dataType: DataType): ResultColumn {
  return { name, data_type: dataType, index, ...(origin?.flags !== undefined && { flags: origin.flags }) }
}
