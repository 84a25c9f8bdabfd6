import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { ConformanceCase } from '@logbrook/conformance/case'
import { describeResult, describeTotals } from '@logbrook/conformance/report'
import { runConformance } from '@logbrook/conformance/run'
import type { CaseResult } from '@logbrook/conformance/run'

interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: readonly string[]
  readonly body: string
}

/** Takes every request for good and answers it with what it was asked: its method and path. */
async function startEcho(): Promise<{ readonly url: URL; readonly seen: readonly Seen[] } & AsyncDisposable> {
  const seen: Seen[] = []
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    seen.push({ method: incoming.method!, path: incoming.url!, headers: incoming.rawHeaders, body: await text(incoming) })
    outgoing.setHeader('Content-Type', 'application/json')
    outgoing.end(JSON.stringify({ method: incoming.method, path: incoming.url }))
  }
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url, seen, [Symbol.asyncDispose]: close }
}

const PASSES: ConformanceCase = {
  name: 'passes',
  proves: ['F1'],
  steps: [
    {
      request: { method: 'GET', path: '//$TOPIC/%2e%2e/x?y', headers: { 'oDD-Case': ['1', '2'] }, body: '["$TOPIC"]', framing: 'chunked' },
      expect: { status: 200, json: { method: 'GET', path: /^\/\/c[0-9a-f]{8}_\d{4}_topic\/%2e%2e\/x\?y$/ } },
    },
  ],
}
const FAILS: ConformanceCase = {
  name: 'fails',
  proves: ['F2', 'F3'],
  steps: [
    {
      request: { method: 'POST', path: '/x' },
      expect: { status: 201, json: { method: 'GET', path: '/x' }, headers: { 'X-There': 'yes' } },
    },
  ],
}
const THROWS: ConformanceCase = { name: 'throws', proves: ['F4'], play: () => Promise.reject(new Error('out of reach')) }
const ELSEWHERE: ConformanceCase = { name: 'elsewhere', proves: ['D16'], needs: 'intake-options' }
const HANDLESS: ConformanceCase = { name: 'handless', proves: ['A5'], hands: ['logLines'] }
const SPOILS: ConformanceCase = { name: 'spoils', proves: ['D12'], spoilsServer: true }

async function run(
  cases: readonly ConformanceCase[],
): Promise<{ readonly results: readonly CaseResult[]; readonly seen: readonly Seen[] }> {
  await using server = await startEcho()
  const reported: CaseResult[] = []
  const results = await runConformance({
    url: server.url,
    profile: 'plain',
    admin: null,
    hands: {},
    cases,
    report: (result) => reported.push(result),
  })
  assert.deepEqual(reported, results)
  return { results, seen: server.seen }
}

test('a case passes, fails or does not apply, and each says why', async () => {
  const { results } = await run([PASSES, FAILS, THROWS, ELSEWHERE, HANDLESS, SPOILS])
  assert.deepEqual(
    results.map(({ result }) => result.outcome),
    ['passed', 'failed', 'failed', 'not applicable', 'not applicable', 'not applicable'],
  )
  const lines = results.map(describeResult)
  assert.equal(lines[0], 'pass  F1  passes')
  for (const difference of ['status: 200 instead of 201', '$.method: "POST" instead of "GET"', 'header X-There: null instead of yes']) {
    assert.ok(lines[1]!.includes(difference), lines[1])
  }
  assert.match(lines[2]!, /FAIL {2}F4 {2}throws\n +out of reach/)
  assert.match(lines[3]!, /n\/a .*\n +needs a server of profile intake-options \(successStatus 202/)
  assert.match(lines[4]!, /reads the server's log/)
  assert.match(lines[5]!, /spoils the server/)
  assert.equal(describeTotals(results), '3 not applicable\n1 passed, 2 failed')
})

test('requests go out as they are written, between what is given and what is taken away', async () => {
  const { seen } = await run([PASSES])
  const [created, request, deleted] = seen
  assert.deepEqual([seen.length, created!.method, created!.path], [3, 'POST', '/v1/kafka/topics'])
  const { name } = JSON.parse(created!.body) as { readonly name: string }
  assert.equal(request!.path, `//${name}/%2e%2e/x?y`)
  assert.equal(request!.body, `["${name}"]`)
  assert.ok(request!.headers.join('|').includes('oDD-Case|1|oDD-Case|2|Transfer-Encoding|chunked'))
  assert.deepEqual([deleted!.method, deleted!.path], ['DELETE', `/v1/kafka/topics/${name}`])
})

test('no two cases and no two runs share a name', async () => {
  const runs = await Promise.all([run([PASSES, PASSES]), run([PASSES])])
  const created = runs.flatMap(({ seen }) => seen.filter(({ method }) => method === 'POST').map(({ body }) => body))
  assert.equal(new Set(created).size, 3)
})
