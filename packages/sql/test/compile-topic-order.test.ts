/** In which order a query over a topic can have its records read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuery } from '../src/compile/query.ts'
import type { TopicOrder } from '../src/compile/relation.ts'
import { GIVEN } from './compile-fixture.ts'

const LAST_FIRST: TopicOrder = { partitions: null, by: 'offset', isDescending: true }
const BY_TIME: TopicOrder = { partitions: null, by: 'timestamp', isDescending: true }

const CASES: readonly (readonly [query: string, order: TopicOrder | null])[] = [
  ['SELECT * FROM @', null],
  ['SELECT * FROM @ ORDER BY offset DESC LIMIT 10', LAST_FIRST],
  ['SELECT * FROM @ ORDER BY "OFFSET" DESC', LAST_FIRST],
  ['SELECT value FROM @ WHERE partition = 0 ORDER BY "offset" DESC NULLS LAST, value', LAST_FIRST],
  ['SELECT t.value FROM @ AS t ORDER BY t."offset" DESC', LAST_FIRST],
  ['SELECT value FROM @ ORDER BY topic."offset" DESC', LAST_FIRST],
  ['SELECT "offset" AS "offset" FROM @ ORDER BY "offset"', { ...LAST_FIRST, isDescending: false }],
  ['SELECT * FROM @ ORDER BY partition', { partitions: 'ascending', by: 'offset', isDescending: false }],
  ['SELECT * FROM @ ORDER BY partition DESC, "offset", key', { partitions: 'descending', by: 'offset', isDescending: false }],
  ['SELECT * FROM @ ORDER BY partition, "offset" DESC', { partitions: 'ascending', by: 'offset', isDescending: true }],
  ['SELECT * FROM @ ORDER BY timestamp DESC', BY_TIME],
  ['SELECT * FROM @ ORDER BY timestamp DESC, "offset" DESC', BY_TIME],
  ['SELECT * FROM (SELECT value FROM @ ORDER BY "offset" DESC LIMIT 5) AS last', LAST_FIRST],
  ['WITH last AS (SELECT value FROM @ ORDER BY "offset" DESC LIMIT 5) SELECT * FROM last', LAST_FIRST],
  // where something else decides
  ['SELECT * FROM (SELECT * FROM @) AS t ORDER BY "offset" DESC', null],
  ['SELECT * FROM @ ORDER BY value, "offset" DESC', null],
  ['SELECT * FROM @ ORDER BY partition, value', null],
  ['SELECT * FROM @ ORDER BY timestamp DESC, value', null],
  ['SELECT * FROM @ ORDER BY timestamp DESC, "offset"', null],
  ['SELECT * FROM @ ORDER BY "offset" + 1 DESC', null],
  ['SELECT value AS "offset" FROM @ ORDER BY "offset" DESC', null],
  ['SELECT -"offset" AS "Offset" FROM @ ORDER BY "offset" DESC', null],
  ['SELECT "offset"::text FROM @ ORDER BY "offset" DESC', null],
  ['SELECT x.value FROM @ AS t ORDER BY x."offset" DESC', null],
  ['SELECT DISTINCT "offset" FROM @ ORDER BY "offset" DESC', null],
  ['SELECT "offset" FROM @ GROUP BY "offset" ORDER BY "offset" DESC', null],
  ['SELECT * FROM @ AS t, people ORDER BY "offset" DESC', null],
  ['SELECT * FROM @ AS t JOIN people ON true ORDER BY "offset" DESC', null],
  ['SELECT "offset" FROM @ UNION SELECT 1 ORDER BY "offset" DESC', null],
]

for (const [query, order] of CASES) {
  test(query, () => {
    const { references } = parseQuery(query.replace('@', "topic('logs')"), GIVEN)
    assert.deepEqual(
      references.flatMap((reference) => (reference.kind === 'topic' ? [reference.order] : [])),
      [order],
    )
  })
}
