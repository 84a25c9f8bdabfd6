/** The connection itself: how long it is kept, lengths that lie, headers that do not end where they should, TLS (D7, D13, D17, A9). */
import assert from 'node:assert/strict'
import type { ConformanceCase, Expectation } from '../case.ts'
import { FETCH_ALL, holds, INTAKE, intakeRefused, logs, ONE_LOG, recordPaths, takenAt, TAKEN, UNHARMED } from '../requests.ts'
import { fillRequest } from '../scene.ts'
import type { Scene } from '../scene.ts'

const KEEP_ALIVE_SECONDS_MIN = 120

async function keepAliveSeconds(scene: Scene, request: Parameters<Scene['send']>[0]): Promise<number> {
  const { headers } = await scene.send(request)
  return Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1] ?? 0)
}

const lasting: readonly ConformanceCase[] = [
  {
    name: 'connection: the answer promises to keep it for at least 120 s',
    proves: ['D17'],
    play: async (scene) => {
      for (const request of [ONE_LOG, logs('{}'), logs('[1]'), FETCH_ALL]) {
        const seconds = await keepAliveSeconds(scene, request)
        assert.ok(seconds >= KEEP_ALIVE_SECONDS_MIN, `${request.path}: kept for ${seconds} s; ${KEEP_ALIVE_SECONDS_MIN} is the least`)
      }
    },
  },
  {
    name: 'connection: one carries many requests, good and bad',
    proves: ['D17'],
    play: async (scene) => {
      using connection = await scene.open()
      const exchanges: readonly (readonly [string, Expectation])[] = [
        ['[{"a":1}]', takenAt(0, 0)],
        ['[1]', intakeRefused(400, 'INVALID_REQUEST')],
        ['[{"a":2}]', takenAt(0, 1)],
        ['{}', TAKEN],
        ['', intakeRefused(400, 'INVALID_REQUEST')],
        ['[{"a":3}]', takenAt(0, 2)],
      ]
      for (const [body, expect] of exchanges) {
        scene.check(await connection.exchange(fillRequest(logs(body), scene.names)), expect, `${body} on a kept connection`)
      }
    },
  },
  {
    name: 'connection: an idle one takes a request after two minutes',
    proves: ['D17'],
    hands: ['wait'],
    play: async (scene) => {
      using connection = await scene.open()
      scene.check(await connection.exchange(fillRequest(ONE_LOG, scene.names)), takenAt(0, 0), 'the first request')
      await scene.hands.wait(KEEP_ALIVE_SECONDS_MIN * 1_000)
      scene.check(await connection.exchange(fillRequest(ONE_LOG, scene.names)), takenAt(0, 1), 'the second request')
    },
  },
]

const lengths: readonly ConformanceCase[] = [
  {
    name: 'connection: a Content-Length shorter than the body cuts it there',
    proves: ['D4', 'D9'],
    play: async (scene) => {
      using connection = await scene.open()
      const request = logs('[{"a":1},{"a":2}]', { 'Content-Length': '8' })
      // The rest is read as the next request; the parser that refuses it may be first to answer.
      scene.check(await connection.exchange(fillRequest(request, scene.names)), { status: 400 }, 'eight of its bytes')
      for (const step of UNHARMED) await scene.exchange(step)
    },
  },
  {
    name: 'connection: of a body that ends before its Content-Length nothing is stored',
    proves: ['D9'],
    play: async (scene) => {
      for (const length of ['10', '1000', '70000000', '10737418240']) {
        using connection = await scene.open()
        await connection.writeRequest(fillRequest(logs('[{"a":1}]', { 'Content-Length': length }), scene.names))
        connection.endSending()
        const response = await connection.response('POST').catch(() => null)
        assert.ok(
          response === null || response.status === 400 || response.status === 413,
          `Content-Length ${length} is answered ${response?.status}`,
        )
      }
      for (const step of UNHARMED) await scene.exchange(step)
    },
  },
  {
    name: 'connection: a body that ends in the middle of its chunks is not stored',
    proves: ['D9'],
    play: async (scene) => {
      using connection = await scene.open()
      await connection.writeHead({ ...fillRequest(logs(''), scene.names), framing: 'chunked' }, null)
      await connection.writeChunk(Buffer.from('[{"a":1}]'))
      connection.endSending()
      const response = await connection.response('POST').catch(() => null)
      assert.ok(response === null || response.status === 400, `half a body is answered ${response?.status}`)
      for (const step of UNHARMED) await scene.exchange(step)
    },
  },
]

/** Request heads that no proper client sends; the parser's own bare 400 is as good an answer as ours. */
const HEADS: readonly (readonly [name: string, head: string])[] = [
  [
    'a Content-Length that is no number',
    `POST ${INTAKE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ten\r\n\r\n`,
  ],
  ['a negative Content-Length', `POST ${INTAKE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n`],
  [
    'two Content-Lengths',
    `POST ${INTAKE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\nContent-Length: 10\r\n\r\n[{"a":1}]`,
  ],
  [
    'Content-Length and Transfer-Encoding',
    `POST ${INTAKE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n[{"a":1}]\r\n0\r\n\r\n`,
  ],
  [
    'a chunk size that is no number',
    `POST ${INTAKE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n`,
  ],
  ['a zero byte in a header', `POST ${INTAKE} HTTP/1.1\r\nHost: x\r\nDD-API-KEY: a\0b\r\nContent-Length: 0\r\n\r\n`],
  [
    'a lone carriage return in a header',
    `POST ${INTAKE} HTTP/1.1\r\nHost: x\r\nkafka-client-id: a\rX-Injected: yes\r\nContent-Length: 0\r\n\r\n`,
  ],
  ['a space in the path', `POST /dd/a b/api/v2/logs HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`],
  ['raw UTF-8 in the path', `POST /dd/\xc3\xbc/api/v2/logs HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`],
  ['a backslash in the path', `POST /dd/..\\x/api/v2/logs HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`],
  ['no Host', `POST ${INTAKE} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[{"a":1}]`],
]

const heads: readonly ConformanceCase[] = HEADS.map(([name, head]) => ({
  name: `connection: ${name} is refused, and nothing is stored`,
  proves: ['D13'],
  play: async (scene) => {
    using connection = await scene.open()
    await connection.write(scene.names(head))
    const response = await connection.response('POST')
    assert.equal(response?.status, 400)
    assert.equal(response.headers.get('x-injected'), undefined)
    for (const step of UNHARMED) await scene.exchange(step)
  },
}))

export const CONNECTION_CASES: readonly ConformanceCase[] = [
  ...lasting,
  ...lengths,
  ...heads,
  {
    name: 'connection: headers of 40,000 bytes are refused',
    proves: ['D13'],
    steps: [{ request: logs('[{"a":1}]', { 'X-Long': 'x'.repeat(40_000) }), expect: { status: [400, 431] } }, ...UNHARMED],
  },
  {
    name: 'connection: a line break in a query does not become a header of the answer',
    proves: ['R4'],
    steps: recordPaths('a%0d%0aX-Injected:%20yes', 0, 0).map((path) => ({
      request: { method: 'GET', path, headers: { 'kafka-client-id': 'x%0d%0aX-Injected: yes' } },
      expect: { status: 400, headers: { 'x-injected': null } },
    })),
  },
  {
    name: 'connection: no TLS is spoken, and trying it harms nobody',
    proves: ['A9'],
    play: async (scene) => {
      using connection = await scene.open()
      const clientHello = Buffer.from('160301002f0100002b0303'.padEnd(104, '0'), 'hex')
      await connection.write(clientHello)
      const response = await connection.response('TLS').catch(() => null)
      assert.ok(response === null || response.status === 400, `a TLS greeting is answered ${response?.status}`)
      await scene.exchange({ request: ONE_LOG, expect: takenAt(0, 0) })
      await scene.exchange(holds(['{"message":"one"}']))
    },
  },
]
