/** EXPLAIN and SET. */
import type { StatementReader } from './reader.ts'
import type { Statement } from './statement.ts'
import { isSymbol } from './tokens.ts'

const EXPLAINED = ['SELECT', 'WITH', 'INSERT', 'UPDATE', 'DELETE']

export function explain(reader: StatementReader): Statement {
  while (reader.takes('ANALYZE') || reader.takes('VERBOSE'));
  const isQuery = isSymbol(reader.peek(), '(') || EXPLAINED.some((word) => reader.sees(word))
  if (!isQuery) reader.refuse('only queries and changes of rows can be explained')
  return { kind: 'explain', text: reader.text('a query') }
}

/** `SET x TO y`, `SET x = y` */
export function set(reader: StatementReader): Statement {
  const parts = [reader.name('a setting')]
  while (reader.takesSymbol('.')) parts.push(reader.name('a setting'))
  if (!reader.takesSymbol('=')) reader.expect('TO')
  return { kind: 'set', name: parts.join('.'), value: reader.text('a value') }
}
