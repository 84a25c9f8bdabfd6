/** Lists in parentheses that stand at a statement's end: `WITH (name = value, …)`. */
import type { StatementReader } from './reader.ts'
import { isSymbol, isWord } from './tokens.ts'

/** `(name = value, …)`. Names in upper case; a value is a string, a number or a word, as it was written. */
export function readOptions(reader: StatementReader): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  reader.expectSymbol('(')
  do {
    const name = reader.name('the name of an option').toUpperCase()
    if (options.has(name)) reader.refuse(`option '${name}' is given twice`)
    reader.expectSymbol('=')
    options.set(name, readValue(reader, name))
  } while (reader.takesSymbol(','))
  reader.expectSymbol(')')
  return options
}

function readValue(reader: StatementReader, name: string): string {
  const sign = reader.takesSymbol('-') ? '-' : ''
  const what = `a value of '${name}'`
  const token = reader.next(what)
  if (token.kind === 'symbol' || token.kind === 'parameter' || (sign !== '' && token.kind !== 'number')) reader.refuse(`expected ${what}`)
  return sign + token.value
}

/** How many words come before a `word (…)` that ends the statement: all that are left where it does not end so. */
export function wordsBeforeTrailing(reader: StatementReader, word: string): number {
  if (!isSymbol(reader.peek(reader.left - 1), ')')) return reader.left
  let depth = 0
  for (let ahead = reader.left - 1; ahead > 0; ahead--) {
    const token = reader.peek(ahead)
    if (isSymbol(token, ')')) depth++
    else if (isSymbol(token, '(')) depth--
    if (depth === 0) return isWord(reader.peek(ahead - 1), word) ? ahead - 1 : reader.left
  }
  return reader.left
}
