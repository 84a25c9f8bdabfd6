/**
 * Remembers which tokens were found to be ours, so that only the first request with each pays for its signature.
 *
 * - No token is kept: an entry's key is a keyed hash of it, under a key that lives and dies with the process.
 * - An entry holds for the very credential that the token was found to be bound to: a changed password is another one.
 * - What time and role say of a token is not remembered: whoever asks looks at them again.
 * - Bounded; what was asked for least recently goes first.
 */
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { TOKENS_REMEMBERED_MAX } from '@logbrook/kafka/limits'
import type { ScramCredential } from '@logbrook/kafka/users'
import type { Claims } from './tokens.ts'

interface VerifiedToken {
  readonly claims: Claims
  readonly credential: ScramCredential
}

export interface VerifiedTokens {
  get(token: string): VerifiedToken | undefined
  remember(token: string, verified: VerifiedToken): void
}

export function createVerifiedTokens(): VerifiedTokens {
  const secret = createSecretKey(randomBytes(32))
  /** In the order of use, oldest first. */
  const verified = new Map<string, VerifiedToken>()

  function keyOf(token: string): string {
    return createHmac('sha256', secret).update(token).digest('base64')
  }

  function put(key: string, entry: VerifiedToken): void {
    verified.delete(key)
    verified.set(key, entry)
  }

  return {
    get(token) {
      const key = keyOf(token)
      const entry = verified.get(key)
      if (entry !== undefined) put(key, entry)
      return entry
    },
    remember(token, entry) {
      put(keyOf(token), entry)
      if (verified.size > TOKENS_REMEMBERED_MAX) verified.delete(verified.keys().next().value!)
    },
  }
}
