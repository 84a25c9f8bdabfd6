import type { LoadResult } from './load.ts'

interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

export interface Row {
  readonly name: string
  readonly requestsPerSecond: Spread
  readonly p50Ms: Spread
  readonly p99Ms: Spread
  readonly failed: number
}

export function summarize(name: string, results: readonly LoadResult[]): Row {
  return {
    name,
    requestsPerSecond: spread(results.map((result) => result.requestsPerSecond)),
    p50Ms: spread(results.map((result) => result.p50Ms)),
    p99Ms: spread(results.map((result) => result.p99Ms)),
    failed: results.reduce((sum, result) => sum + result.failed, 0),
  }
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { min: sorted[0] ?? NaN, median: sorted[Math.floor(sorted.length / 2)] ?? NaN, max: sorted.at(-1) ?? NaN }
}

/** The last row is the floor that the others are held against. */
export function printTable(settings: Readonly<Record<string, unknown>>, rows: readonly Row[], recordsPerRequest: number): void {
  console.log(
    Object.entries(settings)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', '),
  )
  const floor = rows.at(-1)?.requestsPerSecond.median ?? NaN
  console.table(
    rows.map((row) => ({
      path: row.name,
      'requests/s (min / median / max)': show(row.requestsPerSecond, 0),
      'records/s': Math.round(row.requestsPerSecond.median * recordsPerRequest),
      'p50 ms': show(row.p50Ms, 2),
      'p99 ms': show(row.p99Ms, 2),
      failed: row.failed,
      'of floor': (row.requestsPerSecond.median / floor).toFixed(3),
    })),
  )
}

function show({ min, median, max }: Spread, digits: number): string {
  return [min, median, max].map((value) => value.toFixed(digits)).join(' / ')
}
