/** Where a request carries the token of its session: a header, or a cookie (contract 3.3, 3.5). */
import { KafkaError } from '@logbrook/kafka/errors'
import { getCookie } from 'hono/cookie'
import { bearerToken } from '../../caller.ts'
import type { RequestContext } from '../../context.ts'
import { ACCESS_COOKIE, REFRESH_COOKIE } from './cookies.ts'

/** The header's; one that is malformed does not fall through to the cookie. @throws KafkaError */
export function accessTokenOf(c: RequestContext): string {
  return headerToken(c) ?? getCookie(c, ACCESS_COOKIE) ?? missing()
}

/** The cookie's, else the header's. @throws KafkaError */
export function refreshTokenOf(c: RequestContext): string {
  return getCookie(c, REFRESH_COOKIE) ?? headerToken(c) ?? missing()
}

function headerToken({ env }: RequestContext): string | undefined {
  const { authorization } = env.incoming.headers
  if (authorization === undefined) return undefined
  const token = bearerToken(authorization)
  if (token === null) throw new KafkaError('SASL_AUTHENTICATION_FAILED', 'Authorization header must be Bearer and a token')
  return token
}

function missing(): never {
  throw new KafkaError('MISSING_AUTHORIZATION', 'Authentication required')
}
