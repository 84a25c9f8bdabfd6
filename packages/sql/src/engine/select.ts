/** SELECT. */
import { SQL_ANSWER_BYTES_MAX } from '@logbrook/kafka/limits'
import type { Column } from '../catalog/table.ts'
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
import { findTable } from './touched-tables.ts'

/** @throws SqlError */
export async function selectRows(parsed: ParsedQuery, run: Run): Promise<StatementResult> {
  const { relations, tables } = await openRelations(parsed.references, run)
  const query = compileQuery(parsed, relations, givenOf(run))
  const rows = queryRows(run, query, tables, SQL_ANSWER_BYTES_MAX)
  const types = query.columns.map((column, index) => column.dataType ?? typeOf(rows, index))
  const origins = columnsOfOnlyTable(parsed, run)
  return {
    schema: query.columns.map((column, index) => resultColumn(column, index, types[index]!, origins)),
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

/** Of a query over one table, whose columns its own are if they are called the same. */
function columnsOfOnlyTable({ references }: ParsedQuery, run: Run): readonly Column[] {
  const [only, ...others] = references
  return only?.kind === 'table' && others.length === 0 ? (findTable(run, only.table)?.columns ?? []) : []
}

function resultColumn({ name }: CompiledColumn, index: number, dataType: DataType, origins: readonly Column[]): ResultColumn {
  const origin = origins.find((column) => column.name === name && JSON.stringify(column.dataType) === JSON.stringify(dataType))
  const flags = origin === undefined ? [] : flagsOf(origin)
  return { name, data_type: dataType, index, ...(flags.length === 0 ? {} : { flags }) }
}

function flagsOf({ primaryKey, nullable }: Column): readonly string[] {
  if (primaryKey) return ['pk', 'nn', 'uq']
  return nullable ? [] : ['nn']
}
