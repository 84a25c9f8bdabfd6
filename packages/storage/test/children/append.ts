/**
 * Appends until it is killed, and says what was acknowledged: `append.ts DIRECTORY DURABILITY`.
 *
 * Several requests are under way at any time, of one record and of many, small and larger than a row. A value says who sent it, which
 * request it was, and which record of how many.
 */
import { systemClock } from '@logbrook/kafka/clock'
import type { Durability } from '../../src/database.ts'
import { openStorage } from '../../src/storage.ts'
import { verbatim } from '../fixture.ts'

const [dataDir, durability] = process.argv.slice(2) as [string, Durability]
const storage = await openStorage({ location: { dataDir }, durability, clock: systemClock, checkpoint: 'worker' })
const topic = (await storage.log.topic('logs')) ?? (await storage.log.createTopic({ name: 'logs', partitions: 2, config: {} }))
const COUNTS = [1, 1, 3, 50, 1, 700]

async function send(sender: number): Promise<never> {
  for (let request = 0; ; request++) {
    const count = COUNTS[(sender + request) % COUNTS.length]!
    const partition = (sender + request) % topic.partitions
    const values = Array.from({ length: count }, (_, i) => `${process.pid}/${sender}/${request}/${i}/${count} ${'x'.repeat(600)}`)
    const { baseOffset } = await storage.log.append({
      topicId: topic.id,
      partition,
      records: verbatim(...values),
      timestampMs: systemClock.now(),
    })
    process.stdout.write(`${partition} ${baseOffset} ${count} ${process.pid}/${sender}/${request}\n`)
  }
}

await Promise.all([0, 1, 2, 3, 4, 5].map((sender) => send(sender)))
