/**
 * Who calls the KalamDB dialect: always by a token, whatever the other doors ask for (contract 1.1, 1.2).
 *
 * `Authorization: Basic` is refused, and a cookie is not looked at.
 */
import type { Caller } from '@logbrook/broker/caller'
import type { TokenVerdict } from '@logbrook/broker/sessions/sessions'
import { KafkaError } from '@logbrook/kafka/errors'
import { principalOf } from '@logbrook/kafka/principal'
import type { User } from '@logbrook/kafka/users'
import { bearerToken } from '../../caller.ts'
import type { Bindings, RouteContext } from '../../context.ts'

/** A caller and the user that they are, read for this request. */
export interface BearerCaller extends Caller {
  readonly user: User
}

/** @throws KafkaError MISSING_AUTHORIZATION, TOKEN_EXPIRED, SASL_AUTHENTICATION_FAILED, SETUP_REQUIRED, ACCOUNT_LOCKED, AUTHENTICATION_ERROR */
export async function bearerCaller(env: Bindings, context: RouteContext): Promise<BearerCaller> {
  const { authorization } = env.incoming.headers
  if (authorization === undefined) throw new KafkaError('MISSING_AUTHORIZATION', 'Authentication required')
  const user = await tokenUser(bearerToken(authorization), context)
  const principal = principalOf(user.name)
  env.exchange.principal = principal
  return { principal, host: context.clientAddress(env.incoming), user }
}

/**
 * @param token `null`: what was shown is none
 * @throws KafkaError TOKEN_EXPIRED, SASL_AUTHENTICATION_FAILED, SETUP_REQUIRED, ACCOUNT_LOCKED, AUTHENTICATION_ERROR
 */
export async function tokenUser(token: string | null, context: RouteContext): Promise<User> {
  const user = userOf(token === null ? 'wrong' : await identified(token, context))
  if (context.broker.sessions.isLocked(user.name)) throw new KafkaError('ACCOUNT_LOCKED', 'Account locked')
  return user
}

async function identified(token: string, { broker }: RouteContext): Promise<TokenVerdict> {
  try {
    return await broker.sessions.identify(token)
  } catch (cause) {
    throw new KafkaError('AUTHENTICATION_ERROR', 'Authentication failed', { cause })
  }
}

/** @throws KafkaError TOKEN_EXPIRED, SETUP_REQUIRED, SASL_AUTHENTICATION_FAILED */
export function userOf(verdict: TokenVerdict): User {
  if (typeof verdict !== 'string') return verdict
  if (verdict === 'unset') throw new KafkaError('SETUP_REQUIRED', 'Server requires initial setup')
  throw new KafkaError(verdict === 'expired' ? 'TOKEN_EXPIRED' : 'SASL_AUTHENTICATION_FAILED', 'Invalid credentials')
}
