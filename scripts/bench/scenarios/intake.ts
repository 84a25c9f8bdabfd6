/**
 * `POST /dd/{topic}/api/v2/logs` at full speed, in the variations that senders come in, against a sink of the same bodies; compressed
 * bodies against the same broker with plain ones.
 */
import { RECORD_BYTES, RECORDS_PER_REQUEST } from '../bodies.ts'
import { compare } from '../compare.ts'
import { intakeLoad } from '../load.ts'
import type { Coding } from '../load.ts'
import type { Depth, Scenario } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'

interface Variation {
  readonly name: string
  readonly depth: Depth
  readonly connections?: number
  readonly partitions?: number
  readonly durability?: 'os' | 'fsync'
  readonly coding?: Coding
  readonly recordsPerRequest?: number
  readonly floor?: 'sink' | 'hello' | 'plain bodies'
}

const VARIATIONS: readonly Variation[] = [
  { name: 'intake', depth: 'quick' },
  { name: 'intake-64-connections-1-partition', depth: 'default', connections: 64, partitions: 1 },
  { name: 'intake-64-connections-64-partitions', depth: 'default', connections: 64 },
  { name: 'intake-fsync', depth: 'default', durability: 'fsync' },
  { name: 'intake-gzip', depth: 'default', coding: 'gzip', floor: 'plain bodies' },
  { name: 'intake-zstd', depth: 'default', coding: 'zstd', floor: 'plain bodies' },
  { name: 'intake-single-record', depth: 'quick', connections: 16, recordsPerRequest: 1, floor: 'hello' },
]

export const intakes: readonly Scenario[] = VARIATIONS.map((variation) => ({
  name: variation.name,
  depth: variation.depth,
  async measure(settings) {
    const { connections = 8, partitions = 64, durability = 'os', coding = 'identity' } = variation
    const { recordsPerRequest = RECORDS_PER_REQUEST, floor: floorName = 'sink' } = variation
    await using broker = await startBroker({ durability, topics: { bench: partitions } })
    await using floor = floorName === 'plain bodies' ? undefined : await startFloor(floorName)
    const finding = await compare(settings, {
      name: variation.name,
      note: `${recordsPerRequest} x ${RECORD_BYTES} B, ${coding}, ${connections} connections, ${partitions} partitions, durability ${durability}`,
      broker,
      floor: floor ?? broker,
      floorName,
      load: intakeLoad({ connections, recordsPerRequest, coding }),
      floorLoad: intakeLoad({ connections, recordsPerRequest }),
      unit: 'records/s',
      unitsPerRequest: recordsPerRequest,
    })
    return [finding]
  },
}))
