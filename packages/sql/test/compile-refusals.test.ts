/** What does not come through: the compiler writes what it knows, and refuses the rest. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SQL_TREE_DEPTH_MAX } from '@logbrook/kafka/limits'
import { compileFilter } from '../src/compile/filter.ts'
import { assertLive, parseQuery } from '../src/compile/query.ts'
import { SqlError } from '../src/sql-error.ts'
import type { SqlErrorCode } from '../src/sql-error.ts'
import { GIVEN, compiled, fixtureRelation, given, rowsOf, valuesOf } from './compile-fixture.ts'

function refuses(run: () => unknown, code: SqlErrorCode, text: RegExp): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof SqlError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, text)
    return true
  })
}

const REFUSED: readonly (readonly [sql: string, text: RegExp, code?: SqlErrorCode])[] = [
  // no SQL
  ['SELEC 1', /^Invalid SQL: syntax error at or near "SELEC"$/u],
  ['SELECT 1; SELECT 2', /more than one statement/u],
  ['SELECT 1; DROP TABLE items', /more than one statement/u],
  ['', /^Invalid SQL: /u],
  ['-- nothing', /^Invalid SQL: /u],
  [`SELECT 'open`, /unterminated quoted string/u],
  ['SELECT 1 \0', /character of code 0/u],
  ['SELECT', /at least one column/u],
  ['SELECT *', /nothing to read from/u],
  // no SELECT
  ['DELETE FROM items', /no SELECT/u],
  ['PRAGMA table_info(items)', /syntax error/u],
  [`ATTACH DATABASE 'x' AS y`, /syntax error/u],
  ['VACUUM', /no SELECT/u],
  [`COPY items TO '/etc/passwd'`, /no SELECT/u],
  ['CREATE TABLE x (id INT)', /no SELECT/u],
  ['EXPLAIN SELECT 1', /no SELECT/u],
  ['WITH x AS (DELETE FROM items RETURNING id) SELECT * FROM x', /Unsupported WITH/u],
  ['SELECT 1 INTO x FROM items', /Unsupported SELECT \(intoClause\)/u],
  // functions
  [`SELECT load_extension('x')`, /Invalid function 'load_extension'/u],
  [`SELECT readfile('/etc/passwd')`, /Invalid function 'readfile'/u],
  [`SELECT writefile('x', 'y')`, /Invalid function 'writefile'/u],
  [`SELECT "readfile"('/etc/passwd')`, /Invalid function 'readfile'/u],
  [`SELECT pg_catalog.pg_read_file('x')`, /Invalid function 'pg_read_file'/u],
  ['SELECT sqlite_version()', /Invalid function 'sqlite_version'/u],
  ['SELECT lb_cast(1, 2)', /Invalid function 'lb_cast'/u],
  ['SELECT constructor()', /Invalid function 'constructor'/u],
  ['SELECT main.lower(1)', /Invalid function 'main\.lower'/u],
  ['SELECT lower()', /takes 1 arguments, not 0/u],
  ['SELECT lower(DISTINCT id) FROM items', /Unsupported call of lower\(\)/u],
  [`SELECT printf('%d', 1)`, /Invalid function 'printf'/u],
  ['SELECT randomblob(1000000000)', /Invalid function 'randomblob'/u],
  // table functions
  [`SELECT * FROM pragma_table_info('items')`, /Unsupported table function 'pragma_table_info'/u],
  [`SELECT * FROM json_each('[1]')`, /Unsupported table function 'json_each'/u],
  ['SELECT * FROM generate_series(1, 1000000000)', /Unsupported table function 'generate_series'/u],
  [`SELECT * FROM x.topic('logs')`, /Unsupported table function 'x\.topic'/u],
  ['SELECT * FROM topic()', /topic\(\) takes the name of one topic/u],
  [`SELECT * FROM topic('a', 'b')`, /topic\(\) takes the name of one topic/u],
  ['SELECT * FROM topic(1)', /topic\(\) takes the name of one topic/u],
  [`SELECT * FROM topic('a') WITH ORDINALITY`, /Unsupported table function/u],
  [`SELECT * FROM topic('logs') AS t(x)`, /Unsupported names for columns/u],
  ['SELECT * FROM items AS t(x)', /Unsupported names for columns/u],
  ['SELECT * FROM other.public.items', /Unsupported catalog 'other'/u],
  ['SELECT * FROM items TABLESAMPLE SYSTEM (1)', /Unsupported FROM/u],
  ['SELECT * FROM people, LATERAL (SELECT people.id) AS x', /Unsupported subquery in FROM/u],
  // clauses
  ['WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT 1 FROM x) SELECT 1', /Unsupported WITH RECURSIVE/u],
  ['SELECT ROW_NUMBER() OVER () FROM items', /Invalid function 'row_number'/u],
  ['SELECT COUNT(*) OVER () FROM items', /Unsupported window function/u],
  ['SELECT 1 FROM items WINDOW w AS (ORDER BY id)', /Unsupported SELECT \(windowClause\)/u],
  ['SELECT * FROM items FOR UPDATE', /Unsupported SELECT \(lockingClause\)/u],
  ['SELECT DISTINCT ON (id) id FROM items', /Unsupported DISTINCT ON/u],
  ['SELECT owner_id FROM items GROUP BY ROLLUP (owner_id)', /Unsupported expression \(GroupingSet\)/u],
  ['SELECT * FROM items ORDER BY id FETCH FIRST 1 ROWS WITH TIES', /Unsupported WITH TIES/u],
  ['SELECT id FROM items ORDER BY id USING >', /Unsupported ORDER BY/u],
  ['SELECT id FROM items ORDER BY 2', /position 2/u],
  ['SELECT id FROM items GROUP BY 2', /position 2/u],
  ['SELECT id FROM items LIMIT -1', /not negative/u],
  ['SELECT id FROM items LIMIT 1 + 1', /LIMIT has to be a literal or a parameter/u],
  ['SELECT id FROM items LIMIT (SELECT 1)', /LIMIT has to be a literal or a parameter/u],
  ['SELECT id FROM items WHERE COUNT(*) > 1', /not allowed in WHERE/u],
  ['SELECT SUM(COUNT(*)) FROM items', /not allowed in an aggregate function/u],
  ['SELECT id, COUNT(*) FROM items', /column 'id' must appear in the GROUP BY clause/u],
  ['SELECT * FROM items GROUP BY id', /must appear in the GROUP BY clause/u],
  ['SELECT id FROM items HAVING id > 1', /must appear in the GROUP BY clause/u],
  ['SELECT COUNT(*) FROM items ORDER BY id', /must appear in the GROUP BY clause/u],
  ['SELECT * FROM items, items', /specified more than once/u],
  ['SELECT 1 UNION SELECT 1, 2', /same number of columns/u],
  ['WITH x AS (SELECT 1), x AS (SELECT 2) SELECT 1', /specified more than once/u],
  ['VALUES (1), (1, 2)', /same length/u],
  ['SELECT (SELECT id, title FROM items)', /one column, not 2/u],
  // expressions
  ['SELECT ARRAY[1]', /Unsupported expression \(A_ArrayExpr\)/u],
  ['SELECT ROW(1, 2)', /Unsupported expression \(RowExpr\)/u],
  ['SELECT (1, 2) = (1, 2)', /Unsupported expression \(RowExpr\)/u],
  ['SELECT title[1] FROM items', /Unsupported expression \(A_Indirection\)/u],
  ['SELECT title COLLATE "C" FROM items', /Unsupported expression \(CollateClause\)/u],
  [`SELECT title ~ '(a+)+$' FROM items`, /Unsupported operator '~'/u],
  [`SELECT title SIMILAR TO 'a' FROM items`, /Unsupported operator/u],
  ['SELECT 1 OPERATOR(pg_catalog.+) 2', /Unsupported qualified operator/u],
  ['SELECT 1 = ANY (SELECT 1)', /Unsupported subquery/u],
  ['SELECT 1 > ALL (SELECT 1)', /Unsupported subquery/u],
  ['SELECT 1::regclass', /Unsupported data type 'regclass'/u],
  ['SELECT 1::constructor', /Unsupported data type 'constructor'/u],
  ['SELECT 1::int[]', /Unsupported data type/u],
  ['SELECT 1::decimal(39, 0)', /outside of 1 to 38/u],
  [`SELECT INTERVAL '1 month'`, /Unsupported unit of INTERVAL 'month'/u],
  [`SELECT B'01'`, /Unsupported bit string/u],
  ['SELECT 1e400', /too large/u],
  // names
  ['SELECT nope FROM people', /No field named nope\. Valid fields are people\.id, people\.name, people\._seq\./u, 'SQL_EXECUTION_ERROR'],
  ['SELECT x.id FROM people', /No field named x\.id/u, 'SQL_EXECUTION_ERROR'],
  ['SELECT people.id FROM people AS p', /No field named people\.id/u, 'SQL_EXECUTION_ERROR'],
  ['SELECT _rid FROM people', /No field named _rid/u, 'SQL_EXECUTION_ERROR'],
  ['SELECT rowid FROM people', /No field named rowid/u, 'SQL_EXECUTION_ERROR'],
  ['SELECT x.* FROM people', /Invalid qualifier x/u, 'SQL_EXECUTION_ERROR'],
  ['SELECT id FROM people a, people b', /Ambiguous reference to unqualified field id/u, 'SQL_EXECUTION_ERROR'],
  ['SELECT 1 AS a ORDER BY b', /No field named b/u, 'SQL_EXECUTION_ERROR'],
  ['SELECT id FROM (SELECT title FROM items) AS s', /No field named id/u, 'SQL_EXECUTION_ERROR'],
  // values
  [`SELECT id FROM items WHERE id = 'abc'`, /Cannot cast 'abc' to a value of type BigInt/u, 'SQL_EXECUTION_ERROR'],
  [`SELECT id FROM items WHERE made > 'soon'`, /Cannot cast 'soon' to a value of type Timestamp/u, 'SQL_EXECUTION_ERROR'],
  ['SELECT $3', /Parameter \$3 is not given: there are 2/u, 'INVALID_PARAMETER'],
  ['SELECT $0', /Parameter \$0|syntax/u, 'INVALID_PARAMETER'],
]

for (const [sql, text, code = 'INVALID_SQL'] of REFUSED) {
  test(`refused: ${JSON.stringify(sql)}`, () => refuses(() => compiled(sql, given(1, 2)), code, text))
}

test('division by zero ends a query', () => {
  for (const sql of ['SELECT 1 / 0', 'SELECT 1 % 0', 'SELECT rank / (rank - rank) FROM items']) {
    refuses(() => rowsOf(sql), 'SQL_EXECUTION_ERROR', /Divide by zero/u)
  }
})

test('names of the database itself are places like any other', () => {
  for (const name of ['sqlite_master', 'sqlite_schema', 'pragma_table_info', 't5', 'main.batch', 'temp.sqlite_temp_schema']) {
    assert.equal(parseQuery(`SELECT * FROM ${name}`, GIVEN).references.length, 1)
  }
})

test('whatever a CTE or an alias is called, it is written nowhere', () => {
  for (const name of ['sqlite_master', 't5', 's1', 'o1', 'a"b; DROP TABLE x', `it's`, 'ключ']) {
    const quoted = `"${name.replaceAll('"', '""')}"`
    const query = compiled(`WITH ${quoted} AS (SELECT 7 AS ${quoted}) SELECT ${quoted}.${quoted} AS ${quoted} FROM ${quoted}`)
    assert.deepEqual(valuesOf(query), [[7n]])
    assert.equal(query.columns[0]?.name, name)
    assert.match(query.sql, /^WITH s\d+ AS \(SELECT :p\d+ AS o1\) SELECT s\d+\.o1 AS o1 FROM s\d+ AS s\d+ LIMIT :p\d+$/u)
  }
})

const INJECTED = [
  `'; DROP TABLE items; --`,
  `' OR '1'='1`,
  '" OR ""="',
  `1); ATTACH 'x' AS y; --`,
  ':p1',
  '$1',
  '?1',
  '@x',
  `\\'; --`,
  '%',
  '*',
]

test('text in a value stays a value', () => {
  for (const text of INJECTED) {
    const literal = `'${text.replaceAll(`'`, `''`)}'`
    const sql = `SELECT ${literal}, $1, ${literal} = $1, UPPER(${literal}) IS NOT NULL, ${literal} IN ('a', $1), 'x' LIKE ${literal} || 'y'`
    assert.deepEqual(rowsOf(sql, given(text)), [[text, text, true, true, true, false]])
    assert.doesNotMatch(compiled(sql, given(text)).sql, /DROP|ATTACH/u)
  }
})

test('any text is a value, a name, a key or a pattern, and nothing else', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((string) => !string.includes('\0') && string.isWellFormed())
  fc.assert(
    fc.property(text, text, (value, name) => {
      const literal = `'${value.replaceAll(`'`, `''`)}'`
      assert.deepEqual(rowsOf(`SELECT ${literal}, $1, '{}'::json ->> ${literal}`, given(value)), [[value, value, null]])
      if (name === '' || Buffer.byteLength(name) > 63) return
      assert.deepEqual(rowsOf(`SELECT "${name.replaceAll('"', '""')}" FROM (SELECT 1 AS "${name.replaceAll('"', '""')}") AS s`), [['1']])
    }),
    { seed: 11, numRuns: 200 },
  )
})

function nested(depth: number): string {
  return `SELECT ${'NOT '.repeat(depth)}TRUE`
}

test('an expression is at most so deep', () => {
  const fits = Math.floor(SQL_TREE_DEPTH_MAX / 2) - 4
  assert.equal(rowsOf(nested(fits)).length, 1)
  refuses(() => compiled(nested(fits + 8)), 'INVALID_SQL', /nested deeper than 400/u)
  refuses(() => compiled(nested(100_000)), 'INVALID_SQL', /nested too deep/u)
  refuses(() => compiled(`SELECT ${Array(50_000).fill('1').join(' + ')}`), 'INVALID_SQL', /nested/u)
  refuses(() => compiled(`SELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)}`), 'INVALID_SQL', /nested too deep/u)
  assert.deepEqual(rowsOf('SELECT 1'), [['1']])
})

function around(depth: number, wrap: (inner: string) => string): string {
  let text = 'doc'
  for (let at = 0; at < depth; at++) text = wrap(text)
  return `SELECT ${text} FROM items`
}

test('what is written grows with what is read, and not faster', () => {
  const wraps: readonly ((inner: string) => string)[] = [
    (inner) => `(${inner} ->> 'a')`,
    (inner) => `json_get_int(${inner}, 'a')`,
    (inner) => `json_as_text(COALESCE(${inner}, 'x'), 'a')`,
    (inner) => `(${inner} BETWEEN 1 AND 2)`,
    (inner) => `NULLIF(${inner}, '1')`,
    (inner) => `CASE ${inner} WHEN '1' THEN '2' WHEN '3' THEN '4' END`,
    (inner) => `(${inner}::decimal(10, 2) + 1)`,
    (inner) => `((${inner} IN ('0', '1')) IS DISTINCT FROM TRUE)`,
    (inner) => `ROUND(ABS(${inner} / 2))`,
  ]
  for (const wrap of wraps) {
    const [short, long] = [compiled(around(10, wrap)).sql.length, compiled(around(30, wrap)).sql.length]
    assert.ok(long < 4 * short, `${wrap('x')}: ${short} and ${long}`)
  }
})

const LIVE: readonly (readonly [sql: string, text: RegExp | null])[] = [
  ['SELECT * FROM items', null],
  [`-- comment\nSELECT id, title FROM default.items AS i WHERE i.id >= 10 AND title LIKE 'a%' -- end`, null],
  [`SELECT * FROM topic('logs') WHERE partition = 1`, null],
  ['SELECT * FROM items ORDER BY id', /ORDER BY in a live query/u],
  ['SELECT * FROM items LIMIT 1', /LIMIT in a live query/u],
  ['SELECT * FROM items OFFSET 1', /OFFSET in a live query/u],
  ['SELECT DISTINCT id FROM items', /DISTINCT in a live query/u],
  ['SELECT id FROM items GROUP BY id', /GROUP BY in a live query/u],
  ['SELECT COUNT(*) FROM items', /aggregate function in a live query/u],
  ['SELECT * FROM items, people', /it reads one table/u],
  ['SELECT * FROM items JOIN people USING (id)', /it reads one table/u],
  ['SELECT * FROM (SELECT 1) AS x', /it reads one table/u],
  ['SELECT 1', /it reads one table/u],
  ['SELECT * FROM items WHERE id IN (SELECT 1)', /subquery/u],
  ['SELECT * FROM items UNION SELECT * FROM items', /in a live query/u],
  ['WITH x AS (SELECT 1) SELECT * FROM items', /WITH in a live query/u],
  ['VALUES (1)', /VALUES in a live query/u],
]

for (const [sql, text] of LIVE) {
  test(`live: ${JSON.stringify(sql)}`, () => {
    const parsed = parseQuery(sql, GIVEN)
    if (text === null) assert.equal(assertLive(parsed), parsed.references[0])
    else refuses(() => assertLive(parsed), 'INVALID_SQL', text)
  })
}

function held(text: string): number {
  return valuesOf(compileFilter(text, fixtureRelation('items'), GIVEN)).length
}

test('a condition stands alone', () => {
  assert.equal(held('rank > 5 OR done'), 2)
  assert.equal(held('rank > 5 -- the end'), 1)
  assert.equal(held(`doc ->> 'n' = 5 AND NOT done`), 0)
  const refused: readonly (readonly [text: string, words: RegExp])[] = [
    ['', /syntax error/u],
    ['rank > 5; SELECT 1', /more than one statement/u],
    ['TRUE UNION SELECT 1', /Unsupported condition|no condition/u],
    ['TRUE ORDER BY id', /Unsupported condition \(sortClause\)/u],
    ['TRUE LIMIT 1', /Unsupported condition/u],
    ['TRUE GROUP BY id', /Unsupported condition \(groupClause\)/u],
    ['id IN (SELECT 1)', /Unsupported subquery/u],
    ['COUNT(*) > 1', /not allowed in a condition/u],
    ['TRUE) OR (TRUE', /syntax error/u],
  ]
  for (const [text, words] of refused) refuses(() => held(text), 'INVALID_SQL', words)
  refuses(() => held('nope = 1'), 'SQL_EXECUTION_ERROR', /No field named nope/u)
})

test('a row that is not known yet may be held against a condition', () => {
  const row = { ...fixtureRelation('people'), render: () => '(SELECT :id AS "id", :name AS "name", 0 AS "_seq")' }
  const query = compileFilter(`id = '7' AND name LIKE 'A%'`, row, GIVEN)
  assert.equal(valuesOf(query, { id: 7n, name: 'Ada' }).length, 1)
  assert.equal(valuesOf(query, { id: 7n, name: 'ada' }).length, 0)
})
