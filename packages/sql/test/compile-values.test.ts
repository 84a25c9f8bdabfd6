/** Values: as written, as kept, as answered. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calculate, decimalKey, toDecimal } from '../src/compile/decimal.ts'
import { formatTime, formatTimestamp, parseTime, parseTimestamp } from '../src/compile/instants.ts'
import { cellOf, coerce, inferType } from '../src/compile/values.ts'
import type { Cell, DataType, SqliteValue } from '../src/data-type.ts'
import { SqlError } from '../src/sql-error.ts'

const RUNS = { seed: 5, numRuns: 500 }
const MONEY: DataType = { Decimal: { precision: 10, scale: 2 } }
const UUID = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
const JANUARY = 1_767_225_600_000_000n
const DEEPEST = 512

const KEPT: readonly (readonly [dataType: DataType, written: SqliteValue, kept: SqliteValue, cell: Cell])[] = [
  ['Boolean', 'TRUE', 1n, true],
  ['Boolean', 'f', 0n, false],
  ['Boolean', 1n, 1n, true],
  ['SmallInt', '-32768', -32_768n, -32_768],
  ['Int', 2_147_483_647n, 2_147_483_647n, 2_147_483_647],
  ['Int', 5, 5n, 5],
  ['Int', '42.0', 42n, 42],
  ['BigInt', '42', 42n, '42'],
  ['BigInt', ' -9223372036854775808 ', -(2n ** 63n), '-9223372036854775808'],
  ['Float', 1n, 1, 1],
  ['Double', '1.5e3', 1500, 1500],
  ['Double', 0.1, 0.1, 0.1],
  [MONEY, '200.75', '200.75', '200.75'],
  [MONEY, 200.7, '200.70', '200.70'],
  [MONEY, 5n, '5.00', '5.00'],
  [MONEY, '-0.005', '-0.01', '-0.01'],
  [MONEY, '1e3', '1000.00', '1000.00'],
  [MONEY, '99999999.99', '99999999.99', '99999999.99'],
  ['Text', 'x', 'x', 'x'],
  ['Text', 5n, '5', '5'],
  ['Bytes', '\\x00FF', Buffer.from([0, 255]), 'AP8='],
  ['Bytes', 'ab', Buffer.from('ab'), 'YWI='],
  ['Json', '{"a": 1}', '{"a": 1}', '{"a": 1}'],
  ['Json', 5n, '5', '5'],
  ['Json', '['.repeat(DEEPEST) + ']'.repeat(DEEPEST), '['.repeat(DEEPEST) + ']'.repeat(DEEPEST), '['.repeat(DEEPEST) + ']'.repeat(DEEPEST)],
  ['Timestamp', '2026-01-01T00:00:00Z', JANUARY, String(JANUARY)],
  ['Timestamp', '2026-01-01', JANUARY, String(JANUARY)],
  ['Timestamp', '2026-01-01 01:00:00.000001+01:00', JANUARY + 1n, String(JANUARY + 1n)],
  ['Timestamp', '2025-12-31T19:00-05', JANUARY, String(JANUARY)],
  ['Timestamp', JANUARY, JANUARY, String(JANUARY)],
  ['Timestamp', String(JANUARY), JANUARY, String(JANUARY)],
  ['DateTime', '2026-01-01T00:00:00', JANUARY, String(JANUARY)],
  ['Date', '2026-01-01', 20_454n, 20_454],
  ['Date', '1969-12-31T23:00:00Z', -1n, -1],
  ['Date', 3n, 3n, 3],
  ['Time', '23:59:59.999999', 86_399_999_999n, 86_399_999_999],
  ['Time', '01:00', 3_600_000_000n, 3_600_000_000],
  ['Uuid', UUID.toUpperCase(), UUID, UUID],
  ['Uuid', UUID.replaceAll('-', ''), UUID, UUID],
  ['File', '{"id":"1"}', '{"id":"1"}', { id: '1' }],
  [{ Embedding: 2 }, '[1, 2.5]', '[1,2.5]', [1, 2.5]],
]

for (const [dataType, written, kept, cell] of KEPT) {
  test(`${JSON.stringify(dataType)} keeps ${String(written).slice(0, 40)}`, () => {
    const found = coerce(written, { name: 'c', dataType })
    assert.deepEqual(found, kept)
    assert.deepEqual(coerce(found, { name: 'c', dataType }), kept)
    assert.deepEqual(cellOf(found, dataType), cell)
    assert.equal(coerce(null, { name: 'c', dataType }), null)
    assert.equal(cellOf(null, dataType), null)
  })
}

const REFUSED: readonly (readonly [dataType: DataType, written: SqliteValue])[] = [
  ['Boolean', 'maybe'],
  ['Boolean', 2n],
  ['SmallInt', 32_768n],
  ['Int', '2147483648'],
  ['Int', 1.5],
  ['Int', '1.5'],
  ['Int', ''],
  ['BigInt', '9223372036854775808'],
  ['BigInt', 'abc'],
  ['Double', '0x10'],
  ['Double', ''],
  ['Double', '1e400'],
  [MONEY, '100000000'],
  [MONEY, '1,5'],
  [MONEY, '1e1000'],
  ['Text', new Uint8Array(1)],
  ['Bytes', 5n],
  ['Json', 'hello'],
  ['Json', '{a: 1}'],
  ['Json', '['.repeat(DEEPEST + 1) + ']'.repeat(DEEPEST + 1)],
  ['Timestamp', 'yesterday'],
  ['Timestamp', '2026-02-30'],
  ['Timestamp', '2026-01-01T24:00:00'],
  ['Date', '2026-13-01'],
  ['Time', '25:00'],
  ['Uuid', 'a0eebc99'],
  ['File', '[]'],
  ['File', 'x'],
  [{ Embedding: 2 }, '[1]'],
  [{ Embedding: 2 }, '[1, "2"]'],
]

for (const [dataType, written] of REFUSED) {
  test(`${JSON.stringify(dataType)} does not keep ${String(written).slice(0, 40)}`, () =>
    assert.throws(
      () => coerce(written, { name: 'weight', dataType }),
      (error) =>
        error instanceof SqlError && error.kind === 'constraint' && error.message.length < 200 && error.message.includes(`column 'weight'`),
    ))
}

test('a value of no known type is answered by what it is', () => {
  assert.deepEqual([5n, 1.5, 'x', new Uint8Array([1]), null].map(inferType), ['BigInt', 'Double', 'Text', 'Bytes', 'Text'])
  assert.deepEqual(
    [5n, 1.5, 'x', new Uint8Array([1]), null].map((value) => cellOf(value, null)),
    ['5', 1.5, 'x', 'AQ==', null],
  )
  assert.equal(cellOf(Number.POSITIVE_INFINITY, 'Double'), null)
  assert.equal(cellOf(2 ** 60, 'BigInt'), String(2n ** 60n))
  for (const overflown of [2 ** 63, -(2 ** 63)]) assert.throws(() => cellOf(overflown, 'BigInt'), /Arithmetic overflow/)
})

test('a moment is the same after it was written out', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -60_000_000_000_000_000n, max: 250_000_000_000_000_000n }), (micros) => {
      assert.equal(parseTimestamp(formatTimestamp(micros)), micros)
      const time = ((micros % 86_400_000_000n) + 86_400_000_000n) % 86_400_000_000n
      assert.equal(parseTime(formatTime(time)), time)
    }),
    RUNS,
  )
})

test('a moment is the same as in JavaScript', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      assert.equal(parseTimestamp(date.toISOString()), BigInt(date.getTime()) * 1_000n)
    }),
    RUNS,
  )
})

function exactly(left: string, operator: '+' | '-' | '*', right: string): string {
  return calculate(left, operator, right) ?? 'none'
}

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 12 }))
  .map(([units, scale]) => ({ units, scale, text: exactly(String(units), '*', scale === 0 ? '1' : `0.${'1'.padStart(scale, '0')}`) }))

test('keys of decimals are in their order', () => {
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      const [x, y] = [a.units * 10n ** BigInt(b.scale), b.units * 10n ** BigInt(a.scale)]
      const [one, other] = [decimalKey(a.text) ?? '', decimalKey(b.text) ?? '']
      assert.equal(Math.sign(Number(one > other) - Number(one < other)), x === y ? 0 : x > y ? 1 : -1)
    }),
    RUNS,
  )
})

test('decimals are exact', () => {
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      assert.equal(decimalKey(exactly(exactly(a.text, '+', b.text), '-', b.text)), decimalKey(a.text))
      assert.equal(decimalKey(toDecimal(a.text, { precision: 38, scale: 12 }) ?? ''), decimalKey(a.text))
    }),
    RUNS,
  )
  assert.equal(calculate('0.1', '+', '0.2'), '0.3')
  assert.equal(calculate('x', '+', '1'), null)
  assert.equal(calculate('1', '*', '1'.repeat(101)), null)
})
