import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CASES } from '@logbrook/conformance/all-cases'
import { SENTENCES } from '@logbrook/conformance/sentences'

test('every sentence of the contract has a case', () => {
  const proved = new Set<string>(CASES.flatMap(({ proves }) => proves))
  assert.deepEqual(
    Object.keys(SENTENCES).filter((sentence) => !proved.has(sentence)),
    [],
  )
})

test('the sentences are F1 to F14, R1 to R6, D1 to D17, A1 to A9, H1 to H5, S1 to S16, T1 to T15, Q1 to Q53, U1 to U10 and W1 to W27', () => {
  const chapters = Object.entries({ F: 14, R: 6, D: 17, A: 9, H: 5, S: 16, T: 15, Q: 53, U: 10, W: 27 })
  const numbers = chapters.flatMap(([letter, count]) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`))
  assert.deepEqual(Object.keys(SENTENCES), numbers)
})

test('every case names sentences that there are', () => {
  for (const { name, proves } of CASES) {
    assert.ok(proves.length > 0, name)
    for (const sentence of proves) assert.ok(Object.hasOwn(SENTENCES, sentence), `${name}: ${sentence}`)
  }
})

test('no two cases have one name', () => {
  assert.deepEqual(
    CASES.map(({ name }) => name).filter((name, i, names) => names.indexOf(name) !== i),
    [],
  )
})
