/**
 * The thread that watches over an engine whose other thread may be inside of SQLite.
 *
 * - When the broker is gone, however it went, its end of the lifeline is closed, and the engine ends: nothing is left running.
 * - When the engine takes too much memory, it says so on the lifeline, and the broker ends it. What it shares with others, as pages of files are,
 *   is not its own.
 */
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import process from 'node:process'
import { workerData } from 'node:worker_threads'
import { LIFELINE, TOO_LARGE } from './lifeline.ts'
import type { Watch } from './watchdog.ts'

const CHECK_INTERVAL_MS = 50

const { bytesMax } = workerData as Watch
const lifeline = new Socket({ fd: LIFELINE })
lifeline.on('error', end).on('close', end).resume()
setInterval(() => {
  if (ownBytes() > bytesMax) lifeline.write(TOO_LARGE)
}, CHECK_INTERVAL_MS)

function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

function ownBytes(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss()
  const anonymousKib = /^RssAnon:\s*(?<kib>\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.groups?.['kib']
  return Number(anonymousKib) * 1_024
}
