/** `kill -9` at random moments, while requests are under way: what was acknowledged is there. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTopic } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import { seededRandom, whole } from '../seeded-random.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { createLedger } from './ledger.ts'
import type { LedgerRequest } from './ledger.ts'
import { load } from './load.ts'

const KILLS = 10
const SENDERS = 16
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

    {
      await using broker = await startProcess(args)
      for (const { name, partitions } of TOPICS) await createTopic(broker.url, name, partitions)
    }
    // Only those count that found requests under way: as good as all.
    for (let kills = 0, starts = 0; kills < KILLS; starts++) {
      assert.ok(starts < 2 * KILLS, `only ${kills} of ${starts} kills found requests under way`)
      await using broker = await startProcess(args)
      await ledger.verify(broker.url)

      const killAt = whole(random, SENDERS, 300)
      let underWay: readonly LedgerRequest[] = []
      await load({
        url: broker.url,
        ledger,
        senders: SENDERS,
        onSent(sent) {
          if (sent !== killAt) return
          underWay = ledger.requests.slice(-SENDERS).filter(isUnanswered)
          broker.kill('SIGKILL')
        },
      })
      assert.equal((await broker.ending).signal, 'SIGKILL')
      const lost = underWay.filter(isUnanswered)
      t.diagnostic(`killed after ${killAt} requests, with ${lost.length} under way`)
      if (lost.length > 0) kills++
    }

    await using broker = await startProcess(args)
    await ledger.verify(broker.url)
    assert.ok(ledger.requests.some(({ outcome }) => typeof outcome === 'object'))
  })
}

function isUnanswered({ outcome }: LedgerRequest): boolean {
  return outcome === 'unanswered'
}
