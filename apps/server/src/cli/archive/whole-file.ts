/** Writing a file that is there whole or not at all. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'

/**
 * The file is written under another name beside its own, and gets its own when `write` has succeeded and the disk has it all.
 *
 * @throws Error where `path` is there already, or cannot be written
 */
export async function writeWholeFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  if (existsSync(path)) throw new Error(`${path} is there already; it is not written over`)
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`
  const file = await open(partial, 'wx').catch((error: unknown) => {
    throw new Error(`could not write ${path}: ${(error as Error).message}`, { cause: error })
  })
  try {
    const result = await write(file)
    await file.sync()
    await file.close()
    await rename(partial, path)
    return result
  } catch (error) {
    await file.close()
    await rm(partial, { force: true })
    throw error
  }
}
