/** What SQLite does not have, and compiled SQL calls: functions of ours. */
import type { DatabaseSync } from 'node:sqlite'

/** All functions that compiled SQL may call, in lower case: SQLite's and ours. */
export const COMPILED_FUNCTIONS: ReadonlySet<string> = new Set()

/** To be done once for each connection that runs compiled SQL. */
export function registerFunctions(_database: DatabaseSync): void {
  throw new Error('to come')
}
