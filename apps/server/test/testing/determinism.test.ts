import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Logbrook } from '../../src/testing/testing.ts'

/** Everything that the broker answers to a run of requests, byte for byte. */
async function transcript(seed: number | undefined): Promise<string> {
  await using broker = await Logbrook.create({
    topics: { logs: { partitions: 8 }, audit: { partitions: 8 } },
    users: { alice: { password: 'wonderland', role: 'dba' } },
    clock: 'manual',
    seed,
  })
  const lines: string[] = []
  const headers = { authorization: `Basic ${Buffer.from('alice:wonderland').toString('base64')}`, 'content-type': 'application/json' }
  async function ask(path: string, body?: unknown): Promise<void> {
    const response = await fetch(`${broker.url}${path}`, {
      headers,
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    const place = [response.headers.get('x-logbrook-partition'), response.headers.get('x-logbrook-base-offset')].join(' ')
    lines.push(`${path} ${response.status} ${place} ${await response.text()}`)
  }

  const before = await broker.snapshot()
  for (let round = 0; round < 2; round++) {
    await ask('/v1/kafka/topics', { name: 'made', partitions: 8 })
    for (const topic of ['logs', 'audit', 'made']) {
      await ask(`/dd/${topic}/api/v2/logs`, [{ message: 'hello' }, { message: 'world' }])
      await ask(`/v1/kafka/topics/${topic}/records`, { records: [{ value: 'aGVsbG8=' }] })
    }
    await broker.clock.advance('90s')
    await ask('/v1/kafka/topics')
    await ask('/v1/kafka/topics/logs')
    await ask('/v1/kafka/users')
    const partitions = Array.from({ length: 8 }, (_, partition) => ({ partition, fetch_offset: 0, partition_max_bytes: 1_000 }))
    await ask('/v1/kafka/fetch', { topics: [{ topic: 'logs', partitions }] })
    await broker.restore(before)
  }
  const twin = await broker.clone()
  lines.push(JSON.stringify(await twin.topic('logs').produce(['x'])), JSON.stringify(await twin.as('alice').topics.list()))
  await twin.stop()
  lines.push(broker.journal.toNdjson())
  return lines.join('\n')
}

test('two runs with one seed are the same to the byte', async () => {
  assert.equal(await transcript(7), await transcript(7))
})

test('two runs with two seeds, or with none, are not', async () => {
  assert.notEqual(await transcript(7), await transcript(8))
  assert.notEqual(await transcript(undefined), await transcript(undefined))
})

test('what is restored chooses partitions as what was snapshotted would have', async () => {
  await using broker = await Logbrook.create({ topics: { a: { partitions: 1_000 }, b: { partitions: 1_000 } }, seed: 3 })
  const before = await broker.snapshot()
  const choose = async () => [await broker.topic('a').produce(['x']), await broker.topic('b').produce(['x'])]
  const first = await choose()
  await broker.restore(before)
  assert.deepEqual(await choose(), first)
  assert.notEqual(first[0]?.partition, first[1]?.partition)
})
