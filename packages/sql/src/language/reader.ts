/**
 * Reads a statement word by word, for those of KalamDB's own.
 *
 * - Words are compared in any case; quoted ones are names, never words of the language.
 * - What a refusal shows of a statement is its words and symbols, never its strings: they may be passwords. Of a confidential statement it
 *   shows the kind of what it found only.
 */
import { SqlError } from '../sql-error.ts'
import type { Piece } from './split.ts'
import type { TableName } from './statement.ts'
import { isSymbol, isWord } from './tokens.ts'
import type { Token, TokenKind } from './tokens.ts'

const KIND_NAMES: Readonly<Record<TokenKind, string>> = {
  word: 'a word',
  quoted: 'a quoted name',
  backtick: 'a quoted name',
  string: 'a string',
  number: 'a number',
  parameter: 'a parameter',
  symbol: 'a symbol',
}

/** What a refusal shows of a word. */
const SHOWN_LENGTH_MAX = 40
/** Of names' catalogue, which may be said before their namespace. */
const CATALOG = 'kalam'

export class StatementReader {
  readonly #piece: Piece
  readonly #form: string
  #at: number
  #confidential = false

  /** `form` is what refusals call the statement. Reading begins at the piece's word number `at`. */
  constructor(piece: Piece, form: string, at: number) {
    this.#piece = piece
    this.#form = form
    this.#at = at
  }

  /** From now on no word of the statement is shown by a refusal. */
  hideWords(): void {
    this.#confidential = true
  }

  /** The next word, or the one `ahead` of it. */
  peek(ahead = 0): Token | undefined {
    return this.#piece.tokens[this.#at + ahead]
  }

  get ended(): boolean {
    return this.peek() === undefined
  }

  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => isWord(this.peek(index), word))
  }

  /** Reads over the words if they are what comes next. */
  takes(...words: readonly string[]): boolean {
    const seen = this.sees(...words)
    if (seen) this.#at += words.length
    return seen
  }

  takesSymbol(symbol: string): boolean {
    const seen = isSymbol(this.peek(), symbol)
    if (seen) this.#at++
    return seen
  }

  expect(...words: readonly string[]): void {
    if (!this.takes(...words)) this.#refuseNext(words.join(' '))
  }

  expectSymbol(symbol: string): void {
    if (!this.takesSymbol(symbol)) this.#refuseNext(`'${symbol}'`)
  }

  expectEnd(): void {
    if (!this.ended) this.#refuseNext('the end of the statement')
  }

  next(what: string): Token {
    const token = this.peek()
    if (token === undefined) return this.#refuseNext(what)
    this.#at++
    return token
  }

  /** As it was written. */
  nameAsWritten(what: string): string {
    return this.#nextOf(what, ['word', 'quoted', 'backtick']).value
  }

  /** In lower case. */
  name(what: string): string {
    return this.nameAsWritten(what).toLowerCase()
  }

  nameOrString(what: string): string {
    return this.#nextOf(what, ['word', 'quoted', 'backtick', 'string']).value
  }

  string(what: string): string {
    return this.#nextOf(what, ['string']).value
  }

  /** Zero or more. */
  wholeNumber(what: string): number {
    const { value } = this.#nextOf(what, ['number'])
    const number = Number(value)
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) this.refuse(`${what} must be a whole number`)
    return number
  }

  tableName(): TableName {
    const parts = [this.name('a table')]
    while (this.takesSymbol('.')) parts.push(this.name('a table'))
    if (parts.length === 3 && parts[0] === CATALOG) parts.shift()
    const [first, second, third] = parts
    if (third !== undefined) this.refuse('a table has one namespace')
    return second === undefined ? { namespace: null, name: first! } : { namespace: first!, name: second }
  }

  /** The text from the next word up to word number `end` of those left, and reads over it. Comments around it are left out. */
  text(what: string, end = this.left): string {
    const [first, last] = [this.peek(), this.peek(end - 1)]
    if (end <= 0 || first === undefined || last === undefined) return this.#refuseNext(what)
    this.#at += end
    return this.#piece.sql.slice(first.start, last.end)
  }

  /** How many words are left. */
  get left(): number {
    return this.#piece.tokens.length - this.#at
  }

  refuse(problem: string): never {
    throw new SqlError('INVALID_SQL', 'syntax', `Invalid ${this.#form} statement: ${problem}`)
  }

  #nextOf(what: string, kinds: readonly TokenKind[]): Token {
    const token = this.peek()
    if (token === undefined || !kinds.includes(token.kind)) return this.#refuseNext(what)
    this.#at++
    return token
  }

  #refuseNext(expected: string): never {
    return this.refuse(`expected ${expected}, found ${this.#shown(this.peek())}`)
  }

  #shown(token: Token | undefined): string {
    if (token === undefined) return 'the end of the statement'
    return this.#confidential || token.kind === 'string' ? KIND_NAMES[token.kind] : `'${token.value.slice(0, SHOWN_LENGTH_MAX)}'`
  }
}
