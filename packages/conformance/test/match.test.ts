import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANY_TEXT, ANY_TIMESTAMP, mismatches } from '@logbrook/conformance/match'
import type { Pattern } from '@logbrook/conformance/match'

const FITS: readonly (readonly [pattern: Pattern, value: unknown])[] = [
  [null, null],
  [1, 1],
  ['a', 'a'],
  [/b+/, 'abbc'],
  [ANY_TIMESTAMP, 1_707_744_000_000],
  [ANY_TEXT, 'x'],
  [[], []],
  [
    [1, [2]],
    [1, [2]],
  ],
  [{}, {}],
  [{ a: { b: /c/ } }, { a: { b: 'c' } }],
]

for (const [pattern, value] of FITS) {
  test(`${JSON.stringify(value)} is as its pattern`, () => assert.deepEqual(mismatches(pattern, value), []))
}

const DIFFERS: readonly (readonly [pattern: Pattern, value: unknown, path: string])[] = [
  [1, '1', '$'],
  [0, -0, '$'],
  [null, undefined, '$'],
  [/b/, 'a', '$'],
  [/1/, 1, '$'],
  [ANY_TIMESTAMP, 1_707_744_000, '$'],
  [ANY_TIMESTAMP, '1707744000000', '$'],
  [ANY_TEXT, '', '$'],
  [[], {}, '$'],
  [{}, [], '$'],
  [{}, null, '$'],
  [[1], [1, 2], '$'],
  [[1, 2], [1], '$'],
  [[1, { a: 2 }], [1, { a: 3 }], '$[1].a'],
  [{ a: 1 }, {}, '$.a'],
  [{}, { a: 1 }, '$.a'],
]

for (const [pattern, value, path] of DIFFERS) {
  test(`${JSON.stringify(value)} differs from its pattern at ${path}`, () => {
    const lines = mismatches(pattern, value)
    assert.equal(lines.length, 1)
    assert.ok(lines[0]!.startsWith(`${path}:`), lines[0])
  })
}
