/** The load generator: wrk, which takes a tenth of a core where the server takes a whole one. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { evenLogBatch } from './bodies.ts'
import { childrenCpuSeconds } from './process-usage.ts'
import { scratchDirectory } from './scratch.ts'
import { parseWrkOutput } from './wrk-output.ts'
import type { LoadResult } from './wrk-output.ts'

export interface Load {
  readonly path: string
  readonly connections: number
  /** A script of `wrk/`, and the variables that it reads. */
  readonly script: 'post' | 'get' | 'fetch' | 'insert'
  readonly variables: Readonly<Record<string, string>>
  /** What `post` posts. */
  readonly body?: Buffer
}

export interface MeasuredLoad extends LoadResult {
  /** Cores that wrk took: at 1 it was the bottleneck, for it has one thread. */
  readonly generatorCores: number
}

const CODINGS = { identity: (body: string) => Buffer.from(body), gzip: gzipSync, zstd: zstdCompressSync }
export type Coding = keyof typeof CODINGS

export interface IntakeLoad {
  readonly connections?: number
  readonly recordsPerRequest?: number
  readonly coding?: Coding
}

/** Logs for the topic `bench`. */
export function intakeLoad({ connections = 8, recordsPerRequest, coding = 'identity' }: IntakeLoad = {}): Load {
  const body = CODINGS[coding](evenLogBatch(recordsPerRequest))
  const variables: Readonly<Record<string, string>> = coding === 'identity' ? {} : { CONTENT_ENCODING: coding }
  return { path: '/dd/bench/api/v2/logs', connections, script: 'post', variables, body }
}

/** Asks over and over from keep-alive connections. `durationSeconds` is whole: wrk knows no less. */
export async function load(
  url: string,
  durationSeconds: number,
  { path, connections, script, variables, body }: Load,
): Promise<MeasuredLoad> {
  using scratch = scratchDirectory()
  const BODY_FILE = join(scratch.path, 'body')
  if (body !== undefined) writeFileSync(BODY_FILE, body)
  const file = join(import.meta.dirname, 'wrk', `${script}.lua`)
  const args = ['-t1', `-c${connections}`, `-d${durationSeconds}s`, '--timeout', '30s', '--latency', '-s', file, url + path]
  const cpuBefore = childrenCpuSeconds()
  const { stdout } = await promisify(execFile)('wrk', args, { env: { ...process.env, ...variables, BODY_FILE } }).catch(explain)
  return { ...parseWrkOutput(stdout), generatorCores: (childrenCpuSeconds() - cpuBefore) / durationSeconds }
}

function explain(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    throw new Error('the bench needs wrk: apt-get install wrk', { cause: error })
  throw error
}
