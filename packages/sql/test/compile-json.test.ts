/** JSON in columns, in records of topics and in literals. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SqlError } from '../src/sql-error.ts'
import type { Cell, ParameterValue } from '../src/data-type.ts'
import { compiled, given, rowsOf } from './compile-fixture.ts'

const column = (...cells: readonly Cell[]): readonly (readonly Cell[])[] => cells.map((cell) => [cell])

/** Of the items 100, 200 and 300. */
const CASES: readonly (readonly [sql: string, rows: readonly (readonly Cell[])[], params?: readonly ParameterValue[]])[] = [
  [`SELECT doc -> 'a' FROM items`, column('{"b":"y"}', '{"b":"x"}', null)],
  [`SELECT doc -> 'a' -> 'b' FROM items`, column('"y"', '"x"', null)],
  [`SELECT doc -> 'a' ->> 'b' FROM items`, column('y', 'x', null)],
  [`SELECT doc ->> 'a' ->> 'b' FROM items`, column('y', 'x', null)],
  [`SELECT doc ->> 'n' FROM items`, column('50', '5', null)],
  [`SELECT doc ->> 't' FROM items`, column('false', 'true', null)],
  [`SELECT doc -> 'l' -> 0, doc -> 'l' ->> -1 FROM items WHERE id = 200`, [['1', '3']]],
  ['SELECT doc ->> $1 FROM items WHERE id = 200', column('5'), ['n']],
  [`SELECT id FROM items WHERE doc ->> 'n' = '5'`, column('200')],
  [`SELECT id FROM items WHERE doc ->> 'n' = 5`, column('200')],
  [`SELECT id FROM items WHERE doc ->> 'n' > 6`, column('100')],
  [`SELECT id FROM items WHERE doc ->> 'n' > '6'`, column()],
  [`SELECT id FROM items WHERE doc ->> 'n' BETWEEN 1 AND 10`, column('200')],
  [`SELECT id FROM items WHERE doc ->> 't' = 'true'`, column('200')],
  [`SELECT id FROM items WHERE doc ->> 't' = '1'`, column()],
  [`SELECT id FROM items WHERE doc -> 'a' ->> 'b' IN ('y', 'z')`, column('100')],
  [`SELECT id FROM items WHERE doc -> 'a' ->> 'b' LIKE 'X'`, column()],
  [`SELECT id FROM items WHERE (doc ->> 'n')::bigint = 50`, column('100')],
  [`SELECT id FROM items WHERE doc ->> 'n' IS NULL`, column('300')],
  [`SELECT id FROM items WHERE doc ? 'n'`, column('100', '200', '300')],
  [`SELECT id FROM items WHERE doc ? 'a'`, column('100', '200')],
  [`SELECT json_get_int(doc, 'n') FROM items`, column('50', '5', null)],
  [`SELECT json_get_int(doc, 't') FROM items WHERE id = 100`, column(null)],
  [`SELECT json_get_int(doc, 'l', 1) FROM items WHERE id = 200`, column('2')],
  [`SELECT json_get_bool(doc, 't') FROM items`, column(false, true, null)],
  [`SELECT json_get_bool(doc, 'n') FROM items WHERE id = 200`, column(null)],
  [`SELECT json_get_str(doc, 'a', 'b') FROM items`, column('y', 'x', null)],
  [`SELECT json_as_text(doc, 'a', 'b') FROM items`, column('y', 'x', null)],
  [`SELECT json_as_text(doc, 'l') FROM items`, column('[]', '[1,2,3]', null)],
  [`SELECT json_contains(doc, 'a') FROM items`, column(true, true, false)],
  [`SELECT json_contains(doc, 'a', 'b') FROM items`, column(true, true, false)],
  [
    `SELECT json_length(doc), json_length(doc, 'l') FROM items`,
    [
      ['4', '0'],
      ['4', '3'],
      ['1', null],
    ],
  ],
  [`SELECT json_object_keys(doc) FROM items`, column('["a","n","t","l"]', '["a","n","t","l"]', '["n"]')],
  [`SELECT json_extract(doc, '$.n') + 1 FROM items`, column('51', '6', null)],
  [`SELECT json_extract(doc, '$.l[0]') FROM items`, column(null, '1', null)],
  [`SELECT json_get_int(doc -> 'l', 0) FROM items WHERE id = 200`, column('1')],
  [`SELECT COALESCE(doc, '{"z":1}') ->> 'z' FROM items WHERE id = 100`, column(null)],
  [
    `SELECT json_as_text(COALESCE(NULL, doc), 't'), json_get_int(COALESCE(NULL, doc), 'n') FROM items`,
    [
      ['false', '50'],
      ['true', '5'],
      [null, null],
    ],
  ],
  // what is no JSON is nothing, and no error: a topic holds anything
  [`SELECT json_extract(value, '$.level') FROM topic('logs') ORDER BY timestamp`, column('error', null, 'info')],
  [`SELECT value ->> 'level' FROM topic('logs') ORDER BY timestamp`, column('error', null, 'info')],
  [`SELECT json_get_int(value, 'n') FROM topic('logs') ORDER BY timestamp`, column('1', null, '2')],
  [`SELECT value ->> 'n' FROM (SELECT value || '' AS value, timestamp FROM topic('logs')) AS t ORDER BY timestamp`, column('1', null, '2')],
  [`SELECT COUNT(*) FROM topic('logs') WHERE json_extract(value, '$.n') > 1`, column('1')],
]

for (const [sql, rows, params = []] of CASES) test(sql, () => assert.deepEqual(rowsOf(sql, given(...params)), rows))

test('a key is one, whatever stands in it', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed()),
      (key, other) => {
        const document = JSON.stringify({ [other]: 1, [key]: 7 })
        assert.deepEqual(rowsOf('SELECT $1::json ->> $2, json_contains($1::json, $3)', given(document, key, `${other}x${key}`)), [
          ['7', false],
        ])
      },
    ),
    { seed: 7, numRuns: 200 },
  )
})

const REFUSED: readonly (readonly [sql: string, text: RegExp])[] = [
  [`SELECT 'no JSON'::json -> 'a'`, /Cannot cast 'no JSON' to a value of type Json/u],
  ['SELECT doc -> title FROM items', /a key of a JSON document has to be a literal or a parameter/u],
  ['SELECT json_extract(doc, title) FROM items', /json_extract wants a path/u],
  [`SELECT doc #> '{a}' FROM items`, /Unsupported operator '#>'/u],
]

for (const [sql, text] of REFUSED) {
  test(`refused: ${sql}`, () =>
    assert.throws(
      () => compiled(sql),
      (error) => error instanceof SqlError && text.test(error.message),
    ))
}
