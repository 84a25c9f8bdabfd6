/** Closes a storage while its thread makes a checkpoint: `close.ts DIRECTORY`. */
import { systemClock } from '@logbrook/kafka/clock'
import { CHECKPOINT_BYTES } from '@logbrook/kafka/limits'
import { openStorage } from '../../src/storage.ts'
import { append, createTopic, partitionOf } from '../fixture.ts'

const dataDir = process.argv[2]!
const storage = await openStorage({ location: { dataDir }, durability: 'os', clock: systemClock, checkpoint: 'worker' })
await append(storage.log, partitionOf(await createTopic(storage.log)), ['v'.repeat(2 * CHECKPOINT_BYTES)])
await storage.close()
console.log('closed')
