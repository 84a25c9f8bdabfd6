/**
 * Sessions: a password for a pair of tokens, and tokens for the user that they stand for (contract 3).
 *
 * - Every use of a token reads the user anew: one that is gone, has another role or another password than when it was issued is nobody.
 * - A remembered token costs a hash; the first use of each, a signature.
 * - Tokens are not kept: they end by their time, by a change of their user, or all together with the secret.
 */
import type { Clock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import type { SessionSecretStore } from '@logbrook/kafka/session-secret'
import type { User } from '@logbrook/kafka/users'
import type { Caller } from '../caller.ts'
import type { PasswordCheck, UserPassword } from '../password-check.ts'
import { CLUSTER } from '../permissions.ts'
import type { Permissions } from '../permissions.ts'
import { createLoginLock } from './login-lock.ts'
import { createRequestRate } from './request-rate.ts'
import { createSetup, ROOT } from './setup.ts'
import type { Setup, SetupOptions } from './setup.ts'
import { createTokens } from './tokens.ts'
import type { SignedToken, TokenKind } from './tokens.ts'
import { createVerifiedTokens } from './verified-tokens.ts'

export interface Session {
  readonly user: User
  readonly access: SignedToken
  readonly refresh: SignedToken
}

/** `kind`: a token of the other kind. `unset`: of root, who is to get a password by the setup. */
export type TokenVerdict = User | 'wrong' | 'expired' | 'kind' | 'unset'

export interface Sessions {
  /** Counts a request for a session. @throws KafkaError THROTTLING_QUOTA_EXCEEDED */
  admit(address: string): void
  /** @throws KafkaError SASL_AUTHENTICATION_FAILED, ACCOUNT_LOCKED, SETUP_REQUIRED */
  login(presented: UserPassword): Promise<Session>
  /** @throws KafkaError SASL_AUTHENTICATION_FAILED */
  refresh(token: string): Promise<Session>
  /** Whom a token stands for now. */
  identify(token: string, kind?: TokenKind): Promise<TokenVerdict>
  isLocked(user: string): boolean
  readonly setup: Setup
  /** Ends all sessions: no token that was issued before is worth anything. Asks for ALTER on the cluster. */
  rotateSecret(caller: Caller): Promise<void>
}

export interface SessionLimits {
  /** Logins, refreshes and setups of one address within a second; 0: as many as there are. */
  readonly authRequestsPerSecond: number
  /** Failed logins of a user before they are locked; 0: as many as there are. */
  readonly loginFailuresMax: number
}

export interface SessionsOptions extends SessionLimits {
  readonly users: SetupOptions['users']
  readonly superUsers: SetupOptions['superUsers']
  readonly permissions: Pick<Permissions, 'require'>
  readonly checkPassword: PasswordCheck
  readonly secrets: SessionSecretStore
  readonly clock: Clock
}

export function createSessions({ users, superUsers, permissions, checkPassword, secrets, clock, ...limits }: SessionsOptions): Sessions {
  const setup = createSetup({ users, superUsers })
  const tokens = createTokens(secrets, clock)
  let remembered = createVerifiedTokens()
  const lock = createLoginLock({ clock, failuresMax: limits.loginFailuresMax })
  const rate = createRequestRate({ clock, perSecondMax: limits.authRequestsPerSecond })

  async function open(user: User): Promise<Session> {
    const { name, role, email, credential } = user
    if (credential === null) throw wrong()
    const subject = { user: name, role, email, credential }
    const [access, refresh] = await Promise.all([tokens.sign('access', subject), tokens.sign('refresh', subject)])
    return { user, access, refresh }
  }

  async function identify(token: string, kind: TokenKind = 'access'): Promise<TokenVerdict> {
    // What is found out while the secret is replaced is not remembered for the new one.
    const cache = remembered
    const known = cache.get(token)
    const claims = known?.claims ?? (await tokens.verify(token))
    if (typeof claims === 'string') return claims
    const problem = tokens.timeProblem(claims)
    if (problem !== null) return problem
    if (claims.kind !== kind) return 'kind'
    const user = users.user(claims.user)
    if (user === null || user.credential === null) return isUnset(claims.user) ? 'unset' : 'wrong'
    if (claims.role !== user.role) return 'wrong'
    if (known?.credential === user.credential) return user
    if ((await tokens.digestOf(user.credential)) !== claims.credential) return 'wrong'
    cache.remember(token, { claims, credential: user.credential })
    return users.user(user.name) === user ? user : 'wrong'
  }

  /** Whether it is root, who has no password yet and may get one. */
  function isUnset(user: string): boolean {
    return user === ROOT && (users.user(ROOT)?.credential ?? null) === null && setup.isNeeded()
  }

  return {
    identify,
    setup,
    isLocked: (user) => lock.isLocked(user),

    admit(address) {
      if (rate.admits(address)) return
      throw new KafkaError('THROTTLING_QUOTA_EXCEEDED', 'Too many authentication attempts. Please retry shortly.')
    },

    async login(presented) {
      const check = async () => (await checkPassword(presented, null)) === 'right'
      const before = users.user(presented.user)
      if (presented.password === '' && isUnset(presented.user)) throw setupRequired()
      const right = before === null ? await check() : await lock.attempt(before.name, check)
      if (right === 'locked') throw new KafkaError('ACCOUNT_LOCKED', 'Account locked')
      const user = users.user(presented.user)
      // The password was found to be right for what was the user's before.
      if (!right || user === null || user.credential !== before?.credential) throw wrong()
      return await open(user)
    },

    async rotateSecret(caller) {
      permissions.require(caller, 'ALTER', CLUSTER)
      await secrets.rotate()
      remembered = createVerifiedTokens()
    },

    async refresh(token) {
      const user = await identify(token, 'refresh')
      if (user === 'kind') throw new KafkaError('SASL_AUTHENTICATION_FAILED', 'Refresh endpoint requires a refresh token')
      if (typeof user === 'string') throw wrong()
      return await open(user)
    },
  }
}

function setupRequired(): KafkaError {
  return new KafkaError('SETUP_REQUIRED', 'Server requires initial setup')
}

function wrong(): KafkaError {
  return new KafkaError('SASL_AUTHENTICATION_FAILED', 'Invalid credentials')
}
