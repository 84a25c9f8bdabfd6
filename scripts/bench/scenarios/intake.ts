/** `POST /dd/{topic}/api/v2/logs` at full speed, in the variations that senders come in, against a sink of the same bodies. */
import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { evenLogBatch, RECORD_BYTES, RECORDS_PER_REQUEST } from '../bodies.ts'
import { compare } from '../compare.ts'
import type { Depth, Scenario } from '../scenario.ts'
import { startBroker, startFloor } from '../servers.ts'

interface Variation {
  readonly name: string
  readonly depth: Depth
  readonly connections?: number
  readonly partitions?: number
  readonly durability?: 'os' | 'fsync'
  readonly coding?: keyof typeof CODINGS
  readonly recordsPerRequest?: number
  readonly floor?: 'sink' | 'hello'
}

const CODINGS = { identity: (body: string) => Buffer.from(body), gzip: gzipSync, zstd: zstdCompressSync }

const VARIATIONS: readonly Variation[] = [
  { name: 'intake', depth: 'quick' },
  { name: 'intake-64-connections-1-partition', depth: 'default', connections: 64, partitions: 1 },
  { name: 'intake-64-connections-64-partitions', depth: 'default', connections: 64 },
  { name: 'intake-fsync', depth: 'default', durability: 'fsync' },
  { name: 'intake-gzip', depth: 'default', coding: 'gzip' },
  { name: 'intake-zstd', depth: 'default', coding: 'zstd' },
  { name: 'intake-single-record', depth: 'quick', connections: 16, recordsPerRequest: 1, floor: 'hello' },
]

export const intakes: readonly Scenario[] = VARIATIONS.map((variation) => ({
  name: variation.name,
  depth: variation.depth,
  async measure(settings) {
    const { connections = 8, partitions = 64, durability = 'os', coding = 'identity' } = variation
    const { recordsPerRequest = RECORDS_PER_REQUEST, floor: floorName = 'sink' } = variation
    using directory = mkdtempDisposableSync(join(tmpdir(), 'logbrook-bench-body-'))
    const bodyFile = join(directory.path, 'body')
    writeFileSync(bodyFile, CODINGS[coding](evenLogBatch(recordsPerRequest)))
    const contentEncoding: Readonly<Record<string, string>> = coding === 'identity' ? {} : { CONTENT_ENCODING: coding }
    await using broker = await startBroker({ durability, topics: { bench: partitions } })
    await using floor = await startFloor(floorName)
    const note = `${recordsPerRequest} x ${RECORD_BYTES} B, ${coding}, ${connections} connections, ${partitions} partitions, durability ${durability}`
    const load = {
      path: '/dd/bench/api/v2/logs',
      connections,
      script: 'post',
      variables: { BODY_FILE: bodyFile, ...contentEncoding },
    } as const
    const names = { name: variation.name, note, floorName, unit: 'records/s', unitsPerRequest: recordsPerRequest }
    return [await compare(settings, { ...names, broker, floor, load })]
  },
}))
