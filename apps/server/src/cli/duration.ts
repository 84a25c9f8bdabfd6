import { durationMs as parsed } from '@logbrook/kafka/duration'
import { UsageError } from '../usage-error.ts'

/** An option's value, in whole milliseconds. @throws UsageError */
export function durationMs(name: string, text: string): number {
  const ms = parsed(text)
  if (ms === null) throw new UsageError(`${name} is ${JSON.stringify(text)}; it must be a duration such as 30s, 10m or 2h`)
  return Math.round(ms)
}
