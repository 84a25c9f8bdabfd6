/** Queries over small relations: the rows that come back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SQL_ROWS_DEFAULT, SQL_ROWS_MAX } from '@logbrook/kafka/limits'
import type { Cell, ParameterValue } from '../src/data-type.ts'
import { compiled, given, rowsOf } from './compile-fixture.ts'

type Case = readonly [sql: string, rows: readonly (readonly Cell[])[], params?: readonly ParameterValue[]]

/** One column, as text. */
const column = (...cells: readonly Cell[]): readonly (readonly Cell[])[] => cells.map((cell) => [cell])

const CASES: readonly Case[] = [
  // names
  ['SELECT "ID" FROM "Items"', column('100', '200', '300')],
  ['SELECT ITEMS.id FROM ITEMS', column('100', '200', '300')],
  ['SELECT default.items.id FROM default.items', column('100', '200', '300')],
  ['SELECT kalam.default.items.id FROM kalam.default.items', column('100', '200', '300')],
  ['SELECT i.id FROM items AS i', column('100', '200', '300')],
  ['SELECT i.* FROM people i WHERE _seq = 1', [['1', 'Ada', '1']]],
  [
    'TABLE people',
    [
      ['1', 'Ada', '1'],
      ['2', 'Bob', '2'],
      ['3', 'Cy', '3'],
    ],
  ],
  // conditions, also of what is read from nowhere
  ['SELECT 1 WHERE FALSE', column()],
  ['SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM items WHERE id = 100)', column()],
  ['SELECT count(*) WHERE 1 = 2', column('0')],
  ['SELECT 1 WHERE EXISTS (SELECT 1 FROM items WHERE id = 100)', column('1')],
  // what a value is written as does not matter
  [`SELECT id FROM items WHERE id = '200'`, column('200')],
  ['SELECT id FROM items WHERE id = $1', column('200'), ['200']],
  ['SELECT id FROM items WHERE id = $1', column('200'), [200]],
  [`SELECT id FROM items WHERE '200' = id`, column('200')],
  [`SELECT id FROM items WHERE id > '150.5'`, column('200', '300')],
  [`SELECT id FROM items WHERE id IN ('100', 300)`, column('100', '300')],
  [`SELECT id FROM items WHERE id BETWEEN '150' AND 250`, column('200')],
  [`SELECT id FROM items WHERE done = 'true'`, column('200')],
  ['SELECT id FROM items WHERE done', column('200')],
  ['SELECT id FROM items WHERE NOT done', column('100')],
  ['SELECT id FROM items WHERE done IS NULL', column('300')],
  ['SELECT id FROM items WHERE done IS NOT TRUE', column('100', '300')],
  ['SELECT id FROM items WHERE price = 9.5', column('200')],
  [`SELECT id FROM items WHERE price = '9.50'`, column('200')],
  ['SELECT id FROM items WHERE price > 9.5', column('100', '300')],
  ['SELECT id FROM items WHERE price < $1', column('200'), [10.25]],
  ['SELECT id FROM items WHERE price IN (9.5, 100)', column('200', '300')],
  ['SELECT id FROM items WHERE price > weight', column('100', '200')],
  [`SELECT id FROM items WHERE made >= '2026-02-01T00:00:00Z'`, column('100', '300')],
  [`SELECT id FROM items WHERE made = '2026-02-01T01:00:00+01:00'`, column('100')],
  ['SELECT id FROM items WHERE made = $1', column('100'), [1_769_904_000_000_000]],
  ['SELECT id FROM items WHERE made = $1', column('100'), ['1769904000000000']],
  [`SELECT id FROM items WHERE made < TIMESTAMP '2026-02-01'`, column('200')],
  ['SELECT id FROM items WHERE made > NOW()', column()],
  [`SELECT id FROM items WHERE made > NOW() - INTERVAL '13 hours'`, column('300')],
  ['SELECT id FROM items WHERE made = day', column('100', '200')],
  [`SELECT id FROM items WHERE day = '2026-01-01'`, column('200')],
  [`SELECT id FROM items WHERE uid = '0190A1B2-C3D4-7E5F-8000-000000000001'`, column('200')],
  ['SELECT id FROM items WHERE title = 5', column()],
  [`SELECT id FROM items WHERE title LIKE 'Milk%' AND (rank = 3 OR rank IS NULL)`, column('200', '300')],
  ['SELECT id FROM items WHERE rank IS DISTINCT FROM 3', column('100', '300')],
  [`SELECT id FROM items WHERE id IN (${Array.from({ length: 200 }, (_, at) => at + 100).join(', ')})`, column('100', '200')],
  [`SELECT id FROM items WHERE id = 1 ${'OR id = 200 '.repeat(2_000)}`, column('200')],
  // order
  ['SELECT id FROM items ORDER BY id DESC', column('300', '200', '100')],
  ['SELECT id FROM items ORDER BY price', column('200', '100', '300')],
  ['SELECT id FROM items ORDER BY rank', column('200', '100', '300')],
  ['SELECT id FROM items ORDER BY rank DESC', column('300', '100', '200')],
  ['SELECT id FROM items ORDER BY rank DESC NULLS LAST', column('100', '200', '300')],
  [
    'SELECT title AS t, id FROM items ORDER BY 1, 2',
    [
      ['Milk', '200'],
      ['Milk 100% [x]*', '300'],
      ['bread', '100'],
    ],
  ],
  ['SELECT id AS x FROM items ORDER BY x DESC LIMIT 1', column('300')],
  ['SELECT id FROM items ORDER BY owner_id, id DESC', column('300', '200', '100')],
  ['SELECT id FROM items ORDER BY LOWER(title) DESC', column('300', '200', '100')],
  ['SELECT id FROM items LIMIT 1 OFFSET 1', column('200')],
  ['SELECT id FROM items LIMIT $1 OFFSET $2', column('300'), ['5', 2]],
  ['SELECT id FROM items LIMIT ALL', column('100', '200', '300')],
  ['SELECT id FROM items LIMIT 0', column()],
  // aggregates
  ['SELECT COUNT(*), COUNT(rank), COUNT(DISTINCT owner_id) FROM items', [['3', '2', '2']]],
  ['SELECT SUM(rank), AVG(rank), MIN(rank), MAX(id) FROM items', [['10', 5, 3, '300']]],
  ['SELECT SUM(price), MIN(price), MAX(price) FROM items', [['119.75', '9.50', '100.00']]],
  ['SELECT SUM(weight), SUM(rank) FROM items WHERE id = 0', [[null, null]]],
  ['SELECT COUNT(*) FILTER (WHERE done) FROM items', column('1')],
  [
    'SELECT owner_id, COUNT(*) FROM items GROUP BY owner_id ORDER BY owner_id',
    [
      ['1', '2'],
      ['2', '1'],
    ],
  ],
  ['SELECT owner_id AS o, COUNT(*) AS n FROM items GROUP BY o HAVING COUNT(*) > 1', [['1', '2']]],
  ['SELECT UPPER(title), COUNT(*) FROM items GROUP BY 1 ORDER BY COUNT(*) DESC, 1 LIMIT 1', [['BREAD', '1']]],
  [`SELECT LOWER(title || 'x') FROM items GROUP BY LOWER(title || 'x') ORDER BY 1 LIMIT 1`, column('breadx')],
  ['SELECT DISTINCT owner_id FROM items ORDER BY 1', column('1', '2')],
  ['SELECT MAX(_seq) FROM items', column('3')],
  // joins
  [
    'SELECT i.id, p.name FROM items i JOIN people p ON p.id = i.owner_id ORDER BY 1',
    [
      ['100', 'Bob'],
      ['200', 'Ada'],
      ['300', 'Ada'],
    ],
  ],
  ['SELECT p.name, i.id FROM people p LEFT JOIN items i ON i.owner_id = p.id WHERE i.id IS NULL', [['Cy', null]]],
  ['SELECT p.name FROM items i RIGHT JOIN people p ON i.owner_id = p.id WHERE i.id IS NULL', column('Cy')],
  ['SELECT COUNT(*) FROM items CROSS JOIN people', column('9')],
  ['SELECT COUNT(*) FROM items, people', column('9')],
  ['SELECT id, a.name, b.name FROM people a JOIN people b USING (id) ORDER BY id LIMIT 1', [['1', 'Ada', 'Ada']]],
  ['SELECT * FROM people a JOIN (SELECT id, 7 AS x FROM people) b USING (id) WHERE id = 1', [['1', 'Ada', '1', '7']]],
  ['SELECT a.name FROM people a JOIN (people b JOIN people c ON b.id = c.id) ON a.id = c.id WHERE b.id = 2', column('Bob')],
  // subqueries
  ['SELECT x FROM (SELECT id AS x FROM items) AS s WHERE x > 100 ORDER BY x', column('200', '300')],
  ['SELECT a + b FROM (VALUES (1, 2), (3, 4)) AS v(a, b)', column('3', '7')],
  ['SELECT name FROM people WHERE id IN (SELECT owner_id FROM items) ORDER BY name', column('Ada', 'Bob')],
  ['SELECT name FROM people WHERE id NOT IN (SELECT owner_id FROM items)', column('Cy')],
  [`SELECT name FROM people WHERE id IN (SELECT '1')`, column('Ada')],
  ['SELECT name FROM people p WHERE EXISTS (SELECT 1 FROM items WHERE owner_id = p.id) ORDER BY 1', column('Ada', 'Bob')],
  [
    'SELECT name, (SELECT MAX(id) FROM items WHERE owner_id = p.id) FROM people p ORDER BY 1',
    [
      ['Ada', '300'],
      ['Bob', '100'],
      ['Cy', null],
    ],
  ],
  ['SELECT (SELECT COUNT(*) FROM items)', column('3')],
  // WITH
  ['WITH x AS (SELECT id FROM items WHERE id > 100) SELECT COUNT(*) FROM x', column('2')],
  ['WITH a AS (SELECT 1 AS n), b(m) AS (SELECT n + 1 FROM a) SELECT n, m FROM a, b', [['1', '2']]],
  ['WITH people AS (SELECT 9 AS id) SELECT id FROM people', column('9')],
  ['WITH x AS (SELECT 1 AS n) SELECT (SELECT n FROM x) + n FROM x', column('2')],
  ['SELECT n FROM (WITH x AS (SELECT 5 AS n) SELECT n FROM x) AS y', column('5')],
  ['WITH x AS (WITH x AS (SELECT 1 AS n) SELECT n + 1 AS n FROM x) SELECT n FROM x', column('2')],
  // sets
  ['SELECT 2 UNION SELECT 1 UNION SELECT 2 ORDER BY 1', column('1', '2')],
  ['SELECT 2 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 ORDER BY n DESC', column('2', '2', '1')],
  ['SELECT 1 UNION (SELECT 2 UNION ALL SELECT 2)', column('1', '2')],
  ['SELECT 1 EXCEPT SELECT 2 UNION ALL SELECT 3', column('1', '3')],
  ['SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 2', column('1', '2')],
  ['SELECT owner_id FROM items INTERSECT SELECT id FROM people ORDER BY 1', column('1', '2')],
  ['SELECT owner_id FROM items EXCEPT ALL SELECT 1', column('1', '2')],
  ['VALUES (1), (1), (2) INTERSECT ALL VALUES (1), (1), (1)', column('1', '1')],
  [`SELECT 1 AS x UNION ALL SELECT 1.5 ORDER BY x`, column(1, 1.5)],
  ['(SELECT id FROM items ORDER BY id DESC LIMIT 1) UNION ALL SELECT 1', column('300', '1')],
  [
    `VALUES (1, 'a'), (2, 'b') ORDER BY 1 DESC`,
    [
      ['2', 'b'],
      ['1', 'a'],
    ],
  ],
  // topics
  ['SELECT partition, offset FROM topic($1) WHERE offset > 0 AND partition = 0', [[0, '1']], ['logs']],
  [`SELECT t.offset FROM topic('logs') t ORDER BY t.timestamp DESC LIMIT 1 OFFSET 1`, column('1')],
  [`SELECT key FROM topic('logs') WHERE json_extract(value, '$.level') = 'error'`, column('k')],
]

for (const [sql, rows, params = []] of CASES) {
  test(sql.slice(0, 120), () => {
    const found = rowsOf(sql, given(...params))
    assert.deepEqual(sorted(sql, found), sorted(sql, rows))
  })
}

/** Sets without an order come in any. */
function sorted(sql: string, rows: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] {
  return /order by|limit/iu.test(sql) ? rows : rows.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}

test('a plain table comes in the order of its key', () => {
  assert.deepEqual(rowsOf('SELECT id FROM items'), column('100', '200', '300'))
  assert.deepEqual(rowsOf('SELECT id FROM items WHERE rank > 0'), column('100', '200'))
})

test(`without LIMIT there are ${SQL_ROWS_DEFAULT} rows, and never more than ${SQL_ROWS_MAX}`, () => {
  const many = `(VALUES ${Array.from({ length: SQL_ROWS_MAX + 1 }, (_, at) => `(${at})`).join(', ')}) AS v(n)`
  const count = (clause: string, whole = false): number => rowsOf(`SELECT n FROM ${many} ${clause}`, given(), { whole }).length
  assert.equal(count(''), SQL_ROWS_DEFAULT)
  assert.equal(count('ORDER BY n OFFSET 1'), SQL_ROWS_DEFAULT)
  assert.equal(count(`LIMIT ${SQL_ROWS_DEFAULT + 1}`), SQL_ROWS_DEFAULT + 1)
  assert.equal(count(`LIMIT ${SQL_ROWS_MAX}`), SQL_ROWS_MAX)
  assert.equal(count(`LIMIT ${SQL_ROWS_MAX + 1}`), SQL_ROWS_MAX)
  assert.equal(count('LIMIT ALL'), SQL_ROWS_MAX)
  assert.equal(count('', true), SQL_ROWS_MAX + 1)
})

test('columns can be asked for beside those of the query', () => {
  const query = compiled('SELECT title FROM items WHERE id = 100', given(), { whole: true, also: ['_seq', 'id'] })
  assert.deepEqual(
    query.columns.map(({ name, dataType }) => ({ name, dataType })),
    [
      { name: 'title', dataType: 'Text' },
      { name: '_seq', dataType: 'BigInt' },
      { name: 'id', dataType: 'BigInt' },
    ],
  )
})

test('names of 64 characters are whole', () => {
  const name = 'n'.repeat(64)
  assert.equal(compiled(`SELECT id AS ${name} FROM items`).columns[0]?.name, name)
  assert.deepEqual(rowsOf(`SELECT ${name} FROM (SELECT id AS ${name} FROM items) AS "${name}" ORDER BY 1 LIMIT 1`), column('100'))
  assert.deepEqual(rowsOf(`SELECT '${'n'.repeat(63)}' AS ${name}`), column('n'.repeat(63)))
})
