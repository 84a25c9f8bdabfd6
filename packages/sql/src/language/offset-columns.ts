/** `offset` is a column of every topic, and a reserved word of PostgreSQL: as a column it has to stand in quotes. */
import { isWord } from './split.ts'
import { tokens } from './tokens.ts'
import type { Token } from './tokens.ts'

/** Words that something to be named or computed follows; after all others an OFFSET begins the clause. */
const WORDS_BEFORE_A_COLUMN = new Set(
  'SELECT DISTINCT WHERE AND OR NOT BY HAVING ON CASE WHEN THEN ELSE BETWEEN IN LIKE ILIKE SET AS RETURNING LIMIT FROM INTO JOIN TO USING'.split(
    ' ',
  ),
)
const SYMBOLS_BEFORE_A_CLAUSE = new Set([')', ']'])

/** The text with each `offset` that is a column in double quotes. */
export function quoteOffsetColumns(text: string): string {
  const parts: string[] = []
  let copied = 0
  let before: Token | undefined
  let beforeIsClause = false
  for (const token of tokens(text)) {
    const isOffset = isWord(token, 'OFFSET')
    const isColumn: boolean = isOffset && (beforeIsClause || precedesColumn(before))
    if (isColumn) {
      parts.push(text.slice(copied, token.start), '"offset"')
      copied = token.end
    }
    beforeIsClause = isOffset && !isColumn
    before = isColumn ? { ...token, kind: 'quoted' } : token
  }
  return parts.join('') + text.slice(copied)
}

function precedesColumn(token: Token | undefined): boolean {
  if (token === undefined) return true
  if (token.kind === 'symbol') return !SYMBOLS_BEFORE_A_CLAUSE.has(token.value)
  return token.kind === 'word' && WORDS_BEFORE_A_COLUMN.has(token.value.toUpperCase())
}
