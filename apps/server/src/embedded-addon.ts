/**
 * SQLite's library for a single executable: it is inside, but the operating system loads libraries from files only.
 *
 * - The file is `TEMPORARY/logbrook-UID/NAME`. NAME tells the bytes apart by their hash: versions lie side by side, and what one start has
 *   written the next one takes.
 * - Nobody else can have a library of theirs loaded: the directory is this user's, and closed to others, or it is refused. The temporary
 *   folder must be one in which others cannot rename what is ours, as /tmp is.
 * - The bytes are compared before they are loaded: a file that was cut off, or rots, is replaced.
 * - Starts at the same time do not disturb each other: each writes a file of its own and gives it the name when it is whole.
 * - All threads load one copy. Two copies of SQLite in a process would drop each other's locks. That the path is the same for all is enough:
 *   the loader takes what it has under that path, also when the file has gone since.
 */
import { randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { getRawAsset } from 'node:sea'
import { KafkaError } from '@logbrook/kafka/errors'

/**
 * What better-sqlite3 takes for its addon: the build has this called in its place.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR that names the folder and says what to do
 * @public
 */
export function loadEmbeddedAddon(name: string): unknown {
  const directory = join(resolve(tmpdir()), directoryName())
  const addon = { exports: {} }
  try {
    process.dlopen(addon, placeAddon({ directory, name, bytes: new Uint8Array(getRawAsset(name)) }))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new KafkaError('KAFKA_STORAGE_ERROR', `SQLite's library cannot be loaded from ${directory}: ${reason}. ${WHAT_TO_DO}`, { cause })
  }
  return addon.exports
}

const VARIABLE = process.platform === 'win32' ? 'TEMP' : 'TMPDIR'
const WHAT_TO_DO = `Name another temporary folder in ${VARIABLE}: one that can be written to, and that programs may be run from`

interface PlacedAddon {
  readonly directory: string
  readonly name: string
  readonly bytes: Uint8Array
}

/** Answers the path of a file that holds `bytes` and that nobody but this user can have written. */
export function placeAddon({ directory, name, bytes }: PlacedAddon): string {
  makePrivate(directory)
  const file = join(directory, name)
  if (!holds(file, bytes)) write(file, bytes)
  return file
}

/** Windows knows no user ids, and gives each user a temporary folder. */
function directoryName(): string {
  return process.geteuid === undefined ? 'logbrook' : `logbrook-${process.geteuid()}`
}

function makePrivate(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
  if (process.geteuid === undefined) return
  const found = lstatSync(directory)
  if (!found.isDirectory()) throw new Error('it is not a directory')
  if (found.uid !== process.geteuid()) throw new Error(`it belongs to another user, ${found.uid}`)
  if ((found.mode & 0o077) !== 0) throw new Error('it is open to other users')
}

function holds(file: string, bytes: Uint8Array): boolean {
  try {
    return readFileSync(file).equals(bytes)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}

function write(file: string, bytes: Uint8Array): void {
  const partial = `${file}.${randomUUID()}`
  try {
    writeFileSync(partial, bytes, { mode: 0o500, flag: 'wx' })
    renameSync(partial, file)
  } catch (error) {
    rmSync(partial, { force: true })
    // Windows lets nobody replace a library that is loaded: by another start, which was first.
    if (!holds(file, bytes)) throw error
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
