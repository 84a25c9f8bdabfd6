/**
 * Logs as a small shop would write them: requests that pass through several services under one trace id, most of them well, some slow, some
 * with a stack trace, and now and then a service that is in trouble for a while.
 *
 * The same seed tells the same story, but for the time of day.
 */
import { createChance } from './chance.ts'
import type { Chance } from './chance.ts'
import { ROUTES, SERVICES } from './shop.ts'
import type { Failure, Service } from './shop.ts'

export interface DemoLogs {
  /** The next log as a line of JSON, without a line feed. */
  next(nowMs: number): string
}

const GATEWAY = { name: 'gateway', version: '1.4.2', hosts: 2 }

const FAILURE_SHARE = 0.012
const TROUBLE_FAILURE_SHARE = 0.35
/** Per request; and for how many requests it lasts. */
const TROUBLE_SHARE = 0.002
const TROUBLE_REQUESTS = { min: 20, max: 120 }
/** Above so many times its median, a service complains. */
const SLOW_FACTOR = 3

type Log = Readonly<Record<string, unknown>>

export function createDemoLogs(seed: number): DemoLogs {
  const chance = createChance(seed)
  let trouble: { readonly service: string; left: number } = { service: '', left: 0 }
  const pending: Log[] = []

  function nextRequest(): readonly Log[] {
    if (trouble.left > 0) trouble.left--
    else if (chance.happens(TROUBLE_SHARE)) {
      trouble = { service: chance.oneOf(Object.keys(SERVICES)), left: chance.whole(TROUBLE_REQUESTS.min, TROUBLE_REQUESTS.max) }
    }
    return requestLogs(chance, (service) => (trouble.left > 0 && trouble.service === service ? TROUBLE_FAILURE_SHARE : FAILURE_SHARE))
  }

  return {
    next(nowMs) {
      if (pending.length === 0) pending.push(...nextRequest())
      return JSON.stringify({ timestamp: new Date(nowMs).toISOString(), ...pending.shift() })
    },
  }
}

function requestLogs(chance: Chance, failureShare: (service: string) => number): readonly Log[] {
  const route = chance.weighted(ROUTES)
  const trace = { trace_id: chance.hex(32), user_id: `u_${chance.whole(1_000, 9_999)}` }
  const logs: Log[] = []
  let [status, durationMs] = [route.status, chance.latencyMs(4)]
  for (const name of route.services) {
    const service = SERVICES[name]!
    const serviceMs = chance.latencyMs(service.medianMs)
    durationMs += serviceMs
    const failure = chance.happens(failureShare(name)) ? chance.oneOf(service.failures) : undefined
    logs.push({ ...origin(chance, service), ...trace, ...outcome(chance, service, { failure, serviceMs }) })
    if (failure === undefined) continue
    status = failure.status
    break
  }
  const path = route.path(chance)
  logs.push({
    ...origin(chance, GATEWAY),
    ...trace,
    level: status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info',
    message: `${route.method} ${path} ${status}`,
    http: { method: route.method, path, status },
    duration_ms: rounded(durationMs),
  })
  return logs
}

function origin(chance: Chance, { name, version, hosts }: Pick<Service, 'name' | 'version' | 'hosts'>): Log {
  return { service: name, host: `${name}-${chance.whole(1, hosts)}`, version, env: 'demo', span_id: chance.hex(16) }
}

function outcome(
  chance: Chance,
  service: Service,
  { failure, serviceMs }: { readonly failure: Failure | undefined; readonly serviceMs: number },
): Log {
  if (failure === undefined) {
    const isSlow = serviceMs > service.medianMs * SLOW_FACTOR
    return {
      level: isSlow ? 'warn' : 'info',
      message: isSlow ? `slow: ${service.say(chance)}` : service.say(chance),
      duration_ms: rounded(serviceMs),
    }
  }
  const { kind, frames, status } = failure
  const message = failure.message(chance)
  const stack = frames.length === 0 ? {} : { stack: [`${kind}: ${message}`, ...frames.map((frame) => `    ${frame}`)].join('\n') }
  return { level: status >= 500 ? 'error' : 'warn', message, duration_ms: rounded(serviceMs), error: { kind, message, ...stack } }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
