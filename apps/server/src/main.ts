/** The program `logbrook`. */
import { systemClock } from '@logbrook/kafka/clock'
import { run } from './cli/run.ts'

// Whoever reads our output may leave when it has seen enough (`logbrook consume logs | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})
// A broker goes on when its log lines cannot be written: their reader has left, or their disk is full.
process.stderr.on('error', () => {})

const running = run(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  // Looked at by few: opening it takes 2 ms.
  get stdin() {
    return process.stdin
  },
})

// Not left to Node: before it ends by itself it gives signals back their default, and one that comes twice, as npm's do, would end a
// broker that has drained as if it had been killed.
// Not awaited either: a single executable's script is of the kind that cannot wait (CommonJS).
void running.then(async (exitCode) => {
  await taken(process.stdout)
  process.exit(exitCode)
})

/** When its reader has all of it: what is still in a stream when a process exits is lost. */
async function taken(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.once('close', resolve).write('', () => resolve())
  await promise
}
