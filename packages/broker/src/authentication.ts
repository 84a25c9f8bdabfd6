/** Who is calling (contract A1–A4): from what a door was presented to a principal. */
import { KafkaError } from '@logbrook/kafka/errors'
import { AUTHENTICATION_FAILURES_MAX, AUTHENTICATION_FAILURE_WINDOW_MS } from '@logbrook/kafka/limits'
import { ANONYMOUS, principalOf } from '@logbrook/kafka/principal'
import type { Principal } from '@logbrook/kafka/principal'
import type { PasswordCheck, UserPassword } from './password-check.ts'
import type { Sessions } from './sessions/sessions.ts'

/** `none`: credentials are not looked at, everyone is anonymous. `optional`: who presents none is anonymous. */
export type AuthenticationMode = 'none' | 'optional' | 'required'

/** What a request brought; `malformed` is what could not be split into a user and a password. */
export type Presented =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }
  | ({ readonly kind: 'password' } & UserPassword)
  | { readonly kind: 'token'; readonly token: string }

interface IdentifyOptions {
  /** The client's address, in the spelling of `canonicalHost`. */
  readonly address: string
  /** What malformed or wrong credentials mean where authentication is optional: Basic refuses them, `DD-API-KEY` ignores them. */
  readonly wrong: 'refuse' | 'ignore'
}

export type AuthenticationFailure = 'missing' | 'malformed' | 'wrong' | 'throttled' | 'token' | 'expired'

export interface Authentication {
  /** @throws KafkaError SASL_AUTHENTICATION_FAILED */
  identify(presented: Presented, options: IdentifyOptions): Promise<Principal>
}

export interface AuthenticationOptions {
  readonly mode: AuthenticationMode
  readonly checkPassword: PasswordCheck
  readonly sessions: Pick<Sessions, 'identify'>
  /** Told of every failure, also of one that is ignored. */
  readonly onFailure?: (failure: AuthenticationFailure) => void
}

/** None of them says whether there is such a user. */
const MESSAGES: Readonly<Record<AuthenticationFailure, string>> = {
  missing: 'credentials are required',
  malformed: 'credentials are malformed; they are user:password',
  wrong: 'user or password is wrong',
  throttled:
    `the user failed ${AUTHENTICATION_FAILURES_MAX} times from this address; ` +
    `it is refused for the rest of ${AUTHENTICATION_FAILURE_WINDOW_MS / 1000} s`,
  token: 'the token is none of this broker, or its user is not who they were when it was issued',
  expired: 'the token has expired',
}

export function createAuthentication({ mode, checkPassword, sessions, onFailure }: AuthenticationOptions): Authentication {
  function fail(failure: AuthenticationFailure, wrong: IdentifyOptions['wrong']): Principal {
    onFailure?.(failure)
    if (mode === 'optional' && wrong === 'ignore') return ANONYMOUS
    throw new KafkaError('SASL_AUTHENTICATION_FAILED', MESSAGES[failure])
  }

  return {
    async identify(presented, { address, wrong }) {
      if (mode === 'none') return ANONYMOUS
      if (presented.kind === 'malformed') return fail('malformed', wrong)
      if (presented.kind === 'none') return mode === 'optional' ? ANONYMOUS : fail('missing', wrong)
      if (presented.kind === 'token') {
        const user = await sessions.identify(presented.token)
        if (typeof user === 'string') return fail(user === 'expired' ? 'expired' : 'token', wrong)
        return principalOf(user.name)
      }
      const verdict = await checkPassword(presented, address)
      return verdict === 'right' ? principalOf(presented.user) : fail(verdict, wrong)
    },
  }
}
