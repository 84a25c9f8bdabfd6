/** What columns get where a row does not say: expressions, run as those of a query are. */
import { takeNumbers } from '../catalog/counter.ts'
import type { Column, ColumnDefault, Table } from '../catalog/table.ts'
import { compileValue } from '../compile/changes.ts'
import type { CompiledValue } from '../compile/changes.ts'
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
  const compiled = new Map<number, CompiledValue>()
  return ({ id, dataType, default: value }) => {
    if (value === null) return null
    // Identifiers that are made of the time are too large for them.
    if (value.kind === 'snowflake' && (dataType === 'Int' || dataType === 'SmallInt')) {
      return BigInt(takeNumbers(run.database, `serial:${table.id}:${id}`))
    }
    let found = compiled.get(id)
    if (found === undefined) compiled.set(id, (found = compileDefault(run, value)))
    return found.kind === 'value' ? found.value : queryRows(run, found.query, new Set())[0]![0]!
  }
}

function compileDefault(run: Run, value: ColumnDefault): CompiledValue {
  return compileValue(value.kind === 'literal' ? value.sql : EXPRESSIONS[value.kind], { ...givenOf(run), params: [] })
}
