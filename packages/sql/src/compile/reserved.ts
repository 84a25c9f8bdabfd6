/**
 * Words that PostgreSQL keeps for itself, and KalamDB does not: `default` is a namespace, `offset` a column of every topic, `user` may be one
 * of any table, and CURRENT_USER is called with parentheses.
 */
import { scanSync } from 'libpg-query'
import type { ScanToken } from 'libpg-query'

const CONCERNED = /\b(?:offset\b|user\b|default\s*\.|current_(?:user|role|timestamp|date|time)\b)/iu
const COLUMNS = new Set(['offset', 'user'])
const CALLED = new Set(['current_user', 'current_role', 'current_timestamp', 'current_date', 'current_time'])
/** After these comes a value, and so `offset` begins no clause. */
const BEFORE_VALUES = new Set(
  (
    'select distinct where and or not on by having when then else case between in like ilike set as using returning is from escape any ' +
    ', ( [ . = < > <= >= <> != + - * / % ^ | || -> ->> ? ::'
  ).split(' '),
)

/** The text as PostgreSQL's parser wants it. What no scanner can read stays as it is: the parser says what is wrong. */
export function withReservedWords(text: string): string {
  if (!CONCERNED.test(text)) return text
  const tokens = scanned(text)
  // The scanner counts bytes.
  const bytes = Buffer.from(text)
  const pieces: Buffer[] = []
  let copied = 0
  const replace = (from: number, to: number, by: string): void => {
    pieces.push(bytes.subarray(copied, from), Buffer.from(by))
    copied = to
  }
  tokens.forEach((token, at) => {
    const word = token.text.toLowerCase()
    if (isWord(token) && isName(word, tokens[at - 1], tokens[at + 1])) replace(token.start, token.end, `"${word}"`)
    if (CALLED.has(word) && isWord(token) && tokens[at + 1]?.text === '(' && tokens[at + 2]?.text === ')') {
      replace(token.end, tokens[at + 2]?.end ?? token.end, ' ')
    }
  })
  return Buffer.concat([...pieces, bytes.subarray(copied)]).toString()
}

function scanned(text: string): readonly ScanToken[] {
  try {
    return scanSync(text).tokens.filter((token) => !token.tokenName.endsWith('COMMENT'))
  } catch {
    return []
  }
}

function isWord(token: ScanToken): boolean {
  return token.keywordName !== 'NO_KEYWORD'
}

function isName(word: string, before: ScanToken | undefined, after: ScanToken | undefined): boolean {
  if (word === 'default') return after?.text === '.'
  return COLUMNS.has(word) && before !== undefined && BEFORE_VALUES.has(before.text.toLowerCase())
}
