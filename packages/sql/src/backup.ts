/**
 * `logbrook backup`, of what SQL holds: a directory with a copy of `sql.db` and of the files beside it, also while a broker writes to them.
 *
 * - The database is copied between two looks at the files: of those that it names none is missing, but for what is deleted in that very moment.
 *   Files that it does not name are swept by the broker that opens the copy.
 * - The directory gets its name when all of it is on the disk.
 */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { assertNew, copyWhole } from '@logbrook/storage/backup'
import { openFileReadOnly } from '@logbrook/storage/database'
import { isSubfolder } from './files/stored-name.ts'
import { placesIn } from './snapshot.ts'

/** Whether there was something to copy. @throws KafkaError KAFKA_STORAGE_ERROR when `directory` exists, or there is no room */
export async function backupSql(dataDir: string, directory: string): Promise<boolean> {
  const from = placesIn(dataDir)
  if (!existsSync(from.database)) return false
  assertNew(directory)
  const partial = `${directory}.partial`
  const to = placesIn(partial)
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  await copyFiles(from.files, to.files)
  copyWhole(openFileReadOnly(from.database), to.database)
  await copyFiles(from.files, to.files)
  assertNew(directory)
  await rename(partial, directory)
  return true
}

/** Those that are not there yet: a file never changes. */
async function copyFiles(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  const subfolders = (await readdir(from)).filter(isSubfolder)
  for (const subfolder of subfolders) {
    await mkdir(join(to, subfolder), { recursive: true })
    for (const name of await readdir(join(from, subfolder))) await copyToDisk(join(from, subfolder, name), join(to, subfolder, name))
  }
}

async function copyToDisk(from: string, to: string): Promise<void> {
  if (existsSync(to)) return
  try {
    await copyFile(from, to)
  } catch (error) {
    // Its row was deleted meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  await using file = await open(to, 'r+')
  await file.sync()
}
