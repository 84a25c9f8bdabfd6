/** `POST /v1/kafka/fetch` of 1 MB of values as JSON, against 1 MiB that is ready. */
import { assertOk, connect } from '../client.ts'
import { RECORD_BYTES } from '../bodies.ts'
import { compare } from '../compare.ts'
import { commonOffsets, fill } from '../fill.ts'
import type { Scenario } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'

const PARTITIONS = 16
const CONNECTIONS = 4
const RECORDS = 300_000
const FETCH_BYTES = 1_000_000
const RECORDS_PER_FETCH = Math.floor(FETCH_BYTES / RECORD_BYTES)
const BYTES_PER_MB = 1e6

export const fetch1Mb: Scenario = {
  name: 'fetch',
  depth: 'quick',
  async measure(settings) {
    await using broker = await startBroker({ topics: { bench: PARTITIONS } })
    await using floor = await startFloor('big')
    await fill(broker.url, 'bench', RECORDS)
    // From each of these offsets on there is a whole megabyte.
    const offsets = (await commonOffsets(broker.url, 'bench')) - RECORDS_PER_FETCH
    const variables = { TOPIC: 'bench', PARTITIONS: String(PARTITIONS), OFFSETS: String(offsets), BYTES: String(FETCH_BYTES) }
    const valueBytes = await valueBytesOfOne(broker.url)
    const finding = await compare(settings, {
      name: 'fetch',
      note: `${valueBytes} B of values per request as JSON, random, ${CONNECTIONS} connections; MB/s of values`,
      broker,
      floor,
      floorName: 'big',
      load: { path: '/v1/kafka/fetch', connections: CONNECTIONS, script: 'fetch', variables },
      unit: 'MB/s',
      unitsPerRequest: valueBytes / BYTES_PER_MB,
    })
    return [finding]
  },
}

interface FetchAnswer {
  readonly topics: readonly { readonly partitions: readonly { readonly records: readonly unknown[] }[] }[]
}

async function valueBytesOfOne(url: string): Promise<number> {
  using client = connect(url)
  const partitions = [{ partition: 0, fetch_offset: 0, partition_max_bytes: FETCH_BYTES }]
  const answer = assertOk(await client.post('/v1/kafka/fetch', JSON.stringify({ topics: [{ topic: 'bench', partitions }] })))
  const { topics } = JSON.parse(answer.toString()) as FetchAnswer
  return (topics[0]?.partitions[0]?.records.length ?? 0) * RECORD_BYTES
}
