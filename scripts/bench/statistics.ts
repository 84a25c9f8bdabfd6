/** What is said of a handful of runs, and of many samples. */

export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Of an even number of values the median is the upper of the two in the middle. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { min: sorted[0] ?? NaN, median: sorted[Math.floor(sorted.length / 2)] ?? NaN, max: sorted.at(-1) ?? NaN }
}

/** The smallest value that `share` (0 to 1) of the values do not exceed: one of them, never something in between. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}
