/** How many rows were changed, in the words of an answer. */
import type { ChangeOperation } from '../catalog/table.ts'
import type { StatementResult } from '../protocol.ts'

const WORDS: Readonly<Record<ChangeOperation, string>> = { insert: 'Inserted', update: 'Updated', delete: 'Deleted' }

export function changeResult(operation: ChangeOperation, rows: number, asUser: string): StatementResult {
  return { row_count: rows, message: `${WORDS[operation]} ${rows} row(s)`, as_user: asUser }
}

/** Added up over the statements of a request. */
export class ChangeCounts {
  readonly #rows = new Map<ChangeOperation, number>()

  add(operation: ChangeOperation, rows: number): void {
    this.#rows.set(operation, (this.#rows.get(operation) ?? 0) + rows)
  }

  /** One for each operation that there was: insertions, updates, deletions. */
  results(asUser: string): readonly StatementResult[] {
    const operations: readonly ChangeOperation[] = ['insert', 'update', 'delete']
    return operations.flatMap((operation) => {
      const rows = this.#rows.get(operation)
      return rows === undefined ? [] : [changeResult(operation, rows, asUser)]
    })
  }
}
