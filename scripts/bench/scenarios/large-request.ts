/** One request of 64 MiB, as large as they may be, plain and gzip, against a sink of the same; and the most memory it ever took. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { evenLogBatch, RECORD_BYTES } from '../bodies.ts'
import { assertOk, connect, timed } from '../client.ts'
import { usageOf } from '../process-usage.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'
import { spread } from '../statistics.ts'

const BODY_BYTES_MAX = 64 * 1024 * 1024
/** A comma each, and two brackets. */
const RECORDS = Math.floor((BODY_BYTES_MAX - 1) / (RECORD_BYTES + 1))

export const largeRequest: Scenario = {
  name: 'large-request',
  depth: 'quick',
  async measure({ runs }) {
    return await measureBody({ name: '64 MiB request', body: Buffer.from(evenLogBatch(RECORDS)), headers: {}, runs })
  },
}

export const largeGzipRequest: Scenario = {
  name: 'large-request-gzip',
  depth: 'default',
  async measure({ runs }) {
    const body = await promisify(gzip)(evenLogBatch(RECORDS))
    return await measureBody({ name: '64 MiB request, gzip', body, headers: { 'content-encoding': 'gzip' }, runs })
  },
}

interface LargeBody {
  readonly name: string
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly runs: number
}

async function measureBody({ name, body, headers, runs }: LargeBody): Promise<readonly Finding[]> {
  await using broker = await startBroker({ topics: { bench: 1 } })
  await using floor = await startFloor('sink')
  using client = connect(broker.url)
  using floorClient = connect(floor.url)
  const idleMb = usageOf(broker.pid).rssMb
  const brokerMs: number[] = []
  const floorMs: number[] = []
  for (let run = 0; run < runs; run++) {
    brokerMs.push((await timed(async () => assertOk(await client.post('/dd/bench/api/v2/logs', body, headers)))).ms)
    floorMs.push((await timed(async () => assertOk(await floorClient.post('/', body)))).ms)
  }
  const note = `${RECORDS} records of ${RECORD_BYTES} B, ${body.length} B sent, one after the other`
  return [
    { name, unit: 'ms', spread: spread(brokerMs), floor: { name: 'sink', spread: spread(floorMs) }, note },
    { name: `${name}, peak RSS`, unit: 'MB', spread: spread([usageOf(broker.pid).peakRssMb]), note: `idle before: ${idleMb} MB` },
  ]
}
