/** What node:sqlite lacks before Node 22.16, for engines on 22.15: done in JavaScript, more slowly. Where Node has it, nothing is done. */
import { DatabaseSync, StatementSync } from 'node:sqlite'

/** Of each statement that was asked for arrays. */
const asArrays = new WeakSet<StatementSync>()

export function fillInSqlite(): void {
  if (!('setReturnArrays' in StatementSync.prototype)) fillInArrays(StatementSync.prototype)
  // Statements that call one are then refused by SQLite: sums, least and most of DECIMAL.
  if (!('aggregate' in DatabaseSync.prototype)) Object.assign(DatabaseSync.prototype, { aggregate() {} })
  if (!('isTransaction' in DatabaseSync.prototype)) fillInTransaction(DatabaseSync.prototype)
}

function rowOf(statement: StatementSync, row: object | undefined): unknown {
  return row !== undefined && asArrays.has(statement) ? Object.values(row) : row
}

function fillInArrays(prototype: StatementSync): void {
  // oxlint-disable-next-line typescript/unbound-method -- each is called as a method of the statement
  const { all, get, iterate } = prototype
  Object.assign(prototype, {
    setReturnArrays(this: StatementSync): void {
      asArrays.add(this)
    },
    all(this: StatementSync, ...args: Parameters<typeof all>): unknown {
      return all.apply(this, args).map((row) => rowOf(this, row))
    },
    get(this: StatementSync, ...args: Parameters<typeof all>): unknown {
      return rowOf(this, get.apply(this, args))
    },
    *iterate(this: StatementSync, ...args: Parameters<typeof all>): Iterable<unknown> {
      for (const row of iterate.apply(this, args)) yield rowOf(this, row)
    },
  })
}

function fillInTransaction(prototype: DatabaseSync): void {
  Object.defineProperty(prototype, 'isTransaction', {
    get(this: DatabaseSync): boolean {
      try {
        this.exec('BEGIN')
      } catch {
        // There is none within another.
        return true
      }
      this.exec('ROLLBACK')
      return false
    },
  })
}
