/** Transactions of `sql.db`, and what each has done once it is kept. */
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { dropUnusedFiles } from './files.ts'
import type { EffectsDraft, EngineSurroundings } from './run.ts'
import type { Snowflakes } from './snowflakes.ts'

interface TransactionOptions {
  readonly database: DatabaseSync
  readonly snowflakes: Pick<Snowflakes, 'keep'>
  readonly committed: EngineSurroundings['committed']
  /** One that writes keeps others from writing from its beginning on. */
  readonly mode: 'read' | 'write'
}

export class Transaction {
  /** For messages. */
  readonly id = randomUUID()
  readonly effects: EffectsDraft = { changes: [], outbox: [], droppedFiles: [], catalogChanged: false }
  readonly #options: TransactionOptions

  constructor(options: TransactionOptions) {
    this.#options = options
    options.database.exec(options.mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN')
  }

  /** Tells what it has done, if it has done something. What fails is rolled back. */
  commit(): void {
    const { database, snowflakes, committed, mode } = this.#options
    try {
      if (mode === 'write') dropUnusedFiles({ database, effects: this.effects })
      snowflakes.keep()
      database.exec('COMMIT')
    } catch (error) {
      this.rollback()
      throw error
    }
    const { changes, outbox, droppedFiles, catalogChanged } = this.effects
    if (changes.length + outbox.length + droppedFiles.length > 0 || catalogChanged) committed(this.effects)
  }

  /** SQLite has done it by itself after some failures. */
  rollback(): void {
    const { database } = this.#options
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

/** Runs `work` in a transaction of its own. */
export async function inTransaction<T>(options: TransactionOptions, work: (effects: EffectsDraft) => T | Promise<T>): Promise<T> {
  const transaction = new Transaction(options)
  let result: T
  try {
    result = await work(transaction.effects)
  } catch (error) {
    transaction.rollback()
    throw error
  }
  transaction.commit()
  return result
}
