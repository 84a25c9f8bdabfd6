import { sqliteVersion } from '@logbrook/storage/sqlite-version'
import packageJson from '../package.json' with { type: 'json' }
import { commit, commitDate } from './commit.ts'

export const { version } = packageJson

let date: string | undefined

/** The same for every build of one commit. Sources ask git for it, once. */
export function buildDate(): string {
  return (date ??= commitDate())
}

/** `logbrook 1.2.3 (commit 0123456789ab, SQLite 3.54.1, Node 24.21.0)` */
export function versionLine(): string {
  return `logbrook ${version} (commit ${commit()}, SQLite ${sqliteVersion()}, Node ${process.versions.node})`
}
