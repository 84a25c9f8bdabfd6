import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByteReader } from '../src/byte-reader.ts'
import { ByteWriter } from '../src/byte-writer.ts'
import { crc32c } from '../src/crc32c.ts'
import { KafkaError } from '../src/errors.ts'
import { varintLength, varlongLength } from '../src/varint.ts'

const SEED = 20_261

function corrupt(bytes: number[], read: (reader: ByteReader) => unknown, problem: RegExp): void {
  assert.throws(
    () => read(new ByteReader(Buffer.from(bytes), 'test')),
    (error) => error instanceof KafkaError && error.error === 'CORRUPT_MESSAGE' && problem.test(error.message),
  )
}

function crc32cBitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

/** That a value survives in exactly the bytes that `measure` says. */
function roundTrips(kind: 'varint' | 'varlong', measure: (value: number) => number): (value: number) => void {
  return (value) => {
    const bytes = Buffer.alloc(measure(value))
    const writer = new ByteWriter(bytes)
    writer[kind](value)
    assert.equal(writer.written(), bytes.length)
    const reader = new ByteReader(bytes, 'test')
    assert.equal(reader[kind](), value)
    assert.equal(reader.remaining(), 0)
  }
}

test('CRC-32C has the published check values', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  // RFC 3720, appendix B.4.
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa)
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43)
  assert.equal(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i))), 0x46dd794e)
  assert.equal(crc32c(Buffer.alloc(0)), 0)
})

test('CRC-32C in steps of eight bytes equals a bit at a time, at every length and alignment', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(8), (bytes, from) => {
      assert.equal(crc32c(bytes.subarray(from)), crc32cBitwise(bytes.subarray(from)))
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test('varints are Kafka’s bytes', () => {
  const cases: [value: number, bytes: number[]][] = [
    [0, [0x00]],
    [-1, [0x01]],
    [1, [0x02]],
    [63, [0x7e]],
    [-64, [0x7f]],
    [64, [0x80, 0x01]],
    [-65, [0x81, 0x01]],
    [8191, [0xfe, 0x7f]],
    [8192, [0x80, 0x80, 0x01]],
    [2 ** 31 - 1, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
    [-(2 ** 31), [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ]
  for (const [value, bytes] of cases) {
    for (const kind of ['varint', 'varlong'] as const) {
      const written = Buffer.alloc(bytes.length)
      new ByteWriter(written)[kind](value)
      assert.deepEqual([...written], bytes)
      assert.equal(new ByteReader(written, 'test')[kind](), value)
    }
    assert.equal(varintLength(value), bytes.length)
  }
})

test('varints and varlongs round-trip in exactly the length that was measured', () => {
  fc.assert(fc.property(fc.integer(), roundTrips('varint', varintLength)), { seed: SEED, numRuns: 1000 })
  fc.assert(fc.property(fc.maxSafeInteger(), roundTrips('varlong', varlongLength)), { seed: SEED, numRuns: 1000 })
  for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 31, -(2 ** 31) - 1, 2 ** 34, 2 ** 41]) {
    roundTrips('varlong', varlongLength)(value)
  }
})

test('numbers longer than their type are corrupt', () => {
  corrupt([0x80, 0x80, 0x80, 0x80, 0x10], (reader) => reader.varint(), /longer than 32 bits/)
  corrupt([0x80, 0x80, 0x80, 0x80, 0x80, 0x00], (reader) => reader.varint(), /longer than 32 bits/)
  corrupt([...Array<number>(10).fill(0x80), 0x01], (reader) => reader.varlong(), /longer than 10 bytes/)
  // 2^53 as a varlong: one more than the largest safe integer.
  corrupt([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20], (reader) => reader.varlong(), /9007199254740992 is beyond 2\^53/)
  corrupt([0x00, 0x20, 0, 0, 0, 0, 0, 0], (reader) => reader.int64(), /9007199254740992 is beyond 2\^53/)
})

test('what runs past the end is corrupt', () => {
  corrupt([], (reader) => reader.int8(), /1 bytes should follow and 0 do/)
  corrupt([1, 2, 3], (reader) => reader.int32(), /4 bytes should follow and 3 do/)
  corrupt([0x80], (reader) => reader.varint(), /1 bytes should follow and 0 do/)
  corrupt([0x04, 0x61], (reader) => reader.varintBytes(), /2 bytes should follow and 1 do/)
  corrupt([0x03], (reader) => reader.varintBytes(), /a length is -2/)
  corrupt([0x01], (reader) => reader.varintString(), /a length is -1/)
})

test('bytes and strings round-trip, null and empty apart', () => {
  const bytes = Buffer.alloc(9)
  const writer = new ByteWriter(bytes)
  writer.varintBytes(null)
  writer.varintBytes(Buffer.alloc(0))
  writer.varintString('grün')
  writer.varintString('')
  assert.equal(writer.written(), bytes.length)
  const reader = new ByteReader(bytes, 'test')
  assert.deepEqual(
    [reader.varintBytes(), reader.varintBytes(), reader.varintString(), reader.varintString()],
    [null, Buffer.alloc(0), 'grün', ''],
  )
})
