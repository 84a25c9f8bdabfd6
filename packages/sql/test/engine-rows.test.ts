import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EngineUnderTest } from './engine-under-test.ts'

const TABLES = `
CREATE NAMESPACE app;
CREATE SHARED TABLE app.items (id BIGINT PRIMARY KEY, name TEXT NOT NULL, price DOUBLE) WITH (ACCESS_LEVEL = 'public');
CREATE USER TABLE app.notes (id BIGINT PRIMARY KEY, text TEXT DEFAULT 'empty');
CREATE STREAM TABLE app.pings (id BIGINT PRIMARY KEY, at TEXT) WITH (TTL_SECONDS = 10);
`

async function open(): Promise<EngineUnderTest> {
  const engine = await EngineUnderTest.open()
  await engine.run('root', TABLES)
  return engine
}

describe('rows', () => {
  test('a query without a table is answered', async () => {
    await using engine = await EngineUnderTest.open()
    assert.deepEqual(await engine.run('ann', 'SELECT 1 + 1 AS answer'), [
      { schema: [{ name: 'answer', data_type: 'BigInt', index: 0 }], rows: [['2']], row_count: 1, as_user: 'ann' },
    ])
  })

  test('are inserted, read, changed and deleted', async () => {
    await using engine = await open()
    assert.deepEqual(await engine.run('sam', "INSERT INTO app.items (id, name, price) VALUES (2, 'b', 2.5), (1, 'a', NULL)"), [
      { row_count: 2, message: 'Inserted 2 row(s)', as_user: 'sam' },
    ])
    assert.deepEqual(await engine.rows('ann', 'SELECT * FROM app.items'), [
      ['1', 'a', null, '2', false],
      ['2', 'b', 2.5, '1', false],
    ])
    assert.deepEqual(await engine.messages('sam', "UPDATE app.items SET name = 'c' WHERE id > 1"), ['Updated 1 row(s)'])
    assert.deepEqual(await engine.rows('ann', 'SELECT name, _seq FROM app.items WHERE id = 2'), [['c', '3']])
    assert.deepEqual(await engine.messages('sam', 'DELETE FROM app.items WHERE id = 1'), ['Deleted 1 row(s)'])
    assert.deepEqual(await engine.rows('ann', 'SELECT id FROM app.items'), [['2']])
  })

  test('an answer names its columns, and leaves out rows that there are not', async () => {
    await using engine = await open()
    const [result] = await engine.run('ann', 'SELECT id, name, price FROM app.items')
    assert.deepEqual(result, {
      schema: [
        { name: 'id', data_type: 'BigInt', index: 0, flags: ['pk', 'nn', 'uq'] },
        { name: 'name', data_type: 'Text', index: 1, flags: ['nn'] },
        { name: 'price', data_type: 'Double', index: 2 },
      ],
      row_count: 0,
      as_user: 'ann',
    })
  })

  const FLAGS: readonly (readonly [query: string, ...flags: (string | undefined)[]])[] = [
    ['SELECT id AS number, 2 AS id, name AS id, price FROM app.items', 'pk nn uq', undefined, 'nn', undefined],
    [
      'SELECT id + 0 AS id, COALESCE(id, 1) AS id, (SELECT MAX(id) FROM app.items) AS id, i.ID FROM app.items AS i',
      undefined,
      undefined,
      undefined,
      'pk nn uq',
    ],
    ['SELECT * FROM app.items', 'pk nn uq', 'nn', undefined, undefined, undefined],
    ['SELECT key, more FROM (SELECT id AS key, id + 1 AS more FROM app.items) AS x', 'pk nn uq', undefined],
    ['WITH x (key) AS (SELECT id FROM app.items) SELECT key FROM x WHERE key IN (SELECT id FROM app.items)', 'pk nn uq'],
    ['SELECT a.id, b.id FROM app.items AS a LEFT JOIN app.items AS b ON a.id = b.id', undefined, undefined],
    ['SELECT x.id FROM (SELECT a.id FROM app.items AS a, app.items AS b) AS x', undefined],
    ['SELECT id FROM app.items UNION ALL SELECT id FROM app.items', undefined],
    ['SELECT id, COUNT(*) AS name FROM app.items GROUP BY id', 'pk nn uq', undefined],
  ]

  test('an answer says of a column what its table says of it, where it is the table’s', async () => {
    await using engine = await open()
    for (const [query, ...flags] of FLAGS) {
      const [result] = await engine.run('ann', query)
      assert.deepEqual(
        result?.schema?.map((column) => column.flags?.join(' ')),
        flags,
        query,
      )
    }
  })

  test('that are set to what they are count for nothing', async () => {
    await using engine = await open()
    await engine.run('sam', "INSERT INTO app.items VALUES (1, 'a', 1.5)")
    const before = engine.effects.length
    assert.deepEqual(await engine.messages('sam', "UPDATE app.items SET name = 'a', price = 1.5"), ['Updated 0 row(s)'])
    assert.deepEqual(await engine.rows('sam', 'SELECT _seq FROM app.items'), [['1']])
    assert.equal(engine.effects.length, before)
    assert.deepEqual(await engine.messages('sam', 'DELETE FROM app.items WHERE id = 7'), ['Deleted 0 row(s)'])
  })

  test('of one key there is one at a time, and one after another', async () => {
    await using engine = await open()
    await engine.run('sam', "INSERT INTO app.items (id, name) VALUES (1, 'a')")
    const taken = "SQL_EXECUTION_ERROR: Statement 1 failed: Already exists: Primary key violation: value '1' already exists in column 'id'"
    assert.equal(await engine.refusal('sam', "INSERT INTO app.items (id, name) VALUES (1, 'b')"), taken)
    assert.match(await engine.refusal('sam', "INSERT INTO app.items (id, name) VALUES (2, 'b'), (2, 'c')"), /value '2' already exists/)
    assert.deepEqual(await engine.rows('sam', 'SELECT id FROM app.items'), [['1']])
    await engine.run('sam', 'DELETE FROM app.items WHERE id = 1')
    await engine.run('sam', "INSERT INTO app.items (id, name) VALUES (1, 'c')")
    assert.deepEqual(await engine.rows('sam', 'SELECT id, name, _seq FROM app.items'), [['1', 'c', '3']])
  })

  test('may change their keys, past one another too, but not onto another', async () => {
    await using engine = await open()
    await engine.run('sam', "INSERT INTO app.items (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (9, 'z')")
    await engine.run('sam', 'DELETE FROM app.items WHERE id = 9')
    assert.deepEqual(await engine.messages('sam', 'UPDATE app.items SET id = id + 1 WHERE id <= 3'), ['Updated 3 row(s)'])
    assert.deepEqual(await engine.messages('sam', 'UPDATE app.items SET id = 9 WHERE id = 2'), ['Updated 1 row(s)'])
    assert.match(await engine.refusal('sam', 'UPDATE app.items SET id = 3 WHERE id = 4'), /value '3' already exists in column 'id'/)
    assert.deepEqual(await engine.rows('sam', 'SELECT id, name FROM app.items'), [
      ['3', 'b'],
      ['4', 'c'],
      ['9', 'a'],
    ])
  })

  test('without a value get the default of the column, and are refused where there has to be one', async () => {
    await using engine = await open()
    await engine.run('ann', 'INSERT INTO app.notes (id) VALUES (1); INSERT INTO app.notes (id, text) VALUES (2, NULL), (3, DEFAULT)')
    assert.deepEqual(await engine.rows('ann', 'SELECT id, text FROM app.notes'), [
      ['1', 'empty'],
      ['2', null],
      ['3', 'empty'],
    ])
    assert.equal(
      await engine.refusal('sam', 'INSERT INTO app.items (id) VALUES (1)'),
      "SQL_EXECUTION_ERROR: Statement 1 failed: NOT NULL constraint violation: column 'name' cannot be null",
    )
    assert.match(await engine.refusal('sam', "INSERT INTO app.items (name) VALUES ('a')"), /column 'id' cannot be null/)
  })

  test('of a USER table are each user’s own, keys included', async () => {
    await using engine = await open()
    for (const user of ['ann', 'bob', 'root']) await engine.run(user, 'INSERT INTO app.notes VALUES (1, $1)', { params: [user] })
    for (const user of ['ann', 'bob', 'root']) assert.deepEqual(await engine.rows(user, 'SELECT id, text FROM app.notes'), [['1', user]])
    assert.deepEqual(await engine.messages('root', "UPDATE app.notes SET text = 'mine'"), ['Updated 1 row(s)'])
    assert.deepEqual(await engine.messages('bob', 'DELETE FROM app.notes'), ['Deleted 1 row(s)'])
    assert.deepEqual(await engine.rows('ann', 'SELECT text FROM app.notes'), [['ann']])
  })

  test('of a STREAM table go by themselves, and are never changed', async () => {
    await using engine = await open()
    await engine.run('ann', "INSERT INTO app.pings VALUES (1, 'a')")
    engine.nowMs += 9_999
    await engine.run('ann', "INSERT INTO app.pings VALUES (2, 'b')")
    assert.deepEqual(await engine.rows('ann', 'SELECT id FROM app.pings'), [['1'], ['2']])
    assert.match(await engine.refusal('ann', "UPDATE app.pings SET at = 'x'"), /UPDATE is not supported for STREAM tables/)
    engine.nowMs += 1
    assert.deepEqual(await engine.rows('ann', 'SELECT * FROM app.pings'), [['2', 'b', '2']])
    await engine.run('ann', "INSERT INTO app.pings VALUES (1, 'again')")
    assert.deepEqual(await engine.rows('ann', 'SELECT id, at FROM app.pings'), [
      ['1', 'again'],
      ['2', 'b'],
    ])
    assert.deepEqual(await engine.messages('ann', 'DELETE FROM app.pings WHERE id = 2'), ['Deleted 1 row(s)'])
    assert.deepEqual(await engine.rows('bob', 'SELECT * FROM app.pings'), [])
  })

  test('of another table can be inserted, but no system columns', async () => {
    await using engine = await open()
    await engine.run('sam', "INSERT INTO app.items (id, name) VALUES (1, 'a'), (2, 'b')")
    assert.deepEqual(await engine.messages('ann', 'INSERT INTO app.notes (id, text) SELECT id + 10, name FROM app.items WHERE id > 1'), [
      'Inserted 1 row(s)',
    ])
    assert.deepEqual(await engine.rows('ann', 'SELECT id, text FROM app.notes'), [['12', 'b']])
    assert.match(await engine.refusal('ann', 'INSERT INTO app.notes (id, _seq) VALUES (1, 1)'), /System column violation|_seq/)
  })
})
