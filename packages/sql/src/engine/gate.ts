/**
 * The second line behind the compiler: SQLite asks the gate for every table, function and action that a statement names.
 *
 * - Open, it lets all pass: that is how the engine's own statements run. Closed, a statement may read the tables of its plan, rows of
 *   `json_each`, and call functions of the list; it can change nothing, attach nothing, recurse nowhere and see no schema.
 * - It is closed while a user's statement is prepared and for as long as it runs, since SQLite prepares again when a schema has changed.
 * - What it refuses is a fault of the compiler, not of the user: it is reported as such.
 * - Node below 24.10 has no authorizer; there the compiler's white-list stands alone.
 */
import { constants, type DatabaseSync } from 'node:sqlite'

export interface Gate {
  /**
   * Runs `work` with the gate closed but for `tables`, names such as `main.t5`.
   *
   * @throws Error for what the gate has refused: a fault of ours
   */
  closed<T>(tables: ReadonlySet<string>, work: () => T): T
}

/** Table-valued functions that a statement may read from. */
const ROW_FUNCTIONS: ReadonlySet<string> = new Set(['json_each'])

/** What the compiler calls subqueries. Tables are never called so, and are read by their schema's name and their own. */
const SUBQUERY_NAME = /^s\d+$/

export function createGate(database: DatabaseSync, functions: ReadonlySet<string>): Gate {
  let admitted: ReadonlySet<string> | null = null
  let refused: string[] = []

  const passes = (action: number, first: string | null, second: string | null, schema: string | null): boolean => {
    if (action === constants.SQLITE_SELECT) return true
    if (action === constants.SQLITE_FUNCTION) return functions.has((second ?? '').toLowerCase())
    if (action !== constants.SQLITE_READ || first === null) return false
    if (ROW_FUNCTIONS.has(first)) return true
    // Of a name that no column is read of SQLite says no schema, if the statement says none.
    if (schema === null) return second === '' && SUBQUERY_NAME.test(first)
    return admitted?.has(`${schema}.${first}`) === true
  }

  const authorize = (action: number, first: string | null, second: string | null, schema: string | null): number => {
    if (admitted === null || passes(action, first, second, schema)) return constants.SQLITE_OK
    refused.push(`${actionName(action)} ${[schema, first, second].filter((part) => part !== null).join('.')}`)
    return constants.SQLITE_DENY
  }
  if ('setAuthorizer' in database) database.setAuthorizer(authorize)

  return {
    closed(tables, work) {
      const before = admitted
      admitted = tables
      refused = []
      try {
        return work()
      } catch (cause) {
        if (refused.length === 0) throw cause
        throw new Error(`a compiled statement may not do this: ${refused.join(', ')}`, { cause })
      } finally {
        admitted = before
      }
    },
  }
}

function actionName(action: number): string {
  const found = Object.entries(constants).find(([name, code]) => code === action && !name.includes('CHANGESET') && code > 2)
  return found?.[0] ?? String(action)
}
