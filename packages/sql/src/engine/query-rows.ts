/** Runs what the compiler wrote, behind the closed gate. */
import type { StatementSync } from 'node:sqlite'
import type { CompiledQuery } from '../compile/relation.ts'
import type { SqliteValue } from '../data-type.ts'
import { SqlError } from '../sql-error.ts'
import type { Run } from './run.ts'

export type SqliteRow = readonly SqliteValue[]

/** What SQLite says of a statement itself, and not of the file: in its numbers SQLITE_ERROR, TOOBIG, MISMATCH and RANGE. */
const FAULTS_OF_STATEMENTS: ReadonlySet<number> = new Set([1, 18, 20, 25])

/**
 * The rows of a query, whole numbers as big integers.
 *
 * @param tables what it may read, such as `main.t5`
 * @param bytesMax of all values together
 * @throws SqlError what goes wrong while it runs
 */
export function queryRows(
  run: Pick<Run, 'database' | 'gate'>,
  query: CompiledQuery,
  tables: ReadonlySet<string>,
  bytesMax = Infinity,
): SqliteRow[] {
  return run.gate.closed(tables, () => asSqlError(() => collect(prepare(run, query.sql).iterate(query.bindings), bytesMax)))
}

/** The rows of a query one by one, for as long as `visit` wants more. */
export function visitRows(
  run: Pick<Run, 'database' | 'gate'>,
  query: CompiledQuery,
  tables: ReadonlySet<string>,
  visit: (row: SqliteRow) => boolean,
): void {
  run.gate.closed(tables, () =>
    asSqlError(() => {
      for (const row of prepare(run, query.sql).iterate(query.bindings) as Iterable<unknown> as Iterable<SqliteRow>) if (!visit(row)) return
    }),
  )
}

function collect(found: Iterable<unknown>, bytesMax: number): SqliteRow[] {
  const rows: SqliteRow[] = []
  let bytes = 0
  for (const row of found as Iterable<SqliteRow>) {
    for (const value of row) bytes += sizeOf(value)
    if (bytes > bytesMax) throw tooLarge(bytesMax)
    rows.push(row)
  }
  return rows
}

function sizeOf(value: SqliteValue): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : NUMBER_BYTES
}

const NUMBER_BYTES = 8

function tooLarge(bytesMax: number): SqlError {
  return new SqlError(
    'SQL_EXECUTION_ERROR',
    'parameter',
    `Execution error: the rows of the answer are larger than its limit of ${bytesMax} bytes`,
  )
}

function prepare({ database }: Pick<Run, 'database'>, sql: string): StatementSync {
  const statement = database.prepare(sql)
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  return statement
}

function asSqlError<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!isFaultOfStatement(cause)) throw cause
    throw new SqlError('SQL_EXECUTION_ERROR', 'execution', `Execution error: ${cause.message}`, { cause })
  }
}

function isFaultOfStatement(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && FAULTS_OF_STATEMENTS.has(error.errcode as number)
}
