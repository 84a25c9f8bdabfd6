/** Health (H1 to H4): for this machine alone, whatever a header says. */
import type { ConformanceCase, Expectation, Request } from '../case.ts'
import { ANY_TEXT } from '../match.ts'

const HEALTHY: Expectation = { status: 200, json: { status: 'healthy', version: ANY_TEXT, api_version: 'v1', build_date: ANY_TEXT } }
const HEALTH_DENIED: Expectation = { status: 403, json: { error: 'Access denied. Health endpoint is localhost-only.' } }
const CLUSTER_DENIED: Expectation = { status: 403, json: { error: 'Access denied. Cluster health is localhost-only.' } }

const CLUSTER_OF_ONE: Expectation = {
  status: 200,
  json: {
    status: 'healthy',
    version: ANY_TEXT,
    build_date: ANY_TEXT,
    is_cluster_mode: false,
    cluster_id: ANY_TEXT,
    node_id: 1,
    is_leader: true,
    total_groups: 0,
    groups_leading: 0,
    current_term: 0,
    last_applied: null,
    millis_since_quorum_ack: null,
    nodes: [
      {
        node_id: 1,
        role: 'leader',
        status: 'active',
        api_addr: /^http:\/\/.+:\d+$/,
        is_self: true,
        is_leader: true,
        replication_lag: null,
        catchup_progress_pct: null,
      },
    ],
  },
}

function get(path: string, headers: NonNullable<Request['headers']> = {}): Request {
  return { method: 'GET', path, headers }
}

const DENIALS: readonly (readonly [path: string, denied: Expectation])[] = [
  ['/health', HEALTH_DENIED],
  ['/v1/api/healthcheck', HEALTH_DENIED],
  ['/v1/api/cluster/health', CLUSTER_DENIED],
]

/** From a proxy on this machine, on whose word a request comes from elsewhere. */
const REMOTE: readonly (readonly [name: string, headers: NonNullable<Request['headers']>])[] = [
  ['a forwarded address', { 'X-Forwarded-For': '203.0.113.9' }],
  ['the first of several forwarded addresses', { 'X-Forwarded-For': '203.0.113.9, 127.0.0.1' }],
  ['a forwarded address behind one of this machine', { 'X-Forwarded-For': '127.0.0.1, 203.0.113.9' }],
  ['a forwarded address in a second header', { 'X-Forwarded-For': ['localhost', '203.0.113.9'] }],
  ['a real address', { 'X-Real-IP': '203.0.113.9' }],
  ['a real address beside a forwarded one of this machine', { 'X-Forwarded-For': '127.0.0.1', 'X-Real-IP': '203.0.113.9' }],
  ['a forwarded address of version 6', { 'X-Forwarded-For': '2001:db8::9' }],
  ['a forwarded word that is no address', { 'X-Forwarded-For': 'unknown' }],
]

const LOCAL: readonly (readonly [name: string, headers: NonNullable<Request['headers']>])[] = [
  ['nothing forwarded', {}],
  ['a forwarded address of this machine', { 'X-Forwarded-For': '127.0.0.1' }],
  ['any of this machine', { 'X-Forwarded-For': '127.8.9.10, ::1, LocalHost', 'X-Real-IP': '127.0.0.1' }],
  ['an empty header', { 'X-Forwarded-For': '' }],
]

export const SERVER_HEALTH_CASES: readonly ConformanceCase[] = [
  {
    name: 'health says that the server runs, and which one it is',
    proves: ['H1'],
    steps: ['/health', '/v1/api/healthcheck', '//v1/api/healthcheck'].map((path) => ({ request: get(path), expect: HEALTHY })),
  },
  {
    name: 'health asks for no credentials, and looks at none',
    proves: ['H1', 'H3'],
    needs: 'sasl-required',
    steps: [{}, { Authorization: 'Bearer wrong' }, { Authorization: 'Basic wrong' }].flatMap((headers) => [
      { request: get('/health', headers), expect: HEALTHY },
      { request: get('/v1/api/cluster/health', headers), expect: CLUSTER_OF_ONE },
    ]),
  },
  {
    name: 'one machine is a healthy cluster of one, which leads',
    proves: ['H3'],
    steps: [{ request: get('/v1/api/cluster/health'), expect: CLUSTER_OF_ONE }],
  },
  ...REMOTE.map(([name, headers]): ConformanceCase => ({
    name: `${name} makes a request remote`,
    proves: ['H2', 'H4'],
    steps: DENIALS.map(([path, denied]) => ({ request: get(path, headers), expect: denied })),
  })),
  ...LOCAL.map(([name, headers]): ConformanceCase => ({
    name: `${name} leaves a request local`,
    proves: ['H4'],
    steps: [{ request: get('/health', headers), expect: HEALTHY }],
  })),
  {
    name: 'what is for everyone stays so for those from elsewhere',
    proves: ['H5'],
    steps: ['/livez', '/readyz', '/'].map((path) => ({
      request: get(path, { 'X-Forwarded-For': '203.0.113.9' }),
      expect: { status: 200 },
    })),
  },
]
