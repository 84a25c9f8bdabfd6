/** The two shapes of an answer that is not a query's. */
import type { Cell, DataType } from '../data-type.ts'
import type { StatementResult } from '../protocol.ts'
import type { Run } from './run.ts'

export function messageResult(run: Pick<Run, 'asUser'>, message: string): StatementResult {
  return { row_count: 0, message, as_user: run.asUser }
}

export interface ResultField {
  readonly name: string
  readonly dataType: DataType
}

/** `rows` as they stand in the answer, in the order of `fields`. */
export function rowsResult(run: Run, fields: readonly ResultField[], rows: readonly (readonly Cell[])[]): StatementResult {
  return {
    schema: fields.map(({ name, dataType }, index) => ({ name, data_type: dataType, index })),
    ...(rows.length === 0 ? {} : { rows }),
    row_count: rows.length,
    as_user: run.asUser,
  }
}
