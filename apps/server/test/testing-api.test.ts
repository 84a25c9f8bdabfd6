/** `/v1/testing/*`: faults, journal, clock, snapshots and permissions, as a test in another language has them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TESTING_ROUTES } from '@logbrook/contract/testing-routes'
import type { Route } from '@logbrook/contract/route'
import { ROUTES } from '@logbrook/contract/routes'
import { SNAPSHOTS_MAX } from '@logbrook/kafka/limits'
import type { RunningServer } from '../src/server.ts'
import type { ServerOptions } from '../src/server-options.ts'
import { startControlledServer } from '../src/testing/controlled-server.ts'
import { ask, refusalOf, startTestServer } from './own-api-server.ts'
import type { Answer, Ask } from './own-api-server.ts'
import { serverOptions } from './server-options.ts'

interface Controlled extends AsyncDisposable {
  readonly server: RunningServer
  readonly ask: (path: string, asked?: Ask) => Promise<Answer>
  readonly post: (path: string, json?: unknown) => Promise<Answer>
  readonly remove: (path: string) => Promise<Answer>
}

async function startControlled(options: Partial<ServerOptions> = {}, clock: 'system' | 'manual' = 'manual'): Promise<Controlled> {
  const server = await startControlledServer(serverOptions(options), clock)
  const askServer = (path: string, asked: Ask = {}) => ask(`${server.url}${path}`, asked)
  return {
    server,
    ask: askServer,
    post: (path, json) => askServer(path, { method: 'POST', ...(json === undefined ? {} : { json }) }),
    remove: (path) => askServer(path, { method: 'DELETE' }),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

async function topicNames({ ask: askServer }: Controlled): Promise<readonly string[]> {
  const { body } = await askServer('/v1/kafka/topics')
  return (body as { topics: { name: string }[] }).topics.map(({ name }) => name)
}

/** Of no fault and no snapshot. */
function pathOf({ path }: Route): string {
  return path.replaceAll(/\{\w+\}/g, '0')
}

const FAULTS = '/v1/testing/faults'
const MANUAL_START_MS = 1_700_000_000_000

describe('faults', () => {
  it('are added, fire, are listed and removed', async () => {
    await using broker = await startControlled()
    const rule = { match: { endpoint: 'listTopics', times: 1 }, do: { error: 'KAFKA_STORAGE_ERROR' } }
    const added = await broker.post(FAULTS, rule)
    assert.deepEqual([added.status, added.body], [201, { fault: 1, ...rule, matched: 0, fired: 0 }])
    assert.equal((await broker.ask('/v1/kafka/topics')).status, 500)
    assert.equal((await broker.ask('/v1/kafka/topics')).status, 200)
    await broker.post(FAULTS, { do: { delay: 1 } })
    assert.deepEqual((await broker.ask(FAULTS)).body, {
      faults: [
        { fault: 1, ...rule, matched: 2, fired: 1 },
        { fault: 2, match: {}, do: { delay: 1 }, matched: 0, fired: 0 },
      ],
    })
    assert.deepEqual(refusalOf(await broker.remove(`${FAULTS}/3`)), [404, 'RESOURCE_NOT_FOUND', 'there is no fault 3'])
    assert.equal((await broker.remove(`${FAULTS}/2`)).status, 204)
    assert.equal((await broker.remove(FAULTS)).status, 204)
    assert.deepEqual((await broker.ask(FAULTS)).body, { faults: [] })
  })

  it('that are wrong are refused by their key, and nothing is added', async () => {
    await using broker = await startControlled()
    assert.deepEqual(refusalOf(await broker.post(FAULTS, { match: { enpoint: 'fetch' }, do: { drop: 'after' } })), [
      400,
      'INVALID_REQUEST',
      'match: unknown field "enpoint"; did you mean endpoint?',
    ])
    assert.deepEqual((await broker.ask(FAULTS)).body, { faults: [] })
  })

  it('spare the controls', async () => {
    await using broker = await startControlled()
    await broker.post(FAULTS, { do: { drop: 'before' } })
    assert.equal((await broker.ask('/v1/testing/clock')).status, 200)
    await assert.rejects(broker.ask('/livez'))
  })
})

it('the journal has the requests but those to the controls, until it is cleared', async () => {
  await using broker = await startControlled()
  await broker.ask('/livez')
  const { body } = await broker.ask('/v1/testing/journal')
  const { dropped, entries } = body as { dropped: number; entries: { endpoint: string; timestamp: number }[] }
  assert.deepEqual([dropped, entries.map(({ endpoint, timestamp }) => [endpoint, timestamp])], [0, [['live', MANUAL_START_MS]]])
  assert.equal((await broker.remove('/v1/testing/journal')).status, 204)
  assert.deepEqual((await broker.ask('/v1/testing/journal')).body, { dropped: 0, entries: [] })
})

describe('the clock', () => {
  it('is moved, and what is due has happened when the answer comes', async () => {
    await using broker = await startControlled()
    await broker.post('/v1/kafka/topics', { name: 'logs', config: { 'retention.ms': 60_000 } })
    await broker.ask('/v1/kafka/topics/logs/records', { method: 'POST', body: 'a' })
    assert.deepEqual((await broker.ask('/v1/testing/clock')).body, { clock: 'manual', now: MANUAL_START_MS })
    const moved = await broker.post('/v1/testing/clock/advance', { by: '2h' })
    assert.deepEqual([moved.status, moved.body], [200, { clock: 'manual', now: MANUAL_START_MS + 7_200_000 }])
    const { partitions } = (await broker.ask('/v1/kafka/topics/logs')).body as { partitions: { log_start_offset: number }[] }
    assert.equal(partitions[0]?.log_start_offset, 1)
  })

  it("is the machine's where it is not manual, and then does not move", async () => {
    await using broker = await startControlled({}, 'system')
    assert.equal(((await broker.ask('/v1/testing/clock')).body as { clock: string }).clock, 'system')
    assert.deepEqual(refusalOf(await broker.post('/v1/testing/clock/advance', { by: '2h' })), [
      403,
      'POLICY_VIOLATION',
      "the clock is the machine's, which no test moves; start the broker with --clock manual",
    ])
  })

  it('does not take a step that is none', async () => {
    await using broker = await startControlled()
    assert.deepEqual(refusalOf(await broker.post('/v1/testing/clock/advance', { by: '2 hours' })), [
      400,
      'INVALID_REQUEST',
      'by: "2 hours" is no duration; it must be milliseconds, or a number with ms, s, m, h or d behind it',
    ])
    assert.deepEqual((await broker.ask('/v1/testing/clock')).body, { clock: 'manual', now: MANUAL_START_MS })
  })
})

describe('snapshots', () => {
  it('are taken, restored as often as one likes, and forgotten', async () => {
    await using broker = await startControlled()
    await broker.post('/v1/kafka/topics', { name: 'before' })
    const taken = await broker.post('/v1/testing/snapshots')
    assert.deepEqual([taken.status, taken.body], [201, { snapshot: '1' }])
    for (const round of [1, 2]) {
      await broker.post('/v1/kafka/topics', { name: `after-${round}` })
      await broker.post('/v1/testing/clock/advance', { by: '1m' })
      assert.equal((await broker.post('/v1/testing/snapshots/1/restore')).status, 204)
      assert.deepEqual(await topicNames(broker), ['before'])
      assert.deepEqual((await broker.ask('/v1/testing/clock')).body, { clock: 'manual', now: MANUAL_START_MS })
    }
    assert.equal((await broker.remove('/v1/testing/snapshots/1')).status, 204)
    const gone = [404, 'RESOURCE_NOT_FOUND', 'there is no snapshot "1"']
    assert.deepEqual(refusalOf(await broker.post('/v1/testing/snapshots/1/restore')), gone)
    assert.deepEqual(refusalOf(await broker.remove('/v1/testing/snapshots/1')), gone)
  })

  it('are so many at most', async () => {
    await using broker = await startControlled()
    for (let i = 0; i < SNAPSHOTS_MAX; i++) assert.equal((await broker.post('/v1/testing/snapshots')).status, 201)
    const refused = [403, 'POLICY_VIOLATION', 'there are 100 snapshots; the limit is 100: forget some']
    assert.deepEqual(refusalOf(await broker.post('/v1/testing/snapshots')), refused)
    await broker.remove('/v1/testing/snapshots/7')
    assert.deepEqual((await broker.post('/v1/testing/snapshots')).body, { snapshot: '101' })
  })

  it('are put back while someone waits for records, who is then answered', async () => {
    await using broker = await startControlled()
    await broker.post('/v1/kafka/topics', { name: 'logs' })
    await broker.post('/v1/testing/snapshots')
    const topics = [{ topic: 'logs', partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1_000 }] }]
    const polled = broker.post('/v1/kafka/fetch', { topics, long_poll: true })
    while (broker.server.storage.waiting() === 0) await new Promise((resolve) => void setImmediate(resolve))
    assert.equal((await broker.post('/v1/testing/snapshots/1/restore')).status, 204)
    assert.equal((await polled).status, 200)
  })

  it('of the beginning brings that back, without faults and with an empty journal', async () => {
    await using broker = await startControlled()
    await broker.post('/v1/kafka/topics', { name: 'logs' })
    await broker.post(FAULTS, { match: { endpoint: 'fetch' }, do: { drop: 'after' } })
    assert.equal((await broker.post('/v1/testing/reset')).status, 204)
    assert.deepEqual((await broker.ask('/v1/testing/journal')).body, { dropped: 0, entries: [] })
    assert.deepEqual((await broker.ask(FAULTS)).body, { faults: [] })
    assert.deepEqual(await topicNames(broker), [])
  })
})

it('permissions are explained to whoever asks', async () => {
  await using broker = await startControlled({ authentication: 'required', acls: true })
  const explained = await broker.ask('/v1/testing/explain?principal=User:alice&operation=READ&topic=logs')
  assert.equal(explained.status, 200)
  const { enforced, allowed, sentence } = explained.body as { enforced: boolean; allowed: boolean; sentence: string }
  assert.deepEqual([enforced, allowed], [true, false])
  assert.match(sentence, /User:alice/)
  const [status, code, message] = refusalOf(await broker.ask('/v1/testing/explain?principal=User:alice&operation=EAT&topic=logs'))
  assert.deepEqual([status, code], [400, 'INVALID_REQUEST'])
  assert.match(String(message), /operation/)
  const ofCluster = '/v1/testing/explain?principal=User:alice&operation=ALTER&cluster='
  assert.match(String(Object((await broker.ask(`${ofCluster}true`)).body).sentence), /^User:alice may not ALTER the cluster/)
  assert.equal(refusalOf(await broker.ask(`${ofCluster}false`))[2], 'question.cluster: expected true')
  assert.equal(
    refusalOf(await broker.ask(`${ofCluster}true&topic=a`))[2],
    'question: topic and cluster do not go together; it is about one resource',
  )
  assert.equal(refusalOf(await broker.ask('/v1/testing/explain?topik=logs'))[2], 'unknown query parameter "topik"; did you mean topic?')
})

describe('the controls', () => {
  it('are not there unless the broker is under test', async () => {
    await using plain = await startTestServer()
    for (const route of TESTING_ROUTES) {
      const path = pathOf(route)
      const refused = refusalOf(await plain.ask(path, { method: route.method }))
      assert.deepEqual(refused, [404, 'RESOURCE_NOT_FOUND', `there is nothing at ${path}`])
    }
    const { paths } = (await plain.ask('/openapi.json')).body as { paths: object }
    assert.deepEqual(
      Object.keys(paths).filter((path) => path.startsWith('/v1/testing')),
      [],
    )
  })

  it('are in the OpenAPI document, beside all the rest, and are those that it has', async () => {
    await using broker = await startControlled()
    const { tags, paths } = (await broker.ask('/openapi.json')).body as { tags: { name: string }[]; paths: Record<string, object> }
    assert.ok(tags.some(({ name }) => name === 'Testing'))
    const documented = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    const expected = [...ROUTES, ...TESTING_ROUTES].map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(documented.toSorted(), expected.toSorted())
    for (const route of TESTING_ROUTES) {
      const { status, body } = await broker.ask(pathOf(route), { method: route.method })
      assert.notEqual(status, 405, route.path)
      if (status === 404) assert.match((body as { message: string }).message, /^there is no (?:fault|snapshot)/)
    }
  })

  it('are for no page of another origin', async () => {
    await using broker = await startControlled()
    const refused = await broker.ask('/v1/testing/reset', { method: 'POST', headers: { origin: 'https://evil.test' } })
    assert.deepEqual(refusalOf(refused).slice(0, 2), [403, 'POLICY_VIOLATION'])
  })

  it('take the methods that they have', async () => {
    await using broker = await startControlled()
    const refused = await broker.ask('/v1/testing/reset')
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'POST'])
  })
})
