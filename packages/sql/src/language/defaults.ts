/** What a column gets where a row does not say. */
import type { ColumnDefault } from '../catalog/table.ts'
import type { StatementReader } from './reader.ts'

const FUNCTIONS: ReadonlyMap<string, { readonly kind: Exclude<ColumnDefault['kind'], 'literal'>; readonly bare: boolean }> = new Map([
  ['NOW', { kind: 'now', bare: false }],
  ['CURRENT_TIMESTAMP', { kind: 'now', bare: true }],
  ['SNOWFLAKE_ID', { kind: 'snowflake', bare: false }],
  ['UUID_V7', { kind: 'uuid', bare: false }],
  ['ULID', { kind: 'ulid', bare: false }],
  ['CURRENT_USER', { kind: 'current-user', bare: true }],
])

/** What follows the word DEFAULT. `null` is NULL, and the same as no default. */
export function readDefault(reader: StatementReader): ColumnDefault | null {
  if (reader.takes('NULL')) return null
  if (reader.sees('TRUE') || reader.sees('FALSE')) return { kind: 'literal', sql: reader.text('a value', 1).toUpperCase() }
  const token = reader.peek()
  if (token?.kind === 'word') return readFunction(reader)
  if (token?.kind === 'string') return { kind: 'literal', sql: reader.text('a value', 1) }
  const sign = reader.takesSymbol('-') ? '-' : ''
  if (reader.peek()?.kind !== 'number') reader.refuse('DEFAULT is a literal, NULL, or one of the functions that make a value')
  return { kind: 'literal', sql: sign + reader.text('a value', 1) }
}

function readFunction(reader: StatementReader): ColumnDefault {
  const name = reader.name('a value').toUpperCase()
  const known = FUNCTIONS.get(name)
  if (known === undefined) reader.refuse(`DEFAULT is a literal, NULL, or one of ${[...FUNCTIONS.keys()].join(', ')}`)
  if (reader.takesSymbol('(')) reader.expectSymbol(')')
  else if (!known.bare) reader.expectSymbol('(')
  return { kind: known.kind }
}
