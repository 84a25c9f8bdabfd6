/**
 * The program of an engine, a process of its own: what the broker asks comes in as messages, and goes to engine/.
 *
 * - One request runs at a time. While it does, this thread may be inside of SQLite for as long as SQLite likes: what has to happen meanwhile
 *   happens in the watchdog's thread.
 * - It keeps nothing that is not in its database: it is ended by SIGKILL, at any time.
 */
import { constants, setPriority } from 'node:os'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { openEngine } from '../engine/engine.ts'
import { NeedsWriter } from '../engine/run.ts'
import type { Engine } from '../engine/run.ts'
import type { FromEngine, ToEngine } from '../protocol.ts'
import { toErrorData } from './error-data.ts'
import { createServiceCalls } from './service-calls.ts'
import { fillInSqlite } from './older-node.ts'
import { startWatchdog } from './watchdog.ts'

const calls = createServiceCalls(send)
let engine: Engine | undefined

function send(message: FromEngine): void {
  process.send?.(message)
}

async function obey(message: Extract<ToEngine, { readonly kind: 'open' | 'request' }>): Promise<FromEngine> {
  if (message.kind === 'request') {
    const value = await engine!.run(message.request)
    if (engine!.isLogLarge()) send({ kind: 'log-is-large' })
    return { kind: 'done', value }
  }
  engine = await openEngine(message.options, { services: calls.services, committed: (effects) => send({ kind: 'committed', effects }) })
  if (message.options.role === 'reader') stepBack()
  return { kind: 'opened' }
}

/**
 * A query may take a core for as long as it likes, and whoever sends records meanwhile is not to wait for it: on two cores the slowest hundredth of
 * an intake at full speed took 1.4 times as long beside queries one after the other, and takes no longer with them at this priority. Queries have
 * their share also where there is no core to spare, which at the lowest priority they have not.
 */
function stepBack(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A sandbox may forbid it: then queries compete with what else there is to do.
  }
}

function failure(error: unknown): FromEngine {
  return error instanceof NeedsWriter ? { kind: 'needs-writer' } : { kind: 'failed', error: toErrorData(error) }
}

function end(): void {
  try {
    engine?.close()
  } finally {
    process.exit()
  }
}

// Optimizing the parser's code, which V8 begins with the first statements, would take up to 500 MB for seconds, and is not felt in its speed.
for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag)
fillInSqlite()
startWatchdog({ bytesMax: Number(process.argv.at(-1)) })
// A terminal and a service manager tell all processes of a broker to stop; when its engines do is for the broker to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
// The broker is gone, and the next one may want the database at once. It may have gone before this was loaded.
process.on('disconnect', () => process.exit())
if (!process.connected) process.exit()
process.on('message', (message: ToEngine) => {
  if (message.kind === 'close') end()
  else if (message.kind === 'answered' || message.kind === 'refused') calls.settle(message)
  else obey(message).then(send, (error: unknown) => send(failure(error)))
})
send({ kind: 'ready' })
