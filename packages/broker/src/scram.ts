/**
 * SCRAM-SHA-512 as Kafka computes it (`ScramFormatter`, RFC 5802): what is kept instead of a password.
 *
 * ```
 * salted    = PBKDF2-HMAC-SHA-512(password, salt, iterations)     the costly part, never on the event loop
 * storedKey = SHA-512(HMAC(salted, "Client Key"))                 proves that someone knows the password
 * serverKey = HMAC(salted, "Server Key")                          proves to a SASL client that we do
 * ```
 *
 * The password is taken as its UTF-8 bytes: like Kafka, and unlike RFC 5802, without SASLprep.
 */
import { createHash, createHmac, pbkdf2, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { SCRAM_ITERATIONS, SCRAM_SALT_BYTES } from '@logbrook/kafka/limits'
import type { ScramCredential } from '@logbrook/kafka/users'

const DIGEST = 'sha512'
const DIGEST_BYTES = 64

export interface SaltedPassword {
  readonly password: string
  readonly salt: Uint8Array
  readonly iterations: number
}

/** PBKDF2-HMAC-SHA-512 of a password, 64 bytes. */
export type Derive = (salted: SaltedPassword) => Promise<Uint8Array>

const derived = promisify(pbkdf2)
const inThreadPool: Derive = ({ password, salt, iterations }) => derived(password, salt, iterations, DIGEST_BYTES, DIGEST)

/** For a thread that has nothing else to do. */
export function deriveNow({ password, salt, iterations }: SaltedPassword): Uint8Array {
  return pbkdf2Sync(password, salt, iterations, DIGEST_BYTES, DIGEST)
}

export async function createScramCredential(password: string): Promise<ScramCredential> {
  return await scramCredential({ password, salt: randomBytes(SCRAM_SALT_BYTES), iterations: SCRAM_ITERATIONS })
}

/** The credential of a password under a given salt, as another Kafka may have made it. */
export async function scramCredential(of: SaltedPassword, derive = inThreadPool): Promise<ScramCredential> {
  const { salt, iterations } = of
  const salted = await derive(of)
  return {
    mechanism: 'SCRAM-SHA-512',
    iterations,
    salt,
    storedKey: createHash(DIGEST).update(hmac(salted, 'Client Key')).digest(),
    serverKey: hmac(salted, 'Server Key'),
  }
}

export async function passwordMatches(credential: ScramCredential, password: string, derive?: Derive): Promise<boolean> {
  const { salt, iterations } = credential
  const { storedKey } = await scramCredential({ password, salt, iterations }, derive)
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
