/** Takes a file to disk as it comes, and answers how long it is and what it hashes to. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { getSystemErrorMessage } from 'node:util'
import { KafkaError } from '@logbrook/kafka/errors'
import { FILE_BYTES_MAX } from '@logbrook/kafka/limits'
import { SqlError } from '../sql-error.ts'

export interface IncomingFile {
  /** As its sender calls it. */
  readonly name: string
  readonly mime: string
  readonly bytes: AsyncIterable<Uint8Array>
}

export interface FileContent {
  readonly size: number
  /** Hexadecimal. */
  readonly sha256: string
}

const OWNER_ONLY = 0o600

/**
 * Reads no faster than the disk takes. What is there of a file that failed stays, for whoever named it to remove.
 *
 * @throws SqlError FILE_TOO_LARGE
 * @throws KafkaError KAFKA_STORAGE_ERROR
 */
export async function receiveFile({ name, bytes }: IncomingFile, path: string, durability: 'none' | 'os' | 'fsync'): Promise<FileContent> {
  const hash = createHash('sha256')
  let size = 0
  await using file = await open(path, 'wx', OWNER_ONLY).catch(unwritable)
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > FILE_BYTES_MAX) throw tooLarge(name)
    hash.update(chunk)
    await file.appendFile(chunk).catch(unwritable)
  }
  if (durability === 'fsync') await file.datasync().catch(unwritable)
  return { size, sha256: hash.digest('hex') }
}

function tooLarge(name: string): SqlError {
  const message = `file ${JSON.stringify(name)} is larger than ${FILE_BYTES_MAX} bytes, which is the limit`
  return new SqlError('FILE_TOO_LARGE', 'invalid-operation', message)
}

/** For what the file system refuses. Where files lie is not said. */
export function unwritable(cause: NodeJS.ErrnoException): never {
  const reason = cause.errno === undefined ? cause.message : getSystemErrorMessage(cause.errno)
  throw new KafkaError('KAFKA_STORAGE_ERROR', `a file could not be kept: ${reason}; nothing was stored`, { cause })
}
