import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'
import { ALICE, message, records, refused, WORKER } from './statements-fixture.ts'

interface ColumnOfJson {
  readonly column_name: string
  readonly data_type: unknown
  readonly is_primary_key: boolean
  readonly default_value: string | null
}

describe('SHOW and DESCRIBE', () => {
  let sql: SqlUnderTest
  before(async () => {
    sql = await startSql()
    await sql.run('CREATE NAMESPACE app; CREATE NAMESPACE other')
    await sql.run(
      "CREATE TABLE app.notes (id BIGINT PRIMARY KEY DEFAULT SNOWFLAKE_ID(), text TEXT NOT NULL DEFAULT 'x', price DECIMAL(10, 2))",
    )
    await sql.run('CREATE STREAM TABLE other.feed (v JSON) WITH (TTL_SECONDS = 60)')
  })
  after(() => sql[Symbol.asyncDispose]())

  test('SHOW TABLES tells everybody of all tables, and administrators of the system', async () => {
    const seen = await records(sql, 'SHOW TABLES', ALICE)
    assert.deepEqual(
      seen.map((row) => [row['table_id'], row['table_name'], row['namespace_id'], row['table_type']]),
      [
        ['app:notes', 'notes', 'app', 'shared'],
        ['other:feed', 'feed', 'other', 'stream'],
      ],
    )
    assert.ok((await records(sql, 'SHOW TABLES')).some((row) => row['table_id'] === 'system:users' && row['table_type'] === 'system'))
    assert.deepEqual(
      (await records(sql, 'SHOW TABLES IN other')).map((row) => row['table_name']),
      ['feed'],
    )
    await refused(sql, 'SHOW TABLES IN NAMESPACE nowhere', /Namespace 'nowhere' does not exist/)
  })

  test('SHOW TABLES has each table once, as it is now', async () => {
    await sql.run('CREATE TABLE app.changing (id INT PRIMARY KEY); ALTER TABLE app.changing ADD COLUMN b INT')
    const rows = (await records(sql, 'SHOW TABLES IN app', ALICE)).filter((row) => row['table_name'] === 'changing')
    assert.deepEqual(
      rows.map((row) => [row['schema_version'], row['is_latest']]),
      [[2, true]],
    )
    assert.deepEqual(await sql.rows("SELECT schema_version, is_latest FROM system.schemas WHERE table_name = 'changing' ORDER BY 1"), [
      [1, false],
      [2, true],
    ])
  })

  test('SHOW TABLES says what the columns are, as JSON text', async () => {
    const [row] = await records(sql, 'SHOW TABLES IN app', ALICE)
    const columns = JSON.parse(String(row?.['columns'])) as ColumnOfJson[]
    assert.deepEqual(
      columns.map((column) => [column.column_name, column.data_type, column.is_primary_key, column.default_value]),
      [
        ['id', 'BigInt', true, 'SNOWFLAKE_ID()'],
        ['text', 'Text', false, "'x'"],
        ['price', { Decimal: { precision: 10, scale: 2 } }, false, null],
        ['_seq', 'BigInt', false, null],
        ['_deleted', 'Boolean', false, null],
      ],
    )
  })

  test('DESCRIBE TABLE tells everybody what a table is like', async () => {
    for (const words of ['DESCRIBE TABLE', 'DESC TABLE']) {
      const rows = await records(sql, `${words} app.notes`, ALICE)
      assert.deepEqual(rows[1], {
        column_name: 'text',
        ordinal_position: 2,
        column_id: '2',
        data_type: 'Text',
        is_nullable: false,
        is_primary_key: false,
        column_default: "'x'",
        column_comment: null,
        schema_version: 1,
      })
    }
    const [result] = await sql.run('DESCRIBE TABLE other.feed')
    assert.deepEqual(
      result?.rows?.map(([name]) => name),
      ['v', '_seq'],
    )
  })

  test('DESCRIBE TABLE … HISTORY tells what it was like before', async () => {
    await sql.run('CREATE TABLE app.past (id INT PRIMARY KEY); ALTER TABLE app.past ADD COLUMN b INT')
    const rows = await records(sql, 'DESCRIBE TABLE app.past HISTORY')
    assert.deepEqual(
      rows.map((row) => `${String(row['schema_version'])} ${String(row['column_name'])}`),
      ['2 id', '2 b', '2 _seq', '2 _deleted', '1 id', '1 _seq', '1 _deleted'],
    )
  })

  test('some forms are for administrators', async () => {
    for (const [statement, what] of [
      ['DESCRIBE app.notes', 'DESCRIBE'],
      ['DESC app.notes', 'DESCRIBE'],
      ['SHOW COLUMNS FROM app.notes', 'SHOW COLUMNS'],
      ['SHOW ALL', 'SHOW ALL'],
      ['SET x TO 1', 'SET commands'],
    ]) {
      await refused(sql, statement!, `Admin privileges (DBA or System role) required for ${what}`, WORKER)
      await sql.run(statement!)
    }
    assert.ok((await records(sql, 'SHOW ALL')).length > 0)
    assert.equal((await records(sql, 'SHOW COLUMNS FROM app.notes')).length, 5)
    assert.match((await message(sql, 'SET x TO 1')) ?? '', /without effect/)
  })

  test('DESCRIBE TABLE of the system is for administrators, and tells a user nothing of what there is not', async () => {
    assert.equal((await records(sql, 'DESCRIBE TABLE system.namespaces')).length, 5)
    await refused(sql, 'DESCRIBE TABLE system.namespaces', /System tables require/, ALICE)
    await refused(sql, 'DESCRIBE TABLE app.nothing', 'SQL statement failed', ALICE)
    await refused(sql, 'DESCRIBE TABLE app.nothing', /app\.nothing/)
    await refused(sql, 'DESCRIBE TABLE system.nothing', /system\.nothing/)
  })

  test('SHOW STATS counts the rows that its caller would see', async () => {
    await sql.run('CREATE USER TABLE app.own (id INT PRIMARY KEY)')
    await sql.run('INSERT INTO app.own VALUES (1), (2)', [], ALICE)
    await sql.run('DELETE FROM app.own WHERE id = 1', [], ALICE)
    const rows = async (caller = ALICE) => (await records(sql, 'SHOW STATS FOR TABLE app.own', caller))[0]?.['logical_rows']
    assert.equal(await rows(), '1')
    assert.equal(await rows(WORKER), '0')
    await refused(sql, 'SHOW STATS FOR TABLE app.notes', /Access denied/, ALICE)
  })

  test('another process sees a table as soon as its maker was answered', async () => {
    for (let round = 0; round < 5; round++) {
      await sql.run(`CREATE TABLE app.seen${round} (id INT PRIMARY KEY)`)
      assert.equal((await records(sql, `DESCRIBE TABLE app.seen${round}`)).length, 3)
      await sql.run(`ALTER TABLE app.seen${round} RENAME COLUMN id TO key`)
      assert.equal((await records(sql, `DESCRIBE TABLE app.seen${round}`))[0]?.['column_name'], 'key')
    }
  })
})
