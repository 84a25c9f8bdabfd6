/**
 * What went wrong, in the words of each HTTP surface. An error is thrown where it is detected, caught once, and rendered here.
 *
 * - A surface has its own codes and statuses: what it does not know becomes the nearest that it does.
 * - What is not a `KafkaError` is a mistake of ours: its message stays inside, its stack goes to the log.
 */
import { STATUS_CODES } from 'node:http'
import { ERRORS, KafkaError } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import { SqlError } from '@logbrook/sql/sql-error'
import { sessionProblem, sqlFailure, sqlProblem, topicProblem } from './kalamdb-problems.ts'
import type { Surface } from './surfaces.ts'

interface Problem {
  readonly code: ErrorName
  readonly status: number
  readonly message: string
  readonly tookMs: number
}

interface Rendered {
  readonly status?: number
  readonly contentType?: string
  readonly body: object
}

type ErrorRenderer = (problem: Problem) => Rendered

const RENDERERS: Record<Surface, ErrorRenderer> = {
  datadog: ({ code, status, message }) => ({
    body: { code, message, errors: [{ status: String(status), title: STATUS_CODES[status], detail: message }] },
  }),
  fetch: ({ code, message }) => ({ body: { code, message } }),
  'kalamdb-auth': sessionProblem,
  'kalamdb-topics': topicProblem,
  'kalamdb-sql': sqlProblem,
  own: ({ code, status, message }) => ({
    contentType: 'application/problem+json',
    body: { type: `urn:logbrook:error:${code}`, title: ERRORS[code].meaning, status, detail: message, code, message },
  }),
}

/** What senders understand. Any other status than these makes the Datadog Agent send a payload again for ever. */
const DATADOG_CODES = new Set<ErrorName>([
  'INVALID_REQUEST',
  'INVALID_TOPIC_EXCEPTION',
  'SASL_AUTHENTICATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'MESSAGE_TOO_LARGE',
  'KAFKA_STORAGE_ERROR',
])

const TRANSLATIONS: Record<Surface, (code: ErrorName) => ErrorName> = {
  datadog(code) {
    if (DATADOG_CODES.has(code)) return code
    if (code === 'UNKNOWN_TOPIC_OR_PARTITION') return 'INVALID_TOPIC_EXCEPTION'
    // A body that came too slowly is sent again, as after a failure of ours; what is wrong in itself is not.
    return ERRORS[code].status >= 500 || code === 'REQUEST_TIMED_OUT' ? 'KAFKA_STORAGE_ERROR' : 'INVALID_REQUEST'
  },
  fetch(code) {
    if (code === 'INVALID_TOPIC_EXCEPTION') return 'INVALID_REQUEST'
    return ERRORS[code].status >= 500 ? 'KAFKA_STORAGE_ERROR' : code
  },
  'kalamdb-auth': untranslated,
  'kalamdb-topics': untranslated,
  'kalamdb-sql': untranslated,
  own: untranslated,
}

/** The surface knows them all, or translates for itself. */
function untranslated(code: ErrorName): ErrorName {
  return code
}

/** What a surface says of a failure that nobody foresaw. */
const UNFORESEEN: Record<Surface, ErrorName> = {
  datadog: 'KAFKA_STORAGE_ERROR',
  fetch: 'KAFKA_STORAGE_ERROR',
  'kalamdb-auth': 'UNKNOWN_SERVER_ERROR',
  'kalamdb-topics': 'UNKNOWN_SERVER_ERROR',
  'kalamdb-sql': 'UNKNOWN_SERVER_ERROR',
  own: 'UNKNOWN_SERVER_ERROR',
}

/** What a client is asked for that was refused; senders of logs know what they have. */
const CHALLENGES: Record<Surface, string | null> = {
  datadog: null,
  fetch: 'Basic realm="logbrook", charset="UTF-8"',
  'kalamdb-auth': 'Bearer realm="logbrook"',
  'kalamdb-topics': 'Bearer realm="logbrook"',
  'kalamdb-sql': 'Bearer realm="logbrook"',
  own: 'Basic realm="logbrook", charset="UTF-8"',
}

function problemOf(error: unknown, surface: Surface, tookMs: number): Problem {
  const code = error instanceof KafkaError ? TRANSLATIONS[surface](error.error) : UNFORESEEN[surface]
  const message = error instanceof KafkaError ? error.message : 'the broker failed in a way it did not expect; its log says more'
  return { code, status: ERRORS[code].status, message, tookMs }
}

/** Whether it says itself what went wrong, to whoever asked. */
export function isForeseen(error: unknown): error is KafkaError | SqlError {
  return error instanceof KafkaError || error instanceof SqlError
}

interface RenderOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Since the request came, for surfaces that say it. */
  readonly tookMs?: number
}

/** The answer to a request that failed. */
export function renderError(error: unknown, surface: Surface, { headers: more = {}, tookMs = 0 }: RenderOptions = {}): Response {
  const problem = problemOf(error, surface, tookMs)
  const rendered: Rendered = error instanceof SqlError ? sqlFailure(error, tookMs) : RENDERERS[surface](problem)
  const { status = problem.status, contentType = 'application/json', body } = rendered
  const headers: Record<string, string> = { ...more, 'Content-Type': contentType }
  const challenge = CHALLENGES[surface]
  if (status === 401 && challenge !== null) headers['WWW-Authenticate'] = challenge
  return new Response(JSON.stringify(body), { status, headers })
}
