/**
 * Who is calling: the credentials of a request, as its surface carries them (contract A1–A4).
 *
 * - Basic credentials or a session's token everywhere but on the intake, `DD-API-KEY: user:password` there; the other one is ignored on each.
 * - Both are UTF-8; the first colon ends the name, so that a password may hold colons.
 */
import { isUtf8 } from 'node:buffer'
import type { Presented } from '@logbrook/broker/authentication'
import type { Caller } from '@logbrook/broker/caller'
import type { Bindings, RouteContext } from './context.ts'

const NONE: Presented = { kind: 'none' }
const MALFORMED: Presented = { kind: 'malformed' }

/** @throws KafkaError SASL_AUTHENTICATION_FAILED */
export function basicCaller(env: Bindings, context: RouteContext): Promise<Caller> {
  return identify(env, context, presentedIn(env.incoming.headers.authorization), 'refuse')
}

/**
 * Where credentials are optional, a key that is malformed or wrong is as good as none (A3).
 *
 * @throws KafkaError SASL_AUTHENTICATION_FAILED
 */
export function apiKeyCaller(env: Bindings, context: RouteContext): Promise<Caller> {
  return identify(env, context, presentedKey(env.incoming.headers['dd-api-key']), 'ignore')
}

async function identify(
  env: Bindings,
  { broker, clientAddress }: RouteContext,
  presented: Presented,
  wrong: 'refuse' | 'ignore',
): Promise<Caller> {
  const host = clientAddress(env.incoming)
  const principal = await broker.authentication.identify(presented, { address: host, wrong })
  env.exchange.principal = principal
  return { principal, host }
}

const BEARER = /^bearer +(?<token>[^ ]+) *$/i

/** The token of an `Authorization: Bearer`; `null` where it is something else. */
export function bearerToken(authorization: string): string | null {
  return BEARER.exec(authorization)?.groups?.['token'] ?? null
}

const BASIC = /^basic +(?<credentials>[a-z0-9+/]+={0,2}) *$/i

function presentedIn(authorization: string | undefined): Presented {
  if (authorization === undefined) return NONE
  const token = bearerToken(authorization)
  if (token !== null) return { kind: 'token', token }
  const encoded = BASIC.exec(authorization)?.groups?.['credentials']
  return encoded === undefined ? MALFORMED : userAndPassword(Buffer.from(encoded, 'base64'))
}

function presentedKey(apiKey: string | readonly string[] | undefined): Presented {
  if (apiKey === undefined) return NONE
  // Node hands out header bytes as Latin-1.
  return typeof apiKey === 'string' ? userAndPassword(Buffer.from(apiKey, 'latin1')) : MALFORMED
}

function userAndPassword(bytes: Buffer): Presented {
  const colon = bytes.indexOf(':')
  if (colon === -1 || !isUtf8(bytes)) return MALFORMED
  return { kind: 'password', user: bytes.toString('utf8', 0, colon), password: bytes.toString('utf8', colon + 1) }
}
