/**
 * The key that signs sessions: a file of its own in the data directory, or in no file at all.
 *
 * - Not in the database: a backup or a snapshot that is handed around lets nobody in.
 * - Only the owner of the file can read it; one that others could read is closed to them when it is opened.
 * - It is written whole or not at all, and made when it is first asked for: a broker that nobody logs in to has none.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { KafkaError } from '@logbrook/kafka/errors'
import { SESSION_SECRET_BYTES } from '@logbrook/kafka/limits'
import type { SessionSecretStore } from '@logbrook/kafka/session-secret'

const OWNER_ONLY = 0o600

/** Of a broker in memory: forgotten with it. */
export function createMemorySecret(): SessionSecretStore {
  let secret = randomBytes(SESSION_SECRET_BYTES)
  return {
    async secret() {
      return secret
    },
    async rotate() {
      secret = randomBytes(SESSION_SECRET_BYTES)
    },
  }
}

/** Of a data directory that this process holds. */
export function createSecretFile(dataDir: string): SessionSecretStore {
  const file = join(dataDir, 'session-secret')
  let secret: Buffer | undefined

  function renew(): Buffer {
    const renewed = randomBytes(SESSION_SECRET_BYTES)
    writeWhole(file, renewed)
    return renewed
  }

  return {
    /** @throws KafkaError KAFKA_STORAGE_ERROR */
    async secret() {
      return (secret ??= readSecret(file) ?? renew())
    },
    /** @throws KafkaError KAFKA_STORAGE_ERROR */
    async rotate() {
      secret = renew()
    },
  }
}

/** `undefined` where there is no such file. */
function readSecret(file: string): Buffer | undefined {
  let secret: Buffer
  try {
    chmodSync(file, OWNER_ONLY)
    secret = readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unusable(file, 'read', error)
  }
  if (secret.length === SESSION_SECRET_BYTES) return secret
  throw new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${file} is ${secret.length} bytes and no secret, which has ${SESSION_SECRET_BYTES}; without the file a new one is made, and everyone has to log in again`,
  )
}

function writeWhole(file: string, bytes: Buffer): void {
  const partial = `${file}.partial`
  try {
    const descriptor = openSync(partial, 'w', OWNER_ONLY)
    try {
      // What was left behind by a process that died keeps the mode it had.
      chmodSync(partial, OWNER_ONLY)
      writeSync(descriptor, bytes)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(partial, file)
  } catch (error) {
    throw unusable(file, 'written', error)
  }
}

function unusable(file: string, verb: 'read' | 'written', cause: unknown): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', `${file} cannot be ${verb}: ${(cause as Error).message}`, { cause })
}
