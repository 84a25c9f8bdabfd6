import { execFileSync } from 'node:child_process'

/** Put in by the build (scripts/build/program.ts). */
declare const LOGBROOK_COMMIT: string

/** The commit that this program was made from, with `-dirty` where it was not all committed; `unknown` where git cannot say. */
export function commit(): string {
  return typeof LOGBROOK_COMMIT === 'string' ? LOGBROOK_COMMIT : askGit()
}

function askGit(): string {
  try {
    const args = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*']
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}
