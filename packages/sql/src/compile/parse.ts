/** Reads text with PostgreSQL's own parser. */
import { loadModule, parseSync } from 'libpg-query'
import type { Node } from 'libpg-query'
import { SqlError } from '../sql-error.ts'
import { restoreLongNames } from './long-names.ts'
import { withReservedWords } from './reserved.ts'
import { invalid } from './tree.ts'

/** Before the first statement. */
export async function loadParser(): Promise<void> {
  await loadModule()
}

/** What clients say over and over, with other parameters; also what columns get by default. */
const known = new Map<string, Node>()
const KNOWN_MAX = 100
/** Of their texts: a tree takes a hundred times as much. */
const KNOWN_CHARS_MAX = 2_000

/** One statement. The tree is not to be changed: the same text is the same tree. @throws SqlError */
export function parseStatement(text: string): Node {
  const found = known.get(text)
  if (found !== undefined) return found
  const statement = parseOnly(text)
  if (text.length > KNOWN_CHARS_MAX) return statement
  if (known.size >= KNOWN_MAX) known.clear()
  known.set(text, statement)
  return statement
}

function parseOnly(text: string): Node {
  const statements = parsed(text)
  const [statement] = statements
  if (statement === undefined) throw invalid('there is no statement')
  if (statements.length > 1) throw invalid('there is more than one statement')
  return statement
}

function parsed(text: string): readonly Node[] {
  // The parser would stop there.
  if (text.includes('\0')) throw invalid('a character of code 0 is in the text')
  try {
    const tree = parseSync(withReservedWords(text))
    restoreLongNames(tree, text)
    return (tree.stmts ?? []).flatMap(({ stmt }) => stmt ?? [])
  } catch (error) {
    if (error instanceof SqlError) throw error
    // What the parser hands over is read by JSON.parse, and it has a stack of its own.
    const isDeep = error instanceof RangeError || (error instanceof Error && error.message.startsWith('memory exhausted'))
    throw invalid(isDeep ? 'it is nested too deep' : error instanceof Error ? error.message : 'it cannot be read')
  }
}
