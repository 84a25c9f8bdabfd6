/**
 * What the statements of a request say. All of them are read before the first is run.
 *
 * Which statement it is, its first words decide; FORMS lists them all. Anything else throws SqlError, and nothing but that.
 */
import { SqlError } from '../sql-error.ts'
import { alterTable } from './alter-table.ts'
import { unwrapExecuteAs } from './execute-as.ts'
import { assertSqlText } from './limits.ts'
import { kill, subscribe } from './live.ts'
import { alterNamespace, createNamespace, dropNamespace, useNamespace } from './namespaces.ts'
import { StatementReader } from './reader.ts'
import { textWithoutSecrets, unreadText } from './secrets.ts'
import { explain, set } from './settings.ts'
import { splitStatements } from './split.ts'
import type { Piece } from './split.ts'
import type { ParsedStatement, Statement } from './statement.ts'
import { alterStorage, checkStorage, createStorage, dropStorage, onAllTables, onTable } from './storages.ts'
import { createTable, describeTable, dropTable, showTables } from './tables.ts'
import { acknowledge, alterTopic, clearTopic, consume, createTopic, dropTopic, resetGroup } from './topics.ts'
import { isSymbol, keyword } from './tokens.ts'
import { alterUser, createUser, dropUser } from './users.ts'

/** Reads what follows a form's words. */
type Read = (reader: StatementReader, text: string) => Statement

const rows =
  (kind: 'query' | 'insert' | 'update' | 'delete'): Read =>
  (reader, text) => {
    reader.text('more', reader.left)
    return { kind, text }
  }

const transaction =
  (kind: 'begin' | 'commit' | 'rollback'): Read =>
  (reader) => {
    if (!reader.takes('TRANSACTION')) reader.takes('WORK')
    return { kind }
  }

const FORMS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['SELECT', rows('query')],
  ['WITH', rows('query')],
  ['INSERT', rows('insert')],
  ['UPDATE', rows('update')],
  ['DELETE', rows('delete')],
  ['BEGIN', transaction('begin')],
  ['START TRANSACTION', () => ({ kind: 'begin' })],
  ['COMMIT', transaction('commit')],
  ['ROLLBACK', transaction('rollback')],

  ['CREATE NAMESPACE', createNamespace],
  ['DROP NAMESPACE', dropNamespace],
  ['ALTER NAMESPACE', alterNamespace],
  ['USE', useNamespace],
  ['USE NAMESPACE', useNamespace],
  ['SET NAMESPACE', useNamespace],
  ['SHOW NAMESPACES', () => ({ kind: 'show-namespaces' })],

  ['CREATE TABLE', (reader) => createTable(reader, null)],
  ['CREATE USER TABLE', (reader) => createTable(reader, 'user')],
  ['CREATE SHARED TABLE', (reader) => createTable(reader, 'shared')],
  ['CREATE STREAM TABLE', (reader) => createTable(reader, 'stream')],
  ['ALTER TABLE', alterTable],
  ['DROP TABLE', dropTable],
  ['DROP USER TABLE', dropTable],
  ['DROP SHARED TABLE', dropTable],
  ['DROP STREAM TABLE', dropTable],
  ['SHOW TABLES', showTables],
  ['DESCRIBE TABLE', (reader) => describeTable(reader, false)],
  ['DESC TABLE', (reader) => describeTable(reader, false)],
  ['DESCRIBE', (reader) => describeTable(reader, true)],
  ['DESC', (reader) => describeTable(reader, true)],
  ['SHOW STATS FOR TABLE', (reader) => onTable(reader, 'show-stats')],
  ['SHOW COLUMNS FROM', (reader) => onTable(reader, 'show-columns')],
  ['SHOW ALL', () => ({ kind: 'show-all' })],
  ['EXPLAIN', explain],
  ['SET', set],

  ['CREATE USER', createUser],
  ['ALTER USER', alterUser],
  ['DROP USER', dropUser],

  ['CREATE TOPIC', createTopic],
  ['ALTER TOPIC', alterTopic],
  ['DROP TOPIC', dropTopic],
  ['CLEAR TOPIC', clearTopic],
  ['RESET CONSUMER GROUP', resetGroup],
  ['CONSUME FROM', consume],
  ['ACK', acknowledge],

  ['SUBSCRIBE TO', subscribe],
  ['KILL LIVE QUERY', (reader) => kill(reader, 'kill-live-query')],
  ['KILL JOB', (reader) => kill(reader, 'kill-job')],

  ['CREATE STORAGE', createStorage],
  ['ALTER STORAGE', alterStorage],
  ['DROP STORAGE', dropStorage],
  ['SHOW STORAGES', () => ({ kind: 'show-storages' })],
  ['STORAGE CHECK', checkStorage],
  ['STORAGE FLUSH TABLE', (reader) => onTable(reader, 'flush-table')],
  ['STORAGE FLUSH ALL', (reader) => onAllTables(reader, 'flush-all')],
  ['STORAGE COMPACT TABLE', (reader) => onTable(reader, 'compact-table')],
  ['STORAGE COMPACT ALL', (reader) => onAllTables(reader, 'compact-all')],
])

const FORM_WORDS_MAX = Math.max(...[...FORMS.keys()].map((form) => form.split(' ').length))
const FIRST_WORDS = new Set([...FORMS.keys()].map((form) => form.split(' ')[0]!))
/** Refusals call all tables the same. */
const TABLE_TYPE = / (?:USER|SHARED|STREAM) TABLE$/
/** Of what is no statement, in a refusal. */
const SHOWN_LENGTH_MAX = 40

/** @throws SqlError, with the statement as its details where there is one */
export function parseStatements(sql: string): readonly ParsedStatement[] {
  assertSqlText(sql)
  return splitStatements(sql).map(parsePiece)
}

function parsePiece(whole: Piece): ParsedStatement {
  try {
    const { asUser, piece } = unwrapExecuteAs(whole)
    const statement = parseStatement(piece)
    return { statement, text: textWithoutSecrets(whole, statement), asUser }
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    throw new SqlError(error.code, error.kind, error.message, { cause: error, details: unreadText(whole) })
  }
}

function parseStatement(piece: Piece): Statement {
  const text = piece.sql.slice(piece.tokens[0]!.start, piece.tokens.at(-1)!.end)
  if (isSymbol(piece.tokens[0], '(')) return { kind: 'query', text }
  const words = leadingWords(piece)
  for (let count = words.length; count > 0; count--) {
    const form = words.slice(0, count).join(' ')
    const read = FORMS.get(form)
    if (read === undefined) continue
    const reader = new StatementReader(piece, form.replace(TABLE_TYPE, ' TABLE'), count)
    const statement = read(reader, text)
    reader.expectEnd()
    return statement
  }
  const [first = piece.tokens[0]!.value, ...others] = words
  const shown = FIRST_WORDS.has(first) ? [first, ...others.slice(0, 1)].join(' ') : first
  throw new SqlError('INVALID_SQL', 'syntax', `Unsupported statement type: ${shown.slice(0, SHOWN_LENGTH_MAX)}`)
}

function leadingWords({ tokens }: Piece): readonly string[] {
  const words: string[] = []
  for (const token of tokens.slice(0, FORM_WORDS_MAX)) {
    const word = keyword(token)
    if (word === null) break
    words.push(word)
  }
  return words
}
