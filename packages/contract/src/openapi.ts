/** The OpenAPI 3.1 document, made from the route table and the schemas. */
import { ERRORS } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import { z } from 'zod'
import { COMPONENTS } from './components.ts'
import { TopicError } from './consuming.ts'
import { FetchError, IntakeError, Problem } from './problem.ts'
import type { Answer, Body, Dialect, QueryParameter, Route } from './route.ts'
import { ROUTES } from './routes.ts'
import { LocalOnly } from './server-health.ts'
import { SessionError } from './sessions.ts'
import { SqlError } from './sql.ts'

type Json = Record<string, unknown>

interface DialectInfo {
  readonly tag: string
  readonly description: string
  /** How an error looks. */
  readonly error: Body
  readonly security: readonly Json[]
  /** What every endpoint of the dialect may answer. */
  readonly errors: readonly ErrorName[]
}

const BASIC_OR_TOKEN_OR_NONE = [{ basic: [] }, { bearer: [] }, {}]

const DIALECTS: Readonly<Record<Dialect, DialectInfo>> = {
  own: {
    tag: 'Logbrook',
    description: 'Topics, records, users and permissions.',
    error: { contentType: 'application/problem+json', schema: Problem },
    security: BASIC_OR_TOKEN_OR_NONE,
    errors: ['INVALID_REQUEST', 'SASL_AUTHENTICATION_FAILED', 'KAFKA_STORAGE_ERROR', 'UNKNOWN_SERVER_ERROR'],
  },
  warpstream: {
    tag: 'Fetch',
    description: "WarpStream's HTTP fetch.",
    error: { contentType: 'application/json', schema: FetchError },
    security: BASIC_OR_TOKEN_OR_NONE,
    errors: ['SASL_AUTHENTICATION_FAILED', 'KAFKA_STORAGE_ERROR', 'UNKNOWN_SERVER_ERROR'],
  },
  datadog: {
    tag: 'Datadog intake',
    description: "Datadog's log intake, one prefix for each topic.",
    error: { contentType: 'application/json', schema: IntakeError },
    security: [{ apiKey: [] }, {}],
    errors: ['SASL_AUTHENTICATION_FAILED', 'KAFKA_STORAGE_ERROR'],
  },
  'kalamdb-auth': {
    tag: 'Sessions',
    description: "KalamDB's: a password for a token, and a token for who it stands for.",
    error: { contentType: 'application/json', schema: SessionError },
    security: [{ bearer: [] }, { cookie: [] }, {}],
    errors: ['KAFKA_STORAGE_ERROR', 'UNKNOWN_SERVER_ERROR'],
  },
  'kalamdb-topics': {
    tag: 'Consuming',
    description: "KalamDB's: records for consumer groups.",
    error: { contentType: 'application/json', schema: TopicError },
    security: [{ bearer: [] }],
    errors: ['SASL_AUTHENTICATION_FAILED', 'KAFKA_STORAGE_ERROR', 'UNKNOWN_SERVER_ERROR'],
  },
  'kalamdb-sql': {
    tag: 'SQL',
    description: "KalamDB's: statements, and the files that rows hold.",
    error: { contentType: 'application/json', schema: SqlError },
    security: [{ bearer: [] }],
    errors: ['SASL_AUTHENTICATION_FAILED', 'KAFKA_STORAGE_ERROR', 'UNKNOWN_SERVER_ERROR'],
  },
  'kalamdb-health': {
    tag: 'Health',
    description: "KalamDB's, for whoever asks from this machine.",
    error: { contentType: 'application/json', schema: LocalOnly },
    security: [],
    errors: ['POLICY_VIOLATION'],
  },
  plain: {
    tag: 'Machines and people',
    description: 'Health, this document, and a page to look at.',
    error: { contentType: 'application/problem+json', schema: Problem },
    security: [],
    errors: [],
  },
  testing: {
    tag: 'Testing',
    description: 'Controls of a broker under test.',
    error: { contentType: 'application/problem+json', schema: Problem },
    security: [],
    errors: ['INVALID_REQUEST', 'UNKNOWN_SERVER_ERROR'],
  },
}

/**
 * @param version of the server that answers with it
 * @param more routes that not every server has
 */
export function openApiDocument(version: string, more: readonly Route[] = []): Json {
  const routes = [...ROUTES, ...more]
  const spoken = new Set(routes.map(({ dialect }) => DIALECTS[dialect]))
  return {
    openapi: '3.1.1',
    info: {
      title: 'Logbrook',
      version,
      summary: 'A self-contained mini log broker with an HTTP front door',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: Object.values(DIALECTS).flatMap((info) => (spoken.has(info) ? [{ name: info.tag, description: info.description }] : [])),
    paths: pathsOf(routes),
    components: {
      schemas: schemas(),
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic' },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'the access token of a session' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'kalamdb_auth', description: 'the same, in a browser' },
        apiKey: { type: 'apiKey', in: 'header', name: 'DD-API-KEY', description: '`user:password`' },
      },
    },
  }
}

function schemas(): Json {
  const { schemas: byId } = z.toJSONSchema(COMPONENTS, { uri: refOf, io: 'input' })
  return Object.fromEntries(Object.entries(byId).map(([id, schema]) => [id, embedded(schema)]))
}

function refOf(id: string): string {
  return `#/components/schemas/${id}`
}

/** A reference where the schema has a name, else the schema itself. */
function schemaOf(schema: z.ZodType): Json {
  const name = COMPONENTS.get(schema)
  if (name !== undefined) return { $ref: refOf(name.id) }
  return embedded(z.toJSONSchema(schema, { io: 'input' }))
}

/** Without what only a schema that stands alone carries. */
function embedded(schema: object): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'))
}

function pathsOf(routes: readonly Route[]): Json {
  const byPath: Record<string, Json> = {}
  for (const route of routes) (byPath[route.path] ??= {})[route.method.toLowerCase()] = operation(route)
  return byPath
}

function operation(route: Route): Json {
  const dialect = DIALECTS[route.dialect]
  return {
    operationId: route.operationId,
    tags: [dialect.tag],
    summary: route.summary,
    description: [route.description, `Authorization: ${route.authorizes}.`].filter((part) => part !== undefined).join('\n\n'),
    parameters: [...pathParameters(route.path), ...(route.query ?? []).map(queryParameter)],
    ...(route.bodies === undefined ? {} : { requestBody: { required: route.bodyRequired === true, content: contentOf(route.bodies) } }),
    responses: { [route.answer.status]: answer(route.answer), ...refusals(route, dialect) },
    security: route.dialect === 'plain' ? [] : dialect.security,
  }
}

function pathParameters(path: string): readonly Json[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: name === 'partition' || name === 'offset' ? { type: 'integer', minimum: 0 } : { type: 'string' },
  }))
}

function queryParameter({ name, schema, required, repeated, description }: QueryParameter): Json {
  const one = schemaOf(schema)
  return { name, in: 'query', required: required === true, description, schema: repeated === true ? { type: 'array', items: one } : one }
}

function contentOf(bodies: readonly Body[]): Json {
  return Object.fromEntries(
    bodies.map(({ contentType, schema, description }) => [
      contentType,
      { schema: { ...schemaOf(schema), ...(description === undefined ? {} : { description }) } },
    ]),
  )
}

function answer({ description, body, headers }: Answer): Json {
  return {
    description,
    ...(headers === undefined ? {} : { headers: headersOf(headers) }),
    ...(body === undefined ? {} : { content: contentOf([body]) }),
  }
}

function headersOf(headers: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]))
}

/** By status: an endpoint may have several errors of one. */
function refusals(route: Route, dialect: DialectInfo): Json {
  const byStatus = new Map<number, string[]>()
  for (const error of new Set([...route.errors, ...dialect.errors])) {
    const { meaning } = ERRORS[error]
    const status = statusIn(route.dialect, error)
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${error}\`: ${meaning}`])
  }
  return Object.fromEntries(
    Array.from(byStatus, ([status, lines]) => [status, { description: lines.join('\n'), content: contentOf([dialect.error]) }]),
  )
}

/** The intake never answers 404: its senders would try again for ever. */
function statusIn(dialect: Dialect, error: ErrorName): number {
  const { status } = ERRORS[error]
  return dialect === 'datadog' && status === 404 ? 400 : status
}
