import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeRecordIndex, encodeCount, encodeRecordIndex, indexedCount, recordRange } from '../src/record-index.ts'

const SEED = 4_711

/** Records of one body: gap before, and length. The first gap is what lies before the first record. */
const entriesArbitrary = fc.array(
  fc.record({ gap: fc.oneof(fc.constant(1), fc.nat(3), fc.nat(100_000)), length: fc.oneof(fc.nat(10), fc.nat(400), fc.nat(2 ** 26)) }),
  { minLength: 1, maxLength: 60 },
)
type Entries = readonly { readonly gap: number; readonly length: number }[]

function rangesOf(entries: Entries): Int32Array {
  const ranges: number[] = []
  let at = 0
  for (const { gap, length } of entries) {
    ranges.push(at + gap, at + gap + length)
    at += gap + length
  }
  return Int32Array.from(ranges)
}

/** As in the row: bodies cut to their records and put behind each other. */
function rowRanges(parts: readonly Int32Array[]): readonly number[] {
  const ranges: number[] = []
  let start = 0
  for (const part of parts) {
    for (const position of part) ranges.push(start + position - part[0]!)
    start = ranges.at(-1)!
  }
  return ranges
}

test('what is encoded is decoded, whatever the gaps and lengths, of one body or several', () => {
  // Bodies are at most 64 MiB together, and positions 32-bit.
  const partsArbitrary = fc
    .array(entriesArbitrary, { minLength: 1, maxLength: 4 })
    .filter((parts) => parts.flat().reduce((sum, { gap, length }) => sum + gap + length, 0) < 2 ** 31)
  fc.assert(
    fc.property(partsArbitrary, (parts) => {
      const ranges = parts.map(rangesOf)
      const expected = rowRanges(ranges)
      const index = encodeRecordIndex(ranges)
      assert.equal(indexedCount(index), expected.length / 2)
      assert.deepEqual([...(decodeRecordIndex(index, expected.length / 2, expected.at(-1)!) ?? [])], expected)
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('where one record lies is told as for all of them, and of none that is not there', () => {
  fc.assert(
    fc.property(entriesArbitrary, (entries) => {
      const ranges = rangesOf(entries.map(({ gap, length }) => ({ gap, length: length % 100_000 })))
      const index = encodeRecordIndex([ranges])
      const expected = rowRanges([ranges])
      const told = entries.flatMap((_, position) => Object.values(recordRange(index, position) ?? {}))
      assert.deepEqual(told, expected)
      assert.equal(recordRange(index, entries.length), null)
      assert.equal(recordRange(index.subarray(0, -1), entries.length - 1), null)
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('an index that was cut, grew, or belongs to another body or count is refused', () => {
  fc.assert(
    fc.property(entriesArbitrary, fc.nat(255), fc.nat(), (entries, byte, cutAt) => {
      const small = entries.map(({ gap, length }) => ({ gap, length: length % 5_000 }))
      const ranges = rangesOf(small)
      const bodyBytes = ranges.at(-1)! - ranges[0]!
      const index = encodeRecordIndex([ranges])
      const count = small.length
      assert.notEqual(decodeRecordIndex(index, count, bodyBytes), null)
      assert.equal(decodeRecordIndex(index.subarray(0, cutAt % index.length), count, bodyBytes), null)
      assert.equal(decodeRecordIndex(Buffer.concat([index, Buffer.of(byte)]), count, bodyBytes), null)
      assert.equal(decodeRecordIndex(index, count + 1, bodyBytes), null)
      assert.equal(decodeRecordIndex(index, count - 1, bodyBytes), null)
      assert.equal(decodeRecordIndex(index, count, bodyBytes + 1), null)
      if (bodyBytes > 0) assert.equal(decodeRecordIndex(index, count, bodyBytes - 1), null)
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('arbitrary bytes never decode to ranges outside of the body', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(2_000), (bytes, bodyBytes) => {
      const count = indexedCount(bytes)
      const ranges = Number.isNaN(count) || count > 1_000 ? null : decodeRecordIndex(bytes, count, bodyBytes)
      if (ranges === null) return
      let previous = 0
      for (const position of ranges) {
        assert.ok(position >= previous && position <= bodyBytes, `${position} of ${bodyBytes} behind ${previous}`)
        previous = position
      }
    }),
    { seed: SEED, numRuns: 2_000 },
  )
})

test('a record of 64 to 8,191 bytes between commas costs two bytes', () => {
  const entries = Array.from({ length: 100 }, (_, i) => ({ gap: 1, length: i % 2 === 0 ? 64 : 8_191 }))
  assert.equal(encodeRecordIndex([rangesOf(entries)]).length, 1 + 2 * 100)
})

test('a pretty-printed array costs three bytes once, for the gap that repeats', () => {
  const entries = Array.from({ length: 100 }, () => ({ gap: 4, length: 300 }))
  assert.equal(encodeRecordIndex([rangesOf(entries)]).length, 1 + 2 * 100 + 1)
})

test('a row of another format has its count only', () => {
  for (const count of [1, 127, 128, 4_096]) {
    assert.equal(indexedCount(encodeCount(count)), count)
    assert.equal(encodeCount(count).length, count < 128 ? 1 : 2)
  }
})

test('ranges that overlap are a mistake of the caller', () => {
  assert.throws(() => encodeRecordIndex([Int32Array.of(0, 5, 4, 8)]), /do not overlap/)
  assert.throws(() => encodeRecordIndex([Int32Array.of(5, 4)]), /do not overlap/)
})
