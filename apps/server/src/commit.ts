import { execFileSync } from 'node:child_process'

/** Put in by the build (scripts/build/program.ts). */
declare const LOGBROOK_COMMIT: string
declare const LOGBROOK_COMMIT_DATE: string

/** The commit that this program was made from, with `-dirty` where it was not all committed; `unknown` where git cannot say. */
export function commit(): string {
  return typeof LOGBROOK_COMMIT === 'string' ? LOGBROOK_COMMIT : askGit(['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'])
}

/** When that commit was made, in ISO 8601: the same for every build of it. */
export function commitDate(): string {
  return typeof LOGBROOK_COMMIT_DATE === 'string' ? LOGBROOK_COMMIT_DATE : askGit(['show', '--no-patch', '--format=%cI', 'HEAD'])
}

function askGit(args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}
