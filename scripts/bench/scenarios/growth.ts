/** A broker that holds ten million records against one that holds a hundred thousand: the reading of one record, and the intake. */
import { RECORDS_PER_REQUEST } from '../bodies.ts'
import { compare } from '../compare.ts'
import { commonOffsets, fill } from '../fill.ts'
import { intakeLoad } from '../load.ts'
import type { Load } from '../load.ts'
import type { Finding, Scenario, Settings } from '../scenario.ts'
import { startBroker } from '../servers.ts'
import type { Server } from '../servers.ts'

const FEW = 100_000
const MANY = 10_000_000
/** So few that each holds something of a hundred thousand. */
const PARTITIONS = 16
const CONNECTIONS = 8
const NAMES = { floorName: `at ${FEW / 1e3} k`, unit: 'records/s' }

export const growth: Scenario = {
  name: 'growth',
  depth: 'full',
  async measure(settings) {
    await using small = await startBroker({ topics: { bench: PARTITIONS } })
    await using large = await startBroker({ topics: { bench: PARTITIONS } })
    await fill(small.url, 'bench', FEW)
    await fill(large.url, 'bench', MANY)
    // First what leaves them as they are.
    return [await compareGets(settings, small, large), await compareIntakes(settings, small, large)]
  },
}

async function compareGets(settings: Settings, small: Server, large: Server): Promise<Finding> {
  return await compare(settings, {
    ...NAMES,
    name: `get of ${MANY / 1e6} M, growth`,
    note: `random, ${CONNECTIONS} connections, ${PARTITIONS} partitions`,
    broker: large,
    floor: small,
    load: await randomGets(large),
    floorLoad: await randomGets(small),
    unitsPerRequest: 1,
  })
}

async function randomGets({ url }: Server): Promise<Load> {
  const offsets = await commonOffsets(url, 'bench')
  const variables = { TOPIC: 'bench', PARTITIONS: String(PARTITIONS), OFFSETS: String(offsets) }
  return { path: '/', connections: CONNECTIONS, script: 'get', variables }
}

/** For a second at a time: what is posted comes on top, and the small one is not to grow up. */
async function compareIntakes(settings: Settings, small: Server, large: Server): Promise<Finding> {
  return await compare(
    { ...settings, warmUpSeconds: 1, durationSeconds: 1 },
    {
      ...NAMES,
      name: `intake at ${MANY / 1e6} M, growth`,
      note: `${RECORDS_PER_REQUEST} records a request, ${CONNECTIONS} connections, ${PARTITIONS} partitions; runs of 1 s, which come on top`,
      broker: large,
      floor: small,
      load: intakeLoad({ connections: CONNECTIONS }),
      unitsPerRequest: RECORDS_PER_REQUEST,
    },
  )
}
