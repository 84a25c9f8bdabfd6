/** What is noted of one request while it is answered, for its log line and its metrics. */
import { performance } from 'node:perf_hooks'
import type { Principal } from '@logbrook/kafka/principal'

export interface Exchange {
  /** The machine's own stopwatch: a duration is only reported, nothing is decided by it, so no clock is asked. */
  readonly startedMs: number
  /** The pattern of the route that took the request; where it does not say so itself, the router is asked. */
  route: string | null
  principal: Principal | null
  /** As the request says it, or what its endpoint goes by. */
  clientId: string
}

export function beginExchange(): Exchange {
  return { startedMs: performance.now(), route: null, principal: null, clientId: '' }
}

export function elapsedMs(exchange: Exchange): number {
  return performance.now() - exchange.startedMs
}
