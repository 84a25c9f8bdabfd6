/** Statements of our own, prepared once for each connection: that takes longer than most of them do. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Those of tables have their names in them. */
const STATEMENTS_MAX = 200

/** `setUp` is done once to each. */
export function rememberStatements(setUp: (statement: StatementSync) => void): (database: DatabaseSync, sql: string) => StatementSync {
  const connections = new WeakMap<DatabaseSync, Map<string, StatementSync>>()
  return (database, sql) => {
    let known = connections.get(database)
    if (known === undefined) connections.set(database, (known = new Map()))
    const statement = known.get(sql)
    if (statement !== undefined) return statement
    const prepared = database.prepare(sql)
    setUp(prepared)
    if (known.size >= STATEMENTS_MAX) known.clear()
    known.set(sql, prepared)
    return prepared
  }
}
