import { execFile } from 'node:child_process'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../src/main.ts')

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Beside what every process needs: nothing else of the test's own environment is passed on. */
  readonly env?: Readonly<Record<string, string>>
  /** All of standard input. */
  readonly input?: string
  readonly cwd?: string
}

/** Runs `logbrook …` to its end, as a script would: without a terminal. */
export function runLogbrook(args: readonly string[], { env = {}, input = '', cwd }: RunOptions = {}): Promise<Said> {
  const { promise, resolve } = Promise.withResolvers<Said>()
  const child = execFile(
    process.execPath,
    [MAIN, ...args],
    { env: { PATH: process.env['PATH'], ...env }, maxBuffer: Infinity, ...(cwd === undefined ? {} : { cwd }) },
    (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
  )
  // A command that does not read its input may have ended before all of it is written.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  return promise
}
