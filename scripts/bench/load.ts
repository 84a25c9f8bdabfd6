/** The load generator: wrk, which takes a tenth of a core where the server takes a whole one. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { childrenCpuSeconds } from './process-usage.ts'
import { parseWrkOutput } from './wrk-output.ts'
import type { LoadResult } from './wrk-output.ts'

export interface Load {
  readonly path: string
  readonly connections: number
  /** A script of `wrk/`, and the variables that it reads. */
  readonly script: 'post' | 'get' | 'fetch'
  readonly variables: Readonly<Record<string, string>>
}

export interface MeasuredLoad extends LoadResult {
  /** Cores that wrk took: at 1 it was the bottleneck, for it has one thread. */
  readonly generatorCores: number
}

/** Asks over and over from `connections` keep-alive connections. `durationSeconds` is whole: wrk knows no less. */
export async function load(url: string, durationSeconds: number, { path, connections, script, variables }: Load): Promise<MeasuredLoad> {
  const file = join(import.meta.dirname, 'wrk', `${script}.lua`)
  const args = ['-t1', `-c${connections}`, `-d${durationSeconds}s`, '--timeout', '30s', '--latency', '-s', file, url + path]
  const cpuBefore = childrenCpuSeconds()
  const { stdout } = await promisify(execFile)('wrk', args, { env: { ...process.env, ...variables } }).catch(explain)
  return { ...parseWrkOutput(stdout), generatorCores: (childrenCpuSeconds() - cpuBefore) / durationSeconds }
}

function explain(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    throw new Error('the bench needs wrk: apt-get install wrk', { cause: error })
  throw error
}
