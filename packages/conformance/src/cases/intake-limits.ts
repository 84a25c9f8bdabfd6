/** How large a body and a record may be, and how a sender learns that they are not (D7, D8). */
import assert from 'node:assert/strict'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { BODY_BYTES_MAX, elementOf, GIB, gzipBomb, MIB, paddedBatch, zstdBomb } from '../bodies.ts'
import type { ConformanceCase } from '../case.ts'
import { holds, INTAKE_V1, intakeRefused, logs, takenAt, UNHARMED } from '../requests.ts'
import { fillRequest } from '../scene.ts'

const TOO_LARGE = intakeRefused(413, 'PAYLOAD_TOO_LARGE', /67108864|64 MiB/)

const PACKED: readonly (readonly [encoding: string, pack: (body: Buffer) => Uint8Array])[] = [
  ['identity', (body) => body],
  ['gzip', (body) => gzipSync(body, { level: 1 })],
  ['deflate', (body) => deflateSync(body, { level: 1 })],
  ['zstd', (body) => zstdCompressSync(body)],
]

const edges: readonly ConformanceCase[] = PACKED.map(([encoding, pack]) => ({
  name: `intake: 64 MiB in ${encoding} are taken, and not a byte more`,
  proves: ['D7', 'D6'],
  steps: [
    { request: logs(() => pack(paddedBatch(BODY_BYTES_MAX + 1)), { 'Content-Encoding': encoding }), expect: TOO_LARGE },
    holds([]),
    { request: logs(() => pack(paddedBatch(BODY_BYTES_MAX)), { 'Content-Encoding': encoding }), expect: takenAt(0, 0) },
    holds(['{"padded":true}']),
  ],
}))

const BOMBS: readonly (readonly [name: string, encoding: string, body: () => Uint8Array])[] = [
  ['65 MiB', 'gzip', () => gzipBomb(65 * MIB)],
  ['65 MiB', 'deflate', () => deflateSync(Buffer.alloc(65 * MIB), { level: 1 })],
  ['65 MiB', 'zstd', () => zstdBomb(65 * MIB)],
  ['10 GiB', 'gzip', () => gzipBomb(10 * GIB)],
  ['10 GiB', 'zstd', () => zstdBomb(10 * GIB)],
  ['65 MiB in two members', 'gzip', () => Buffer.concat([gzipSync(Buffer.alloc(33 * MIB)), gzipSync(Buffer.alloc(32 * MIB))])],
  ['65 MiB in two frames', 'zstd', () => Buffer.concat([zstdBomb(33 * MIB), zstdBomb(32 * MIB)])],
]

const bombs: readonly ConformanceCase[] = BOMBS.map(([name, encoding, body]) => ({
  name: `intake: a bomb of ${name} in ${encoding} is refused`,
  proves: ['D7'],
  steps: [{ request: logs(body, { 'Content-Encoding': encoding }), expect: TOO_LARGE }, ...UNHARMED],
}))

/** Room for a body, its copy in the decoder, and what the runtime has not yet given back. */
const MEMORY_GROWTH_BYTES_MAX = 512 * MIB

/** A gigabyte. */
const CHUNKS_AFTER_REFUSAL_MAX = 128

const sending: readonly ConformanceCase[] = [
  {
    name: 'intake: bombs are refused within bounded memory',
    proves: ['D7'],
    hands: ['peakMemoryBytes'],
    play: async (scene) => {
      const before = scene.hands.peakMemoryBytes()
      for (const [encoding, body] of [
        ['gzip', gzipBomb(10 * GIB)],
        ['zstd', zstdBomb(10 * GIB)],
      ] as const) {
        await scene.exchange({ request: logs(body, { 'Content-Encoding': encoding }), expect: TOO_LARGE })
      }
      const growth = scene.hands.peakMemoryBytes() - before
      assert.ok(growth <= MEMORY_GROWTH_BYTES_MAX, `memory grew by ${growth} bytes; the limit is ${MEMORY_GROWTH_BYTES_MAX}`)
    },
  },
  {
    name: 'intake: a sender that reads only after it has sent 100 MiB sees the refusal and no reset',
    proves: ['D7'],
    play: async (scene) => {
      using connection = await scene.open()
      await connection.writeRequest(
        fillRequest(
          logs(() => paddedBatch(100 * MIB)),
          scene.names,
        ),
      )
      scene.check(await connection.response('POST'), TOO_LARGE, '100 MiB, then the answer')
      for (const step of UNHARMED) await scene.exchange(step)
    },
  },
  {
    name: 'intake: a body that never ends is refused while it is being sent',
    proves: ['D7'],
    play: async (scene) => {
      using connection = await scene.open()
      const sender = { isAnswered: false }
      const response = connection.response('POST').finally(() => (sender.isAnswered = true))
      response.catch(() => {}) // Awaited below.
      await connection.writeHead({ ...fillRequest(logs(''), scene.names), framing: 'chunked' }, null)
      await connection.writeChunk(Buffer.from('['))
      const blank = Buffer.alloc(MIB, ' ')
      while (!sender.isAnswered && (await connection.writeChunk(blank)));
      scene.check(await response, TOO_LARGE, 'a body without an end')
      for (const step of UNHARMED) await scene.exchange(step)
    },
  },
  {
    name: 'intake: a sender that goes on after its refusal is cut off in the end',
    proves: ['D7'],
    hands: ['letPass'],
    play: async (scene) => {
      using connection = await scene.open()
      const chunk = Buffer.alloc(8 * MIB, ' ')
      await connection.writeHead({ ...fillRequest(logs('', { 'Content-Type': 'text/plain' }), scene.names), framing: 'chunked' }, null)
      await connection.writeChunk(chunk)
      scene.check(await connection.response('POST'), intakeRefused(400, 'INVALID_REQUEST'), 'the beginning of a body')
      let chunks = 0
      for (; chunks < CHUNKS_AFTER_REFUSAL_MAX && (await connection.writeChunk(chunk)); chunks++) await scene.hands.letPass(100)
      assert.ok(chunks < CHUNKS_AFTER_REFUSAL_MAX, `${chunks} chunks of 8 MiB were taken after the refusal`)
      for (const step of UNHARMED) await scene.exchange(step)
    },
  },
  {
    name: 'intake: a refusal for another reason reaches a sender that is still sending, too',
    proves: ['D7', 'D11'],
    play: async (scene) => {
      for (const [headers, path, code] of [
        [{ 'Content-Type': 'text/plain' }, INTAKE_V1, 'INVALID_REQUEST'],
        [{}, '/dd/$MISSING/api/v2/logs', 'INVALID_TOPIC_EXCEPTION'],
      ] as const) {
        using connection = await scene.open()
        await connection.writeRequest(
          fillRequest(
            logs(() => paddedBatch(20 * MIB), headers, path),
            scene.names,
          ),
        )
        scene.check(await connection.response('POST'), intakeRefused(400, code), `20 MiB to ${path}, then the answer`)
      }
      for (const step of UNHARMED) await scene.exchange(step)
    },
  },
  {
    name: 'intake: a connection that was refused early is of further use, or closed in so many words',
    proves: ['D7', 'D17'],
    play: async (scene) => {
      using connection = await scene.open()
      await connection.writeRequest(fillRequest(logs('[1]'), scene.names))
      const refused = scene.check(await connection.response('POST'), intakeRefused(400, 'INVALID_REQUEST'), 'a wrong element')
      if (refused.headers.get('connection') === 'close') return
      await connection.writeRequest(fillRequest(logs('[{"a":1}]'), scene.names))
      scene.check(await connection.response('POST'), takenAt(0, 0), 'a good request on the same connection')
    },
  },
]

const DEFAULT_RECORD_BYTES_MAX = 8 * MIB

const records: readonly ConformanceCase[] = [
  {
    name: 'intake: a record as large as its topic allows is taken, and a byte more refuses the whole request',
    proves: ['D8', 'D9'],
    given: { topics: [{ name: '$TOPIC', config: { 'max.message.bytes': 100 } }] },
    steps: [
      {
        request: logs(`[{"a":1},{"a":2},${elementOf(101)},{"a":4}]`),
        expect: intakeRefused(413, 'MESSAGE_TOO_LARGE', /\b2\b.*\b101\b.*\$TOPIC.*\b100\b/),
      },
      holds([]),
      { request: logs(`[ {"a":1} ,   ${elementOf(100)}   ]`), expect: takenAt(0, 0) },
      holds(['{"a":1}', elementOf(100)]),
    ],
  },
  {
    name: 'intake: a record may be 8 MiB unless its topic says otherwise',
    proves: ['D8'],
    play: async (scene) => {
      const tooLarge = intakeRefused(413, 'MESSAGE_TOO_LARGE', /8388609.*8388608/)
      await scene.exchange({ request: logs(`[${elementOf(DEFAULT_RECORD_BYTES_MAX + 1)}]`), expect: tooLarge })
      await scene.exchange({ request: logs(`[${elementOf(DEFAULT_RECORD_BYTES_MAX)}]`), expect: takenAt(0, 0) })
    },
  },
]

export const INTAKE_LIMIT_CASES: readonly ConformanceCase[] = [...edges, ...bombs, ...sending, ...records]
