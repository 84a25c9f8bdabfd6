/**
 * Whether a password is a user's, at no more cost than needed and no more often than allowed.
 *
 * - The answer is about the credential that is the user's when it is given: changed during the check, the check is made again.
 * - The same password of the same user presented many times at once is checked once, and a right one is remembered.
 * - A name that is no user's costs the same check as one that is.
 * - After too many failures of a user from an address nothing is checked for a while; what is remembered still passes.
 */
import type { Clock } from '@logbrook/kafka/clock'
import { PASSWORD_BYTES_MAX, PASSWORD_CHECKS_AT_ONCE_MAX, USER_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import type { ScramCredential } from '@logbrook/kafka/users'
import { createCredentialCache } from './credential-cache.ts'
import type { CredentialKey } from './credential-cache.ts'
import { createFailureThrottle } from './failure-throttle.ts'
import { createGate } from './gate.ts'
import { passwordMatches, unmatchableCredential } from './scram.ts'
import type { Users } from './users.ts'

export interface UserPassword {
  readonly user: string
  readonly password: string
}

type PasswordVerdict = 'right' | 'wrong' | 'throttled'

export interface PasswordCheckOptions {
  readonly users: Pick<Users, 'credentialOf'>
  readonly clock: Clock
  /** The costly part: SCRAM-SHA-512, unless told otherwise. */
  readonly matches?: (credential: ScramCredential, password: string) => Promise<boolean>
}

/** Failures are counted for each user and `address`; with `null`, whoever asks counts them, and none is `throttled`. */
export type PasswordCheck = (presented: UserPassword, address: string | null) => Promise<PasswordVerdict>

const UNCOUNTED = { succeeded: () => {} }

export function createPasswordCheck({ users, clock, matches = passwordMatches }: PasswordCheckOptions): PasswordCheck {
  const remembered = createCredentialCache()
  const throttle = createFailureThrottle(clock)
  const inTurn = createGate(PASSWORD_CHECKS_AT_ONCE_MAX)
  const nobody = unmatchableCredential()
  const underWay = new Map<CredentialKey, { readonly credential: ScramCredential | null; readonly right: Promise<boolean> }>()

  /** Takes part in a check of the same password that is under way, or makes one. */
  async function verify(
    key: CredentialKey,
    credential: ScramCredential | null,
    { user, password }: UserPassword,
    address: string | null,
  ): Promise<PasswordVerdict> {
    const other = underWay.get(key)
    if (other?.credential === credential) return (await other.right) ? 'right' : 'wrong'
    const attempt = address === null ? UNCOUNTED : throttle.begin(user, address)
    if (attempt === null) return 'throttled'
    const check = { credential, right: inTurn(() => matches(credential ?? nobody, password)) }
    underWay.set(key, check)
    try {
      if (!(await check.right) || credential === null) return 'wrong'
    } finally {
      if (underWay.get(key) === check) underWay.delete(key)
    }
    attempt.succeeded()
    remembered.remember(key, credential)
    return 'right'
  }

  return async (presented, address) => {
    if (isTooLong(presented)) return 'wrong'
    const key = remembered.keyOf(presented.user, presented.password)
    for (;;) {
      const credential = users.credentialOf(presented.user)
      if (credential !== null && remembered.has(key, credential)) return 'right'
      const verdict = await verify(key, credential, presented, address)
      if (users.credentialOf(presented.user) === credential) return verdict
    }
  }
}

/** No user has such a name or password; they are not worth a check, nor room in the table of failures. */
function isTooLong({ user, password }: UserPassword): boolean {
  return user.length > USER_NAME_LENGTH_MAX || Buffer.byteLength(password) > PASSWORD_BYTES_MAX
}
