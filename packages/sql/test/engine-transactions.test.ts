import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { NeedsWriter } from '@logbrook/sql/engine/run'
import { EngineUnderTest } from './engine-under-test.ts'

const TABLES = `
CREATE NAMESPACE app;
CREATE USER TABLE app.notes (id BIGINT PRIMARY KEY, text TEXT);
CREATE STREAM TABLE app.pings (id BIGINT PRIMARY KEY) WITH (TTL_SECONDS = 10);
`

async function open(): Promise<EngineUnderTest> {
  const engine = await EngineUnderTest.open()
  await engine.run('root', TABLES)
  return engine
}

const IDS = 'SELECT id FROM app.notes'

describe('a transaction', () => {
  test('is kept as a whole, or taken back as a whole; several follow one another', async () => {
    await using engine = await open()
    const sql = `
      BEGIN; INSERT INTO app.notes VALUES (1, 'a'); SELECT id FROM app.notes; COMMIT;
      START TRANSACTION; INSERT INTO app.notes VALUES (2, 'b'); SELECT id FROM app.notes; ROLLBACK;
      BEGIN; INSERT INTO app.notes VALUES (3, 'c'); COMMIT`
    const results = await engine.run('ann', sql)
    const said = results.map(({ message, rows }) => message?.replace(/\([0-9a-f-]{36}\)/, '(id)') ?? JSON.stringify(rows))
    assert.deepEqual(said, [
      'Transaction started (id)',
      '[["1"]]',
      'Transaction committed (id)',
      'Transaction started (id)',
      '[["1"],["2"]]',
      'Transaction rolled back (id)',
      'Transaction started (id)',
      'Transaction committed (id)',
      'Inserted 3 row(s)',
    ])
    assert.deepEqual(await engine.rows('ann', IDS), [['1'], ['3']])
  })

  test('is taken back by a failure inside of it, and what was before it is not', async () => {
    await using engine = await open()
    const sql =
      "INSERT INTO app.notes VALUES (1, 'a'); BEGIN; INSERT INTO app.notes VALUES (2, 'b'); INSERT INTO app.notes VALUES (2, 'c'); COMMIT"
    assert.match(await engine.refusal('ann', sql), /Statement 4 failed: Already exists/)
    assert.deepEqual(await engine.rows('ann', IDS), [['1']])
    await engine.run('ann', "BEGIN; INSERT INTO app.notes VALUES (2, 'd'); COMMIT")
    assert.deepEqual(await engine.rows('ann', IDS), [['1'], ['2']])
  })

  test('that is left open is taken back, and said', async () => {
    await using engine = await open()
    assert.equal(
      await engine.refusal('ann', "BEGIN; INSERT INTO app.notes VALUES (1, 'a')"),
      'SQL_EXECUTION_ERROR: Invalid operation: Request completed with an open explicit transaction; rolled back automatically',
    )
    assert.deepEqual(await engine.rows('ann', IDS), [])
  })

  test('is begun once and ended once', async () => {
    await using engine = await open()
    assert.match(
      await engine.refusal('ann', 'BEGIN; BEGIN; COMMIT'),
      /Statement 2 failed: Invalid operation: transaction [0-9a-f-]+ is open already/,
    )
    assert.match(await engine.refusal('ann', 'COMMIT'), /no transaction is open for COMMIT/)
    assert.match(await engine.refusal('ann', 'ROLLBACK'), /no transaction is open for ROLLBACK/)
  })

  test('has no STREAM tables in it, and nothing that it could not take back', async () => {
    await using engine = await open()
    for (const sql of ['INSERT INTO app.pings VALUES (1)', 'SELECT * FROM app.pings', 'USE app; DELETE FROM pings']) {
      assert.match(
        await engine.refusal('ann', `BEGIN; ${sql}; COMMIT`),
        /failed: Invalid operation: stream tables are not supported inside explicit transactions/,
      )
    }
    assert.match(
      await engine.refusal('root', "BEGIN; CREATE USER eve WITH PASSWORD 'secret-1' ROLE user; COMMIT"),
      /CREATE USER is not supported inside explicit transactions/,
    )
  })

  test('may make tables, and takes them back too', async () => {
    await using engine = await open()
    const made = 'CREATE USER TABLE app.more (id BIGINT PRIMARY KEY); INSERT INTO app.more VALUES (1)'
    await engine.run('root', `BEGIN; ${made}; ROLLBACK`)
    assert.match(await engine.refusal('root', 'SELECT * FROM app.more'), /Table not found: app.more/)
    await engine.run('root', `BEGIN; ${made}; COMMIT`)
    assert.deepEqual(await engine.rows('root', 'SELECT id FROM app.more'), [['1']])
  })

  test('tells of what it did when it is kept, all at once, and else nothing', async () => {
    await using engine = await open()
    engine.effects.length = 0
    await engine.run('root', 'BEGIN; CREATE NAMESPACE a; CREATE NAMESPACE b; ROLLBACK')
    assert.deepEqual(engine.effects, [])
    await engine.run('root', 'BEGIN; CREATE NAMESPACE a; CREATE NAMESPACE b; COMMIT; CREATE NAMESPACE c')
    assert.deepEqual(
      engine.effects.map(({ catalogChanged }) => catalogChanged),
      [true, true],
    )
  })
})

describe('a reader', () => {
  test('reads what the writer has written, and hands on what it cannot do before it does anything', async () => {
    await using engine = await open()
    const reader = await engine.openAnother('reader')
    await engine.run('ann', "INSERT INTO app.notes VALUES (1, 'a')")
    const [result] = (await reader.run(engine.request('ann', IDS))) as [{ rows: unknown }]
    assert.deepEqual(result.rows, [['1']])
    for (const sql of [
      "SELECT 1; INSERT INTO app.notes VALUES (2, 'b')",
      'BEGIN; SELECT 1; COMMIT',
      'DROP TABLE app.notes',
      "ACK t GROUP 'g' UPTO OFFSET 1",
    ]) {
      await assert.rejects(reader.run(engine.request('root', sql)), NeedsWriter)
    }
    await assert.rejects(reader.run({ kind: 'reserve-files', count: 1 }), NeedsWriter)
    await assert.rejects(reader.run(engine.request('ann', 'SELECT * FROM app.nothing')), { message: 'SQL statement failed' })
    reader.close()
  })

  test('sees tables that the writer has made, changed and dropped meanwhile', async () => {
    await using engine = await open()
    const reader = await engine.openAnother('reader')
    await engine.run('root', 'CREATE SHARED TABLE app.more (id BIGINT PRIMARY KEY)')
    const read = engine.request('root', 'SELECT * FROM app.more')
    assert.equal(((await reader.run(read)) as [{ schema: unknown[] }])[0].schema.length, 3)
    await engine.run('root', 'ALTER TABLE app.more ADD COLUMN text TEXT')
    assert.equal(((await reader.run(read)) as [{ schema: unknown[] }])[0].schema.length, 4)
    await engine.run('root', 'DROP TABLE app.more')
    await assert.rejects(reader.run(read), /Table not found: app.more/)
    reader.close()
  })
})

describe('the database', () => {
  test('is copied to where there is nothing, and goes on being shut', async () => {
    await using engine = await open()
    await engine.run('ann', "INSERT INTO app.notes VALUES (1, 'a')")
    const file = `${engine.directory}/copy.db`
    await engine.engine.run({ kind: 'copy-to', file })
    await assert.rejects(engine.engine.run({ kind: 'copy-to', file }), /already exists/)
    const copy = new DatabaseSync(file, { readOnly: true })
    assert.deepEqual({ ...copy.prepare('SELECT count(*) AS count FROM t1').get() }, { count: 1 })
    copy.close()
    assert.deepEqual(await engine.rows('ann', IDS), [['1']])
  })
})
