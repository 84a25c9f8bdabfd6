/**
 * The words of SQL text, with where they stand.
 *
 * - Quotes and comments are PostgreSQL's, which reads the rest of a query: a quote is doubled inside itself, a backslash is no escape, comments
 *   in stars nest. Backticks quote names too.
 * - What is neither word, number nor quoted is a symbol, one character each.
 * - Every character is looked at once; the time is that of the length.
 */
import { SqlError } from '../sql-error.ts'

export type TokenKind = 'word' | 'quoted' | 'backtick' | 'string' | 'number' | 'parameter' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  /** Without quotes; of a parameter its number. */
  readonly value: string
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const PARAMETER = /\$(\d+)/y
const WHITESPACE = /[ \t\n\r\f\v]+/y
const LINE_COMMENT = /--[^\n\r]*/y
const BLOCK_COMMENT_EDGE = /\/\*|\*\//g

const QUOTES: Readonly<Record<string, TokenKind>> = { "'": 'string', '"': 'quoted', '`': 'backtick' }

/** @throws SqlError BATCH_PARSE_ERROR where a quote or a comment has no end */
export function tokens(sql: string): readonly Token[] {
  const found: Token[] = []
  let at = afterSpace(sql, 0)
  while (at < sql.length) {
    const token = tokenAt(sql, at)
    found.push(token)
    at = afterSpace(sql, token.end)
  }
  return found
}

/** A bare word in upper case, as the language's own words are compared; `null` of everything else. */
export function keyword(token: Token | undefined): string | null {
  // Some letters of other scripts become letters of ASCII in upper case.
  return token?.kind === 'word' && /^[\w$]+$/.test(token.value) ? token.value.toUpperCase() : null
}

export function isWord(token: Token | undefined, word: string): boolean {
  return keyword(token) === word
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.value === symbol
}

function tokenAt(sql: string, start: number): Token {
  const quote = QUOTES[sql[start]!]
  if (quote !== undefined) return quotedAt(sql, start, quote)
  const word = match(WORD, sql, start)
  if (word !== null) return { kind: 'word', value: word[0], start, end: start + word[0].length }
  const number = match(NUMBER, sql, start)
  if (number !== null) return { kind: 'number', value: number[0], start, end: start + number[0].length }
  const parameter = match(PARAMETER, sql, start)
  if (parameter !== null) return { kind: 'parameter', value: parameter[1]!, start, end: start + parameter[0].length }
  return { kind: 'symbol', value: sql[start]!, start, end: start + 1 }
}

function quotedAt(sql: string, start: number, kind: TokenKind): Token {
  const quote = sql[start]!
  let end = sql.indexOf(quote, start + 1)
  while (end !== -1 && sql[end + 1] === quote) end = sql.indexOf(quote, end + 2)
  if (end === -1) throw new SqlError('BATCH_PARSE_ERROR', 'syntax', `Unterminated quoted string that begins at character ${start + 1}`)
  return { kind, value: sql.slice(start + 1, end).replaceAll(quote + quote, quote), start, end: end + 1 }
}

function afterSpace(sql: string, start: number): number {
  let at = start
  for (;;) {
    const space = match(WHITESPACE, sql, at) ?? match(LINE_COMMENT, sql, at)
    if (space !== null) at += space[0].length
    else if (sql.startsWith('/*', at)) at = afterBlockComment(sql, at)
    else return at
  }
}

function afterBlockComment(sql: string, start: number): number {
  let depth = 0
  BLOCK_COMMENT_EDGE.lastIndex = start
  for (let edge = BLOCK_COMMENT_EDGE.exec(sql); edge !== null; edge = BLOCK_COMMENT_EDGE.exec(sql)) {
    depth += edge[0] === '/*' ? 1 : -1
    if (depth === 0) return BLOCK_COMMENT_EDGE.lastIndex
  }
  throw new SqlError('BATCH_PARSE_ERROR', 'syntax', `Unterminated block comment that begins at character ${start + 1}`)
}

function match(pattern: RegExp, sql: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(sql)
}
