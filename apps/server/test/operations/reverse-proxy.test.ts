/** A broker behind the reverse proxies of `deploy/`: TLS outside, and everything else as it is without one. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  AUTHENTICATION_FAILURES_MAX,
  HEADER_BYTES_MAX,
  KEEP_ALIVE_TIMEOUT_MS,
  LONG_POLL_MS_MAX,
  REQUEST_BODY_BYTES_MAX,
  TAIL_IDLE_MS,
} from '@logbrook/kafka/limits'
import { bash } from '../bash.ts'
import { decoded, eventually, placementOf } from '../broker-requests.ts'
import type { WirePartition, WireRecord } from '../broker-requests.ts'
import { ADMIN, ALICE, OTHER_ADDRESS, READABLE_FROM, startProxiedBroker } from './proxied-broker.ts'
import type { Answer, ProxiedBroker } from './proxied-broker.ts'
import { PROXY_KINDS } from './reverse-proxy.ts'
import { skipWithout } from './tools.ts'

const MIB = 1024 * 1024

function fetchBody(offset: number, more: object = {}): string {
  return JSON.stringify({
    topics: [{ topic: 'logs', partitions: [{ partition: 0, fetch_offset: offset, partition_max_bytes: MIB }] }],
    ...more,
  })
}

function recordsIn({ status, body }: Answer): readonly WireRecord[] {
  assert.equal(status, 200, body)
  const { topics } = JSON.parse(body) as { readonly topics: [{ readonly partitions: [WirePartition] }] }
  return topics[0].partitions[0].records
}

/** A JSON array of so many bytes, in records that a topic takes. */
function bodyOf(bytes: number): Buffer {
  const body = Buffer.alloc(bytes, 'x')
  const record = 4 * MIB
  for (let at = 0; at < bytes; at += record) body.write(at === 0 ? '[{"m":"' : '"},{"m":"', at)
  body.write('"}]', bytes - 3)
  return body
}

for (const kind of PROXY_KINDS) {
  describe(`behind ${kind.name}`, { skip: skipWithout(kind.tool, 'openssl', 'curl') }, () => {
    let scene: ProxiedBroker
    before(async () => {
      scene = await startProxiedBroker(kind)
    })
    after(() => scene[Symbol.asyncDispose]())

    function send(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
      const all = { 'content-type': 'application/json', 'dd-api-key': ALICE, ...headers }
      return scene.ask('/dd/logs/api/v2/logs', { method: 'POST', headers: all, body })
    }

    test('what is sent is read, plain and compressed, by POST and by GET with a body', async () => {
      const sent = await send('[{"message":"hello"}, {"message":"w\\u00f6rld"}]')
      assert.equal(sent.status, 200, sent.body)
      const { partition, baseOffset } = placementOf((name) => sent.headers[name]?.toString())
      const gzipped = await send(gzipSync('[{"n":1}]'), { 'content-encoding': 'gzip' })
      assert.equal(placementOf((name) => gzipped.headers[name]?.toString()).baseOffset, baseOffset + 2)
      const expected = ['{"message":"hello"}', String.raw`{"message":"w\u00f6rld"}`, '{"n":1}']
      for (const method of ['POST', 'GET']) {
        const records = recordsIn(await scene.ask('/v1/kafka/fetch', { method, body: fetchBody(baseOffset), as: ADMIN }))
        assert.deepEqual(
          records.map(({ value }) => decoded(value)),
          expected,
        )
      }
      const one = await scene.ask(`/v1/kafka/topics/logs/partitions/${partition}/records/${baseOffset}`, { as: ADMIN })
      assert.equal(decoded((JSON.parse(one.body) as WireRecord).value), expected[0])
    })

    test('HTTP/2 is spoken, and the certificate is for the name', async () => {
      const { code, stdout, stderr } = await bash(
        'curl -sS --fail-with-body --http2 --cacert "$ca" --resolve "$host:127.0.0.1" -w " %{http_version}" "https://$host/readyz"',
        { ca: scene.certificateFile, host: scene.host },
      )
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '{"status":"ok"} 2', stderr: '' })
    })

    test('a path reaches the broker as it was sent', async () => {
      const headers = { 'content-type': 'application/json', 'dd-api-key': ALICE }
      const { status, body } = await scene.ask('/dd/%2e%2e/api/v2/logs', { method: 'POST', headers, body: '[]' })
      assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [400, 'INVALID_TOPIC_EXCEPTION'])
    })

    test('a long poll waits, and is answered when a record is there', async () => {
      const end = recordsIn(await scene.ask('/v1/kafka/fetch', { body: fetchBody(0), as: ADMIN })).length
      const polling = scene.ask('/v1/kafka/fetch', { method: 'POST', body: fetchBody(end, { long_poll: true }), as: ADMIN })
      await untilBroker('logbrook_long_polls_waiting', 1)
      await send('[{"awaited":true}]')
      assert.deepEqual(
        recordsIn(await polling).map(({ value }) => decoded(value)),
        ['{"awaited":true}'],
      )
    })

    test('a tail brings records while it is open, and its end reaches the broker', async () => {
      const tail = await scene.begin('/v1/kafka/topics/logs/tail', { as: ADMIN })
      assert.equal(tail.headers['content-type'], 'text/event-stream; charset=utf-8')
      const lines = createInterface(tail)[Symbol.asyncIterator]()
      for (const message of ['first', 'second']) {
        // The next is sent when the one before has come through: nothing is held back until there is more.
        await send(JSON.stringify([{ message }]))
        assert.deepEqual(JSON.parse(decoded((await nextRecord(lines)).value)), { message })
      }
      tail.destroy()
      await untilBroker('logbrook_tails_open', 0)
    })

    test('bindings count for the client, whatever it says of itself', async () => {
      const read = { body: fetchBody(0), as: ALICE }
      const errorFrom = async (from: string, headers = {}) => {
        const { status, body } = await scene.ask('/v1/kafka/fetch', { method: 'POST', ...read, from, headers })
        assert.equal(status, 200, body)
        return (JSON.parse(body) as { topics: [{ partitions: [WirePartition] }] }).topics[0].partitions[0].error_code
      }
      assert.equal(await errorFrom(READABLE_FROM), 0)
      assert.equal(await errorFrom(OTHER_ADDRESS), 29)
      assert.equal(await errorFrom(OTHER_ADDRESS, { 'x-forwarded-for': READABLE_FROM }), 29)
    })

    test('failed logins of one client do not shut out another', async () => {
      for (let failure = 0; failure < AUTHENTICATION_FAILURES_MAX; failure++) {
        const { status } = await scene.ask('/v1/kafka/topics', { as: 'admin:wrong', from: OTHER_ADDRESS })
        assert.equal(status, 401)
      }
      assert.equal((await scene.ask('/v1/kafka/topics', { as: 'admin:other', from: OTHER_ADDRESS })).status, 401)
      assert.equal((await scene.ask('/v1/kafka/topics', { as: ADMIN, from: READABLE_FROM })).status, 200)
    })

    test('a page of the name may write, one of another origin may not, and another name is not served', async () => {
      const create = (topic: string, origin: string) =>
        scene.ask('/v1/kafka/topics', {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin },
          body: JSON.stringify({ name: topic, partitions: 1 }),
          as: ADMIN,
        })
      assert.equal((await create('from-our-page', `https://${scene.host}`)).status, 201)
      assert.equal((await create('from-another', 'https://elsewhere.example')).status, 403)
      const stranger = await scene.ask('/livez', { headers: { host: 'elsewhere.example' } })
      assert.notEqual(stranger.body, '{"status":"ok"}')
    })

    test('a body may be as large as the broker takes, and what is larger is refused', async () => {
      const taken = await send(bodyOf(REQUEST_BODY_BYTES_MAX))
      assert.equal(taken.status, 200, taken.body)
      const refused = await send(bodyOf(REQUEST_BODY_BYTES_MAX + 1))
      assert.deepEqual([refused.status, (JSON.parse(refused.body) as { code: string }).code], [413, 'PAYLOAD_TOO_LARGE'])
      assert.equal((await send(bodyOf(REQUEST_BODY_BYTES_MAX + MIB + 1))).status, 413)
      assert.equal((await send('[{"after":"it"}]')).status, 200)
    })

    test('headers may be as long as the broker takes', async () => {
      const long = 'x'.repeat(HEADER_BYTES_MAX - 2_048)
      assert.equal((await scene.ask('/livez', { headers: { 'last-event-id': long } })).status, 200)
    })

    test('connections to the broker are used again', async () => {
      await scene.ask('/livez')
      const first = scene.connections()
      for (let i = 0; i < 20; i++) assert.equal((await scene.ask('/livez')).status, 200)
      assert.ok(scene.connections() <= first + 1, `${scene.connections() - first} connections for 20 requests`)
    })

    async function untilBroker(name: string, value: number): Promise<void> {
      await eventually(
        () => scene.ask('/metrics', { as: ADMIN }),
        ({ body }) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1]) === value,
      )
    }
  })
}

async function nextRecord(lines: AsyncIterator<string>): Promise<WireRecord> {
  for (;;) {
    const { done, value } = await lines.next()
    assert.ok(done !== true, 'the tail ended')
    if (value.startsWith('data: ')) return JSON.parse(value.slice('data: '.length)) as WireRecord
  }
}

test('the waiting times of both fit those of the broker', () => {
  for (const [file, setting] of [
    ['nginx/logbrook.conf', 'proxy_read_timeout'],
    ['caddy/Caddyfile', 'response_header_timeout'],
  ] as const) {
    assert.ok(deployedSeconds(file, setting) * 1000 > Math.max(LONG_POLL_MS_MAX, TAIL_IDLE_MS), setting)
  }
  for (const [file, setting] of [
    ['nginx/logbrook.conf', 'keepalive_timeout'],
    ['caddy/Caddyfile', 'keepalive'],
  ] as const) {
    assert.ok(deployedSeconds(file, setting) * 1000 < KEEP_ALIVE_TIMEOUT_MS, setting)
  }
})

function deployedSeconds(file: string, setting: string): number {
  const content = readFileSync(join(import.meta.dirname, '../../../../deploy', file), 'utf8')
  const value = new RegExp(`^\\s*${setting} (\\d+)s;?$`, 'm').exec(content)?.[1]
  assert.ok(value !== undefined, `${file} says no ${setting}`)
  return Number(value)
}
