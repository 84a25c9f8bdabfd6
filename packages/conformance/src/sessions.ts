/** Requests of sessions, and the answers that most cases of them expect. */
import type { Expectation, Request } from './case.ts'
import { Rule } from './match.ts'
import type { Pattern } from './match.ts'
import type { Scene } from './scene.ts'

export const PASSWORD = 'correct horse battery'

export function loginWith(fields: Readonly<Record<string, unknown>>): Request {
  return { method: 'POST', path: '/v1/api/auth/login', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fields) }
}

export function login(user = '$USER', password = PASSWORD): Request {
  return loginWith({ user, password })
}

export function me(headers: Request['headers'] = {}): Request {
  return { method: 'GET', path: '/v1/api/auth/me', headers }
}

/** Without body, type or length, as KalamDB's own client sends it. */
export function refresh(headers: Request['headers'] = {}): Request {
  return { method: 'POST', path: '/v1/api/auth/refresh', headers, framing: 'none' }
}

export function bearer(token: string): { readonly Authorization: string } {
  return { Authorization: `Bearer ${token}` }
}

/** Whatever takes a token asks for it before it looks at anything else. */
export function consume(headers: Request['headers'] = {}): Request {
  const body = JSON.stringify({ topic_id: '$TOPIC', start: 'Earliest' })
  return { method: 'POST', path: '/v1/api/topics/consume', headers: { 'Content-Type': 'application/json', ...headers }, body }
}

export const ANY_TIME = new Rule(
  'RFC 3339',
  (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value),
)
const ANY_JWT = new Rule('a JSON Web Token', (value) => typeof value === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value))
export const ANY_DURATION = new Rule(
  'milliseconds',
  (value) => typeof value === 'number' && value >= 0 && /^\d+(?:\.\d{1,3})?$/.test(String(value)),
)

export function userPattern(id: string, role: string): Pattern {
  return { id, role, email: null, name: null, created_at: ANY_TIME, updated_at: ANY_TIME }
}

export function sessionOf(id: string, role: string): Expectation {
  return {
    status: 200,
    json: {
      user: userPattern(id, role),
      admin_ui_access: role === 'dba' || role === 'system',
      expires_at: ANY_TIME,
      access_token: ANY_JWT,
      refresh_token: ANY_JWT,
      refresh_expires_at: ANY_TIME,
    },
  }
}

export function sessionRefused(status: number, error: string, message: Pattern): Expectation {
  return { status, json: { error, message } }
}

export const UNAUTHORIZED = sessionRefused(401, 'unauthorized', 'Invalid credentials')
export const LOCKED = sessionRefused(401, 'account_locked', 'Account locked')

/** What sql, files and topics say to who is not let in. */
export function bearerRefused(status: number, code: string, message: string): Expectation {
  return { status, json: { status: 'error', error: { code, message }, results: [], took: ANY_DURATION } }
}

export const NO_TOKEN = bearerRefused(401, 'MISSING_AUTHORIZATION', 'Authentication required')
export const BAD_TOKEN = bearerRefused(401, 'INVALID_CREDENTIALS', 'Invalid credentials')

export interface SessionTokens {
  readonly access: string
  readonly refresh: string
  readonly accessExpiresMs: number
  readonly refreshExpiresMs: number
}

/** Logs in, or asks for new tokens, which has to succeed. */
export async function openSession(scene: Scene, request: Request = login()): Promise<SessionTokens> {
  const { body } = await scene.exchange({ request, expect: { status: 200 } })
  const session = JSON.parse(body.toString()) as Readonly<
    Record<'access_token' | 'refresh_token' | 'expires_at' | 'refresh_expires_at', string>
  >
  return {
    access: session.access_token,
    refresh: session.refresh_token,
    accessExpiresMs: Date.parse(session.expires_at),
    refreshExpiresMs: Date.parse(session.refresh_expires_at),
  }
}

/** What a token says, whoever signed it. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Readonly<Record<string, unknown>>
}

/** A token of these parts, under a signature that was never made. */
export function forged(header: object, claims: object, signature: string): string {
  return `${encoded(header)}.${encoded(claims)}.${signature}`
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
