/** `logbrook check`, of what SQL holds: whether SQLite finds its database well, and each file that rows hold is there and is what it was. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openFileReadOnly } from '@logbrook/storage/database'
import { problemsOf } from '@logbrook/storage/check'
import { placesIn } from './snapshot.ts'

interface FileRow {
  readonly path: string
  readonly sha256: string
}

/** A sentence for each thing that is wrong. Changes nothing, also beside a running broker. */
export async function* checkSql(dataDir: string): AsyncGenerator<string> {
  const { database: file, files } = placesIn(dataDir)
  if (!existsSync(file)) return
  const database = openFileReadOnly(file)
  try {
    for (const problem of problemsOf(database)) yield `sql.db: ${problem}`
    const held = database.prepare<[number], FileRow>('SELECT path, sha256 FROM file WHERE uses > ? ORDER BY id').all(0)
    for (const { path, sha256 } of held) {
      const problem = await problemOf(join(files, path), sha256)
      if (problem !== null) yield `files/${path} ${problem}`
    }
  } catch (error) {
    yield `sql.db: it cannot be read on: ${(error as Error).message}`
  } finally {
    database.close()
  }
}

async function problemOf(path: string, sha256: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    return `cannot be read: ${(error as Error).message}`
  }
  return hash.digest('hex') === sha256 ? null : 'is not what it was when it came'
}
