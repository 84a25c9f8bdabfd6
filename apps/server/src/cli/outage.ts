/** Going on after the broker was away: stopped, started again, out of reach for a while. */
import type { Delay } from '@logbrook/client/delay'
import { LogbrookError } from '@logbrook/client/error'
import { printLine } from './shell.ts'
import type { Shell } from './shell.ts'

const RETRY_MS_MIN = 250
const RETRY_MS_MAX = 5_000

export interface Persistence {
  readonly stderr: Shell['stderr']
  readonly delay: Delay
}

/** How often `work` was in vain is not counted: a person who has seen enough presses Ctrl-C. @throws what is not an outage */
export async function throughOutages<T>(
  work: () => Promise<T>,
  { stderr, delay }: Persistence,
): Promise<{ readonly result: T; readonly wasAway: boolean }> {
  let wasAway = false
  for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
    try {
      const result = await work()
      if (wasAway) await printLine(stderr, 'logbrook: the broker is back')
      return { result, wasAway }
    } catch (error) {
      if (!isOutage(error)) throw error
      if (!wasAway) await printLine(stderr, `logbrook: ${error.message}; waiting for it`)
      wasAway = true
      await delay(delayMs, undefined)
    }
  }
}

/** Nobody answers, a broker that stops does, or a proxy that has no broker behind it. */
function isOutage(error: unknown): error is LogbrookError {
  return error instanceof LogbrookError && (error.code === 'UNREACHABLE' || [502, 503, 504].includes(error.status))
}
