/** Paths and methods under /dd: senders retry 404, 405 and 415 for ever and take a redirect for delivered (D13, D15). */
import assert from 'node:assert/strict'
import type { ConformanceCase, Exchange } from '../case.ts'
import { ANY_TEXT } from '../match.ts'
import { holds, INTAKE, INTAKE_V1, intakeRefused, logs, ONE_LOG, recordPaths, takenAt, TAKEN, UNHARMED, VALIDATE } from '../requests.ts'

const PATHS_TAKEN = [
  INTAKE,
  INTAKE_V1,
  '/dd/$TOPIC//api/v2/logs',
  '//dd//$TOPIC///api//v2//logs//',
  '/dd/$TOPIC/api/v2/logs/',
  '/dd/$TOPIC//v1/input/',
  '/dd/$TOPIC/api/v2/logs?ddtags=env:test&x=%2e%2e/',
  '/dd/$TOPIC/api/v2/logs/?dd-api-key=ignored',
  '/dd/$TOPIC/v1/input?',
]

const taken: readonly ConformanceCase[] = PATHS_TAKEN.map((path) => ({
  name: `intake: ${path} takes logs`,
  proves: ['D15'],
  steps: [{ request: logs('[{"a":1}]', {}, path), expect: takenAt(0, 0) }, holds(['{"a":1}'])],
}))

/** Everything that is not a topic of its own, and must not become another path. */
const TOPICS_REFUSED = [
  '.',
  '..',
  '...%2f',
  '%2e',
  '%2e%2e',
  '%2E%2E',
  '.%2e',
  '%2e.',
  'a%2fb',
  '%2f',
  '..%2f..%2fv1',
  'a%5cb',
  '%00',
  'a%00',
  '%09',
  '%0d%0aX-Injected:%20yes',
  'a%20b',
  'a+b',
  'a:b',
  'a*',
  '%C3%BC',
  '%ff',
  '%zz',
  '%',
  'a%2',
  '%25',
  'a,b',
  'a~b',
  "a'b",
  'a;b',
  '@',
]

const topics: readonly ConformanceCase[] = TOPICS_REFUSED.map((topic) => ({
  name: `intake: topic ${topic} is refused here and not routed elsewhere`,
  proves: ['D13', 'D11', 'A8'],
  steps: [INTAKE, INTAKE_V1]
    .map((path): Exchange => ({
      request: logs('[{"a":1}]', {}, path.replace('$TOPIC', topic)),
      expect: { ...intakeRefused(400, 'INVALID_TOPIC_EXCEPTION', /topic/i), headers: { 'x-injected': null } },
    }))
    .concat(UNHARMED),
}))

const ODD_PATHS = [
  '/dd',
  '/dd/',
  '/dd?x=1',
  '//dd',
  '/dd/$TOPIC',
  '/dd/$TOPIC/',
  '/dd/$TOPIC/api',
  '/dd/$TOPIC/api/v2',
  '/dd/$TOPIC/api/v2/log',
  '/dd/$TOPIC/api/v2/logs/more',
  '/dd/$TOPIC/api/v2/logs.json',
  '/dd/$TOPIC/api/v2/logs%20',
  '/dd/$TOPIC/api/v2%2flogs',
  '/dd/$TOPIC/api/v2/series',
  '/dd/$TOPIC/api/v1/logs',
  '/dd/$TOPIC/api/v1/validate/more',
  '/dd/$TOPIC/API/V2/LOGS',
  '/dd/$TOPIC/v1',
  '/dd/$TOPIC/v1/inputs',
  '/dd/$TOPIC/v2/input',
  '/dd/$TOPIC/api/v2/../v2/logs',
  '/dd/$TOPIC/api/v2/./logs',
  '/dd/$TOPIC/../../v1/kafka/fetch',
  '/dd/../v1/kafka/fetch',
  '/dd/../livez',
  '/dd/%2e%2e/livez',
  '/dd/api/v2/logs',
  '/dd/v1/input',
  '/dd//api/v2/logs',
  '/dd/$TOPIC/$TOPIC/api/v2/logs',
  '/dd/$TOPIC/api/v2/logs;x=1',
  `/dd/${'x'.repeat(4_000)}/api/v2/logs`,
  `/dd/${'/'.repeat(4_000)}`,
]
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'MKCOL',
  'SEARCH',
  'PURGE',
  'M-SEARCH',
  'QUERY',
]

const oddPaths: readonly ConformanceCase[] = ODD_PATHS.map((path) => ({
  name: `intake: ${path.slice(0, 60)} is 400 for every method`,
  proves: ['D13'],
  steps: METHODS.map((method): Exchange => ({
    request: { ...logs('[{"a":1}]', {}, path), method },
    expect: { status: 400, headers: { location: null } },
  })).concat(UNHARMED),
}))

const oddMethods: readonly ConformanceCase[] = [INTAKE, INTAKE_V1, '/dd/$MISSING/api/v2/logs', '/dd/../api/v2/logs'].map((path) => ({
  name: `intake: ${path} is 400 for every method but POST`,
  proves: ['D13'],
  steps: METHODS.filter((method) => method !== 'POST')
    .map((method): Exchange => ({
      request: { ...logs('[{"a":1}]', {}, path), method },
      expect:
        method === 'HEAD'
          ? { status: 400 }
          : { status: 400, json: { code: /^INVALID_/, message: ANY_TEXT, errors: [{ status: '400', title: ANY_TEXT, detail: ANY_TEXT }] } },
    }))
    .concat(UNHARMED),
}))

const HEADERS_THAT_ROUTE = [
  { 'X-HTTP-Method-Override': 'DELETE' },
  { Origin: 'http://elsewhere.example', 'Access-Control-Request-Method': 'POST' },
  { Accept: 'text/html' },
  { 'Accept-Encoding': 'gzip, br, zstd' },
  { Range: 'bytes=0-0' },
  { 'If-None-Match': '*' },
  { 'If-Match': '"x"' },
]

const validate: readonly ConformanceCase[] = [
  {
    name: 'intake: validate says that a topic would take logs',
    proves: ['D15'],
    steps: [
      ...[VALIDATE, '/dd/$TOPIC//api/v1/validate/', `${VALIDATE}?api_key=x`].map((path) => ({
        request: { method: 'GET', path },
        expect: { status: 200, body: '{"valid":true}' },
      })),
      ...UNHARMED,
    ],
  },
  {
    name: "intake: validate has the intake's checks",
    proves: ['D15', 'D13'],
    steps: [
      {
        request: { method: 'GET', path: '/dd/$MISSING/api/v1/validate' },
        expect: intakeRefused(400, 'INVALID_TOPIC_EXCEPTION', /\$MISSING/),
      },
      { request: { method: 'GET', path: '/dd/%2e%2e/api/v1/validate' }, expect: intakeRefused(400, 'INVALID_TOPIC_EXCEPTION') },
      ...METHODS.filter((method) => method !== 'GET' && method !== 'HEAD').map((method) => ({
        request: { method, path: VALIDATE },
        expect: { status: 400 },
      })),
    ],
  },
]

export const INTAKE_ROUTE_CASES: readonly ConformanceCase[] = [
  ...taken,
  ...topics,
  ...oddPaths,
  ...oddMethods,
  ...validate,
  ...HEADERS_THAT_ROUTE.map((headers): ConformanceCase => ({
    name: `intake: ${Object.keys(headers)[0]} changes nothing`,
    proves: ['D13'],
    steps: [{ request: logs('[{"a":1}]', headers), expect: TAKEN }, holds(['{"a":1}'])],
  })),
  {
    name: 'intake: a request target in absolute form is the same path',
    proves: ['D13', 'D15'],
    steps: [
      { request: logs('[{"a":1}]', {}, 'http://elsewhere.example/dd/$TOPIC/api/v2/logs'), expect: takenAt(0, 0) },
      holds(['{"a":1}']),
    ],
  },
  {
    name: 'intake: dots in the path of a record are not resolved into the intake either',
    proves: ['D13', 'R4'],
    steps: [
      { request: logs('[{"a":1}]', {}, '/v1/../dd/$TOPIC/api/v2/logs'), expect: { status: [400, 404, 405] } },
      { request: { method: 'GET', path: recordPaths('..', 0, 0)[1] }, expect: { status: 400 } },
      ...UNHARMED,
    ],
  },
  {
    name: 'intake: CONNECT is no way in',
    proves: ['D13'],
    play: async (scene) => {
      using connection = await scene.open()
      await connection.write(scene.names(`CONNECT ${INTAKE} HTTP/1.1\r\nHost: x\r\n\r\n`))
      const response = await connection.response('CONNECT')
      assert.ok(response === null || response.status === 400, `CONNECT is answered ${response?.status}`)
      await scene.exchange({ request: ONE_LOG, expect: takenAt(0, 0) })
    },
  },
]
