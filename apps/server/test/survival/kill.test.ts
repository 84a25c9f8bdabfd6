/** `kill -9` at random moments, while requests are under way: what was acknowledged is there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTopic } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import { seededRandom, whole } from '../seeded-random.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { createLedger } from './ledger.ts'
import { load } from './load.ts'

const KILLS = 10
const SENDERS = 8
const TOPICS = [
  { name: 'one', partitions: 1 },
  { name: 'two', partitions: 2 },
  { name: 'many', partitions: 5 },
]

for (const durability of ['os', 'fsync']) {
  test(`killed ${KILLS} times on one directory, durability ${durability}: every acknowledged request is there, nothing twice`, async (t) => {
    const random = seededRandom(t)
    await using directory = await temporaryDirectory()
    const ledger = createLedger({ topics: TOPICS, random, elementBytesMax: 300, largeElementBytes: 200_000 })
    const args = ['--data-dir', directory.path, '--durability', durability]

    for (let kill = 1; kill <= KILLS; kill++) {
      await using broker = await startProcess(args)
      if (kill === 1) for (const { name, partitions } of TOPICS) await createTopic(broker.url, name, partitions)
      else await ledger.verify(broker.url)

      const before = ledger.requests.length
      const killAt = whole(random, SENDERS, 200)
      let underWay: typeof ledger.requests = []
      await load({
        url: broker.url,
        ledger,
        senders: SENDERS,
        onSent(sent) {
          if (sent !== killAt) return
          underWay = ledger.requests.filter(({ outcome }) => outcome === 'unanswered')
          broker.kill('SIGKILL')
        },
      })
      assert.equal((await broker.ending).signal, 'SIGKILL')
      const lost = underWay.slice(-SENDERS).filter(({ outcome }) => outcome === 'unanswered')
      assert.ok(lost.length > 0, `kill ${kill} found no request under way`)
      t.diagnostic(`kill ${kill}: ${ledger.requests.length - before} requests sent, ${lost.length} without an answer`)
    }

    await using broker = await startProcess(args)
    await ledger.verify(broker.url)
    assert.ok(ledger.requests.some(({ outcome }) => typeof outcome === 'object'))
  })
}
