/** The broker as its users run it: a process of its own, on a free port, that a test may end in any way. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export const MAIN = join(import.meta.dirname, '../src/main.ts')
const READY = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/

export interface RealProcess extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  /** How it ended, once it has. */
  readonly ending: Promise<Ending>
}

interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts `logbrook start --port 0 …` and waits until it listens. @throws Error with what it said when it ends instead */
export async function startProcess(args: readonly string[]): Promise<RealProcess> {
  return await listening(process.execPath, [MAIN, 'start', '--port', '0', ...args])
}

/** Starts any command that says where it listens as the broker does. */
export async function listening(command: string, args: readonly string[], cwd?: string): Promise<RealProcess> {
  const child = spawnQuiet(command, args, cwd)
  const ending = endingOf(child)
  const kill = (signal: NodeJS.Signals) => void child.kill(signal)
  const killWithUs = () => kill('SIGKILL')
  process.once('exit', killWithUs)
  void ending.finally(() => process.off('exit', killWithUs))

  const first = await Promise.race([readyUrl(child.stdout), ending])
  if (typeof first !== 'string') throw new Error(`${[command, ...args].join(' ')} ended: ${JSON.stringify(first)}`)
  return {
    url: first,
    pid: child.pid!,
    kill,
    ending,
    async [Symbol.asyncDispose]() {
      kill('SIGKILL')
      await ending
    },
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>

function spawnQuiet(command: string, args: readonly string[], cwd?: string): Child {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LOGBROOK_')))
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env, ...(cwd === undefined ? {} : { cwd }) })
}

/** Resolves with the first line that says where; never when there is none. */
function readyUrl(stdout: Readable): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  createInterface(stdout).on('line', (line) => {
    const url = READY.exec(line)?.[1]
    if (url !== undefined) resolve(url)
  })
  return promise
}

async function endingOf(child: Child): Promise<Ending> {
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said.stderr += chunk))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, ...said }
}
