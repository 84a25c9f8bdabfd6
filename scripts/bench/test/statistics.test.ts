import assert from 'node:assert/strict'
import { test } from 'node:test'
import { percentile, spread } from '../statistics.ts'

test('a spread is the least, the middle and the most, in numeric order', () => {
  assert.deepEqual(spread([100, 9, 20]), { min: 9, median: 20, max: 100 })
})

test('the median of an even number of values is the upper of the two in the middle', () => {
  assert.equal(spread([4, 1, 3, 2]).median, 3)
})

test('nothing has no spread', () => {
  assert.deepEqual(spread([]), { min: NaN, median: NaN, max: NaN })
})

test('a percentile is one of the values: the smallest that enough of them do not exceed', () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i)
  assert.equal(percentile(values, 0.5), 100)
  assert.equal(percentile(values, 0.99), 198)
  assert.equal(percentile(values, 1), 200)
  assert.equal(percentile(values, 0), 1)
})
