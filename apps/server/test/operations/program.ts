/** The program under the name that documents and units give it: `logbrook`, in a directory of its own. */
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

/** Answers the path of a `logbrook` that runs from the sources. */
export async function placeProgram(directory: string): Promise<string> {
  const path = join(directory, 'logbrook')
  await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`)
  await chmod(path, 0o755)
  return path
}
