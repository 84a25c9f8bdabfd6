/** Expressions of known values: what they are, and of what type. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cell, DataType } from '../src/data-type.ts'
import { cellsOf, compiled, given, valuesOf } from './compile-fixture.ts'

const decimal = (scale: number): DataType => ({ Decimal: { precision: 38, scale } })

const CASES: readonly (readonly [sql: string, cell: Cell, dataType: DataType | null])[] = [
  // literals and parameters
  ['1', '1', 'BigInt'],
  ['0', '0', 'BigInt'],
  ['-5', '-5', 'BigInt'],
  ['9223372036854775807', '9223372036854775807', 'BigInt'],
  ['-9223372036854775808', '-9223372036854775808', 'BigInt'],
  ['-0xFFFFFFFFFFFF', '-281474976710655', 'BigInt'],
  ['1.5', 1.5, 'Double'],
  ['1e3', 1000, 'Double'],
  [`'it''s'`, `it's`, 'Text'],
  [`E'a\\nb'`, 'a\nb', 'Text'],
  ['TRUE', true, 'Boolean'],
  ['FALSE', false, 'Boolean'],
  ['NULL', null, null],
  [`X'00ff'`, 'AP8=', 'Bytes'],
  ['$1', 'text', 'Text'],
  ['$2', '42', 'BigInt'],
  ['$3', true, 'Boolean'],
  ['$4', 1.25, 'Double'],
  ['$5', null, null],
  ['$6', '9223372036854775807', 'BigInt'],
  // arithmetic
  ['1 + 1', '2', 'BigInt'],
  ['7 / 2', '3', 'BigInt'],
  ['-7 / 2', '-3', 'BigInt'],
  ['7 % 3', '1', 'BigInt'],
  ['7 / 2.0', 3.5, 'Double'],
  ['7.5 % 2', 1.5, 'Double'],
  ['2 * 1.5', 3, 'Double'],
  ['-(2 + 3)', '-5', 'BigInt'],
  ['+5', '5', 'BigInt'],
  [`'2' + 3`, '5', 'BigInt'],
  [`$2 - '2'`, '40', 'BigInt'],
  [`'0.1'::decimal(10, 2) + '0.2'::decimal(10, 2)`, '0.30', decimal(2)],
  [`'0.1'::decimal(10, 2) + 0.125`, '0.225', decimal(3)],
  [`'1.5'::decimal(10, 2) * '1.5'::decimal(10, 2)`, '2.2500', decimal(4)],
  [`'3'::decimal(10, 2) / 2`, 1.5, 'Double'],
  [`'a' || 'b' || 1`, 'ab1', 'Text'],
  [`'a' || NULL`, null, 'Text'],
  // conditions
  ['1 < 2 AND NOT 2 < 1', true, 'Boolean'],
  ['1 > 2 OR 2 >= 2', true, 'Boolean'],
  ['NULL AND FALSE', false, 'Boolean'],
  ['NULL OR FALSE', null, 'Boolean'],
  ['1 <> 2', true, 'Boolean'],
  ['1 != 1', false, 'Boolean'],
  ['NULL = NULL', null, 'Boolean'],
  ['NULL IS NULL', true, 'Boolean'],
  ['1 IS NOT NULL', true, 'Boolean'],
  ['1 IS DISTINCT FROM NULL', true, 'Boolean'],
  ['NULL IS NOT DISTINCT FROM NULL', true, 'Boolean'],
  ['(1 = 1) IS TRUE', true, 'Boolean'],
  ['(1 = 2) IS NOT FALSE', false, 'Boolean'],
  ['(NULL = 1) IS UNKNOWN', true, 'Boolean'],
  ['2 BETWEEN 1 AND 3', true, 'Boolean'],
  ['2 NOT BETWEEN 1 AND 3', false, 'Boolean'],
  ['2 IN (1, 2)', true, 'Boolean'],
  ['2 NOT IN (1, 3)', true, 'Boolean'],
  ['2 IN (1, NULL)', null, 'Boolean'],
  // LIKE looks at case, ILIKE does not, and nothing else than % and _ stands for anything
  [`'Milk' LIKE 'M%'`, true, 'Boolean'],
  [`'Milk' LIKE 'm%'`, false, 'Boolean'],
  [`'Milk' NOT LIKE 'm%'`, true, 'Boolean'],
  [`'Milk' LIKE 'Mil_'`, true, 'Boolean'],
  [`'Milk' LIKE 'Mil'`, false, 'Boolean'],
  [`'Milk' ILIKE 'mILK'`, true, 'Boolean'],
  [`'Ärger' ILIKE 'ä%'`, true, 'Boolean'],
  [`'a*c' LIKE 'a*c'`, true, 'Boolean'],
  [`'abc' LIKE 'a*c'`, false, 'Boolean'],
  [`'abc' LIKE 'a?c'`, false, 'Boolean'],
  [`'a[b]c' LIKE 'a[b]c'`, true, 'Boolean'],
  [`'abc' LIKE 'a[b]c'`, false, 'Boolean'],
  [`'a%' LIKE 'a\\%'`, true, 'Boolean'],
  [`'ab' LIKE 'a\\%'`, false, 'Boolean'],
  [`'a%' ILIKE 'A!%' ESCAPE '!'`, true, 'Boolean'],
  [`'ab' ILIKE 'A!%' ESCAPE '!'`, false, 'Boolean'],
  [`'a\\b' LIKE 'a\\b' ESCAPE ''`, true, 'Boolean'],
  [`'abc' LIKE lower('A') || '%'`, true, 'Boolean'],
  [`'ABC' ILIKE lower('A') || '%'`, true, 'Boolean'],
  [`'a' LIKE NULL`, null, 'Boolean'],
  [`120 LIKE '12%'`, true, 'Boolean'],
  // choices
  [`CASE WHEN 1 = 2 THEN 'a' WHEN 1 = 1 THEN 'b' END`, 'b', 'Text'],
  [`CASE 2 WHEN '1' THEN 10 WHEN '2' THEN 20 ELSE 30 END`, '20', 'BigInt'],
  [`CASE WHEN 1 = 2 THEN 1 ELSE 'none' END`, 'none', 'Text'],
  [`CASE WHEN 1 = 2 THEN 1 ELSE 1.5 END`, 1.5, 'Double'],
  ['COALESCE(NULL, 2)', '2', 'BigInt'],
  [`COALESCE(NULL, 'x')`, 'x', 'Text'],
  ['NULLIF(1, 1)', null, 'BigInt'],
  ['NULLIF(1, 1.5)', '1', 'BigInt'],
  // functions
  [`LOWER('ÄB')`, 'äb', 'Text'],
  [`UPPER('äb')`, 'ÄB', 'Text'],
  [`LENGTH('äb')`, 2, 'Int'],
  [`SUBSTR('abcdef', 2, 3)`, 'bcd', 'Text'],
  [`SUBSTRING('abcdef' FROM 3)`, 'cdef', 'Text'],
  [`TRIM('  a ')`, 'a', 'Text'],
  [`TRIM(BOTH 'x' FROM 'xax')`, 'a', 'Text'],
  [`REPLACE('aba', 'a', 'c')`, 'cbc', 'Text'],
  [`CONCAT('a', NULL, 1)`, 'a1', 'Text'],
  ['ABS(-3)', '3', 'BigInt'],
  ['ROUND(1.256, 2)', 1.26, 'Double'],
  ['CURRENT_USER', 'ada', 'Text'],
  ['CURRENT_USER()', 'ada', 'Text'],
  ['CURRENT_ROLE()', 'user', 'Text'],
  ['NOW()', '1772366400000000', 'Timestamp'],
  ['CURRENT_TIMESTAMP', '1772366400000000', 'Timestamp'],
  ['CURRENT_DATE', 20_513, 'Date'],
  [`NOW() - INTERVAL '1 day 30 minutes'`, '1772278200000000', 'Timestamp'],
  [`LENGTH(ULID())`, 26, 'Int'],
  // casts
  [`'42'::bigint`, '42', 'BigInt'],
  [`CAST('42' AS INT)`, 42, 'Int'],
  ['CAST(1.9 AS INT)', 1, 'Int'],
  [`CAST(5 AS TEXT)`, '5', 'Text'],
  [`CAST(TRUE AS TEXT)`, 'true', 'Text'],
  [`'true'::boolean`, true, 'Boolean'],
  [`'1.005'::decimal(10, 2)`, '1.01', { Decimal: { precision: 10, scale: 2 } }],
  [`TIMESTAMP '2026-01-01 00:00:00'`, '1767225600000000', 'Timestamp'],
  [`TIMESTAMP '2026-01-01T02:00:00+02:00'`, '1767225600000000', 'Timestamp'],
  [`DATE '2026-01-01'`, 20_454, 'Date'],
  [`TIME '01:00:00.5'`, 3_600_500_000, 'Time'],
  [`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid`, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'Uuid'],
  [`TIMESTAMP '2026-01-01'::text`, '2026-01-01T00:00:00', 'Text'],
  [`'{"a": 1}'::json -> 'a'`, '1', 'Json'],
]

for (const [sql, cell, dataType] of CASES) {
  test(`SELECT ${sql}`, () => {
    const query = compiled(`SELECT ${sql} AS x`, given('text', 42n, true, 1.25, null, 2n ** 63n - 1n))
    assert.deepEqual(cellsOf(query), [[cell]])
    assert.deepEqual(
      query.columns.map((column) => [column.name, column.dataType]),
      [['x', dataType]],
    )
  })
}

test('identifiers rise, also in one statement', () => {
  const [[first, second, uuid] = []] = valuesOf(compiled('SELECT SNOWFLAKE_ID(), SNOWFLAKE_ID(), UUID_V7()'))
  assert.ok(typeof first === 'bigint' && typeof second === 'bigint' && second > first)
  assert.ok(Number.isSafeInteger(Number(second)))
  assert.ok(typeof uuid === 'string')
  assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u)
})

const NAMES: readonly (readonly [sql: string, name: string])[] = [
  ['count(*)', 'count(*)'],
  ['COUNT(DISTINCT id)', 'count(distinct id)'],
  ['MAX(_seq)', 'max(_seq)'],
  ['ITEMS.ID', 'id'],
  ['"ID"', 'id'],
  ['id + 1', 'id + 1'],
  ['CURRENT_USER', 'current_user'],
  ['$1', '$1'],
  [`CAST(id AS TEXT)`, 'id'],
  ['id AS "Mixed Case"', 'Mixed Case'],
]

for (const [sql, name] of NAMES) {
  test(`a column without a name: ${sql}`, () => {
    assert.equal(compiled(`SELECT ${sql} FROM items GROUP BY id`, given(1)).columns[0]?.name, name)
  })
}
