import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { crc32c } from '../src/crc32c.ts'
import { type ErrorName, KafkaError } from '../src/errors.ts'
import { BATCH_INFLATED_BYTES_MAX } from '../src/limits.ts'
import { decodeRecordBatch, encodeRecordBatch } from '../src/record-batch.ts'
import type { NewRecord } from '../src/record.ts'

const SEED = 20_262
const ATTRIBUTES_AT = 21
const LAST_OFFSET_DELTA_AT = 23
const RECORDS_COUNT_AT = 57
const RECORDS_AT = 61

const bytesArbitrary = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))
const recordArbitrary: fc.Arbitrary<NewRecord> = fc.record({
  key: fc.option(bytesArbitrary),
  value: fc.option(bytesArbitrary),
  headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: fc.option(bytesArbitrary) }, { noNullPrototype: true }), {
    maxLength: 4,
  }),
  timestampMs: fc.oneof(fc.integer({ min: 0, max: 4_102_444_800_000 }), fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 })),
})
const batchArbitrary = fc.record({
  baseOffset: fc.nat(2 ** 40),
  records: fc.array(recordArbitrary, { minLength: 1, maxLength: 20 }),
})

function record(value: string | null, timestampMs = 1_000): NewRecord {
  return { key: null, value: value === null ? null : Buffer.from(value), headers: [], timestampMs }
}

const THREE = encodeRecordBatch({ baseOffset: 100, records: [record('a', 1_000), record('b', 3_000), record('c', 2_000)] })

/** The batch with `change` made to it, and a checksum and length that fit. */
function tampered(batch: Buffer, change: (bytes: Buffer) => Buffer | void): Buffer {
  const copy = Buffer.from(batch)
  const bytes = change(copy) ?? copy
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeUInt32BE(crc32c(bytes.subarray(ATTRIBUTES_AT)), 17)
  return bytes
}

function compressed(batch: Buffer, codec: number, compress: (records: Buffer) => Buffer): Buffer {
  return tampered(batch, (bytes) => {
    bytes.writeInt16BE(codec, ATTRIBUTES_AT)
    return Buffer.concat([bytes.subarray(0, RECORDS_AT), compress(bytes.subarray(RECORDS_AT))])
  })
}

function refuses(bytes: Buffer, message: RegExp, error: ErrorName = 'CORRUPT_MESSAGE'): void {
  assert.throws(
    () => decodeRecordBatch(bytes),
    (thrown) => {
      assert.ok(thrown instanceof KafkaError, String(thrown))
      assert.equal(thrown.error, error)
      assert.match(thrown.message, message)
      return true
    },
  )
}

test('a batch round-trips', () => {
  fc.assert(
    fc.property(batchArbitrary, ({ baseOffset, records }) => {
      const decoded = decodeRecordBatch(encodeRecordBatch({ baseOffset, records }))
      assert.deepEqual(decoded, {
        baseOffset,
        lastOffset: baseOffset + records.length - 1,
        maxTimestampMs: Math.max(...records.map(({ timestampMs }) => timestampMs)),
        isTransactional: false,
        isControlBatch: false,
        records: records.map((each, i) => ({ offset: baseOffset + i, ...each })),
      })
    }),
    { seed: SEED, numRuns: 500 },
  )
})

test('a flipped bit is found', () => {
  // Kafka's checksum leaves out what a broker sets as it appends: the base offset and the leader epoch.
  const covered = [8, 9, 10, 11, ...Array.from({ length: THREE.length - 16 }, (_, i) => 16 + i)]
  for (const at of covered) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(THREE)
      flipped[at]! ^= 1 << bit
      refuses(flipped, /corrupt/)
    }
  }
})

test('random damage is refused or harmless, never an error of another kind', () => {
  fc.assert(
    fc.property(batchArbitrary, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (batch, writes) => {
      const damaged = tampered(encodeRecordBatch(batch), (bytes) => {
        for (const [at, byte] of writes) bytes[at % bytes.length] = byte
      })
      try {
        decodeRecordBatch(damaged)
      } catch (error) {
        assert.ok(error instanceof KafkaError, String(error))
      }
    }),
    { seed: SEED, numRuns: 3000 },
  )
})

test('a batch that is cut short anywhere, or goes on, is refused', () => {
  for (let length = 0; length < THREE.length; length++) refuses(THREE.subarray(0, length), /bytes should follow|length is/)
  refuses(Buffer.concat([THREE, Buffer.alloc(1)]), /length is \d+ and \d+ bytes follow/)
  const records = tampered(THREE, (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]))
  refuses(records, /1 bytes follow the last of 3 records/)
})

test('counts that lie are refused', () => {
  const count = (value: number) => tampered(THREE, (bytes) => void bytes.writeInt32BE(value, RECORDS_COUNT_AT))
  refuses(count(4), /bytes should follow/)
  refuses(count(2), /bytes follow the last of 2 records/)
  refuses(count(-1), /count of records is -1/)
  refuses(count(2 ** 31 - 1), /bytes should follow/)
  const headers = encodeRecordBatch({ baseOffset: 0, records: [record('a')] })
  refuses(
    tampered(headers, (bytes) => void (bytes[bytes.length - 1] = 1)),
    /a count of headers is -1/,
  )
  refuses(
    tampered(headers, (bytes) => void (bytes[RECORDS_AT] = 0x02)),
    /record 0 says that it has 1 bytes and has 7/,
  )
})

test('a negative length other than null’s is refused', () => {
  const keyLengthAt = RECORDS_AT + 4
  assert.equal(THREE[keyLengthAt], 1, 'the null key of the first record')
  refuses(
    tampered(THREE, (bytes) => void (bytes[keyLengthAt] = 3)),
    /a length is -2/,
  )
})

test('another magic is refused', () => {
  refuses(
    tampered(THREE, (bytes) => void (bytes[16] = 1)),
    /magic is 1; only 2 is read/,
  )
})

test('offsets that go backwards, beyond the batch or beyond 2^53 are refused', () => {
  const offsetDeltaOfSecond = RECORDS_AT + 12
  assert.equal(THREE[offsetDeltaOfSecond], 2, 'zigzag of 1')
  refuses(
    tampered(THREE, (bytes) => void (bytes[offsetDeltaOfSecond] = 0)),
    /record 1 is at offset delta 0, not in 1 to 2/,
  )
  refuses(
    tampered(THREE, (bytes) => void bytes.writeInt32BE(1, LAST_OFFSET_DELTA_AT)),
    /record 2 is at offset delta 2, not in 2 to 1/,
  )
  refuses(
    tampered(THREE, (bytes) => void bytes.writeInt32BE(-1, LAST_OFFSET_DELTA_AT)),
    /no offsets go from 100 to -1 above it/,
  )
  refuses(
    tampered(THREE, (bytes) => void bytes.writeBigInt64BE(-1n, 0)),
    /no offsets go from -1/,
  )
  refuses(
    tampered(THREE, (bytes) => void bytes.writeBigInt64BE(2n ** 53n - 1n, 0)),
    /no offsets go from 9007199254740991/,
  )
  refuses(
    tampered(THREE, (bytes) => void bytes.writeBigInt64BE(2n ** 53n, 0)),
    /beyond 2\^53/,
  )
})

test('a compacted batch keeps its bounds: gaps, a removed tail, or no record at all', () => {
  const gap = decodeRecordBatch(tampered(THREE, (bytes) => void bytes.writeInt32BE(9, LAST_OFFSET_DELTA_AT)))
  assert.deepEqual([gap.lastOffset, gap.records.length], [109, 3])
  const none = decodeRecordBatch(
    tampered(THREE, (bytes) => {
      bytes.writeInt32BE(0, RECORDS_COUNT_AT)
      return bytes.subarray(0, RECORDS_AT)
    }),
  )
  assert.deepEqual([none.baseOffset, none.lastOffset, none.records], [100, 102, []])
})

test('LogAppendTime gives every record the batch’s time', () => {
  const stamped = decodeRecordBatch(tampered(THREE, (bytes) => void bytes.writeInt16BE(0b1000, ATTRIBUTES_AT)))
  assert.deepEqual(
    stamped.records.map(({ timestampMs }) => timestampMs),
    [3_000, 3_000, 3_000],
  )
})

test('a transactional batch is read as any other; a control batch hands out no record', () => {
  const transactional = decodeRecordBatch(tampered(THREE, (bytes) => void bytes.writeInt16BE(0b01_0000, ATTRIBUTES_AT)))
  assert.deepEqual([transactional.isTransactional, transactional.isControlBatch, transactional.records.length], [true, false, 3])
  const control = decodeRecordBatch(tampered(THREE, (bytes) => void bytes.writeInt16BE(0b11_0000, ATTRIBUTES_AT)))
  assert.deepEqual([control.isTransactional, control.isControlBatch, control.lastOffset, control.records], [true, true, 102, []])
})

test('gzip and zstd are read; snappy, lz4 and what has no name are refused', () => {
  const plain = decodeRecordBatch(THREE)
  assert.deepEqual(decodeRecordBatch(compressed(THREE, 1, gzipSync)), plain)
  assert.deepEqual(decodeRecordBatch(compressed(THREE, 4, zstdCompressSync)), plain)
  const as = (codec: number) => compressed(THREE, codec, (records) => records)
  refuses(as(2), /compressed by snappy; only gzip and zstd are read/, 'UNSUPPORTED_COMPRESSION_TYPE')
  refuses(as(3), /compressed by lz4/, 'UNSUPPORTED_COMPRESSION_TYPE')
  refuses(as(5), /codec without a name/, 'UNSUPPORTED_COMPRESSION_TYPE')
})

test('compressed bytes that are damaged, cut or followed by others are refused', () => {
  for (const [codec, compress] of [
    [1, gzipSync],
    [4, zstdCompressSync],
  ] as const) {
    refuses(
      compressed(THREE, codec, (records) => records),
      /does not inflate/,
    )
    refuses(
      compressed(THREE, codec, (records) => compress(records).subarray(0, -5)),
      /does not inflate/,
    )
    refuses(
      compressed(THREE, codec, (records) => Buffer.concat([compress(records), Buffer.from('x')])),
      /does not inflate/,
    )
  }
})

test('a compressed batch may inflate to its limit and not a byte beyond', () => {
  const framing = encodeRecordBatch({ baseOffset: 0, records: [record('x'.repeat(2 ** 20))] }).length - RECORDS_AT - 2 ** 20
  const batch = (inflatedBytes: number) => encodeRecordBatch({ baseOffset: 0, records: [record('x'.repeat(inflatedBytes - framing))] })
  const full = batch(BATCH_INFLATED_BYTES_MAX)
  assert.equal(full.length - RECORDS_AT, BATCH_INFLATED_BYTES_MAX)
  const over = batch(BATCH_INFLATED_BYTES_MAX + 1)
  for (const [codec, compress] of [
    [1, (bytes: Buffer) => gzipSync(bytes, { level: 1 })],
    [4, zstdCompressSync],
  ] as const) {
    assert.equal(decodeRecordBatch(compressed(full, codec, compress)).records.length, 1)
    refuses(compressed(over, codec, compress), /inflates to more than 68157440 bytes/, 'MESSAGE_TOO_LARGE')
  }
})

test('values are views, not copies', () => {
  const [first] = decodeRecordBatch(THREE).records
  assert.equal(first?.value?.buffer, THREE.buffer)
})

test('an empty batch is not written', () => {
  assert.throws(() => encodeRecordBatch({ baseOffset: 0, records: [] }), RangeError)
})
