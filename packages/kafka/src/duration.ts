/** A length of time: milliseconds, or text such as `250ms`, `30s`, `10m`, `2h`, `1.5d`. */
export type Duration = number | `${number}${DurationUnit}`
type DurationUnit = keyof typeof UNIT_MS

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const DURATION = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|m|h|d)$/

/** What a refusal says of what is none. */
export function durationProblem(value: unknown): string {
  const given = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return `${given} is no duration; it must be milliseconds, or a number with ms, s, m, h or d behind it`
}

/** Milliseconds, not negative; `null` for what is no duration. */
export function durationMs(duration: unknown): number | null {
  if (typeof duration === 'number') return Number.isFinite(duration) && duration >= 0 ? duration : null
  const { amount, unit } = (typeof duration === 'string' ? DURATION.exec(duration)?.groups : undefined) ?? {}
  return amount === undefined ? null : Number(amount) * UNIT_MS[unit as DurationUnit]
}
