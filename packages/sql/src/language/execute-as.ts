/** `EXECUTE AS [USER] 'u' ( <one statement> )`: a statement in the name of another user. */
import { SqlError } from '../sql-error.ts'
import { cutAtSemicolons, isExecuteAs } from './split.ts'
import type { Piece } from './split.ts'
import { isSymbol, isWord } from './tokens.ts'
import type { Token } from './tokens.ts'

export interface Unwrapped {
  /** As it was written. */
  readonly asUser: string | null
  readonly piece: Piece
}

/** @throws SqlError INVALID_INPUT */
export function unwrapExecuteAs(piece: Piece): Unwrapped {
  if (!isExecuteAs(piece.tokens)) return { asUser: null, piece }
  const userAt = isWord(piece.tokens[2], 'USER') ? 3 : 2
  const asUser = userName(piece.tokens[userAt])
  const statements = cutAtSemicolons(wrapped(piece.tokens, userAt + 1))
  const [statement] = statements
  if (statement === undefined) refuse('must wrap SQL in parentheses')
  if (statements.length > 1) refuse('can only wrap a single SQL statement')
  if (isExecuteAs(statement)) refuse('cannot wrap another EXECUTE AS')
  return { asUser, piece: { sql: piece.sql, tokens: statement } }
}

function userName(token: Token | undefined): string {
  const named = token !== undefined && ['word', 'quoted', 'backtick', 'string'].includes(token.kind)
  const name = named ? token.value.trim() : ''
  return name === '' ? refuse('username cannot be empty') : name
}

/** What is between the parenthesis at `start` and its other half, which ends the statement. */
function wrapped(words: readonly Token[], start: number): readonly Token[] {
  if (!isSymbol(words[start], '(')) refuse('must wrap SQL in parentheses')
  let depth = 0
  for (let at = start; at < words.length; at++) {
    if (isSymbol(words[at], '(')) depth++
    else if (isSymbol(words[at], ')')) depth--
    if (depth > 0) continue
    if (at < words.length - 1) refuse('can only wrap a single SQL statement')
    return words.slice(start + 1, at)
  }
  return refuse('must wrap SQL in parentheses')
}

function refuse(problem: string): never {
  throw new SqlError('INVALID_INPUT', 'syntax', `EXECUTE AS USER ${problem}`)
}
