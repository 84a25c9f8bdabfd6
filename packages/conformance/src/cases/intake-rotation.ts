/** Which partition a request goes to (D10), by the answers' headers. */
import assert from 'node:assert/strict'
import { zstdCompressSync } from 'node:zlib'
import { elementOf, KIB, MIB } from '../bodies.ts'
import type { ConformanceCase } from '../case.ts'
import { logs, TAKEN } from '../requests.ts'
import type { Scene } from '../scene.ts'

const PARTITIONS = 4
const THRESHOLD_BYTES = MIB

async function partitionOf(scene: Scene, body: string, topic = '$TOPIC'): Promise<number> {
  const { headers } = await scene.exchange({ request: logs(body, {}, `/dd/${topic}/api/v2/logs`), expect: TAKEN })
  return Number(headers.get('x-logbrook-partition'))
}

/** Sizes from 40 KiB to 1.6 MiB, in an order without a pattern that the rotation could share. */
const SIZES = Array.from({ length: 90 }, (_, i) => 40 * KIB * (1 + ((i * i * 17 + i * 5) % 41)))

const FIRST_TOPICS = Array.from({ length: 26 }, (_, i) => `$${String.fromCodePoint('A'.codePointAt(0)! + i)}`)

export const INTAKE_ROTATION_CASES: readonly ConformanceCase[] = [
  {
    name: "intake: over many requests the partitions' bytes stay within one threshold and one request",
    proves: ['D10'],
    given: { topics: [{ name: '$TOPIC', partitions: PARTITIONS }] },
    play: async (scene) => {
      const sent = Array<number>(PARTITIONS).fill(0)
      for (const size of SIZES) {
        const body = `[${elementOf(size - 2)}]`
        sent[await partitionOf(scene, body)]! += body.length
        const difference = Math.max(...sent) - Math.min(...sent)
        const allowed = THRESHOLD_BYTES + Math.max(...SIZES)
        assert.ok(
          difference <= allowed,
          `the partitions hold ${sent.join(', ')} bytes: they differ by ${difference}, and ${allowed} is allowed`,
        )
      }
    },
  },
  {
    name: 'intake: small requests stay in a partition until the threshold, then go to the next one, round-robin',
    proves: ['D10'],
    given: { topics: [{ name: '$TOPIC', partitions: PARTITIONS }] },
    play: async (scene) => {
      const body = `[${elementOf(100 * KIB - 2)}]`
      const perPartition = Math.ceil(THRESHOLD_BYTES / (100 * KIB))
      const visited: number[] = []
      for (let i = 0; i < perPartition * PARTITIONS; i++) visited.push(await partitionOf(scene, body))
      const first = visited[0]!
      assert.deepEqual(
        visited,
        visited.map((_, i) => (first + Math.floor(i / perPartition)) % PARTITIONS),
      )
    },
  },
  {
    name: 'intake: the first partition is random for each topic',
    proves: ['D10'],
    given: { topics: FIRST_TOPICS.map((name) => ({ name, partitions: 8 })) },
    play: async (scene) => {
      const firsts = new Set<number>()
      for (const topic of FIRST_TOPICS) firsts.add(await partitionOf(scene, '[{"a":1}]', topic))
      assert.ok(firsts.size > 1, `all ${FIRST_TOPICS.length} topics began at partition ${[...firsts].join()}`)
    },
  },
  {
    name: 'intake: the bytes that count are those after decompression',
    proves: ['D10', 'D6'],
    given: { topics: [{ name: '$TOPIC', partitions: 2 }] },
    play: async (scene) => {
      const packed = zstdCompressSync(`[${elementOf(THRESHOLD_BYTES)}]`)
      const { headers } = await scene.exchange({ request: logs(packed, { 'Content-Encoding': 'zstd' }), expect: TAKEN })
      assert.equal(await partitionOf(scene, '[{"a":1}]'), 1 - Number(headers.get('x-logbrook-partition')))
    },
  },
]
