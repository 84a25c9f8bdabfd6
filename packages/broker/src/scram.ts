/**
 * SCRAM-SHA-512 as Kafka computes it (`ScramFormatter`, RFC 5802): what is kept instead of a password.
 *
 * ```
 * salted    = PBKDF2-HMAC-SHA-512(password, salt, iterations)     the costly part, on the thread pool
 * storedKey = SHA-512(HMAC(salted, "Client Key"))                 proves that someone knows the password
 * serverKey = HMAC(salted, "Server Key")                          proves to a SASL client that we do
 * ```
 *
 * The password is taken as its UTF-8 bytes: like Kafka, and unlike RFC 5802, without SASLprep.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { SCRAM_ITERATIONS, SCRAM_SALT_BYTES } from '@logbrook/kafka/limits'
import type { ScramCredential } from '@logbrook/kafka/users'

const DIGEST = 'sha512'
const DIGEST_BYTES = 64

const derive = promisify(pbkdf2)

export async function createScramCredential(password: string): Promise<ScramCredential> {
  return await scramCredential(password, randomBytes(SCRAM_SALT_BYTES), SCRAM_ITERATIONS)
}

/** The credential of a password under a given salt, as another Kafka may have made it. */
export async function scramCredential(password: string, salt: Uint8Array, iterations: number): Promise<ScramCredential> {
  const salted = await derive(password, salt, iterations, DIGEST_BYTES, DIGEST)
  return {
    mechanism: 'SCRAM-SHA-512',
    iterations,
    salt,
    storedKey: createHash(DIGEST).update(hmac(salted, 'Client Key')).digest(),
    serverKey: hmac(salted, 'Server Key'),
  }
}

export async function passwordMatches(credential: ScramCredential, password: string): Promise<boolean> {
  const { storedKey } = await scramCredential(password, credential.salt, credential.iterations)
  return storedKey.byteLength === credential.storedKey.byteLength && timingSafeEqual(storedKey, credential.storedKey)
}

/** A credential that no password matches: checking against it takes as long as against a real one. */
export function unmatchableCredential(): ScramCredential {
  return {
    mechanism: 'SCRAM-SHA-512',
    iterations: SCRAM_ITERATIONS,
    salt: randomBytes(SCRAM_SALT_BYTES),
    storedKey: randomBytes(DIGEST_BYTES),
    serverKey: randomBytes(DIGEST_BYTES),
  }
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac(DIGEST, key).update(text).digest()
}
