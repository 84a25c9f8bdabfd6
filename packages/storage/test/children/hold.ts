/** Holds a data directory until it is killed: `hold.ts DIRECTORY`. */
import { systemClock } from '@logbrook/kafka/clock'
import { openStorage } from '../../src/storage.ts'

const dataDir = process.argv[2]!
const owner = `logbrook, pid ${process.pid}`
await openStorage({ location: { dataDir }, durability: 'os', clock: systemClock, checkpoint: 'inline', owner })
console.log('held')
setInterval(() => undefined, 60_000)
