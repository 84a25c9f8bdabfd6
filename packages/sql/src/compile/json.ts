/**
 * JSON in SQL: PostgreSQL's operators and KalamDB's functions, by those of SQLite.
 *
 * - A chain of `->` becomes one path, so that a document is read once.
 * - What is no JSON gives NULL rather than an error: one record of a topic that is none would otherwise end every query over it.
 */
import type { DataType, SqliteValue } from '../data-type.ts'
import { cannotCast } from './constants.ts'
import { convert } from './convert.ts'
import type { Draft } from './draft.ts'
import { sqlOf, written } from './expression.ts'
import type { Expression, JsonPath, Written } from './expression.ts'
import { invalid } from './tree.ts'
import { isInteger } from './types.ts'

/** Strings that `->>` may have made of something else than a string. */
const AMBIGUOUS: ReadonlySet<SqliteValue> = new Set(['true', 'false', '0', '1'])

/** `document -> key`, which is JSON. */
export function memberOf(document: Expression, key: Expression, draft: Draft): Written {
  return memberAt(within(pathOf(document, draft), key), draft)
}

/** `document ->> key`, which is text. */
export function textMemberOf(document: Expression, key: Expression, draft: Draft): Written {
  return textAt(within(pathOf(document, draft), key), draft, 'text')
}

/** As JSON text. */
export function memberAt(path: JsonPath, draft: Draft): Written {
  return { ...written(`(${path.document} -> ${draft.bind(path.path)})`, 'Json'), path }
}

/**
 * What stands there, as text. `number`: as the number that it says, if it does. Values: to be compared with those only, which most often is
 * cheaper.
 */
export function textAt(path: JsonPath, draft: Draft, as: 'text' | 'number' | readonly SqliteValue[]): Written {
  const { document, isSimple } = path
  const at = draft.bind(path.path)
  const found = `${document} ->> ${at}`
  const type = `json_type(${document}, ${at})`
  if (as === 'number') {
    const number = isSimple ? `CASE WHEN ${type} IN ('integer', 'real') THEN ${found} ELSE lb_number(${found}) END` : `lb_number(${found})`
    return written(number, 'Double')
  }
  if (as !== 'text' && !as.some((value) => AMBIGUOUS.has(value))) return { ...written(`CAST(${found} AS TEXT)`, 'Text'), path }
  const text = isSimple
    ? `CASE ${type} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(${found} AS TEXT) END`
    : `lb_json_text(${document} -> ${at})`
  return { ...written(text, 'Text'), path }
}

/** The document that `->` starts from, or goes on with. */
function pathOf(document: Expression, draft: Draft): JsonPath {
  if (document.kind === 'constant') {
    if (document.value !== null && convert(document.value, 'Json') === null) throw cannotCast(document.value, 'Json')
    return { document: sqlOf(document, draft), isSimple: true, path: '$' }
  }
  if (document.path !== undefined) return document.path
  if (document.json !== undefined) return { document: document.json, isSimple: true, path: '$' }
  const isSimple = document.isSimple === true
  if (isJson(document.dataType)) return { document: document.sql, isSimple, path: '$' }
  const sql = isSimple ? `CASE WHEN json_valid(${document.sql}) THEN ${document.sql} END` : `lb_json(${document.sql})`
  return { document: `(${sql})`, isSimple: false, path: '$' }
}

/** Columns of these hold nothing but JSON. */
function isJson(dataType: DataType | null): boolean {
  return dataType === 'Json' || dataType === 'File' || (typeof dataType === 'object' && dataType !== null && 'Embedding' in dataType)
}

/** @throws SqlError when the key is not known: a path is written once for all rows */
function within(path: JsonPath, key: Expression): JsonPath {
  if (key.kind === 'constant' && key.value !== null) return { ...path, path: path.path + stepOf(key) }
  throw invalid('a key of a JSON document has to be a literal or a parameter')
}

function stepOf(key: Extract<Expression, { kind: 'constant' }>): string {
  if (!isInteger(key.dataType)) return `."${JSON.stringify(String(key.value)).slice(1, -1)}"`
  const index = BigInt(String(key.value))
  return index < 0n ? `[#${index}]` : `[${index}]`
}

/** `json_get_int(document, key, …)` and its like: the keys after one another. */
export function pathTo(document: Expression, keys: readonly Expression[], draft: Draft): JsonPath {
  return keys.reduce(within, pathOf(document, draft))
}
