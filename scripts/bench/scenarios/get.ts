/** `GET …/partitions/{partition}/records/{offset}`: one record from a random place, against two bytes from nowhere. */
import { compare } from '../compare.ts'
import { commonOffsets, fill } from '../fill.ts'
import type { Finding, Scenario, Settings } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'

const PARTITIONS = 64
const CONNECTIONS = 8
const RECORDS = 1_000_000
const RECORDS_FULL = 10_000_000

export const get: Scenario = {
  name: 'get',
  depth: 'quick',
  async measure(settings) {
    const findings = [await getAmong(RECORDS, settings)]
    return settings.full ? [...findings, await getAmong(RECORDS_FULL, settings)] : findings
  },
}

async function getAmong(records: number, settings: Settings): Promise<Finding> {
  await using broker = await startBroker({ topics: { bench: PARTITIONS } })
  await using floor = await startFloor('hello')
  await fill(broker.url, 'bench', records)
  const offsets = await commonOffsets(broker.url, 'bench')
  const variables = { TOPIC: 'bench', PARTITIONS: String(PARTITIONS), OFFSETS: String(offsets) }
  return await compare(settings, {
    name: `get of ${records / 1e6} M`,
    note: `random, ${CONNECTIONS} connections, ${PARTITIONS} partitions`,
    broker,
    floor,
    floorName: 'hello',
    load: { path: '/', connections: CONNECTIONS, script: 'get', variables },
    unit: 'records/s',
    unitsPerRequest: 1,
  })
}
