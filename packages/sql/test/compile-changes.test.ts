/** INSERT, UPDATE and DELETE: which rows, and to what values. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileDelete, compileInsert, compileUpdate, parseChange } from '../src/compile/changes.ts'
import type { CompiledInsert, CompiledUpdate, InsertCell } from '../src/compile/changes.ts'
import type { Given } from '../src/compile/given.ts'
import type { SqliteValue } from '../src/data-type.ts'
import { SqlError } from '../src/sql-error.ts'
import { GIVEN, fixtureRelation, fixtureRelations, given, valuesOf } from './compile-fixture.ts'

const FILE = { id: '1', sub: 'f0001', name: 'a.txt', size: 1, mime: 'text/plain', sha256: '00' }

function insert(text: string, what: Given = GIVEN): CompiledInsert {
  const parsed = parseChange(text, what)
  return compileInsert(parsed, fixtureRelation(parsed.target.name), fixtureRelations(parsed.references), what)
}

/** The rows of an INSERT; `undefined` is a default. */
function inserted(text: string, what: Given = GIVEN): readonly (readonly (SqliteValue | undefined)[])[] {
  const { source } = insert(text, what)
  return source.kind === 'query' ? valuesOf(source.query) : source.rows.map((row) => row.map(cellValue))
}

function cellValue(cell: InsertCell): SqliteValue | undefined {
  if (cell.kind === 'default') return undefined
  return cell.kind === 'value' ? cell.value : valuesOf(cell.query)[0]?.[0]
}

function update(text: string, what: Given = GIVEN): CompiledUpdate {
  const parsed = parseChange(text, what)
  return compileUpdate(parsed, fixtureRelation(parsed.target.name), fixtureRelations(parsed.references), what)
}

function deleted(text: string, what: Given = GIVEN): readonly (readonly SqliteValue[])[] {
  const parsed = parseChange(text, what)
  return valuesOf(compileDelete(parsed, fixtureRelation(parsed.target.name), fixtureRelations(parsed.references), what))
}

test('the target is no reference; what subqueries read is one', () => {
  const parsed = parseChange('INSERT INTO "Ns".People SELECT id, (SELECT MAX(title) FROM x.items) FROM y', GIVEN)
  assert.deepEqual(parsed.target, { namespace: 'ns', name: 'people' })
  assert.deepEqual(
    parsed.references.map((reference) => (reference.kind === 'table' ? reference.table : null)),
    [
      { namespace: 'x', name: 'items' },
      { namespace: null, name: 'y' },
    ],
  )
  assert.equal(parseChange('UPDATE default.people SET name = 1', GIVEN).target.namespace, 'default')
})

test('INSERT … VALUES', () => {
  assert.deepEqual(insert('INSERT INTO people VALUES (7)').columns, ['id'])
  assert.deepEqual(insert('INSERT INTO people (NAME, "id") VALUES (NULL, 1)').columns, ['name', 'id'])
  assert.deepEqual(insert('INSERT INTO people DEFAULT VALUES'), { columns: [], source: { kind: 'values', rows: [[]] } })
  assert.deepEqual(inserted(`INSERT INTO people VALUES (1, 'x'), ($1, DEFAULT), ('3', UPPER('a') || CURRENT_USER)`, given(2n)), [
    [1n, 'x'],
    [2n, undefined],
    ['3', 'Aada'],
  ])
  assert.deepEqual(inserted('INSERT INTO people VALUES (1, (SELECT MAX(title) FROM items))'), [[1n, 'bread']])
})

test('values keep what their column can keep of them', () => {
  assert.deepEqual(inserted('INSERT INTO items (price) VALUES (12345678901234567890.12)'), [['12345678901234567890.12']])
  assert.deepEqual(inserted('INSERT INTO items (title) VALUES (TRUE)'), [['true']])
  assert.deepEqual(inserted('INSERT INTO items (title) VALUES (1 = 1)'), [['true']])
  assert.deepEqual(inserted('INSERT INTO items (doc) VALUES (FALSE)'), [['false']])
  assert.deepEqual(inserted('INSERT INTO items (title) VALUES (NOW())'), [['2026-03-01T12:00:00']])
  assert.deepEqual(inserted('INSERT INTO items (day) VALUES (NOW())'), [[20_513n]])
  assert.deepEqual(inserted('INSERT INTO items (made) VALUES (NOW())'), [[1_772_366_400_000_000n]])
  assert.deepEqual(inserted(`INSERT INTO items (made) VALUES (DATE '1970-01-02')`), [[86_400_000_000n]])
})

test('INSERT … SELECT', () => {
  assert.deepEqual(inserted('INSERT INTO people SELECT id, title FROM items ORDER BY id LIMIT 2'), [
    [100n, 'bread'],
    [200n, 'Milk'],
  ])
  assert.deepEqual(inserted('INSERT INTO people (name) SELECT done FROM items WHERE id = 200'), [['true']])
  assert.deepEqual(inserted(`INSERT INTO people (name) VALUES ('b'), ('a') ORDER BY 1 LIMIT 1`), [['a']])
  assert.equal(inserted('INSERT INTO people (id) SELECT 1 FROM items, items b, items c, items d').length, 81)
})

test('UPDATE', () => {
  const changed = update(`UPDATE items AS i SET rank = i.rank + 1, title = DEFAULT, doc = '{}' WHERE i.id = '200' OR made > NOW()`)
  assert.deepEqual(changed.columns, ['rank', 'doc'])
  assert.deepEqual(changed.defaults, ['title'])
  assert.deepEqual(valuesOf(changed.query), [[1n, 4n, '{}']])
  assert.deepEqual(valuesOf(update('UPDATE items SET owner_id = (SELECT MAX(id) FROM people)').query), [
    [1n, 3n],
    [2n, 3n],
    [3n, 3n],
  ])
  assert.deepEqual(valuesOf(update('UPDATE items SET title = $1 WHERE id = $2', given(`'; DROP TABLE items; --`, 100)).query), [
    [2n, `'; DROP TABLE items; --`],
  ])
})

test('DELETE', () => {
  assert.deepEqual(deleted(`DELETE FROM items WHERE id = '200'`), [[1n]])
  assert.deepEqual(deleted(`DELETE FROM items x WHERE x.title LIKE 'M%' AND x.rank IS NULL`), [[3n]])
  assert.deepEqual(deleted('DELETE FROM items WHERE owner_id IN (SELECT id FROM people WHERE name = $1)', given('Bob')), [[2n]])
  assert.equal(deleted('DELETE FROM items').length, 3)
})

test('FILE stands for a part of the form', () => {
  const what: Given = { ...GIVEN, files: { Part: FILE } }
  assert.deepEqual(inserted(`INSERT INTO people (name) VALUES (FILE('Part')), (file("Part"))`, what), [
    [JSON.stringify(FILE)],
    [JSON.stringify(FILE)],
  ])
  assert.deepEqual(valuesOf(update('UPDATE people SET name = FILE("Part") WHERE id = 1', what).query), [[1n, JSON.stringify(FILE)]])
})

const REFUSED: readonly (readonly [sql: string, code: string, text: RegExp, files?: Given['files']])[] = [
  [`INSERT INTO people (name) VALUES (FILE('x'))`, 'INVALID_INPUT', /^FILE placeholders require multipart\/form-data$/u],
  [`INSERT INTO people (name) VALUES (FILE('x'))`, 'MISSING_FILE', /FILE\("x"\)/u, {}],
  [`INSERT INTO people (name) VALUES (FILE('constructor'))`, 'MISSING_FILE', /FILE\("constructor"\)/u, {}],
  ['INSERT INTO people (name) VALUES (FILE(1))', 'INVALID_SQL', /FILE takes the name of a part/u, {}],
  [`SELECT FILE('x')`, 'INVALID_SQL', /no INSERT, UPDATE or DELETE/u],
  ['INSERT INTO people (nope) VALUES (1)', 'SQL_EXECUTION_ERROR', /No field named nope\. Valid fields are people\.id, people\.name/u],
  ['INSERT INTO people (_seq) VALUES (1)', 'SQL_EXECUTION_ERROR', /System column violation: column '_seq'/u],
  ['UPDATE people SET _seq = 1', 'SQL_EXECUTION_ERROR', /System column violation: column '_seq'/u],
  ['UPDATE people SET nope = 1', 'SQL_EXECUTION_ERROR', /No field named nope/u],
  ['UPDATE people SET name = nope', 'SQL_EXECUTION_ERROR', /No field named nope/u],
  ['UPDATE people SET name = 1, name = 2', 'INVALID_SQL', /multiple assignments/u],
  ['UPDATE people SET (id, name) = (1, 2)', 'INVALID_SQL', /Unsupported/u],
  ['UPDATE people SET name = 1 FROM items', 'INVALID_SQL', /Unsupported UPDATE \(fromClause\)/u],
  ['UPDATE people SET name = COUNT(*)', 'INVALID_SQL', /not allowed in a change/u],
  ['UPDATE people SET id = 1 WHERE _rid = 1', 'SQL_EXECUTION_ERROR', /No field named _rid/u],
  ['DELETE FROM people USING items', 'INVALID_SQL', /Unsupported DELETE \(usingClause\)/u],
  ['DELETE FROM people RETURNING id', 'INVALID_SQL', /Unsupported DELETE \(returningClause\)/u],
  ['INSERT INTO people VALUES (1) RETURNING id', 'INVALID_SQL', /Unsupported INSERT \(returningClause\)/u],
  ['INSERT INTO people VALUES (1) ON CONFLICT DO NOTHING', 'INVALID_SQL', /Unsupported INSERT \(onConflictClause\)/u],
  ['WITH x AS (SELECT 1) INSERT INTO people SELECT 1', 'INVALID_SQL', /Unsupported INSERT \(withClause\)/u],
  ['INSERT INTO people OVERRIDING SYSTEM VALUE VALUES (1)', 'INVALID_SQL', /Unsupported OVERRIDING/u],
  [`INSERT INTO people VALUES (1, 'a', 3)`, 'INVALID_SQL', /more expressions than target columns/u],
  ['INSERT INTO people (id, name) VALUES (1)', 'INVALID_SQL', /fewer expressions than target columns/u],
  [`INSERT INTO people VALUES (1), (2, 'b')`, 'INVALID_SQL', /same length/u],
  ['INSERT INTO people (id, name) SELECT 1', 'INVALID_SQL', /fewer expressions than target columns/u],
  ['INSERT INTO people VALUES (id)', 'SQL_EXECUTION_ERROR', /No field named id/u],
  ['INSERT INTO people VALUES (COUNT(*))', 'INVALID_SQL', /not allowed in VALUES/u],
  ['INSERT INTO other.ns.people VALUES (1)', 'INVALID_SQL', /Unsupported catalog 'other'/u],
  ['TRUNCATE people', 'INVALID_SQL', /no INSERT, UPDATE or DELETE/u],
]

for (const [sql, code, text, files = null] of REFUSED) {
  test(`refused: ${sql}`, () =>
    assert.throws(
      () => {
        const what = { ...GIVEN, files }
        const parsed = parseChange(sql, what)
        const target = fixtureRelation(parsed.target.name)
        const relations = fixtureRelations(parsed.references)
        const compile = { insert: compileInsert, update: compileUpdate, delete: compileDelete }[parsed.kind]
        compile(parsed, target, relations, what)
      },
      (error) => error instanceof SqlError && error.code === code && text.test(error.message),
    ))
}
