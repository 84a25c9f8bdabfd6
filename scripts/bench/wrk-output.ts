/** Reads what wrk prints with `--latency`. */

export interface LoadResult {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly slowestMs: number
  /** Answers other than 2xx and 3xx, and connections that broke; a run with any is no measurement. */
  readonly failed: number
}

export function parseWrkOutput(text: string): LoadResult {
  return {
    requests: Number(field(text, /(\d+) requests in /)),
    requestsPerSecond: Number(field(text, /Requests\/sec:\s+([\d.]+)/)),
    p50Ms: milliseconds(field(text, /50%\s+([\d.]+[a-z]+)/)),
    p99Ms: milliseconds(field(text, /99%\s+([\d.]+[a-z]+)/)),
    slowestMs: milliseconds(field(text, /Latency\s+[\d.]+[a-z]+\s+[\d.]+[a-z]+\s+([\d.]+[a-z]+)/)),
    failed: refusals(text) + brokenConnections(text),
  }
}

function refusals(text: string): number {
  return Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0)
}

function brokenConnections(text: string): number {
  const counts = /Socket errors: (.*)/.exec(text)?.[1]?.match(/\d+/g) ?? []
  return counts.reduce((sum, count) => sum + Number(count), 0)
}

function field(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1]
  if (found === undefined) throw new Error(`wrk printed no ${pattern.source}:\n${text}`)
  return found
}

const UNITS_MS: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3, m: 60e3 }

function milliseconds(text: string): number {
  const unit = text.replace(/^[\d.]+/, '')
  const factor = UNITS_MS[unit]
  if (factor === undefined) throw new Error(`wrk printed a time of an unknown unit: ${text}`)
  return Number(text.slice(0, -unit.length)) * factor
}
