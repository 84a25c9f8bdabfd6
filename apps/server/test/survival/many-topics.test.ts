/** Topics that come and go by the thousand: more of them than there can be partitions at a time. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { PARTITIONS_MAX } from '@logbrook/kafka/limits'
import type { ServerOptions } from '../../src/server-options.ts'
import { createTopic, decoded, readPartition, requestJson, sendLogs } from '../broker-requests.ts'
import { startTestServer } from '../own-api-server.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

/** Each makes a topic and deletes it before the next. */
const CLIENTS = 4

test('10000 topics made and deleted in turn leave a broker on disk that works', async () => {
  await using directory = await temporaryDirectory()
  await comeAndGo({ dataDir: directory.path }, 10_000)
})

test('5000 topics made and deleted in turn leave a broker in memory that works', () => comeAndGo('memory', 5_000))

async function comeAndGo(location: ServerOptions['location'], topics: number): Promise<void> {
  await using server = await startTestServer({ location, checkpoint: 'worker' })
  const { url } = server
  await createTopic(url, 'stays', 3)
  const kept = await sendLogs(url, 'stays', '[{"kept":true}]')

  const clients = Array.from({ length: CLIENTS }, (_, client) => makeAndDelete(url, range(client, topics, CLIENTS)))
  await Promise.all(clients)

  const listed = (await requestJson(`${url}/v1/kafka/topics`)) as { topics: { name: string }[] }
  assert.deepEqual(
    listed.topics.map(({ name }) => name),
    ['stays'],
  )
  const metrics = await (await fetch(`${url}/metrics`)).text()
  assert.match(metrics, /topic="stays"/)
  assert.doesNotMatch(metrics, /topic-\d/)
  assert.deepEqual(await valuesOf(url, 'stays', kept.partition), ['{"kept":true}'])

  // A name that was used before, with every partition that there can be beside those of `stays`.
  await createTopic(url, 'topic-0', PARTITIONS_MAX - 3)
  const { partition, baseOffset } = await sendLogs(url, 'topic-0', '[{"again":true}]')
  assert.equal(baseOffset, 0)
  assert.deepEqual(await valuesOf(url, 'topic-0', partition), ['{"again":true}'])
}

function range(start: number, end: number, step: number): readonly number[] {
  return Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step)
}

/** By node:http: fetch() would take longer than the broker. */
async function makeAndDelete(url: string, numbers: readonly number[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    for (const number of numbers) {
      const name = `topic-${number}`
      assert.equal(await statusOf(agent, 'POST', `${url}/v1/kafka/topics`, `{"name":"${name}","partitions":2}`), 201)
      if (number % 100 < CLIENTS) assert.equal(await statusOf(agent, 'POST', `${url}/dd/${name}/api/v2/logs`, '[{"a":1},{"b":2}]'), 200)
      assert.equal(await statusOf(agent, 'DELETE', `${url}/v1/kafka/topics/${name}`, ''), 204)
    }
  } finally {
    agent.destroy()
  }
}

async function statusOf(agent: Agent, method: string, url: string, body: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const [answer] = (await once(request(url, { agent, method, headers }).end(body), 'response')) as [IncomingMessage]
  await once(answer.resume(), 'end')
  return answer.statusCode!
}

async function valuesOf(url: string, topic: string, partition: number): Promise<readonly string[]> {
  const { records } = await readPartition(url, topic, partition)
  return records.map(({ value }) => decoded(value))
}
