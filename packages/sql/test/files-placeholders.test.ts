/** `FILE("name")` in a statement, and the parts that came with it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assertPlaceholders } from '../src/engine/file-placeholders.ts'
import type { FileReference } from '../src/protocol.ts'

const FILE: FileReference = { id: '1', sub: 'f0001', name: 'a', size: 1, mime: 'a/a', sha256: 'ab' }

function check(sql: string, names: readonly string[] | null): void {
  assertPlaceholders(sql, names === null ? null : Object.fromEntries(names.map((name) => [name, FILE])))
}

describe('accepted', () => {
  const cases: readonly (readonly [sql: string, names: readonly string[] | null])[] = [
    [`INSERT INTO t VALUES (1, FILE("a"))`, ['a']],
    [`INSERT INTO t VALUES (1, file('a'), FiLe ( "b" ))`, ['a', 'b']],
    [`INSERT INTO t VALUES (1, FILE("a")), (2, FILE("a"))`, ['a']],
    [`INSERT INTO t VALUES (1, FILE("it''s")), (2, FILE('say "a"'))`, ["it''s", 'say "a"']],
    [`INSERT INTO t VALUES (1, FILE("__proto__"))`, ['__proto__']],
    ['SELECT 1; SELECT 2', []],
    ['SELECT 1; SELECT 2', null],
    [`SELECT 'FILE("a")', file, "FILE"('a') -- FILE("a")`, null],
  ]
  for (const [sql, names] of cases) test(`${sql} with ${JSON.stringify(names)}`, () => check(sql, names))
})

describe('refused', () => {
  const cases: readonly (readonly [sql: string, names: readonly string[] | null, code: string, message: RegExp])[] = [
    [`INSERT INTO t VALUES (FILE('a'))`, null, 'INVALID_INPUT', /^FILE placeholders require multipart\/form-data$/],
    [`INSERT INTO t VALUES (FILE('a'), FILE('b'))`, ['a'], 'MISSING_FILE', /"file:b"/],
    [`INSERT INTO t VALUES (FILE('a'))`, ['a', 'b'], 'EXTRA_FILE', /"file:b"/],
    [`INSERT INTO t VALUES (FILE('A'))`, ['a'], 'MISSING_FILE', /"file:A"/],
    [`INSERT INTO t VALUES (FILE('constructor'))`, [], 'MISSING_FILE', /constructor/],
    ['SELECT 1', ['a'], 'EXTRA_FILE', /"file:a"/],
    [`SELECT 1; INSERT INTO t VALUES (FILE('a'))`, ['a'], 'INVALID_INPUT', /one statement/],
    ['SELECT 1; SELECT 2', ['a'], 'INVALID_INPUT', /one statement/],
    [' -- nothing', ['a'], 'EMPTY_SQL', /./],
  ]
  for (const [sql, names, code, message] of cases) {
    test(`${sql} with ${JSON.stringify(names)}`, () => assert.throws(() => check(sql, names), { name: 'SqlError', code, message }))
  }
})
