/** What columns get where a row does not say: expressions, run as those of a query are. */
import { takeNumbers } from '../catalog/counter.ts'
import type { Column, ColumnDefault, Table } from '../catalog/table.ts'
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
export function createDefaults(run: Run, table: Pick<Table, 'id'>): (column: Column) => SqliteValue {
  const compiled = new Map<number, CompiledQuery>()
  return ({ id, dataType, default: value }) => {
    if (value === null) return null
    // Identifiers that are made of the time are too large for them.
    if (value.kind === 'snowflake' && (dataType === 'Int' || dataType === 'SmallInt')) {
      return BigInt(takeNumbers(run.database, `serial:${table.id}:${id}`))
    }
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
