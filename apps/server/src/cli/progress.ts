/** A bar, a count and a rate on one line of a terminal, written over and over. */
import type { Clock } from '@logbrook/kafka/clock'
import { print } from './shell.ts'
import type { Shell } from './shell.ts'
import { columnsOf } from './style.ts'

export interface Progress {
  readonly records: number
  readonly bytes: number
  add(amount: { readonly records: number; readonly bytes: number }): Promise<void>
  /** Takes the line away, and says how it went since the beginning: `1,000 records, 1.2 MiB, in 2.0 s: 500 records/s`. */
  end(): Promise<string>
}

export interface ProgressOptions {
  readonly stream: Shell['stderr']
  readonly clock: Clock
  /** What is being done, where that is not one thing. */
  readonly label?: string | undefined
  /** Of all that is to come, where that is known. */
  readonly totalBytes?: number | undefined
  readonly totalRecords?: number | undefined
}

/** More often would be faster than eyes are. */
const REDRAW_MS = 100
const BAR_LENGTH = 24
const CLEAR_LINE = '\r\u001b[K'

export function createProgress({ stream, clock, label, totalBytes, totalRecords }: ProgressOptions): Progress {
  const startMs = clock.now()
  let drawnMs = -Infinity
  const done = { records: 0, bytes: 0 }

  return {
    get records() {
      return done.records
    },
    get bytes() {
      return done.bytes
    },
    async add({ records, bytes }) {
      done.records += records
      done.bytes += bytes
      const nowMs = clock.now()
      if (Math.abs(nowMs - drawnMs) < REDRAW_MS) return
      drawnMs = nowMs
      const bar = totalRecords === undefined ? barOf(done.bytes, totalBytes) : barOf(done.records, totalRecords)
      const parts = [
        ...(label === undefined ? [] : [label]),
        ...bar,
        countOf(done.records),
        sizeOf(done.bytes),
        rateOf(done.records, nowMs - startMs),
      ]
      // A line that the terminal breaks cannot be taken away.
      await print(stream, `${CLEAR_LINE}${parts.join('  ').slice(0, columnsOf(stream) - 1)}`)
    },
    async end() {
      if (drawnMs !== -Infinity) await print(stream, CLEAR_LINE)
      const elapsedMs = clock.now() - startMs
      return `${countOf(done.records)}, ${sizeOf(done.bytes)}, in ${(elapsedMs / 1_000).toFixed(1)} s: ${rateOf(done.records, elapsedMs)}`
    },
  }
}

function barOf(amount: number, total: number | undefined): readonly string[] {
  if (total === undefined || total === 0) return []
  const share = Math.min(1, amount / total)
  const filled = Math.round(share * BAR_LENGTH)
  return [`${String(Math.floor(share * 100)).padStart(3)} %`, `[${'#'.repeat(filled)}${'.'.repeat(BAR_LENGTH - filled)}]`]
}

/** `1 record`, `1,234 records` */
export function countOf(records: number): string {
  return `${records.toLocaleString('en')} record${records === 1 ? '' : 's'}`
}

export function sizeOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  return `${power === 0 ? bytes : (bytes / 1_024 ** power).toFixed(1)} ${units[power]}`
}

function rateOf(records: number, elapsedMs: number): string {
  return `${Math.round((records * 1_000) / Math.max(1, elapsedMs)).toLocaleString('en')} records/s`
}
