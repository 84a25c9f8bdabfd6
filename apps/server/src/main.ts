/** The program `logbrook`. */
import { systemClock } from '@logbrook/kafka/clock'
import { run } from './cli/run.ts'

// Whoever reads our output may leave when it has seen enough (`logbrook consume logs | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const { env, stdin, stdout, stderr } = process
process.exitCode = await run(process.argv.slice(2), { env, stdin, stdout, stderr, clock: systemClock })
