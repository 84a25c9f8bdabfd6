/** What namespaces, tables and columns may be called (contract: name rules). */
import { SQL_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import type { StatementReader } from './reader.ts'
import type { TableName } from './statement.ts'

const RESERVED_NAMESPACES = new Set(
  'system sys root kalamdb kalam main default sql admin internal information_schema pg_catalog datafusion'.split(' '),
)
const RESERVED_COLUMNS = new Set('_seq _deleted _commit_seq _id _row_id _rowid _key _updated _created _timestamp _version _hash'.split(' '))
/** Words that a query could not call by their name without quotes. `offset` is none: it is quoted before a query is read. */
const KEYWORDS = new Set(
  (
    'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date ' +
    'current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign ' +
    'from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null on only or order placing ' +
    'primary references returning select session_user some symmetric system_user table then to trailing true union unique user using ' +
    'variadic when where window with'
  ).split(' '),
)
/** Words that would be taken for the beginning of something else where a table or a namespace is named. */
const VERBS = new Set(
  'tables tablespace index view schema database insert update delete drop alter join left right full inner cross natural offset'.split(' '),
)

const PATTERN = /^[a-z][a-z0-9_]*$/

/** The name of a namespace to be made. */
export function newNamespaceName(reader: StatementReader): string {
  const name = reader.name('a namespace')
  assertShape(reader, 'namespace', name)
  if (RESERVED_NAMESPACES.has(name)) reader.refuse(`namespace name '${name}' is reserved`)
  assertNoKeyword(reader, 'namespace', name)
  return name
}

/** The name of a table to be made. */
export function newTableName(reader: StatementReader): TableName {
  const table = reader.tableName()
  assertShape(reader, 'table', table.name)
  assertNoKeyword(reader, 'table', table.name)
  return table
}

/** The name of a column to be made. In quotes it may be a word of the language. */
export function newColumnName(reader: StatementReader): string {
  const bare = reader.peek()?.kind === 'word'
  const name = reader.name('a column')
  if (RESERVED_COLUMNS.has(name)) reader.refuse(`column name '${name}' is reserved for the system`)
  assertShape(reader, 'column', name)
  if (bare && KEYWORDS.has(name)) reader.refuse(`column name '${name}' is a reserved SQL keyword; write it in double quotes`)
  return name
}

function assertShape(reader: StatementReader, what: string, name: string): void {
  if (name.length === 0) reader.refuse(`${what} name is empty`)
  if (name.length > SQL_NAME_LENGTH_MAX) reader.refuse(`${what} name is ${name.length} characters; the limit is ${SQL_NAME_LENGTH_MAX}`)
  if (!PATTERN.test(name)) {
    reader.refuse(`${what} name '${name}' is not letters, digits and '_' after a letter`)
  }
}

function assertNoKeyword(reader: StatementReader, what: string, name: string): void {
  if (KEYWORDS.has(name) || VERBS.has(name)) reader.refuse(`${what} name '${name}' is a reserved SQL keyword`)
}
