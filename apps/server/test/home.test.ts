import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { Hono } from 'hono'
import packageJson from '../package.json' with { type: 'json' }
import type { AppEnv, RouteContext } from '../src/http/context.ts'
import { renderError } from '../src/http/problems.ts'
import { registerHealth } from '../src/http/routes/health.ts'
import { createWaits } from '../src/http/waits.ts'
import { startTestServer } from './own-api-server.ts'

describe('the page at /', () => {
  it('says what runs here, and loads nothing from anywhere', async () => {
    await using api = await startTestServer()
    const { status, headers, body } = await api.ask('/')
    const html = String(body)
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^text\/html; charset=utf-8$/i)
    assert.ok(html.includes(`<h1>Logbrook <small>${packageJson.version}</small></h1>`))
    for (const fact of ['log <b>in memory</b>', 'authentication <b>none</b>', 'ACLs <b>off</b>']) assert.ok(html.includes(fact), fact)
    for (const link of ['/openapi.json', '/metrics']) assert.ok(html.includes(`href="${link}"`))
    const loaded = Array.from(html.matchAll(/(?:src|href)="(?<address>[^"]+)"/g), (match) => match.groups!['address']!)
    assert.deepEqual(
      loaded.filter((address) => !address.startsWith('/') && !address.startsWith('data:')),
      [],
    )
  })

  it('lets its own script run and no other', async () => {
    await using api = await startTestServer()
    const { headers, body } = await api.ask('/')
    const [script, ...others] = Array.from(String(body).matchAll(/<script>(?<code>.*?)<\/script>/gs), (match) => match.groups!['code']!)
    assert.equal(others.length, 0)
    const hash = createHash('sha256').update(script!).digest('base64')
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /^default-src 'none';/)
    assert.ok(policy.includes(`script-src 'sha256-${hash}'`))
    assert.ok(policy.includes("frame-ancestors 'none'"))
  })

  it('has lines to paste that work as they are, in their order', async () => {
    await using api = await startTestServer()
    const html = String((await api.ask('/')).body)
    const lines = Array.from(html.matchAll(/<pre>(?<line>.*?)<\/pre>/gs), (match) => match.groups!['line']!)
    const commands = lines.map((line) => line.replaceAll(/<span class="url">.*?<\/span>/g, api.url))
    assert.equal(commands.length, 3)
    const bodies = commands.slice(0, 2).map((command) => / -d '(?<body>.*)'$/s.exec(command)?.groups?.['body'])
    const [created, sent] = [
      await api.ask('/v1/kafka/topics', { method: 'POST', body: bodies[0]!, headers: { 'content-type': 'application/json' } }),
      await api.ask('/dd/logs/api/v2/logs', { method: 'POST', body: bodies[1]!, headers: { 'content-type': 'application/json' } }),
    ]
    assert.deepEqual([created.status, sent.status], [201, 200])
    assert.ok(commands[0]!.startsWith(`curl ${api.url}/v1/kafka/topics -H 'Content-Type: application/json'`))
    assert.ok(commands[1]!.startsWith(`curl ${api.url}/dd/logs/api/v2/logs -H 'Content-Type: application/json'`))
    assert.equal(commands[2], `curl -N '${api.url}/v1/kafka/topics/logs/tail?from=earliest'`)
  })
})

describe('health', () => {
  it('is ok while the broker runs', async () => {
    await using api = await startTestServer()
    for (const path of ['/livez', '/readyz']) {
      const { status, body } = await api.ask(path)
      assert.deepEqual([status, body], [200, { status: 'ok' }])
    }
  })

  it('is not ready while the broker stops, though it lives', async () => {
    const waits = createWaits()
    const app = new Hono<AppEnv>()
    registerHealth(app, { waits, storage: { writeFailure: () => undefined } } as RouteContext)
    app.onError((error) => renderError(error, 'own'))
    assert.equal((await app.request('/readyz')).status, 200)
    waits.stop()
    const refused = await app.request('/readyz')
    assert.deepEqual([refused.status, ((await refused.json()) as { code: string }).code], [503, 'SHUTTING_DOWN'])
    assert.equal((await app.request('/livez')).status, 200)
  })
})
