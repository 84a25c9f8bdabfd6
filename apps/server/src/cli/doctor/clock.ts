import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from './finding.ts'

/** Before there was a Logbrook, it was not that late. */
const NOW_MS_MIN = Date.UTC(2025, 0)
/** Of clocks that are kept by a time server, and of file systems. */
const TOLERANCE_MS = 60_000

const FILES = ['logbrook.db', 'logbrook.db-wal']

/** @param dataDir `null` for a log in memory */
export function checkClock(nowMs: number, dataDir: string | null): Finding {
  const check = 'clock'
  const detail = new Date(nowMs).toISOString()
  if (nowMs < NOW_MS_MIN)
    return { check, status: 'fail', detail, advice: 'set it, as by a time server: records carry its time, and retention goes by it' }
  const writtenMs = Math.max(
    0,
    ...(dataDir === null ? [] : FILES.map((file) => statSync(join(dataDir, file), { throwIfNoEntry: false })?.mtimeMs ?? 0)),
  )
  if (writtenMs <= nowMs + TOLERANCE_MS) return { check, status: 'ok', detail }
  return {
    check,
    status: 'warn',
    detail: `${detail}; the log was written at ${new Date(writtenMs).toISOString()}`,
    advice: 'one of the two was wrong: until the later is reached, offsets by time and retention are off',
  }
}
