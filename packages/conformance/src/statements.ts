/**
 * Cases of SQL are tables of statements: who says what, and what they are told.
 *
 * - Who speaks is made when they first speak, and is gone after the last line, and so is the namespace `$NS` of those cases that name it.
 * - An answer is compared whole: each key, and no other. Only flags of columns, which the contract leaves open, may be there or not, and the
 *   statement that administrators are told of a failure.
 */
import type { ConformanceCase, Expectation, Given, GivenUser, Request } from './case.ts'
import type { Response } from './connection.ts'
import { ANY_TEXT, Rule } from './match.ts'
import type { Pattern } from './match.ts'
import type { Names } from './names.ts'
import type { ProfileName } from './profiles.ts'
import type { Scene } from './scene.ts'
import type { Sentence } from './sentences.ts'
import { ANY_DURATION, bearer, login, openSession, PASSWORD } from './sessions.ts'

const SPEAKERS = {
  dba: { name: '$DBA', role: 'dba' },
  system: { name: '$SYSTEM', role: 'system' },
  service: { name: '$SERVICE', role: 'service' },
  user: { name: '$USER', role: 'user' },
  other: { name: '$OTHER', role: 'user' },
} as const satisfies Record<string, { readonly name: string; readonly role: NonNullable<GivenUser['role']> }>

export type Speaker = keyof typeof SPEAKERS

interface SqlFields {
  readonly sql: string
  readonly params?: readonly unknown[]
  readonly namespace_id?: string
}

/** A request's text, or all of its fields; `$NS` and the speakers' names are filled. */
type Statement = string | SqlFields

/** Somebody says something, or time passes. */
export type Line = readonly [speaker: Speaker, statement: Statement, answer: Answer] | { readonly passesMs: number }

export interface SqlCase {
  readonly name: string
  readonly proves: readonly Sentence[]
  readonly needs?: ProfileName
  readonly hands?: ConformanceCase['hands']
  /** No topic unless said. */
  readonly given?: Given
  /** Said before the lines by the dba, and done. */
  readonly first?: readonly string[]
  readonly lines?: readonly Line[]
  /** For what is not a table; runs after the lines. */
  readonly play?: (conversation: Conversation, scene: Scene) => Promise<void>
}

export function sqlCase({ name, proves, needs, hands = [], given, first = [], lines = [], play }: SqlCase): ConformanceCase {
  const passes = lines.some((line) => 'passesMs' in line) ? (['letPass'] as const) : []
  return {
    name: `sql: ${name}`,
    proves,
    ...(needs === undefined ? {} : { needs }),
    hands: [...hands, ...passes],
    given: { topics: [], ...given },
    play: async (scene) => {
      await using conversation = createConversation(scene)
      for (const statement of first) await conversation.says('dba', statement, DONE)
      for (const line of lines) {
        if ('passesMs' in line) await scene.hands.letPass(line.passesMs)
        else await conversation.says(...line)
      }
      await play?.(conversation, scene)
    },
  }
}

export interface Conversation extends AsyncDisposable {
  readonly says: (speaker: Speaker, statement: Statement, answer: Answer) => Promise<Response>
  /** The rows of the only result. */
  readonly rowsOf: (speaker: Speaker, statement: Statement) => Promise<readonly (readonly unknown[])[]>
  /** Their access token. */
  readonly tokenOf: (speaker: Speaker) => Promise<string>
  /** A request to `/v1/api/sql` of whatever form. */
  readonly sends: (speaker: Speaker, request: Pick<Request, 'body' | 'headers'>, answer: Answer) => Promise<Response>
}

function createConversation(scene: Scene): Conversation {
  const tokens = new Map<Speaker, string>()
  let hasNamespace = false

  async function tokenOf(speaker: Speaker): Promise<string> {
    const known = tokens.get(speaker)
    if (known !== undefined) return known
    const { name, role } = SPEAKERS[speaker]
    await scene.administration.createUser({ name: scene.names(name), password: PASSWORD, role })
    const { access } = await openSession(scene, login(name))
    tokens.set(speaker, access)
    return access
  }

  async function sends(speaker: Speaker, request: Pick<Request, 'body' | 'headers'>, answer: Answer): Promise<Response> {
    const response = await scene.send(await requestOf(speaker, request))
    const said = typeof request.body === 'string' ? request.body.slice(0, SHOWN_LENGTH_MAX) : 'bytes'
    return scene.check(response, expectationOf(answer, { speaker, response, names: scene.names }), `${speaker} says ${said}`)
  }

  async function requestOf(speaker: Speaker, { body, headers }: Pick<Request, 'body' | 'headers'>): Promise<Request> {
    const all = { 'Content-Type': 'application/json', ...bearer(await tokenOf(speaker)), ...headers }
    return { method: 'POST', path: SQL_PATH, headers: all, ...(body === undefined ? {} : { body }) }
  }

  async function says(speaker: Speaker, statement: Statement, answer: Answer): Promise<Response> {
    const fields = typeof statement === 'string' ? { sql: statement } : statement
    if (!hasNamespace && JSON.stringify(fields).includes('$NS')) {
      hasNamespace = true
      await says('dba', 'CREATE NAMESPACE $NS', DONE)
    }
    return await sends(speaker, { body: JSON.stringify(fields) }, answer)
  }

  return {
    tokenOf,
    says,
    sends,
    async rowsOf(speaker, statement) {
      const { body } = await says(speaker, statement, DONE)
      return (JSON.parse(body.toString()) as { readonly results: readonly [{ readonly rows?: unknown[][] }] }).results[0].rows ?? []
    },
    async [Symbol.asyncDispose]() {
      // A case may have dropped them itself, or stopped the server.
      if (hasNamespace) await says('dba', 'DROP NAMESPACE IF EXISTS $NS CASCADE', ANYTHING).catch(() => {})
      const users = [...tokens.keys()].map((speaker) => scene.administration.deleteUser(scene.names(SPEAKERS[speaker].name)))
      await Promise.allSettled(users)
    },
  }
}

export const SQL_PATH = '/v1/api/sql'
/** Of a request, in a failed case's message. */
const SHOWN_LENGTH_MAX = 300

// Answers

export type Answer = Results | Refusal | 'done' | 'anything'

interface Results {
  readonly results: readonly ResultPattern[]
}

interface Refusal {
  readonly status: number | readonly number[]
  readonly code: Pattern
  readonly message: Pattern
  /** What administrators are told beside it; where nothing is said here, whatever it is. */
  readonly details?: string
}

export interface ResultPattern {
  /** Names and types: `id BigInt, name Text`. Any that there may be unless said; `null`: none. */
  readonly schema?: string | null
  readonly rows?: readonly (readonly Pattern[])[]
  /** In place of rows. */
  readonly holds?: (rows: readonly Row[], names: Names) => boolean
  readonly count?: number
  readonly message?: Pattern
  /** The speaker unless said. */
  readonly asUser?: string
}

/** By the names of columns. */
export type Row = Readonly<Record<string, unknown>>

/** It has to succeed, and whatever it says is not looked at. */
export const DONE = 'done'
const ANYTHING = 'anything'

export function results(...patterns: readonly ResultPattern[]): Results {
  return { results: patterns }
}

/** One result of rows, in their order. */
export function rows(schema: string, expected: readonly (readonly Pattern[])[], more: Pick<ResultPattern, 'asUser'> = {}): Results {
  return results({ schema, rows: expected, ...more })
}

/** One column of one row, of any type. */
export function value(cell: Pattern): Results {
  return results({ rows: [[cell]] })
}

/** Rows of any number of columns, by what is in them. */
export function cells(...expected: readonly (readonly Pattern[])[]): Results {
  return results({ rows: expected })
}

/** One result whose rows are as `holds` says. */
export function rowsThat(holds: NonNullable<ResultPattern['holds']>, schema?: string): Results {
  return results({ holds, ...(schema === undefined ? {} : { schema }) })
}

/** One result without rows but with a text. */
export function told(message: Pattern): Results {
  return results({ schema: null, message })
}

export function inserted(count: number, more: Pick<ResultPattern, 'asUser'> = {}): Results {
  return changed('Inserted', count, more)
}

export function updated(count: number, more: Pick<ResultPattern, 'asUser'> = {}): Results {
  return changed('Updated', count, more)
}

export function deleted(count: number, more: Pick<ResultPattern, 'asUser'> = {}): Results {
  return changed('Deleted', count, more)
}

function changed(verb: string, count: number, more: Pick<ResultPattern, 'asUser'>): Results {
  return results({ schema: null, message: `${verb} ${count} row(s)`, count, ...more })
}

/** 403 for what is not allowed, 429 for too much, and 400 for all else. */
export function refused(code: string, message: Pattern = ANY_TEXT, details?: string): Refusal {
  const status = { PERMISSION_DENIED: 403, RATE_LIMIT_EXCEEDED: 429 }[code] ?? 400
  return { status, code, message, ...(details === undefined ? {} : { details }) }
}

/** The only statement of a request fails while it runs. A text is told behind the statement's number. */
export function fails(message: string | RegExp): Refusal {
  return refused('SQL_EXECUTION_ERROR', typeof message === 'string' ? `Statement 1 failed: ${message}` : message)
}

/** It is refused before anything runs. */
export function invalid(message: Pattern = ANY_TEXT): Refusal {
  return refused('INVALID_SQL', message)
}

/** 400, whether it was read or run that failed: the contract leaves that open. */
export function faulty(message: Pattern = ANY_TEXT): Refusal {
  return { status: 400, code: EITHER_CODE, message }
}

const EITHER_CODE = new Rule('a code', (code) => code === 'INVALID_SQL' || code === 'SQL_EXECUTION_ERROR' || code === 'INVALID_INPUT')

export function denied(message: Pattern = ANY_TEXT): Refusal {
  return refused('PERMISSION_DENIED', message)
}

// What an answer is held against

interface Context {
  readonly speaker: Speaker
  readonly response: Response
  readonly names: Names
}

function expectationOf(answer: Answer, context: Context): Expectation {
  if (answer === ANYTHING) return { status: context.response.status }
  if (answer === DONE) return { status: 200 }
  if ('status' in answer) return refusalOf(answer, context)
  const json = { status: 'success', results: answer.results.map((pattern) => resultOf(pattern, context)), took: ANY_DURATION }
  return { status: 200, json }
}

function refusalOf({ status, code, message, details }: Refusal, { speaker, response }: Context): Expectation {
  const { role } = SPEAKERS[speaker]
  const isAdmin = role === 'dba' || role === 'system'
  const expected = details ?? (isAdmin && response.body.includes('"details"') ? ANY_TEXT : null)
  const error = { code, message, ...(expected === null ? {} : { details: expected }) }
  return { status, json: { status: 'error', error, results: [], took: ANY_DURATION } }
}

const ANY_COUNT = new Rule('a whole number', (count) => Number.isSafeInteger(count) && Number(count) >= 0)

function resultOf(pattern: ResultPattern, { speaker, names }: Context): Pattern {
  const { schema, rows: expected, holds, message, asUser = SPEAKERS[speaker].name } = pattern
  if (holds !== undefined) return rowsRule(schema, (found) => holds(found, names))
  const count = pattern.count ?? expected?.length ?? ANY_COUNT
  return {
    ...(schema === null ? {} : { schema: schemaRule(schema) }),
    ...(expected === undefined || expected.length === 0 ? {} : { rows: expected }),
    row_count: count,
    ...(message === undefined ? {} : { message }),
    as_user: asUser,
  }
}

function rowsRule(schema: string | null | undefined, holds: (found: readonly Row[]) => boolean): Rule {
  return new Rule(`a result of ${schema ?? 'columns'} that holds ${String(holds)}`, (result) => {
    if (typeof result !== 'object' || result === null || !('schema' in result)) return false
    if (!schemaRule(schema).holds(result.schema)) return false
    const names = (result.schema as readonly { readonly name: string }[]).map(({ name }) => name)
    const found = 'rows' in result ? (result.rows as readonly (readonly unknown[])[]) : []
    return holds(found.map((row) => Object.fromEntries(row.map((cell, index) => [names[index]!, cell]))))
  })
}

const SIMPLE_TYPES = new Set('Boolean Int BigInt SmallInt Double Float Text Timestamp Date DateTime Time Json Bytes Uuid File'.split(' '))
const FLAGS: ReadonlySet<unknown> = new Set(['pk', 'nn', 'uq'])

function isDataType(type: unknown): boolean {
  if (typeof type === 'string') return SIMPLE_TYPES.has(type)
  return /^\{"(?:Embedding":\d+|Decimal":\{"precision":\d+,"scale":\d+\})\}$/.test(JSON.stringify(type))
}

/** Columns of known types, in their order; those that are said, where they are. */
function schemaRule(said: string | null | undefined): Rule {
  const expected = said?.split(', ').map((column) => [column.slice(0, column.indexOf(' ')), column.slice(column.indexOf(' ') + 1)])
  return new Rule(`the schema ${said ?? 'of columns'}`, (schema) => {
    if (!Array.isArray(schema) || schema.length === 0) return false
    if (expected !== undefined && expected.length !== schema.length) return false
    return schema.every((column: Readonly<Record<string, unknown>>, at) => {
      const { name, data_type: type, index, flags = [], ...others } = column
      if (typeof name !== 'string' || !isDataType(type) || index !== at || Object.keys(others).length > 0) return false
      if (!Array.isArray(flags) || !flags.every((flag) => FLAGS.has(flag))) return false
      const wanted = expected?.[at]
      return wanted === undefined || (wanted[0] === name && wanted[1] === (typeof type === 'string' ? type : JSON.stringify(type)))
    })
  })
}
