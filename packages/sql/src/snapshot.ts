/**
 * Everything that SQL holds at one moment: taken from where it lies, and put in the place of what lies elsewhere.
 *
 * - The database is taken before the files: of those that it names none is missing but what was deleted meanwhile.
 * - Topics are known by ids, which are others in a restored log: who opens what was put in place tells them to it (`renew-topics`).
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { isSubfolder } from './files/stored-name.ts'

export interface SqlSnapshot {
  /** As it would lie in `sql.db`. */
  readonly database: Uint8Array
  /** By their paths below `files`. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** Where SQL keeps what it holds, in a directory of its own or beside a log. */
export function placesIn(directory: string): { readonly database: string; readonly files: string } {
  return { database: join(directory, 'sql.db'), files: join(directory, 'files') }
}

/** @param copyDatabase writes a whole database to a path where there is nothing */
export async function takeSnapshot(directory: string, copyDatabase: (file: string) => Promise<unknown>): Promise<SqlSnapshot> {
  const copy = join(directory, `sql-${randomUUID()}.db`)
  try {
    await copyDatabase(copy)
    return { database: await readFile(copy), files: await readFiles(placesIn(directory).files) }
  } finally {
    await rm(copy, { force: true })
  }
}

/** In the place of what is there, which nobody has open. `null`: nothing. */
export async function placeSnapshot(directory: string, snapshot: SqlSnapshot | null): Promise<void> {
  const { database, files } = placesIn(directory)
  for (const path of [files, database, `${database}-wal`, `${database}-shm`]) await rm(path, { recursive: true, force: true })
  if (snapshot === null) return
  await writeFile(database, snapshot.database, { flag: 'wx' })
  for (const [path, bytes] of snapshot.files) {
    await mkdir(dirname(join(files, path)), { recursive: true })
    await writeFile(join(files, path), bytes, { flag: 'wx' })
  }
}

async function readFiles(directory: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(noneWhereThereIsNone)
  for (const entry of entries) {
    const subfolder = relative(directory, entry.parentPath)
    if (!entry.isFile() || !isSubfolder(subfolder)) continue
    const bytes = await readFile(join(entry.parentPath, entry.name)).catch(nullWhereThereIsNone)
    if (bytes !== null) files.set(`${subfolder}/${entry.name}`, bytes)
  }
  return files
}

function noneWhereThereIsNone(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return []
  throw error
}

function nullWhereThereIsNone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}
