/**
 * The HTTP door: who may knock, which route answers, and how what goes wrong is said.
 *
 * - Routes are found by the raw path; nothing is decoded or resolved before.
 * - The intake and the fetch routes are matched by one handler each and no middleware, which Hono calls without a detour.
 * - Errors are caught here, once, and rendered in the dialect of their surface.
 */
import { RequestError } from '@hono/node-server'
import type { HttpBindings } from '@hono/node-server'
import { KafkaError } from '@logbrook/kafka/errors'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { RequestAborted } from './body.ts'
import { createClientAddress } from './client-address.ts'
import type { App, AppEnv, Bindings, RouteContext } from './context.ts'
import { beginExchange, elapsedMs } from './exchange.ts'
import { createHostRules } from './hosts.ts'
import { createOriginRules } from './origins.ts'
import { createProximity } from './proximity.ts'
import { rawPath } from './raw-path.ts'
import { isForeseen, renderError } from './problems.ts'
import { createRequestLog } from './request-log.ts'
import { registerDatadogLogs } from './routes/datadog-logs.ts'
import { registerFetch } from './routes/fetch.ts'
import { registerKalamdb } from './routes/kalamdb/kalamdb.ts'
import { registerOwnRoutes } from './routes/own-api.ts'
import { registerRecord } from './routes/record.ts'
import { createSurfaces } from './surfaces.ts'
import { createUpgrades } from './websocket/upgrades.ts'
import type { Upgrades } from './websocket/upgrades.ts'

export interface Door {
  readonly answer: (request: Request, env: HttpBindings) => Response | Promise<Response>
  /** The answer to what is no request, and to what `answer` failed at. */
  readonly refuse: (error: unknown) => Response
  /** Requests that become WebSockets. */
  readonly upgrades: Upgrades
}

export function createApp(parts: Omit<RouteContext, 'clientAddress' | 'proximity'>): Door {
  const { options, metrics, logger } = parts
  const { trustedProxies = [] } = options
  const context: RouteContext = {
    ...parts,
    clientAddress: createClientAddress(trustedProxies),
    proximity: createProximity(trustedProxies),
  }
  const surfaces = createSurfaces({ rootIntake: options.intake.rootTopic !== null })
  const hosts = createHostRules(options)
  const origins = createOriginRules(options.corsOrigins)
  const logRequest = createRequestLog(logger, context.clientAddress)
  const app: App = new Hono<AppEnv>({ getPath: (_, bindings) => surfaces.routedPath(bindings!.env!.incoming.url!) })

  if (options.corsOrigins.length > 0) app.use('*', corsFor(options.corsOrigins))
  registerDatadogLogs(app, context)
  registerFetch(app, context)
  registerRecord(app, context)
  registerOwnRoutes(app, context)
  registerKalamdb(app, context)
  app.notFound((c) => {
    const allowed = methodsOf(app, c.req.path)
    return answerError(c.env, notRouted(c.req.method, c.req.path, allowed), allowed.length === 0 ? {} : { Allow: allowed.join(', ') })
  })
  app.onError((error, c) => answerError(c.env, error))

  function answerError(env: Bindings, error: unknown, headers: Readonly<Record<string, string>> = {}): Response {
    const { method, url = '' } = env.incoming
    // Nobody is there to see the answer, and nothing of ours went wrong.
    if (error instanceof RequestAborted) return new Response(null, { status: 400 })
    if (!isForeseen(error)) logger.error({ err: error, method, path: rawPath(url) }, 'a request failed unexpectedly')
    else if (error instanceof KafkaError && error.status >= 500)
      logger.error({ err: error, method, path: rawPath(url) }, 'a request failed')
    return renderError(error, surfaces.surfaceOf(url), { headers, tookMs: elapsedMs(env.exchange) })
  }

  function finish(env: Bindings, response: Response): Response {
    const { incoming, exchange } = env
    const route = exchange.route ?? routeOf(app, incoming.method!, surfaces.routedPath(incoming.url!))
    metrics.requestAnswered(route, response.status, elapsedMs(exchange))
    logRequest(env, surfaces.surfaceOf(incoming.url!), response.status)
    return response
  }

  return {
    answer(request, { incoming, outgoing }) {
      const env: Bindings = { incoming, outgoing, exchange: beginExchange() }
      const { host, origin } = incoming.headers
      if (!hosts.accepts(host)) return finish(env, answerError(env, misdirected(host)))
      // The intake takes only JSON, for which a browser asks beforehand.
      const isForeign = !origins.accepts(incoming) && surfaces.surfaceOf(incoming.url!) !== 'datadog'
      if (isForeign) return finish(env, answerError(env, crossOrigin(origin)))
      const response = app.fetch(request, env)
      return response instanceof Promise ? response.then((answered) => finish(env, answered)) : finish(env, response)
    },
    refuse(error) {
      if (error instanceof RequestError) return renderError(new KafkaError('INVALID_REQUEST', `no HTTP request: ${error.message}`), 'own')
      logger.error({ err: error }, 'a request failed unexpectedly')
      return renderError(error, 'own')
    },
    upgrades: createUpgrades({ context, hosts, origins, surfaces }),
  }
}

function corsFor(origins: readonly string[]) {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    exposeHeaders: ['x-logbrook-partition', 'x-logbrook-base-offset'],
    maxAge: 600,
  })
}

function misdirected(host: string | undefined): KafkaError {
  return new KafkaError(
    'MISDIRECTED_REQUEST',
    `this broker does not go by the name ${JSON.stringify(host)}; --allowed-hosts gives it other names than those of this machine`,
  )
}

function crossOrigin(origin: string | undefined): KafkaError {
  return new KafkaError('POLICY_VIOLATION', `a page of ${JSON.stringify(origin)} may not write here; --cors-origins lets other origins in`)
}

/** Metrics count what no route took under one name. */
const NO_ROUTE = 'none'

function routeOf(app: App, method: string, path: string): string {
  return handlersOf(app, method, path).at(-1) ?? NO_ROUTE
}

/** The patterns that match, without those of middleware. */
function handlersOf(app: App, method: string, path: string): readonly string[] {
  return app.router.match(method, path)[0].flatMap(([[, route]]) => (route.path === '/*' ? [] : [route.path]))
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function methodsOf(app: App, path: string): readonly string[] {
  return METHODS.filter((method) => handlersOf(app, method, path).length > 0)
}

function notRouted(method: string, path: string, allowed: readonly string[]): KafkaError {
  if (allowed.length === 0) return new KafkaError('RESOURCE_NOT_FOUND', `there is nothing at ${path}`)
  return new KafkaError('METHOD_NOT_ALLOWED', `${path} does not take ${method}; it takes ${allowed.join(' and ')}`)
}
