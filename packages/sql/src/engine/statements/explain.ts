/** EXPLAIN: how SQLite will find the rows of a query. */
import { compileQuery, parseQuery } from '../../compile/query.ts'
import { givenOf } from '../given.ts'
import { queryRows } from '../query-rows.ts'
import { openRelations } from '../relations.ts'
import { rowsResult } from '../result.ts'
import type { ResultField } from '../result.ts'
import type { Handlers } from '../run.ts'

const EXPLAIN_FIELDS: readonly ResultField[] = [
  { name: 'plan_type', dataType: 'Text' },
  { name: 'plan', dataType: 'Text' },
]

/** Of the columns that SQLite explains a step in. */
const DETAIL = 3

export const explainHandlers: Handlers<'explain'> = {
  explain: async ({ text }, run) => {
    const query = parseQuery(text, givenOf(run))
    const { relations, tables } = await openRelations(query.references, run)
    const compiled = compileQuery(query, relations, givenOf(run))
    const steps = queryRows(run, { ...compiled, sql: `EXPLAIN QUERY PLAN ${compiled.sql}` }, tables)
    return rowsResult(run, EXPLAIN_FIELDS, [['physical_plan', steps.map((step) => String(step[DETAIL])).join('\n')]])
  },
}
