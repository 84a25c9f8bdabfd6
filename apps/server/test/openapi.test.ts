/** The server's routes are the contract's, both ways, and the document is made of them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import packageJson from '../package.json' with { type: 'json' }
import { ROUTES } from '@logbrook/contract/routes'
import { Hono } from 'hono'
import type { AppEnv, RouteContext } from '../src/http/context.ts'
import { registerDatadogLogs } from '../src/http/routes/datadog-logs.ts'
import { registerFetch } from '../src/http/routes/fetch.ts'
import { registerKalamdb } from '../src/http/routes/kalamdb/kalamdb.ts'
import { registerOwnRoutes } from '../src/http/routes/own-api.ts'
import { registerRecord } from '../src/http/routes/record.ts'
import { startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'

let api: TestServer
before(async () => void (api = await startTestServer()))
after(() => api.close())

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** `GET /v1/kafka/topics/{}`, whatever a parameter is called. */
function named(method: string, path: string): string {
  return `${method} ${path.replaceAll(/\{\w+\}|:\w+/g, '{}')}`
}

describe('the route table', () => {
  it('has each route once, and each operation', () => {
    const routes = ROUTES.map(({ method, path }) => named(method, path))
    assert.deepEqual(routes.toSorted(), [...new Set(routes)].toSorted())
    assert.equal(new Set(ROUTES.map(({ operationId }) => operationId)).size, ROUTES.length)
  })

  it('has every route of the server but those that only refuse', () => {
    const { broker, storage } = api.server
    // What registering looks at; what answering takes is not needed to know the routes.
    const context = { broker, storage, clock: api.clock, options: { intake: {} } } as unknown as RouteContext
    const app = new Hono<AppEnv>()
    for (const register of [registerDatadogLogs, registerFetch, registerRecord, registerOwnRoutes, registerKalamdb]) register(app, context)
    const table = new Set(ROUTES.map(({ method, path }) => named(method, path)))
    const registered = app.routes.filter(({ method, path }) => METHODS.has(method) && !path.includes('*'))
    assert.ok(registered.length >= table.size / 2)
    assert.deepEqual(
      registered.map(({ method, path }) => named(method, path)).filter((route) => !table.has(route)),
      [],
    )
  })

  for (const { method, path } of ROUTES) {
    it(`has ${method} ${path}, and so has the server`, async () => {
      // No such topic, user or partition: refused by whoever takes the route, and not for the path or the method.
      const response = await fetch(`${api.url}${path.replaceAll(/\{\w+\}/g, '0')}`, { method, signal: AbortSignal.timeout(10_000) })
      const { code } = /json/.test(response.headers.get('content-type') ?? '') ? ((await response.json()) as { code?: string }) : {}
      assert.notEqual(code, 'METHOD_NOT_ALLOWED')
      assert.notEqual(code, 'UNKNOWN_SERVER_ERROR')
      if (code === 'RESOURCE_NOT_FOUND') assert.match(path, /users/)
      await response.body?.cancel().catch(() => undefined)
    })
  }
})

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 of this version and of every route', async () => {
    const { status, headers, body } = await api.ask('/openapi.json')
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'application/json')
    const document = body as { openapi: string; info: { version: string }; paths: Record<string, object> }
    assert.match(document.openapi, /^3\.1\./)
    assert.equal(document.info.version, packageJson.version)
    const documented = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => named(method.toUpperCase(), path)),
    )
    assert.deepEqual(documented.toSorted(), ROUTES.map(({ method, path }) => named(method, path)).toSorted())
  })
})
