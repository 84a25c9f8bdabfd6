/** Bytes on disk for each byte of a record's value, after a shutdown. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { logBatch, RECORD_BYTES, RECORDS_PER_REQUEST } from '../bodies.ts'
import { fill } from '../fill.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { startBroker } from '../servers.ts'
import { spread } from '../statistics.ts'

const PARTITIONS = 64
const RECORDS = 100_000
const SIZES_MIN = 150
const SIZES_MAX = 450
/** Different bodies of random sizes; they take turns. */
const BODIES = 50

export const diskSize: Scenario = {
  name: 'disk-size',
  depth: 'quick',
  async measure() {
    const even = [Array.from({ length: RECORDS_PER_REQUEST }, () => RECORD_BYTES)]
    const random = Array.from({ length: BODIES }, () => Array.from({ length: RECORDS_PER_REQUEST }, randomSize))
    return [await measureSizes(`${RECORD_BYTES} B`, even), await measureSizes(`random ${SIZES_MIN} to ${SIZES_MAX} B`, random)]
  },
}

function randomSize(): number {
  return SIZES_MIN + Math.floor(Math.random() * (SIZES_MAX - SIZES_MIN + 1))
}

async function measureSizes(name: string, bodies: readonly (readonly number[])[]): Promise<Finding> {
  await using broker = await startBroker({ topics: { bench: PARTITIONS } })
  await fill(broker.url, 'bench', RECORDS, bodies.map(logBatch))
  await broker.stop()
  const bytesPerBody = bodies.flat().reduce((sum, bytes) => sum + bytes, 0) / bodies.length
  const valueBytes = bytesPerBody * (RECORDS / RECORDS_PER_REQUEST)
  return {
    name: `disk ÷ values at ${name}`,
    unit: '×',
    spread: spread([directoryBytes(broker.dataDir) / valueBytes]),
    note: `${RECORDS} records in ${PARTITIONS} partitions`,
  }
}

function directoryBytes(directory: string): number {
  return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
}
