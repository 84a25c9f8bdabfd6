/** `FILE("name")` in statements, and the parts of a form that they stand for (contract: HTTP, 4). */
import { splitStatements } from '../language/split.ts'
import type { Token } from '../language/tokens.ts'
import type { FileReference } from '../protocol.ts'
import { SqlError } from '../sql-error.ts'

/**
 * Before the first statement runs: each placeholder has its part, and each part its placeholder, in one statement.
 *
 * @param files `null`: the request is no form
 * @throws SqlError INVALID_INPUT, MISSING_FILE, EXTRA_FILE
 */
export function assertPlaceholders(sql: string, files: Readonly<Record<string, FileReference>> | null): void {
  const pieces = splitStatements(sql)
  const placeholders = new Set(pieces.flatMap((piece) => placeholdersIn(piece.tokens)))
  if (files === null) {
    if (placeholders.size > 0) throw invalid('FILE placeholders require multipart/form-data')
    return
  }
  const parts = Object.keys(files)
  if (pieces.length > 1 && (parts.length > 0 || placeholders.size > 0)) throw invalid('files come with one statement, not with several')
  const missing = Array.from(placeholders).find((name) => !parts.includes(name))
  if (missing !== undefined) {
    throw new SqlError('MISSING_FILE', 'invalid-operation', `FILE("${missing}") has no part; it is to be called "file:${missing}"`)
  }
  const extra = parts.find((name) => !placeholders.has(name))
  if (extra !== undefined)
    throw new SqlError('EXTRA_FILE', 'invalid-operation', `part "file:${extra}" is in no FILE("${extra}") of the statement`)
}

/** A table that is not there has its own code where files came for it. */
export function uploadError(error: unknown, files: Readonly<Record<string, FileReference>> | null): unknown {
  const isTarget = error instanceof SqlError && error.kind === 'unknown-table' && Object.keys(files ?? {}).length > 0
  return isTarget ? new SqlError('TABLE_NOT_FOUND', error.kind, error.message, { cause: error }) : error
}

function placeholdersIn(words: readonly Token[]): readonly string[] {
  return words.flatMap((word, at) => {
    const [open, name, close] = words.slice(at + 1, at + 4)
    const isPlaceholder =
      word.kind === 'word' && word.value.toUpperCase() === 'FILE' && open?.value === '(' && open.kind === 'symbol' && close?.value === ')'
    return isPlaceholder && (name?.kind === 'string' || name?.kind === 'quoted') ? [name.value] : []
  })
}

function invalid(text: string): SqlError {
  return new SqlError('INVALID_INPUT', 'invalid-operation', text)
}
