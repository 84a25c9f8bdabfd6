/** What columns get where a row does not say: expressions, run as those of a query are. */
import type { Column, ColumnDefault } from '../catalog/table.ts'
import { compileQuery, parseQuery } from '../compile/query.ts'
import type { CompiledQuery } from '../compile/relation.ts'
import type { SqliteValue } from '../data-type.ts'
import { givenOf } from './given.ts'
import { queryRows } from './query-rows.ts'
import type { Run } from './run.ts'

const EXPRESSIONS: Readonly<Record<Exclude<ColumnDefault['kind'], 'literal'>, string>> = {
  now: 'NOW()',
  snowflake: 'SNOWFLAKE_ID()',
  uuid: 'UUID_V7()',
  ulid: 'ULID()',
  'current-user': 'CURRENT_USER',
}

/** For the rows of one statement; a value as written, that is before it is made one of its column's type. */
export function createDefaults(run: Run): (column: Column) => SqliteValue {
  const compiled = new Map<number, CompiledQuery>()
  return ({ id, default: value }) => {
    if (value === null) return null
    let query = compiled.get(id)
    if (query === undefined)
      compiled.set(id, (query = compileExpression(run, value.kind === 'literal' ? value.sql : EXPRESSIONS[value.kind])))
    return queryRows(run, query, new Set())[0]![0]!
  }
}

function compileExpression(run: Run, expression: string): CompiledQuery {
  const given = { ...givenOf(run), params: [] }
  return compileQuery(parseQuery(`SELECT ${expression}`, given), new Map(), given)
}
