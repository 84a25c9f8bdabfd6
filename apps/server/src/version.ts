import { sqliteVersion } from '@logbrook/storage/sqlite-version'
import packageJson from '../package.json' with { type: 'json' }
import { commit } from './commit.ts'

/** `logbrook 1.2.3 (commit 0123456789ab, SQLite 3.54.1, Node 24.21.0)` */
export function versionLine(): string {
  return `logbrook ${packageJson.version} (commit ${commit()}, SQLite ${sqliteVersion()}, Node ${process.versions.node})`
}
