/** Statements of our own, whose whole numbers come as `number` whatever the connection's setting is. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { rememberStatements } from './statements.ts'

type Parameters = Readonly<Record<string, SQLInputValue>>

const statementOf = rememberStatements((statement) => statement.setReadBigInts(false))

/** The caller knows what it asked for, and says so. */
export function queryAll(database: DatabaseSync, sql: string, parameters: Parameters = {}): unknown[] {
  return statementOf(database, sql).all(parameters)
}

export function queryOne(database: DatabaseSync, sql: string, parameters: Parameters = {}): unknown {
  return queryAll(database, sql, parameters)[0]
}

/** Answers how many rows it changed. */
export function run(database: DatabaseSync, sql: string, parameters: Parameters = {}): number {
  return Number(statementOf(database, sql).run(parameters).changes)
}
