/** The load generator: wrk, which takes a tenth of a core where the server takes a whole one. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Load {
  readonly url: string
  readonly bodyFile: string
  readonly connections: number
  readonly durationSeconds: number
}

export interface LoadResult {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Answers other than 2xx and 3xx; a run with any is no measurement. */
  readonly failed: number
}

/** Posts the body over and over from `connections` keep-alive connections. */
export async function load({ url, bodyFile, connections, durationSeconds }: Load): Promise<LoadResult> {
  const args = ['-t1', `-c${connections}`, `-d${durationSeconds}s`, '--latency', '-s', join(import.meta.dirname, 'post.lua'), url]
  const { stdout } = await promisify(execFile)('wrk', args, { env: { ...process.env, BODY_FILE: bodyFile } }).catch(explain)
  return {
    requestsPerSecond: Number(field(stdout, /Requests\/sec:\s+([\d.]+)/)),
    p50Ms: milliseconds(field(stdout, /50%\s+([\d.]+m?u?s)/)),
    p99Ms: milliseconds(field(stdout, /99%\s+([\d.]+m?u?s)/)),
    failed: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
  }
}

function explain(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    throw new Error('the bench needs wrk: apt-get install wrk', { cause: error })
  throw error
}

function field(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`wrk printed no ${pattern.source}:\n${text}`)
  return found
}

function milliseconds(text: string): number {
  if (text.endsWith('us')) return Number(text.slice(0, -2)) / 1000
  if (text.endsWith('ms')) return Number(text.slice(0, -2))
  return Number(text.slice(0, -1)) * 1000
}
