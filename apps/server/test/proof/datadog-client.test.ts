/** Datadog's own client sends through the intake: what is fetched is what it sent, byte for byte, and it understands every refusal. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gunzipSync, inflateSync } from 'node:zlib'
import { client, v2 } from '@datadog/datadog-api-client'
import { createTopic, decoded, placementOf, readPartition } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import type { RealProcess } from '../real-process.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { startRecordingProxy } from './recording-proxy.ts'

/** What is easily lost when JSON is parsed and written again. */
const LOGS: readonly v2.HTTPLogItem[] = [
  { message: 'plain', ddsource: 'nginx', ddtags: 'env:test,version:5.1', hostname: 'i-012345678', service: 'payment' },
  { message: 'quotes " and \\ and / and \u0000\u001f\n\t\u2028', additionalProperties: { z: 1, a: 2, '10': 3, '': 4 } },
  { message: 'grüße 🪵 \ud800 日本語', additionalProperties: { nested: { deep: [1, [2, { three: null }]], empty: {} } } },
  { message: '', additionalProperties: { huge: 1e21, tiny: 5e-324, minus: -0.1, yes: true, big: 2 ** 53 } },
  { message: '[{"message":"not an element"},{"a":"]"}]' },
  { message: 'x'.repeat(300_000) },
]

const ENCODINGS = [
  { encoding: undefined, decode: (body: Buffer) => body },
  { encoding: 'identity', decode: (body: Buffer) => body },
  { encoding: 'gzip', decode: gunzipSync },
  { encoding: 'deflate', decode: inflateSync },
]

function logsApi(baseUrl: string, apiKey = 'any'): v2.LogsApi {
  const baseServer = new client.BaseServerConfiguration(baseUrl, {})
  const configuration = client.createConfiguration({ baseServer, authMethods: { apiKeyAuth: apiKey } })
  return new v2.LogsApi(configuration)
}

describe("Datadog's client sends", () => {
  let broker: RealProcess
  before(async () => {
    broker = await startProcess(['--memory'])
  })
  after(() => broker[Symbol.asyncDispose]())

  for (const { encoding, decode } of ENCODINGS) {
    test(`with content encoding ${encoding ?? 'left out'}`, async () => {
      const topic = `logs-${encoding ?? 'plain'}`
      await createTopic(broker.url, topic, 4)
      await using proxy = await startRecordingProxy(broker.url)

      const answer: unknown = await logsApi(`${proxy.url}/dd/${topic}`).submitLog({
        body: [...LOGS],
        ddtags: 'team:a',
        ...(encoding === undefined ? {} : { contentEncoding: encoding as v2.ContentEncoding }),
      })

      assert.deepEqual(answer, {})
      const [recorded, ...more] = proxy.requests
      assert.ok(recorded)
      assert.equal(more.length, 0)
      assert.equal(recorded.path, `/dd/${topic}/api/v2/logs?ddtags=team%3Aa`)
      assert.equal(recorded.headers['content-encoding'], encoding)

      const { partition, baseOffset } = placementOf((name) => recorded.answer[name]?.toString())
      const { records, high_watermark: highWatermark } = await readPartition(broker.url, topic, partition)
      assert.equal(baseOffset, 0)
      assert.equal(highWatermark, LOGS.length)
      for (const { key, headers } of records) assert.deepEqual({ key, headers }, { key: null, headers: [] })

      // The client writes no whitespace: the values, each a JSON text, with an array's signs around them are its body.
      const values = records.map(({ value }) => Buffer.from(value ?? '', 'base64').toString('latin1'))
      assert.ok(Buffer.from(`[${values.join(',')}]`, 'latin1').equals(decode(recorded.body)))
      const messages = records.map(({ value }) => (JSON.parse(decoded(value)) as v2.HTTPLogItem).message)
      assert.deepEqual(
        messages,
        LOGS.map(({ message }) => message),
      )
    })
  }
})

describe("Datadog's client shows a refusal", () => {
  const INIT = {
    topics: [
      { name: 'logs', partitions: 1, config: { 'max.message.bytes': 100 } },
      { name: 'forbidden', partitions: 1 },
    ],
    users: [{ name: 'writer', password: 'secret', role: 'user' }],
    acls: ['logs', 'nowhere'].map((name) => ({
      principal: 'User:writer',
      operation: 'WRITE',
      resource_type: 'TOPIC',
      resource_name: name,
    })),
  }
  const REFUSALS = [
    { what: 'of a topic that is not there', topic: 'nowhere', status: 400, detail: /nowhere/ },
    { what: 'of wrong credentials', topic: 'logs', apiKey: 'writer:wrong', status: 401, detail: /./ },
    { what: 'of what is not permitted', topic: 'forbidden', status: 403, detail: /forbidden/ },
    {
      what: 'of a record that is too large',
      topic: 'logs',
      message: 'x'.repeat(1000),
      status: 413,
      detail: /record 1 is 1014 bytes.* 100$/,
    },
  ]
  let broker: RealProcess
  const opened = new AsyncDisposableStack()
  before(async () => {
    const directory = opened.use(await temporaryDirectory())
    const initFile = join(directory.path, 'init.json')
    await writeFile(initFile, JSON.stringify(INIT))
    broker = opened.use(await startProcess(['--memory', '--auth', 'required', '--acls', 'on', '--init-file', initFile]))
  })
  after(() => opened.disposeAsync())

  for (const { what, topic, apiKey = 'writer:secret', message = '', status, detail } of REFUSALS) {
    test(what, async () => {
      const sending = logsApi(`${broker.url}/dd/${topic}`, apiKey).submitLog({ body: [{ message: '' }, { message }] })
      await assert.rejects(sending, (error: client.ApiException<v2.HTTPLogErrors>) => {
        assert.equal(error.code, status)
        const [shown, ...more] = error.body.errors ?? []
        assert.equal(more.length, 0)
        assert.equal(shown?.status, String(status))
        assert.match(shown.title ?? '', /./)
        assert.match(shown.detail ?? '', detail)
        return true
      })
    })
  }
})
