/** What a query over a topic says of the records that it can want. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuery } from '../src/compile/query.ts'
import type { TopicBounds } from '../src/compile/relation.ts'
import type { ParameterValue } from '../src/data-type.ts'
import { GIVEN, NOW_MS, given } from './compile-fixture.ts'

const ALL: TopicBounds = { partitions: null, fromOffset: null, toOffset: null, fromTimestampMs: null, toTimestampMs: null }
const NEW_YEAR_MS = Date.UTC(2026, 0, 1)

const CASES: readonly (readonly [where: string, bounds: Partial<TopicBounds>, params?: readonly ParameterValue[]])[] = [
  ['true', {}],
  ['partition = 3', { partitions: [3] }],
  ['3 = partition', { partitions: [3] }],
  ['partition IN (1, 2, 2)', { partitions: [1, 2] }],
  ['partition IN (1, 2) AND partition = 2', { partitions: [2] }],
  ['partition = 1 AND partition = 2', { partitions: [] }],
  ['partition > 1', {}],
  ['partition NOT IN (1, 2)', {}],
  ['partition IN (1, id)', {}],
  ['partition = $1', { partitions: [4] }, [4]],
  ['offset = 5', { fromOffset: 5, toOffset: 5 }],
  ['offset > 5 AND offset <= 9', { fromOffset: 6, toOffset: 9 }],
  ['5 < offset AND 9 >= offset', { fromOffset: 6, toOffset: 9 }],
  ['offset >= 5 AND offset < 9 AND offset > 6', { fromOffset: 7, toOffset: 8 }],
  ['offset BETWEEN 5 AND $1', { fromOffset: 5, toOffset: 9 }, ['9']],
  ['offset NOT BETWEEN 5 AND 9', {}],
  [`offset = '5'`, { fromOffset: 5, toOffset: 5 }],
  ['offset > 1.5', {}],
  ['offset = NULL', {}],
  ['offset <> 5', {}],
  ['offset + 1 = 5', {}],
  ['NOT offset = 5', {}],
  ['offset = 5 OR partition = 1', {}],
  ['(offset = 5 OR offset = 6) AND partition = 1', { partitions: [1] }],
  ['offset > 5 AND (partition = 1 AND key IS NULL)', { fromOffset: 6, partitions: [1] }],
  [`timestamp >= '2026-01-01'`, { fromTimestampMs: NEW_YEAR_MS }],
  [`timestamp < TIMESTAMP '2026-01-01 00:00:00.0005'`, { toTimestampMs: NEW_YEAR_MS + 1 }],
  [`timestamp > $1`, { fromTimestampMs: NEW_YEAR_MS }, [NEW_YEAR_MS * 1_000]],
  [`timestamp = DATE '2026-01-01'`, { fromTimestampMs: NEW_YEAR_MS, toTimestampMs: NEW_YEAR_MS }],
  [`timestamp BETWEEN '2026-01-01' AND NOW()`, { fromTimestampMs: NEW_YEAR_MS, toTimestampMs: NOW_MS }],
  [`timestamp > NOW() - INTERVAL '1 hour'`, { fromTimestampMs: NOW_MS - 3_600_000 }],
  [`timestamp > 'soon'`, {}],
  ['t.offset = 5', { fromOffset: 5, toOffset: 5 }],
  ['T."OFFSET" = 5', { fromOffset: 5, toOffset: 5 }],
  ['x.offset = 5', {}],
]

for (const [where, bounds, params = []] of CASES) {
  test(`WHERE ${where}`, () => {
    const [reference] = parseQuery(`SELECT 1 FROM topic('logs') AS t WHERE ${where}`, given(...params)).references
    assert.deepEqual(reference, { kind: 'topic', topic: 'logs', bounds: { ...ALL, ...bounds }, order: null })
  })
}

function boundsIn(text: string): readonly TopicBounds[] {
  return parseQuery(text, GIVEN).references.flatMap((reference) => (reference.kind === 'topic' ? [reference.bounds] : []))
}

test('beside another table only what is named is bound', () => {
  const both = `SELECT 1 FROM topic('a') x JOIN topic('b') y ON x.key = y.key`
  assert.deepEqual(boundsIn(`${both} WHERE offset = 1 AND x.offset = 2`), [{ ...ALL, fromOffset: 2, toOffset: 2 }, ALL])
})

test('a topic is bound by the query that reads it', () => {
  const inner = `(SELECT * FROM topic('a') WHERE offset = 2)`
  assert.deepEqual(boundsIn(`SELECT 1 FROM ${inner} AS s WHERE offset = 1`), [{ ...ALL, fromOffset: 2, toOffset: 2 }])
  assert.deepEqual(boundsIn(`SELECT 1 FROM topic('a') WHERE offset IN (SELECT offset FROM topic('b') WHERE partition = 1)`), [
    ALL,
    { ...ALL, partitions: [1] },
  ])
  assert.deepEqual(boundsIn(`SELECT 1 FROM topic('a') UNION SELECT 2 FROM topic('b') WHERE topic.partition = 1`), [
    ALL,
    { ...ALL, partitions: [1] },
  ])
})
