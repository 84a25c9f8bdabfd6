/** A request's text, cut into statements at each `;` outside of quotes and comments. */
import { SqlError } from '../sql-error.ts'
import { isSymbol, isWord, tokens } from './tokens.ts'
import type { Token } from './tokens.ts'

/** A statement, by its words. Their positions are those in the whole text, `sql`. */
export interface Piece {
  readonly sql: string
  /** Never empty. */
  readonly tokens: readonly Token[]
}

/**
 * The statements of a text; pieces without a word vanish.
 *
 * @throws SqlError EMPTY_SQL, BATCH_PARSE_ERROR
 */
export function splitStatements(sql: string): readonly Piece[] {
  const pieces = cutAtSemicolons(tokens(sql)).map((words) => ({ sql, tokens: words }))
  if (pieces.length === 0) throw new SqlError('EMPTY_SQL', 'syntax', 'SQL text holds no statement')
  return pieces
}

/** One that is run as another user is not cut inside of its parentheses, so that it can be said that they hold one statement only. */
export function cutAtSemicolons(words: readonly Token[]): readonly (readonly Token[])[] {
  const pieces: Token[][] = []
  let piece: Token[] = []
  let depth = 0
  for (const token of words) {
    if (token.kind === 'symbol') depth = depthAfter(token.value, depth)
    if (isSymbol(token, ';') && (depth === 0 || !isExecuteAs(piece))) {
      if (piece.length > 0) pieces.push(piece)
      piece = []
      depth = 0
    } else piece.push(token)
  }
  if (piece.length > 0) pieces.push(piece)
  return pieces
}

export function isExecuteAs([execute, as]: readonly Token[]): boolean {
  return isWord(execute, 'EXECUTE') && isWord(as, 'AS')
}

function depthAfter(symbol: string, depth: number): number {
  if (symbol === '(') return depth + 1
  return symbol === ')' ? Math.max(0, depth - 1) : depth
}
