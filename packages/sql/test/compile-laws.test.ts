/** Laws that hold for whatever is written. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseStatement } from '../src/compile/parse.ts'
import { parseQuery } from '../src/compile/query.ts'
import { SqlError } from '../src/sql-error.ts'
import { GIVEN, cellsOf, compiled, given, rowsOf } from './compile-fixture.ts'

const LEAVES = (
  `id title done price weight rank doc made day uid owner_id NULL TRUE 0 1 -3 2.5 'x' '5' '2026-01-01' '{"a":1}' $1 $2 $3 NOW() CURRENT_USER ` +
  `X'00' 9223372036854775807 doc->>'n' doc->'a' json_extract(doc,'$.n') COUNT(*) SNOWFLAKE_ID()`
).split(' ')
const UNARY = (
  `NOT @|- @|(@) IS NULL|(@) IS TRUE|LOWER(@)|LENGTH(@)|ABS(@)|ROUND(@)|(@)::text|(@)::bigint|(@)::decimal(10,2)|(@)::timestamp|(@)::boolean|` +
  `(@)::date|(@)::json|(@)::uuid|(@)::bytea|(@)->'a'|(@)->>0|json_length(@)|json_get_int(@, 'n')|MAX(@)|SUM(@)|COUNT(DISTINCT @)|(SELECT @)|` +
  `EXISTS (SELECT @)|(@) IN (SELECT id FROM people)|CASE WHEN @ THEN 1 END`
).split('|')
const BINARY = (
  `@ + @|@ - @|@ * @|@ / @|@ % @|@ || @|@ = @|@ < @|@ <> @|@ AND @|@ OR @|@ LIKE @|@ ILIKE @|@ IN (@, 1)|@ BETWEEN @ AND 5|` +
  `@ IS DISTINCT FROM @|COALESCE(@, @)|NULLIF(@, @)|CASE @ WHEN @ THEN 1 ELSE 2 END|CASE WHEN @ THEN @ END|CONCAT(@, @)|REPLACE(@, @, 'x')`
).split('|')

const expressions = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...LEAVES),
    fc.tuple(fc.constantFrom(...UNARY), tie('expression')).map(([form, inner]) => filled(form, [inner])),
    fc.tuple(fc.constantFrom(...BINARY), tie('expression'), tie('expression')).map(([form, a, b]) => filled(form, [a, b])),
  ),
})).expression

function filled(form: string, inner: readonly string[]): string {
  let at = 0
  return form.replaceAll('@', () => `(${inner[at++ % inner.length] ?? ''})`)
}

const WHAT = given('text', 42n, true)

/** Whether it ran; what is refused is refused by us, or is a value that cannot be. */
function runs(sql: string): boolean {
  try {
    cellsOf(compiled(sql, WHAT))
    return true
  } catch (error) {
    const isOfValues = error instanceof Error && /integer overflow|pattern too complex|malformed JSON/u.test(error.message)
    assert.ok(error instanceof SqlError || isOfValues, `${sql}: ${String(error)}`)
    return false
  }
}

test('a text has the same tree again, which nobody has changed', () => {
  fc.assert(
    fc.property(expressions, (expression) => {
      const sql = `SELECT ${expression} AS x, id FROM items WHERE id > $2 ORDER BY x`
      fc.pre(runs(sql))
      assert.equal(parseStatement(sql), parseStatement(sql))
      assert.deepEqual(parseStatement(sql), parseStatement(`${sql} `))
    }),
    { seed: 5, numRuns: 200 },
  )
})

test('what is compiled is taken by SQLite', () => {
  let ran = 0
  fc.assert(
    fc.property(expressions, expressions, (a, b) => {
      ran += Number(runs(`SELECT ${a} AS x FROM items WHERE ${b} ORDER BY x`))
      ran += Number(runs(`SELECT ${a} AS x, COUNT(*) FROM items GROUP BY 1 HAVING ${b}`))
      ran += Number(runs(`SELECT ${a} UNION SELECT ${b}`))
    }),
    { seed: 3, numRuns: 1_000 },
  )
  assert.ok(ran > 500, `only ${ran} ran`)
})

test('whatever is read is refused by us or is a query', () => {
  const texts = [
    `SELECT a.id, b.name FROM items AS a LEFT JOIN people b ON a.owner_id = b.id WHERE a.id IN (1, 2) ORDER BY 1 LIMIT 5`,
    `WITH x AS (SELECT id FROM items) SELECT COUNT(*) FROM x UNION ALL VALUES (1)`,
    `SELECT doc -> 'a' ->> 'b', offset FROM topic('logs') WHERE offset > 1 AND CURRENT_USER() = 'x'`,
  ]
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.nat(200), fc.nat(20), fc.string({ maxLength: 8 }), (text, at, length, by) => {
      try {
        parseQuery(text.slice(0, at) + by + text.slice(at + length), GIVEN)
      } catch (error) {
        assert.ok(error instanceof SqlError, String(error))
      }
    }),
    { seed: 13, numRuns: 2_000 },
  )
})

test('a comparison is the same from both sides', () => {
  const column = fc.constantFrom('id', 'title', 'price', 'weight', 'rank', 'made', 'day', 'uid', 'done')
  const value = fc.constantFrom('5', '1.5', `'200'`, `'9.50'`, `'2026-01-01'`, 'TRUE', `'x'`, 'NOW()', 'NULL', 'rank', 'price', 'made')
  const flipped = new Map([
    ['<', '>'],
    ['<=', '>='],
    ['=', '='],
    ['<>', '<>'],
  ])
  fc.assert(
    fc.property(column, value, fc.constantFrom(...flipped.keys()), (left, right, operator) => {
      const one = outcome(`SELECT id FROM items WHERE ${left} ${operator} ${right}`)
      assert.deepEqual(outcome(`SELECT id FROM items WHERE ${right} ${flipped.get(operator) ?? ''} ${left}`), one)
      const held = rowsOf(`SELECT COUNT(*) FROM items`)
      if (one !== null) assert.equal(split(left, operator, right), held[0]?.[0])
    }),
    { seed: 17, numRuns: 300 },
  )
})

function outcome(sql: string): unknown {
  try {
    return rowsOf(sql)
  } catch (error) {
    assert.ok(error instanceof SqlError, String(error))
    return null
  }
}

/** Rows for which it is so, is not so, and is not known. */
function split(left: string, operator: string, right: string): unknown {
  const held = `(${left} ${operator} ${right})`
  return rowsOf(
    `SELECT COUNT(*) FILTER (WHERE ${held}) + COUNT(*) FILTER (WHERE NOT ${held}) + COUNT(*) FILTER (WHERE ${held} IS NULL) FROM items`,
  )[0]?.[0]
}
