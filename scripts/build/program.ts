/** What every form of the program is made from: its sources, and what the build knows that they do not. */
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')
const SERVER = join(ROOT, 'apps/server/src')
const PACKAGES = join(ROOT, 'packages')

export const MAIN = { main: join(SERVER, 'main.ts') }

/**
 * What the program starts: the process that runs SQL, and threads. They are found by their names (packages/storage/src/worker-source.ts,
 * packages/sql/src/process/engine-program.ts), and share no file with the program, which would have more of them to read when it starts.
 */
export const COMPANIONS: Readonly<Record<string, string>> = {
  'sql-engine': join(PACKAGES, 'sql/src/process/sql-engine.ts'),
  ...Object.fromEntries(globSync('*/src/**/*-worker.ts', { cwd: PACKAGES }).map((file) => [basename(file, '.ts'), join(PACKAGES, file)])),
}

/** Replacements for names that the sources declare and do not define. */
export async function definitions(): Promise<Record<string, string>> {
  const { commit, commitDate } = (await import(join(SERVER, 'commit.ts'))) as Readonly<Record<'commit' | 'commitDate', () => string>>
  return { LOGBROOK_COMMIT: JSON.stringify(commit()), LOGBROOK_COMMIT_DATE: JSON.stringify(commitDate()) }
}
