/** A disk that is full: writes are refused in time and whole, reads go on, and so do writes once there is room. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createTopic, eventually } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import { seededRandom } from '../seeded-random.ts'
import { createLedger, isRefusal } from './ledger.ts'
import type { LedgerRequest } from './ledger.ts'
import { load } from './load.ts'
import { limitFileSize, mountSmallDisk } from './small-disk.ts'
import type { SmallDisk } from './small-disk.ts'

const SENDERS = 4
const TOPICS = [
  { name: 'one', partitions: 1 },
  { name: 'three', partitions: 3 },
]

async function fillAndEmpty(t: TestContext, disk: SmallDisk): Promise<void> {
  const ledger = createLedger({ topics: TOPICS, random: seededRandom(t), elementBytesMax: 20_000, largeElementBytes: 400_000 })
  const args = ['--data-dir', disk.dataDir]
  const refusals = () => ledger.requests.filter(({ outcome }) => isRefusal(outcome))
  const acknowledged = () => ledger.requests.filter(({ outcome }) => typeof outcome === 'object' && !isRefusal(outcome))
  {
    await using broker = await startProcess(args)
    const { url } = broker
    for (const { name, partitions } of TOPICS) await createTopic(url, name, partitions)
    await disk.limit(broker.pid)

    await load({ url, ledger, senders: SENDERS, until: () => refusals().length >= 20 })
    t.diagnostic(`${acknowledged().length} acknowledged before the disk was full`)
    assert.ok(acknowledged().length > 0)
    for (const request of ledger.requests) assertAnsweredOrOutOfRoom(request)
    await ledger.verify(url)

    await disk.makeRoom(broker.pid)
    const before = ledger.requests.length
    await eventually(
      () => load({ url, ledger, senders: 1, until: oneMore(ledger.requests) }),
      () => !isRefusal(ledger.requests.at(-1)!.outcome),
    )
    t.diagnostic(`${ledger.requests.length - before} requests until writes went on`)
    const refusedBefore = refusals().length
    await load({ url, ledger, senders: SENDERS, until: () => ledger.requests.length >= before + 40 })
    assert.equal(refusals().length, refusedBefore)
    for (const request of ledger.requests) assertAnsweredOrOutOfRoom(request)
    await ledger.verify(url)
  }
  await using reopened = await startProcess(args)
  await ledger.verify(reopened.url)
}

function assertAnsweredOrOutOfRoom({ outcome }: LedgerRequest): void {
  assert.notEqual(outcome, 'unanswered')
  if (!isRefusal(outcome)) return
  assert.equal(outcome.status, 500, outcome.body)
  assert.equal((JSON.parse(outcome.body) as { code: string }).code, 'KAFKA_STORAGE_ERROR')
}

function oneMore(requests: readonly unknown[]): () => boolean {
  const { length } = requests
  return () => requests.length > length
}

test('a limit on the size of files', async (t) => {
  await using disk = await limitFileSize()
  await fillAndEmpty(t, disk)
})

test('a small file system, or a smaller limit where none can be mounted', async (t) => {
  await using disk = await mountSmallDisk().catch(() => limitFileSize())
  await fillAndEmpty(t, disk)
})
