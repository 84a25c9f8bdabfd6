/**
 * LIKE, which looks at the case of letters, and ILIKE, which does not.
 *
 * SQLite's own LIKE does not look at case; its GLOB does, and is as fast. A pattern of LIKE is written as one of GLOB.
 */
import { cast } from './cast.ts'
import type { Draft } from './draft.ts'
import { isNull, sqlOf, written } from './expression.ts'
import type { Expression } from './expression.ts'
import { invalid } from './tree.ts'

const ASCII = /^[ -~]*$/u

export interface LikeOptions {
  readonly isNegated: boolean
  readonly ignoresCase: boolean
  readonly escape: Expression | null
}

export function like(value: Expression, pattern: Expression, { isNegated, ignoresCase, escape }: LikeOptions, draft: Draft): Expression {
  const text = sqlOf(cast(value, 'Text', draft), draft)
  const not = isNegated ? 'NOT ' : ''
  const known = pattern.kind === 'constant' && typeof pattern.value === 'string' ? pattern.value : null
  if (ignoresCase && known !== null && ASCII.test(known)) {
    // SQLite's LIKE ignores the case of these letters, and of no others.
    return written(`(${text} ${not}LIKE ${draft.bind(known)}${escapeClause(escapeOf(escape), draft)})`, 'Boolean')
  }
  const left = ignoresCase ? `lb_lower(${text})` : text
  return written(`(${left} ${not}GLOB ${globOf(pattern, escapeOf(escape), ignoresCase, draft)})`, 'Boolean')
}

function globOf(pattern: Expression, escape: string, ignoresCase: boolean, draft: Draft): string {
  if (isNull(pattern)) return 'NULL'
  const text = cast(pattern, 'Text', draft)
  if (text.kind === 'constant') return draft.bind(globPattern(folded(String(text.value), ignoresCase), escape))
  return `lb_glob(${ignoresCase ? `lb_lower(${text.sql})` : text.sql}, ${draft.bind(escape)})`
}

function escapeClause(escape: string, draft: Draft): string {
  return escape === '' ? '' : ` ESCAPE ${draft.bind(escape)}`
}

function folded(text: string, ignoresCase: boolean): string {
  return ignoresCase ? text.toLowerCase() : text
}

function escapeOf(escape: Expression | null): string {
  if (escape === null) return '\\'
  if (escape.kind !== 'constant' || typeof escape.value !== 'string' || Array.from(escape.value).length > 1)
    throw invalid('ESCAPE wants one character')
  return escape.value
}

/** `escape` is one character, or none. */
export function globPattern(pattern: string, escape: string): string {
  let glob = ''
  let isEscaped = false
  for (const char of pattern) {
    if (!isEscaped && char === escape) isEscaped = true
    else {
      glob += isEscaped ? literally(char) : char === '%' ? '*' : char === '_' ? '?' : literally(char)
      isEscaped = false
    }
  }
  return glob
}

function literally(char: string): string {
  return char === '*' || char === '?' || char === '[' ? `[${char}]` : char
}
