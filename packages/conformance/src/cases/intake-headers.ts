/** What the intake makes of Content-Type and Content-Encoding (D5, D6). */
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { ConformanceCase } from '../case.ts'
import { skippableFrame, withFlippedBit } from '../bodies.ts'
import { holds, INTAKE, intakeRefused, logs, takenAt, UNHARMED } from '../requests.ts'

const ELEMENT = '{"message":"packed"}'
const BATCH = Buffer.from(`[${ELEMENT}]`)

const TYPES_TAKEN = [
  'application/json',
  'APPLICATION/JSON',
  'Application/Json',
  'application/json; charset=utf-8',
  'application/json;charset=UTF-8',
  'application/json ; charset="utf-8"; x=y',
  'application/json;',
]
const TYPES_REFUSED = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/jsonl',
  'application/x-json',
  'application/json-patch+json',
  'application/vnd.api+json',
  'text/json',
  'application/*',
  '*/*',
  'json',
  'application / json',
  'application/json, text/plain',
  'text/plain; application/json',
  'multipart/form-data; boundary=application/json',
]

const types: readonly ConformanceCase[] = [
  ...TYPES_TAKEN.map((type): ConformanceCase => ({
    name: `intake: Content-Type ${type} is JSON`,
    proves: ['D5'],
    steps: [{ request: logs(BATCH, { 'Content-Type': type }), expect: takenAt(0, 0) }, holds([ELEMENT])],
  })),
  ...TYPES_REFUSED.map((type): ConformanceCase => ({
    name: `intake: Content-Type ${type} is not JSON`,
    proves: ['D5', 'D13'],
    steps: [
      { request: logs(BATCH, { 'Content-Type': type }), expect: intakeRefused(400, 'INVALID_REQUEST', /content-type/i) },
      ...UNHARMED,
    ],
  })),
  {
    name: 'intake: a missing or empty Content-Type is refused',
    proves: ['D5'],
    steps: [
      { request: { method: 'POST', path: INTAKE, body: BATCH }, expect: intakeRefused(400, 'INVALID_REQUEST', /content-type/i) },
      { request: logs(BATCH, { 'Content-Type': '' }), expect: intakeRefused(400, 'INVALID_REQUEST', /content-type/i) },
      ...UNHARMED,
    ],
  },
]

const ENCODED: readonly (readonly [name: string, encoding: string, body: Uint8Array])[] = [
  ['gzip', 'gzip', gzipSync(BATCH)],
  ['gzip at its best', 'gzip', gzipSync(BATCH, { level: 9 })],
  ['gzip in capitals', 'GZIP', gzipSync(BATCH)],
  ['x-gzip', 'x-gzip', gzipSync(BATCH)],
  ['gzip of two members', 'gzip', Buffer.concat([gzipSync(BATCH.subarray(0, 5)), gzipSync(BATCH.subarray(5))])],
  ['gzip of a member for each byte', 'gzip', Buffer.concat(Array.from(BATCH, (byte) => gzipSync(Buffer.of(byte))))],
  ['gzip with an empty member at its end', 'gzip', Buffer.concat([gzipSync(BATCH), gzipSync('')])],
  ['deflate', 'deflate', deflateSync(BATCH)],
  ['zstd', 'zstd', zstdCompressSync(BATCH)],
  ['zstd1', 'zstd1', zstdCompressSync(BATCH)],
  ['zstd of two frames', 'zstd', Buffer.concat([zstdCompressSync(BATCH.subarray(0, 5)), zstdCompressSync(BATCH.subarray(5))])],
  ['zstd of a frame for each byte', 'zstd', Buffer.concat(Array.from(BATCH, (byte) => zstdCompressSync(Buffer.of(byte))))],
  ['zstd with frames to be skipped', 'zstd', Buffer.concat([skippableFrame('before'), zstdCompressSync(BATCH), skippableFrame('after')])],
  ['zstd with an empty frame at its end', 'zstd', Buffer.concat([zstdCompressSync(BATCH), zstdCompressSync('')])],
  ['identity', 'identity', BATCH],
]

const encoded: readonly ConformanceCase[] = ENCODED.flatMap(([name, encoding, body]) =>
  (['length', 'chunked'] as const).map((framing) => ({
    name: `intake: ${name}, framed by ${framing}`,
    proves: ['D6'] as const,
    steps: [{ request: { ...logs(body, { 'Content-Encoding': encoding }), framing }, expect: takenAt(0, 0) }, holds([ELEMENT])],
  })),
)

const GZIP = gzipSync(BATCH)
const ZSTD = zstdCompressSync(BATCH)
const ZLIB = deflateSync(BATCH)
const GARBAGE = Buffer.from('garbage')

const DAMAGED: readonly (readonly [name: string, encoding: string, body: Uint8Array])[] = [
  ['gzip that is plain text', 'gzip', BATCH],
  ['gzip cut in its header', 'gzip', GZIP.subarray(0, 6)],
  ['gzip cut in its data', 'gzip', GZIP.subarray(0, GZIP.length - 12)],
  ['gzip cut in its trailer', 'gzip', GZIP.subarray(0, GZIP.length - 1)],
  ['gzip without its trailer', 'gzip', GZIP.subarray(0, GZIP.length - 8)],
  ['gzip with a wrong checksum', 'gzip', withFlippedBit(GZIP, GZIP.length - 8)],
  ['gzip with a wrong length', 'gzip', withFlippedBit(GZIP, GZIP.length - 4)],
  ['gzip with a flipped bit in its data', 'gzip', withFlippedBit(GZIP, 14)],
  ['gzip followed by garbage', 'gzip', Buffer.concat([GZIP, GARBAGE])],
  ['gzip whose second member is cut', 'gzip', Buffer.concat([GZIP, gzipSync(' '.repeat(100)).subarray(0, 15)])],
  ['gzip of nothing', 'gzip', gzipSync('')],
  ['gzip of no bytes', 'gzip', Buffer.alloc(0)],
  ['gzip that is zstd', 'gzip', ZSTD],
  ['gzip within gzip', 'gzip', gzipSync(GZIP)],
  ['deflate cut in its data', 'deflate', ZLIB.subarray(0, ZLIB.length - 8)],
  ['deflate cut in its checksum', 'deflate', ZLIB.subarray(0, ZLIB.length - 1)],
  ['deflate with a wrong checksum', 'deflate', withFlippedBit(ZLIB, ZLIB.length - 1)],
  ['deflate followed by garbage', 'deflate', Buffer.concat([ZLIB, GARBAGE])],
  ['deflate twice over', 'deflate', Buffer.concat([ZLIB, ZLIB])],
  ['deflate without its wrapper', 'deflate', deflateRawSync(BATCH)],
  ['zstd that is plain text', 'zstd', BATCH],
  ['zstd cut in its header', 'zstd', ZSTD.subarray(0, 4)],
  ['zstd cut in its data', 'zstd', ZSTD.subarray(0, ZSTD.length - 3)],
  ['zstd followed by garbage', 'zstd', Buffer.concat([ZSTD, GARBAGE])],
  ['zstd whose second frame is cut', 'zstd', Buffer.concat([ZSTD, zstdCompressSync(' '.repeat(100)).subarray(0, 10)])],
  ['zstd of only a frame to be skipped', 'zstd', skippableFrame('nothing')],
  ['zstd that is gzip', 'zstd', GZIP],
  ['zstd of 20,000 empty frames', 'zstd', Buffer.concat(Array<Buffer>(20_000).fill(zstdCompressSync('')))],
]

const damaged: readonly ConformanceCase[] = DAMAGED.map(([name, encoding, body]) => ({
  name: `intake: ${name} is refused`,
  proves: ['D6', 'D9'],
  steps: [{ request: logs(body, { 'Content-Encoding': encoding }), expect: intakeRefused(400, 'INVALID_REQUEST') }, ...UNHARMED],
}))

const UNKNOWN = [
  'br',
  'compress',
  'lz4',
  'snappy',
  'gzip, gzip',
  'gzip, zstd',
  'identity, gzip',
  'gzip;q=1',
  'none',
  '*',
  'zstd2',
  'ünknown',
]

const unknown: readonly ConformanceCase[] = UNKNOWN.map((encoding) => ({
  name: `intake: Content-Encoding ${encoding} is refused`,
  proves: ['D6', 'D13'],
  steps: [
    { request: logs(GZIP, { 'Content-Encoding': encoding }), expect: intakeRefused(400, 'INVALID_REQUEST', /content-encoding/i) },
    ...UNHARMED,
  ],
}))

export const INTAKE_HEADER_CASES: readonly ConformanceCase[] = [...types, ...encoded, ...damaged, ...unknown]
