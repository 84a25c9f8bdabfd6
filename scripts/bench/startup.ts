/**
 * How long a broker takes from being spawned to its first answers, and what it occupies when it has nothing to do.
 *
 * - Programs take turns, each a fresh process: the sources, the bundle that `pnpm build` makes, the single executable that `pnpm binary` makes
 *   (where it can make one for this machine), and a bare node:http server ("hello"), plain JavaScript, that nobody who speaks HTTP on Node
 *   starts before.
 * - "answered" is the end of an append and a fetch after it, one after the other, to a topic that was there before; hello answers as many
 *   requests.
 * - Each broker has one data directory for all its starts: what is measured is starting again, as brokers do.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { bundle } from '../build/bundle.ts'
import { usageOf } from './process-usage.ts'
import { spread } from './statistics.ts'
import type { Spread } from './statistics.ts'

export interface StartupRow {
  readonly form: 'hello' | 'bundle' | 'binary' | 'sources'
  /** From spawn to the line that says where it listens. */
  readonly listeningMs: Spread
  /** From spawn to the end of the second answer. */
  readonly answeredMs: Spread
  /** Resident, a while after the answers; `NaN` where there is no /proc. */
  readonly idleRssMb: Spread
}

interface Program {
  readonly form: StartupRow['form']
  readonly command: string
  readonly args: readonly string[]
}

interface Start {
  readonly listeningMs: number
  readonly answeredMs: number
  readonly idleRssMb: number
}

const SOURCES = join(import.meta.dirname, '../../apps/server/src/main.ts')
const BINARY_BUILD = join(import.meta.dirname, '../build/binary/main.ts')
const TOPIC = 'startup'
const IDLE_AFTER_MS = 500

/** Not a file of its own: as TypeScript it would be measured with the time that stripping types takes. */
const HELLO = `
import { createServer } from 'node:http'
const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 })
  response.end('{}')
})
server.listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port))
process.on('SIGTERM', () => process.exit(0))
`

/** Rows in the order hello, bundle, binary, sources; each program is started `runs` times, and once before that is not counted. */
export async function measureStartup({ runs }: { readonly runs: number }): Promise<readonly StartupRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'logbrook-startup-'))
  try {
    const programs = await makePrograms(scratch)
    const starts = new Map<Program, Start[]>(programs.map((program) => [program, []]))
    for (const program of programs) await startOnce(program, createTopic)
    for (let run = 0; run < runs; run++) for (const [program, measured] of starts) measured.push(await startOnce(program))
    return Array.from(starts, ([{ form }, measured]) => rowOf(form, measured))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function makePrograms(scratch: string): Promise<readonly Program[]> {
  const hello = join(scratch, 'hello.mjs')
  writeFileSync(hello, HELLO)
  const brokerArgs = (form: string) => ['start', '--port', '0', '--data-dir', join(scratch, `${form}-data`), '--log-level', 'warn']
  const node = process.execPath
  const binary = await makeBinary(join(scratch, 'binary'))
  return [
    { form: 'hello', command: node, args: [hello] },
    { form: 'bundle', command: node, args: [await bundle({ outDir: join(scratch, 'dist') }), ...brokerArgs('bundle')] },
    ...(binary === undefined ? [] : [{ form: 'binary' as const, command: binary, args: brokerArgs('binary') }]),
    { form: 'sources', command: node, args: [SOURCES, ...brokerArgs('sources')] },
  ]
}

/** Says why there is none, and leaves it out, where it cannot be made. */
async function makeBinary(outDir: string): Promise<string | undefined> {
  try {
    await promisify(execFile)(process.execPath, [BINARY_BUILD, '--out', outDir])
    return globSync('logbrook-*', { cwd: outDir }).map((file) => join(outDir, file))[0]
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return undefined
  }
}

async function startOnce({ form, command, args }: Program, prepare?: (url: string) => Promise<void>): Promise<Start> {
  const startMs = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  try {
    const [chunk] = (await Promise.race([once(child.stdout, 'data'), exited])) as [unknown]
    const listeningMs = performance.now() - startMs
    const url = /^listening on (\S+)/.exec(String(chunk))?.[1]
    if (url === undefined) throw new Error(`${[command, ...args].join(' ')} did not start`)
    if (form !== 'hello') await prepare?.(url)
    await append(url)
    await fetchRecords(url)
    const answeredMs = performance.now() - startMs
    await wait(IDLE_AFTER_MS)
    return { listeningMs, answeredMs, idleRssMb: usageOf(child.pid!).rssMb }
  } finally {
    child.kill('SIGTERM')
    await exited
  }
}

const createTopic = (url: string) => post(`${url}/v1/kafka/topics`, { name: TOPIC, partitions: 1 })
const append = (url: string) => post(`${url}/dd/${TOPIC}/api/v2/logs`, [{ message: 'hello' }])
const fetchRecords = (url: string) =>
  post(`${url}/v1/kafka/fetch`, {
    topics: [{ topic: TOPIC, partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1024 * 1024 }] }],
  })

async function post(url: string, body: unknown): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
}

function rowOf(form: StartupRow['form'], starts: readonly Start[]): StartupRow {
  return {
    form,
    listeningMs: spread(starts.map(({ listeningMs }) => listeningMs)),
    answeredMs: spread(starts.map(({ answeredMs }) => answeredMs)),
    idleRssMb: spread(starts.map(({ idleRssMb }) => idleRssMb)),
  }
}

function shown({ min, median, max }: Spread): string {
  return [min, median, max].map((value) => value.toFixed(0)).join(' / ')
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '10' } } })
  const rows = await measureStartup({ runs: Number(values.runs) })
  console.table(
    rows.map(({ form, listeningMs, answeredMs, idleRssMb }) => ({
      form,
      'listening ms (min / median / max)': shown(listeningMs),
      'answered ms': shown(answeredMs),
      'idle RSS MB': shown(idleRssMb),
    })),
  )
}
