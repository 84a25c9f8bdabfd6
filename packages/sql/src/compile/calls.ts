/** The functions that a query may call, all of them; aggregates are in aggregates.ts. */
import type { FuncCall, Node } from 'libpg-query'
import type { DataType } from '../data-type.ts'
import { cast, unified } from './cast.ts'
import type { Draft } from './draft.ts'
import { sqlOf, written } from './expression.ts'
import type { Expression } from './expression.ts'
import { memberAt, pathTo, textAt } from './json.ts'
import { invalid, only, stringsOf } from './tree.ts'
import { isDecimal } from './types.ts'

interface Call {
  readonly min: number
  readonly max: number
  write(args: readonly Expression[], draft: Draft): Expression
}

/** A function of texts and numbers: its arguments are made what it takes. */
function plain(sql: string, takes: readonly DataType[], gives: DataType, min = takes.length): Call {
  return {
    min,
    max: takes.length,
    write: (args, draft) => {
      const taken = args.map((arg, at) => sqlOf(cast(arg, takes[at] ?? 'Text', draft), draft))
      return written(`${sql}(${taken.join(', ')})`, gives)
    },
  }
}

/** A document, and the keys to what is asked for. */
function ofJson(min: number, write: (document: Expression, keys: readonly Expression[], draft: Draft) => Expression): Call {
  return {
    min,
    max: 32,
    write: ([document, ...keys], draft) => (document === undefined ? written('NULL', null) : write(document, keys, draft)),
  }
}

/** What stands at the keys, if it is of one of SQLite's types of JSON. */
function typedMember(types: string, dataType: DataType): Call {
  return ofJson(2, (document, keys, draft) => {
    const { document: sql, isSimple, path } = pathTo(document, keys, draft)
    const at = draft.bind(path)
    const member = (name: string): string => `CASE WHEN json_type(${name}, ${at}) IN (${types}) THEN ${name} ->> ${at} END`
    if (isSimple) return written(member(sql), dataType)
    // What is longer than a name is given one, so that it is written once.
    const name = draft.name()
    return written(`(SELECT ${member(`${name}.j`)} FROM (SELECT ${sql} AS j) AS ${name})`, dataType)
  })
}

function identifier(sql: string, dataType: DataType): Call {
  return { min: 0, max: 0, write: (_args, draft) => written(`${sql}(${draft.bind(BigInt(draft.given.nowMs))})`, dataType) }
}

const AS_TEXT = ofJson(2, (document, keys, draft) => textAt(pathTo(document, keys, draft), draft, 'text'))
const AS_JSON = ofJson(2, (document, keys, draft) => memberAt(pathTo(document, keys, draft), draft))
const SUBSTRING = plain('substr', ['Text', 'BigInt', 'BigInt'], 'Text', 2)
const LENGTH = plain('length', ['Text'], 'Int')

const CALLS: Readonly<Record<string, Call>> = {
  lower: plain('lb_lower', ['Text'], 'Text'),
  upper: plain('lb_upper', ['Text'], 'Text'),
  length: LENGTH,
  char_length: LENGTH,
  character_length: LENGTH,
  substr: SUBSTRING,
  substring: SUBSTRING,
  trim: plain('trim', ['Text', 'Text'], 'Text', 1),
  btrim: plain('trim', ['Text', 'Text'], 'Text', 1),
  ltrim: plain('ltrim', ['Text', 'Text'], 'Text', 1),
  rtrim: plain('rtrim', ['Text', 'Text'], 'Text', 1),
  replace: plain('replace', ['Text', 'Text', 'Text'], 'Text'),
  position: plain('instr', ['Text', 'Text'], 'BigInt'),
  strpos: plain('instr', ['Text', 'Text'], 'BigInt'),
  concat: { min: 1, max: 100, write: concat },
  abs: { min: 1, max: 1, write: ([value], draft) => absolute(value, draft) },
  round: plain('round', ['Double', 'BigInt'], 'Double', 1),
  floor: plain('floor', ['Double'], 'Double'),
  ceil: plain('ceil', ['Double'], 'Double'),
  current_user: { min: 0, max: 0, write: (_args, draft) => written(draft.bind(draft.given.user), 'Text') },
  current_role: { min: 0, max: 0, write: (_args, draft) => written(draft.bind(draft.given.role), 'Text') },
  snowflake_id: identifier('lb_snowflake_id', 'BigInt'),
  uuid_v7: identifier('lb_uuid_v7', 'Uuid'),
  ulid: identifier('lb_ulid', 'Text'),
  json_get: AS_JSON,
  json_get_json: AS_JSON,
  json_as_text: AS_TEXT,
  json_get_int: typedMember(`'integer'`, 'BigInt'),
  json_get_float: typedMember(`'integer', 'real'`, 'Double'),
  json_get_bool: typedMember(`'true', 'false'`, 'Boolean'),
  json_get_str: typedMember(`'text'`, 'Text'),
  json_contains: ofJson(2, jsonContains),
  json_length: ofJson(1, (document, keys, draft) => {
    const { document: sql, path } = pathTo(document, keys, draft)
    return written(`lb_json_length(${sql} -> ${draft.bind(path)})`, 'BigInt')
  }),
  json_object_keys: ofJson(1, (document, keys, draft) => {
    const { document: sql, path } = pathTo(document, keys, draft)
    return written(`lb_json_object_keys(${sql} -> ${draft.bind(path)})`, 'Json')
  }),
  json_extract: { min: 2, max: 2, write: jsonExtract },
}

/** Whether something stands at the keys: also NULL does. */
export function jsonContains(document: Expression, keys: readonly Expression[], draft: Draft): Expression {
  const { document: sql, path } = pathTo(document, keys, draft)
  return written(`(json_type(${sql}, ${draft.bind(path)}) IS NOT NULL)`, 'Boolean')
}

/** As SQLite has it: `json_extract(value, '$.a')`, of any type. */
function jsonExtract([document, path]: readonly Expression[], draft: Draft): Expression {
  if (document === undefined || path?.kind !== 'constant' || typeof path.value !== 'string') {
    throw invalid("json_extract wants a path that is a literal or a parameter: json_extract(value, '$.a')")
  }
  return written(`json_extract(${pathTo(document, [], draft).document}, ${draft.bind(path.value)})`, null)
}

/** NULL is nothing in it. */
function concat(args: readonly Expression[], draft: Draft): Expression {
  return written(`(${args.map((arg) => `coalesce(${sqlOf(cast(arg, 'Text', draft), draft)}, '')`).join(' || ')})`, 'Text')
}

function absolute(value: Expression | undefined, draft: Draft): Expression {
  if (value === undefined) return written('NULL', null)
  const number = value.dataType === 'Text' || isDecimal(value.dataType) ? cast(value, 'Double', draft) : value
  return written(`abs(${sqlOf(number, draft)})`, number.dataType)
}

export function coalesce(args: readonly Expression[], draft: Draft): Expression {
  const { sql, dataType } = unified(args, draft)
  return written(sql.length === 1 ? `(${sql.join('')})` : `coalesce(${sql.join(', ')})`, dataType)
}

/** @throws SqlError when there is no such function */
export function call(node: FuncCall, argument: (node: Node) => Expression, draft: Draft): Expression {
  const name = functionName(node)
  const found = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined
  if (found === undefined) throw invalid(`Invalid function '${name}'`)
  only(node, `call of ${name}()`, 'funcname', 'args', 'funcformat', 'location')
  const args = node.args ?? []
  if (args.length < found.min || args.length > found.max) {
    const wanted = found.min === found.max ? String(found.min) : `${found.min} to ${found.max}`
    throw invalid(`function '${name}' takes ${wanted} arguments, not ${args.length}`)
  }
  return found.write(args.map(argument), draft)
}

export function functionName(node: FuncCall): string {
  const names = stringsOf(node.funcname).map((name) => name.toLowerCase())
  return names.length === 2 && names[0] === 'pg_catalog' ? (names[1] ?? '') : names.join('.')
}
