/** Appends numbered records with their number as position, each answer a line, until it is killed: `node produce.ts <data directory>`. */
import { createTopic, keyed, openForTest, partitionOf } from '../fixture.ts'

const storage = await openForTest({ dataDir: process.argv[2]! })
const partition = partitionOf((await storage.log.topic('logs')) ?? (await createTopic(storage.log)))
const [last] = await storage.log.producerPositions()
for (let position = (last?.position ?? 0) + 1; ; position++) {
  const records = [keyed(`record ${position}`, 1)]
  await storage.log.append({ ...partition, records: { kind: 'records', records }, timestampMs: 1, producerPosition: position })
  process.stdout.write(`${position}\n`)
}
