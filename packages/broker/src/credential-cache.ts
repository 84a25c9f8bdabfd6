/**
 * Remembers which passwords were right, so that only the first request of a user pays for the check.
 *
 * - No password is kept: an entry's key is a keyed hash of user and password, under a key that lives and dies with the process.
 * - An entry holds for the very credential that was checked. A changed password is another credential, a deleted user has none: no
 *   one has to tell the cache.
 * - Bounded; what was asked for least recently goes first.
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { CREDENTIALS_REMEMBERED_MAX } from '@logbrook/kafka/limits'
import type { ScramCredential } from '@logbrook/kafka/users'

/** Stands for one user and password. */
export type CredentialKey = string

export interface CredentialCache {
  keyOf(user: string, password: string): CredentialKey
  /** Whether the password was found to match exactly this credential. */
  has(key: CredentialKey, credential: ScramCredential): boolean
  remember(key: CredentialKey, credential: ScramCredential): void
}

export function createCredentialCache(): CredentialCache {
  // As an object: a key of bare bytes is imported anew for every request, which costs seven times the hash.
  const secret = createSecretKey(randomBytes(32))
  /** In the order of use, oldest first. */
  const matched = new Map<CredentialKey, ScramCredential>()

  return {
    keyOf(user, password) {
      // The length goes first, or `ab` with `c` would be `a` with `bc`.
      return createHmac('sha256', secret)
        .update(`${Buffer.byteLength(user)}:${user}${password}`)
        .digest('base64')
    },
    has(key, credential) {
      if (matched.get(key) !== credential) return false
      matched.delete(key)
      matched.set(key, credential)
      return true
    },
    remember(key, credential) {
      matched.delete(key)
      matched.set(key, credential)
      if (matched.size > CREDENTIALS_REMEMBERED_MAX) matched.delete(matched.keys().next().value!)
    },
  }
}
