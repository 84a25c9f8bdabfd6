/** KalamDB's own client, the published one, works on the broker as on KalamDB: health, setup, sessions and topics. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { eventually, metric, requestJson } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import type { RealProcess } from '../real-process.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { buildKalamClient, skipWithoutKalamClient } from './kalam-client.ts'
import type { KalamClient, Witness } from './kalam-client.ts'

const INIT = {
  topics: [{ name: 'jobs', partitions: 2 }, { name: 'forbidden' }],
  users: [
    { name: 'worker', password: 'wonderland', role: 'service' },
    { name: 'visitor', password: 'wonderland', role: 'user' },
    { name: 'operator', password: 'secret', role: 'user' },
  ],
  super_users: ['User:operator'],
  acls: [
    ['TOPIC', 'jobs'],
    ['TOPIC', 'nowhere'],
    ['GROUP', '*'],
  ].map(([type, name]) => ({ principal: 'User:worker', operation: 'READ', resource_type: type, resource_name: name })),
}

const OPERATOR = { authorization: `Basic ${btoa('operator:secret')}`, 'content-type': 'application/json' }

interface Job {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
}

const JOBS: readonly Job[] = [
  { key: 'kéy "0"', value: '{"job":0}', timestamp: 1_700_000_000_000 },
  { key: null, value: '{"job":9007199254740993}', timestamp: 1_700_000_000_001 },
  { key: null, value: 'no JSON: 🪵\u0000', timestamp: 0 },
  { key: 'gone', value: null, timestamp: 1_700_000_000_003 },
  { key: '', value: '', timestamp: 1_700_000_000_004 },
]
const ELSEWHERE: Job = { key: null, value: 'elsewhere', timestamp: 1 }
const LATE: Job = { key: 'late', value: '{"job":"late"}', timestamp: 2 }

/** As the client hands it out. */
function record({ key, value, timestamp }: Job, offset: number, partition = 0): object {
  return {
    topic_id: 'jobs',
    topic_name: 'jobs',
    partition_id: partition,
    offset,
    message_id: key,
    source_table: '',
    op: value === null ? 'Delete' : 'Insert',
    timestamp_ms: timestamp,
    payload_mode: 'Full',
    payload: [...Buffer.from(value ?? '')],
  }
}

function records(...offsets: readonly number[]): readonly object[] {
  return offsets.map((offset) => record(JOBS[offset]!, offset))
}

function base64(text: string | null): string | null {
  return text === null ? null : Buffer.from(text).toString('base64')
}

/** What the client says where a token is refused. */
function refused(code: string, message: string): RegExp {
  const said = `{"status":"error","error":{"code":"${code}","message":"${message}"},"results":\\[\\],"took":[\\d.]+}`
  return new RegExp(`^Server error \\(401\\): ${said}$`)
}

function committed(offset: number): object {
  return { acknowledged_offset: offset, group_id: 'workers', partition_id: 0 }
}

describe("KalamDB's client", { skip: skipWithoutKalamClient() }, () => {
  let client: KalamClient
  let broker: RealProcess
  const opened = new AsyncDisposableStack()

  before(async () => {
    client = await buildKalamClient()
    const directory = opened.use(await temporaryDirectory())
    const initFile = join(directory.path, 'init.json')
    await writeFile(initFile, JSON.stringify(INIT))
    const guarded = ['--auth', 'required', '--acls', 'on', '--init-file', initFile]
    // Each of its consumers logs in by itself, here one right after another.
    broker = opened.use(await startProcess(['--memory', ...guarded, '--auth-requests-per-second', '0']))
    await produce(JOBS)
    await produce([ELSEWHERE], 1)
  })
  after(() => opened.disposeAsync())

  async function produce(jobs: readonly Job[], partition = 0): Promise<void> {
    const sent = jobs.map(({ key, value, timestamp }) => ({ key: base64(key), value: base64(value), timestamp }))
    await requestJson(`${broker.url}/v1/kafka/topics/jobs/records?partition=${partition}`, {
      method: 'POST',
      headers: OPERATOR,
      body: JSON.stringify({ records: sent }),
    })
  }

  async function giveWorker(role: string): Promise<void> {
    const body = JSON.stringify({ role })
    await requestJson(`${broker.url}/v1/kafka/users/worker`, { method: 'PATCH', headers: OPERATOR, body })
  }

  function longPolls(): Promise<number> {
    return metric(broker.url, 'logbrook_long_polls_waiting', { headers: OPERATOR })
  }

  function witness(subject: string, { url = broker.url, during = {} }: Partial<Witness> = {}): Promise<Record<string, unknown>> {
    return client.witness(subject, { url, during })
  }

  test('finds it healthy', async () => {
    const { health, 'cluster health': cluster, ...more } = await witness('health')
    assert.deepEqual(more, {})
    const { status, api_version: apiVersion } = health as Record<string, unknown>
    assert.deepEqual([status, apiVersion], ['healthy', 'v1'])
    const { status: clusterStatus, is_leader: isLeader, nodes } = cluster as Record<string, unknown>
    assert.deepEqual([clusterStatus, isLeader], ['healthy', true])
    const [node, ...others] = nodes as readonly Record<string, unknown>[]
    assert.deepEqual([node?.['is_self'], node?.['api_addr'], others], [true, broker.url, []])
  })

  test('sets one up that nobody administers yet', async () => {
    await using fresh = await startProcess(['--memory', '--auth', 'required', '--acls', 'on'])
    assert.deepEqual(await witness('setup', { url: fresh.url }), {
      'status before': true,
      'login before': 'Server setup required: Server requires initial setup',
      setup: 'dba',
      'status after': false,
      'second setup': 'Configuration error: Server is already configured',
      'login after': ['chief', 'dba', true],
    })
  })

  test('logs in, refreshes, and shows who it is by its token or by its password', async () => {
    const seen = await witness('sessions', { during: { 'role may change': () => giveWorker('dba') } })
    await giveWorker('service')

    const wrongPassword = `{"error":"unauthorized","message":"Invalid credentials"}`
    const expected: Readonly<Record<string, unknown>> = {
      login: ['worker', 'service', false],
      'wrong login': `Authentication failed: Login failed (401 Unauthorized): ${wrongPassword}`,
      refresh: ['worker', 'service', false],
      'wrong refresh':
        'Authentication failed: Token refresh failed (401 Unauthorized): {"error":"unauthorized","message":"Refresh endpoint requires a refresh token"}',
      token: records(0),
      'refreshed token': records(0),
      'refresh token': refused('INVALID_CREDENTIALS', 'Invalid credentials'),
      'no token': refused('MISSING_AUTHORIZATION', 'Authentication required'),
      password: records(0),
      'wrong password': `Server error (401): ${wrongPassword}`,
      'user without the role': 'Server error (403): {"error":"Topic consumption requires service, dba, or system role","code":"FORBIDDEN"}',
      'password, before': records(0),
      'token, before': records(0),
      'role may change': null,
      'password, after': records(1),
      'token, after': refused('INVALID_CREDENTIALS', 'Invalid credentials'),
    }
    assert.deepEqual(Object.keys(seen), Object.keys(expected))
    for (const [what, value] of Object.entries(expected)) {
      if (value instanceof RegExp) assert.match(String(seen[what]), value, what)
      else assert.deepEqual(seen[what], value, what)
    }
  })

  test('consumes in groups', async () => {
    assert.deepEqual(await witness('groups'), {
      'commit of nothing': 'Configuration error: No processed offsets to commit',
      one: records(0, 1),
      other: records(2, 3),
      'one commits': committed(1),
      'one again': records(4),
      'other, when all is taken': [],
      'other commits': committed(3),
      'one commits again': committed(4),
      'partition 1': [record(ELSEWHERE, 0, 1)],
      'before the close': records(0, 1, 2),
      'after the close': records(3, 4),
    })
    const { partitions } = (await requestJson(`${broker.url}/v1/kafka/groups/workers`, { headers: OPERATOR })) as {
      readonly partitions: readonly { readonly partition: number; readonly committed_offset: number | null }[]
    }
    assert.equal(partitions.find(({ partition }) => partition === 0)?.committed_offset, 5)
  })

  test('starts where it is told to', async () => {
    assert.deepEqual(await witness('starts'), {
      earliest: records(0, 1, 2, 3, 4),
      'position after earliest': 5,
      latest: [],
      'position after latest': 5,
      offset: records(3, 4),
      'position after offset': 5,
    })
  })

  test('is told why it gets nothing', async () => {
    const seen = await witness('refusals')
    assert.equal(seen['nowhere'], `Server error (404): {"error":"Topic 'nowhere' does not exist","code":"NOT_FOUND"}`)
    assert.match(String(seen['forbidden']), /^Server error \(403\): {"error":".*forbidden.*","code":"FORBIDDEN"}$/)
    assert.match(String(seen['partition 7']), /^Server error \(404\): {"error":".*7.*","code":"NOT_FOUND"}$/)
  })

  test('waits for a record, and in vain', async () => {
    async function append(): Promise<void> {
      await eventually(longPolls, (count) => count === 1)
      await produce([LATE])
    }
    const seen = await witness('waits', { during: { waiting: append } })
    const { 'seconds in vain': seconds, ...others } = seen
    assert.deepEqual(others, { before: [], waiting: null, woken: [record(LATE, 5)], 'in vain': [] })
    assert.ok(Number(seconds) >= 1)
  })
})
