import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationMs } from '../src/duration.ts'

test('a duration is milliseconds, or a number with its unit', () => {
  assert.deepEqual(
    [0, 1.5, '0ms', '250ms', '30s', '10m', '2h', '1.5d'].map(durationMs),
    [0, 1.5, 0, 250, 30_000, 600_000, 7_200_000, 129_600_000],
  )
})

test('what is none has no milliseconds', () => {
  for (const none of [-1, NaN, Infinity, '', '10', 's', '-1s', '1 s', '1S', '1w', '1e3s', '.5s', null, undefined, {}]) {
    assert.equal(durationMs(none), null, JSON.stringify(none))
  }
})
