/**
 * Appends until the disk is full, says what happened, and goes on when it is told to: `fill.ts DIRECTORY CHECKPOINT`.
 *
 * Its answers are lines of JSON. It is run under a limit on file sizes, which to SQLite is a disk that cannot be written.
 */
import { createInterface } from 'node:readline'
import { systemClock } from '@logbrook/kafka/clock'
import { KafkaError } from '@logbrook/kafka/errors'
import type { StorageOptions } from '../../src/storage.ts'
import { openStorage } from '../../src/storage.ts'
import { append, partitionOf, read, valuesIn } from '../fixture.ts'

const [dataDir, checkpoint] = process.argv.slice(2) as [string, StorageOptions['checkpoint']]
const storage = await openStorage({ location: { dataDir }, durability: 'os', clock: systemClock, checkpoint })
const { log } = storage
const partition = partitionOf(await log.createTopic({ name: 'logs', partitions: 1, config: {} }))
let acknowledged = 0

/** A turn with three appends; all are kept, or none. */
async function turn(): Promise<string | undefined> {
  const values = Array.from({ length: 40 }, (_, i) => `${i} ${'v'.repeat(1_000)}`)
  const outcomes = await Promise.allSettled([0, 1, 2].map(() => append(log, partition, values)))
  const [refusal, ...others] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))
  if (refusal === undefined) {
    acknowledged += 3 * values.length
    return undefined
  }
  if (others.length < 2) return 'some appends of one transaction were kept and some were not'
  return `${refusal instanceof KafkaError ? refusal.error : refusal.name}: ${refusal.message}`
}

async function report(refusal: string | undefined): Promise<void> {
  const { highWatermark } = (await log.watermarks(partition))!
  const readable = valuesIn(await read(log, partition)).length
  console.log(JSON.stringify({ refusal, acknowledged, highWatermark, readable }))
}

async function fill(): Promise<string> {
  // A checkpoint may have made room since the first refusal: full is what refuses ten times in a row.
  for (let refusals = 0; ;) {
    const refusal = await turn()
    refusals = refusal === undefined ? 0 : refusals + 1
    if (refusal !== undefined && refusals === 10) return refusal
    await new Promise((resolve) => setImmediate(resolve))
  }
}

await report(await fill())
for await (const command of createInterface(process.stdin)) {
  if (command === 'append') await report(await turn())
}
await storage.close()
