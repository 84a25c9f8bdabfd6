/** A reader as they run in production: pages through several partitions under a small budget, over gaps, to the end and back (F7 to F10). */
import assert from 'node:assert/strict'
import type { ConformanceCase, GivenRecords } from '../case.ts'
import { base64, fetchTopics, recordPaths } from '../requests.ts'
import type { Scene } from '../scene.ts'

const PARTITIONS = 3
const RECORDS = 40
const TRIMMED_TO = 7

/** Every fifth value is null; the others grow, so that some pages hold one record and some many. */
function valueOf(partition: number, offset: number): string | null {
  return offset % 5 === 4 ? null : base64(`${partition}/${offset} ${'.'.repeat((offset * 7) % 90)}`)
}

const RECORDS_GIVEN: readonly GivenRecords[] = Array.from({ length: PARTITIONS }, (_, partition) => ({
  topic: '$TOPIC',
  partition,
  records: Array.from({ length: RECORDS }, (_unused, offset) => ({ key: base64(`key-${offset}`), value: valueOf(partition, offset) })),
}))

interface Page {
  readonly topics: readonly {
    readonly partitions: readonly {
      readonly partition: number
      readonly error_code: number
      readonly high_watermark: number
      readonly log_start_offset: number
      readonly records: readonly { readonly offset: number; readonly key: string; readonly value: string | null }[]
    }[]
  }[]
}

async function fetchPage(scene: Scene, positions: readonly number[], fields: Readonly<Record<string, unknown>>): Promise<Page> {
  const request = fetchTopics([['$TOPIC', ...positions.map((offset, partition) => [partition, offset, 200] as const)]], fields)
  const response = await scene.exchange({ request, expect: { status: 200 } })
  return JSON.parse(response.body.toString()) as Page
}

/** Reads all partitions from offset 0 to their ends, resetting where the log begins later, and checks every record. */
async function readAll(scene: Scene, fields: Readonly<Record<string, unknown>>): Promise<readonly number[]> {
  const positions = Array<number>(PARTITIONS).fill(0)
  const counts = Array<number>(PARTITIONS).fill(0)
  // Each round moves at least one position: more rounds than records mean that the reader is stuck.
  for (let round = 0; round <= PARTITIONS * (RECORDS + 1); round++) {
    const page = await fetchPage(scene, positions, fields)
    for (const { partition, error_code: code, log_start_offset: start, records } of page.topics[0]!.partitions) {
      if (code === 1) positions[partition] = start
      for (const record of records) {
        assert.equal(record.offset, positions[partition], `partition ${partition} has a gap`)
        assert.deepEqual([record.key, record.value], [base64(`key-${record.offset}`), valueOf(partition, record.offset)])
        positions[partition] = record.offset + 1
        counts[partition]! += 1
      }
    }
    if (positions.every((offset) => offset === RECORDS)) return counts
  }
  throw new Error(`the reader does not progress beyond ${positions.join(', ')}`)
}

export const READER_CASES: readonly ConformanceCase[] = [
  {},
  { max_bytes: 300 },
  { max_bytes: 1 },
  { max_records: 3 },
  { max_bytes: 128, max_records: 2 },
].map((fields): ConformanceCase => ({
  name: `reader: pages over gaps and null values to the end under ${JSON.stringify(fields)}`,
  proves: ['F8', 'F10', 'F3', 'R2'],
  given: {
    topics: [{ name: '$TOPIC', partitions: PARTITIONS }],
    records: RECORDS_GIVEN,
    trims: [{ topic: '$TOPIC', partition: 1, beforeOffset: TRIMMED_TO }],
  },
  play: async (scene) => {
    assert.deepEqual(await readAll(scene, fields), [RECORDS, RECORDS - TRIMMED_TO, RECORDS])
    const ends = await fetchPage(scene, [RECORDS, RECORDS + 1, RECORDS], fields)
    const seen = ends.topics[0]!.partitions.map(({ error_code: code, high_watermark: end, records }) => [code, end, records.length])
    assert.deepEqual(seen, [
      [0, RECORDS, 0],
      [1, RECORDS, 0],
      [0, RECORDS, 0],
    ])
    for (const path of recordPaths('$TOPIC', 1, TRIMMED_TO - 1))
      await scene.exchange({ request: { method: 'GET', path }, expect: { status: 404 } })
    for (const path of recordPaths('$TOPIC', 1, TRIMMED_TO))
      await scene.exchange({ request: { method: 'GET', path }, expect: { status: 200 } })
  },
}))
