/** Where things lie in the published package, as everyone who makes a part of it has to know. */
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../../..')
export const SERVER = join(ROOT, 'apps/server')

/** What can be imported from the package, and the source file that says it. */
export const ENTRY_POINTS = {
  '.': { name: 'logbrook', source: 'src/public/logbrook.ts' },
  './testing': { name: 'testing', source: 'src/testing/testing.ts' },
  './client': { name: 'client', source: 'src/public/client.ts' },
} as const

/** In the package: code, and beside each entry point its types. */
export const DIST = 'dist'

/** Addons for every platform, in a directory of better-sqlite3's as in one of ours: its code finds them one up from itself. */
export const PREBUILDS = 'prebuilds'
