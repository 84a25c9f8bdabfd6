/** `kill -9` of a consumer and of the broker between poll and acknowledgment: nothing is lost, and what was acknowledged does not come back. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { CLAIM_MS } from '@logbrook/kafka/limits'
import { createTopic, requestJson } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import { seededRandom, whole } from '../seeded-random.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { offsetsOf, topicConsumer } from '../topic-consumer.ts'
import type { TopicConsumer } from '../topic-consumer.ts'

const RECORDS = 60
const KILLS = 6
const REQUEST = { topic_id: 'logs', group_id: 'workers', start: 'Earliest', limit: 5 }

const JSON_TYPE = { 'content-type': 'application/json' }

async function fillTopic(url: string): Promise<void> {
  await createTopic(url, 'logs', 1)
  const lines = Array.from({ length: RECORDS }, (_, i) => String(i)).join('\n')
  await requestJson(`${url}/v1/kafka/topics/logs/records`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines,
  })
  const worker = JSON.stringify({ name: 'worker', password: 'secret', role: 'service' })
  await requestJson(`${url}/v1/kafka/users`, { method: 'POST', headers: JSON_TYPE, body: worker })
}

test('a consumer that is killed with records in its hands: the other one of its group gets them when their time is over', async () => {
  await using broker = await startProcess(['--memory', '--testing', '--clock', 'manual'])
  await fillTopic(broker.url)
  const survivor = await topicConsumer(broker.url, 'worker:secret')

  const args = [join(import.meta.dirname, 'children/consumer.ts'), broker.url, survivor.authorization, JSON.stringify(REQUEST)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  const handed = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextHanded = async () => JSON.parse((await handed.next()).value as string) as readonly number[]
  assert.deepEqual(await nextHanded(), [0, 1, 2, 3, 4])
  child.stdin.write('\n')
  const held = await nextHanded()
  child.kill('SIGKILL')
  assert.deepEqual(await ended, [null, 'SIGKILL'])

  const rest = await takeAll(survivor)
  assert.deepEqual(held, [5, 6, 7, 8, 9])
  assert.deepEqual(rest, range(10, RECORDS))
  const by = JSON.stringify({ by: `${CLAIM_MS / 1_000}s` })
  await requestJson(`${broker.url}/v1/testing/clock/advance`, { method: 'POST', headers: JSON_TYPE, body: by })
  assert.deepEqual(offsetsOf(await survivor.consume(REQUEST)), held)
})

/** Without acknowledging: what another one holds is not to be done with by that. */
async function takeAll(consumer: TopicConsumer): Promise<readonly number[]> {
  const taken: number[] = []
  for (;;) {
    const offsets = offsetsOf(await consumer.consume(REQUEST))
    if (offsets.length === 0) return taken
    taken.push(...offsets)
  }
}

for (const durability of ['os', 'fsync']) {
  test(`a broker that is killed ${KILLS} times, durability ${durability}: a group goes on behind what it acknowledged`, async (t) => {
    const random = seededRandom(t)
    await using directory = await temporaryDirectory()
    const args = ['--data-dir', directory.path, '--durability', durability]
    const seen = new Set<number>()
    /** The next offset by what was answered, and by what was asked for. */
    let answered = 0
    let asked = 0
    {
      await using broker = await startProcess(args)
      await fillTopic(broker.url)
    }
    for (let kill = 0; kill <= KILLS; kill++) {
      await using broker = await startProcess(args)
      const consumer = await topicConsumer(broker.url, 'worker:secret')
      const killAt = kill === KILLS ? Infinity : whole(random, 1, 8)
      for (let requests = 0; ;) {
        const offsets = await orKilled(consumer.consume(REQUEST).then(offsetsOf))
        if (offsets === undefined || offsets.length === 0) break
        const [first = -1] = offsets
        if (requests === 0) assert.ok(first === answered || first === asked, `${first} after ${answered} were acknowledged`)
        for (const offset of offsets) seen.add(offset)
        const end = (offsets.at(-1) ?? 0) + 1
        // Sometimes between poll and acknowledgment, sometimes while that is on its way.
        if (++requests >= killAt && random() < 0.5) broker.kill('SIGKILL')
        asked = end
        const ack = orKilled(consumer.ack({ topic_id: 'logs', group_id: 'workers', upto_offset: end - 1 }).then(() => end))
        if (requests >= killAt) broker.kill('SIGKILL')
        answered = (await ack) ?? answered
      }
    }
    assert.deepEqual(
      [...seen].toSorted((a, b) => a - b),
      range(0, RECORDS),
    )
    assert.equal(answered, RECORDS)
  })
}

/** `undefined` when the broker is no more. */
async function orKilled<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function range(from: number, end: number): readonly number[] {
  return Array.from({ length: end - from }, (_, i) => from + i)
}
