import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OFFSETS_PER_PARTITION_MAX, PARTITIONS_MAX } from '@logbrook/kafka/limits'
import { baseOffsetOf, rowId, slotOf } from '../src/row-id.ts'

test('an id says slot and offset, and orders rows by both', () => {
  const place = fc.record(
    { slot: fc.integer({ min: 1, max: PARTITIONS_MAX }), offset: fc.integer({ min: 0, max: OFFSETS_PER_PARTITION_MAX - 1 }) },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(place, place, (a, b) => {
      const id = rowId(a.slot, a.offset)
      assert.deepEqual({ slot: slotOf(id), offset: baseOffsetOf(id) }, a)
      assert.equal(Math.sign(id - rowId(b.slot, b.offset)), Math.sign(a.slot - b.slot || a.offset - b.offset))
    }),
    { seed: 40, numRuns: 500 },
  )
})

test('the largest id is a safe integer', () => {
  assert.equal(rowId(PARTITIONS_MAX, OFFSETS_PER_PARTITION_MAX - 1), Number.MAX_SAFE_INTEGER)
})

test('slots and offsets beyond the limits are refused', () => {
  for (const [slot, offset] of [
    [0, 0],
    [PARTITIONS_MAX + 1, 0],
    [1, -1],
    [1, OFFSETS_PER_PARTITION_MAX + 1],
    [1, 0.5],
    [1.5, 0],
  ] as const) {
    assert.throws(() => rowId(slot, offset), /slot|offset/, `${slot}, ${offset}`)
  }
  assert.equal(rowId(1, OFFSETS_PER_PARTITION_MAX), rowId(2, 0), 'the end of a range is the start of the next')
})
