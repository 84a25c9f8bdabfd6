/** The text of a statement as it may be shown to administrators and kept in an audit log. */
import type { Piece } from './split.ts'
import type { Statement } from './statement.ts'
import { isWord } from './tokens.ts'
import type { Token } from './tokens.ts'

const SECRET_WORDS = ['PASSWORD', 'OAUTH', 'CREDENTIALS', 'CONFIG']
const WITH_SECRETS: ReadonlySet<Statement['kind']> = new Set(['create-user', 'alter-user', 'create-storage', 'alter-storage'])
const REDACTED = "'[REDACTED]'"

/** What was written, without comments around it; passwords and credentials are `[REDACTED]`, and so are comments of such statements. */
export function textWithoutSecrets({ sql, tokens }: Piece, statement: Statement): string {
  if (!WITH_SECRETS.has(statement.kind)) return sql.slice(tokens[0]!.start, tokens.at(-1)!.end)
  return tokens
    .map((token, index) => {
      const before = tokens[index - 1]?.value === '=' ? tokens[index - 2] : tokens[index - 1]
      const secret = token.kind === 'string' && SECRET_WORDS.some((word) => isWord(before, word))
      return secret ? REDACTED : sql.slice(token.start, token.end)
    })
    .join(' ')
}

/**
 * Of a statement that cannot be read: its secrets may be anywhere. What stands behind the first word that may tell of one is `[REDACTED]`, and so are
 * comments before it.
 */
export function unreadText({ sql, tokens }: Piece): string {
  const tellsAt = tokens.findIndex((token, index) => tellsOfSecret(token, tokens[index - 1]))
  if (tellsAt === -1) return sql.slice(tokens[0]!.start, tokens.at(-1)!.end)
  return [...tokens.slice(0, tellsAt + 1).map(({ start, end }) => sql.slice(start, end)), '[REDACTED]'].join(' ')
}

function tellsOfSecret(token: Token, before: Token | undefined): boolean {
  const changes = ['CREATE', 'ALTER', 'DROP'].some((word) => isWord(before, word))
  return SECRET_WORDS.some((word) => isWord(token, word)) || (changes && (isWord(token, 'USER') || isWord(token, 'STORAGE')))
}
