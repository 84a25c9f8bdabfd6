import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SQL_COLUMNS_MAX, SQL_DELETED_RETENTION_HOURS_MAX, STREAM_TTL_SECONDS_MAX } from '@logbrook/kafka/limits'
import { startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'
import { ALICE, message, records, refused, WORKER } from './statements-fixture.ts'

describe('tables', () => {
  let sql: SqlUnderTest
  before(async () => {
    sql = await startSql()
    await sql.run('CREATE NAMESPACE app; CREATE NAMESPACE alice; CREATE NAMESPACE worker')
  })
  after(() => sql[Symbol.asyncDispose]())

  async function options(table: string): Promise<Record<string, unknown>> {
    const [namespace, name] = table.split('.')
    const [row] = await records(sql, `SELECT options FROM system.schemas WHERE namespace_id = '${namespace}' AND table_name = '${name}'`)
    return JSON.parse(String(row?.['options'])) as Record<string, unknown>
  }

  test('are of the type that stands before TABLE or in the options, or SHARED', async () => {
    assert.equal(await message(sql, 'CREATE USER TABLE app.u (id INT PRIMARY KEY)'), 'User table app.u created successfully')
    assert.equal(
      await message(sql, "CREATE TABLE app.u2 (id INT PRIMARY KEY) WITH (TYPE = 'USER')"),
      'User table app.u2 created successfully',
    )
    assert.equal(await message(sql, 'CREATE TABLE app.s (id INT PRIMARY KEY)'), 'Shared table app.s created successfully')
    assert.equal(await message(sql, 'CREATE STREAM TABLE app.f (v TEXT) WITH (TTL_SECONDS = 5)'), 'Stream table app.f created successfully')
    assert.deepEqual(await options('app.s'), { table_type: 'SHARED', storage_id: 'local', flush_policy: null, access_level: 'private' })
    assert.deepEqual(await options('app.u'), { table_type: 'USER', storage_id: 'local', flush_policy: null, use_user_storage: false })
    assert.deepEqual(await options('app.f'), { table_type: 'STREAM', ttl_seconds: 5 })
  })

  test('are of users where a service or a user makes them in the namespace of its own name', async () => {
    assert.equal(await message(sql, 'CREATE TABLE alice.t (id INT PRIMARY KEY)', ALICE), 'User table alice.t created successfully')
    assert.equal(await message(sql, 'CREATE TABLE worker.t (id INT PRIMARY KEY)', WORKER), 'User table worker.t created successfully')
    assert.equal(await message(sql, 'CREATE TABLE app.w (id INT PRIMARY KEY)', WORKER), 'Shared table app.w created successfully')
  })

  test('of users and streams anybody makes, shared ones a service, and drops only an administrator', async () => {
    await sql.run('CREATE USER TABLE app.of_alice (id INT PRIMARY KEY)', [], ALICE)
    await sql.run('CREATE STREAM TABLE app.stream_of_alice (v TEXT) WITH (TTL_SECONDS = 5)', [], ALICE)
    await refused(sql, 'CREATE SHARED TABLE app.no (id INT PRIMARY KEY)', /Access denied: Role 'User' cannot access table 'app\.no'/, ALICE)
    await refused(sql, 'CREATE TABLE app.no (id INT PRIMARY KEY)', /Access denied/, ALICE)
    await refused(sql, 'DROP TABLE app.of_alice', /Admin privileges/, ALICE)
    await refused(sql, 'DROP TABLE app.w', /Admin privileges/, WORKER)
  })

  test('are made once, or more often when that is said', async () => {
    await sql.run('CREATE TABLE app.twice (id INT PRIMARY KEY)')
    await refused(sql, 'CREATE TABLE app.Twice (id INT PRIMARY KEY)', 'Statement 1 failed: Already exists: Table app.twice already exists')
    assert.equal(await message(sql, 'CREATE TABLE IF NOT EXISTS app.twice (id INT PRIMARY KEY)'), 'Table app.twice already exists')
  })

  test('lie in a namespace that there is', async () => {
    await refused(
      sql,
      'CREATE TABLE nowhere.t (id INT PRIMARY KEY)',
      "Statement 1 failed: Namespace 'nowhere' does not exist. Create it first with CREATE NAMESPACE nowhere",
    )
    await refused(sql, 'CREATE TABLE system.t (id INT PRIMARY KEY)', /Cannot create a table in system namespace 'system'/)
  })

  test('have a primary key, but for streams', async () => {
    await refused(sql, 'CREATE TABLE app.k (v TEXT)', /Shared tables require a PRIMARY KEY column/)
    await refused(sql, 'CREATE USER TABLE app.k (v TEXT)', /User tables require a PRIMARY KEY column/)
  })

  test('have options of their type only', async () => {
    const key = '(id INT PRIMARY KEY)'
    await refused(sql, `CREATE STREAM TABLE app.o ${key}`, /STREAM tables must specify 'TTL_SECONDS'/)
    await refused(sql, `CREATE TABLE app.o ${key} WITH (TTL_SECONDS = 5)`, /TTL_SECONDS is only supported for STREAM tables/)
    await refused(sql, `CREATE USER TABLE app.o ${key} WITH (ACCESS_LEVEL = 'PUBLIC')`, /ACCESS_LEVEL is only supported for SHARED tables/)
    await refused(sql, `CREATE TABLE app.o ${key} WITH (ACCESS_LEVEL = 'secret')`, /ACCESS_LEVEL is one of/)
    await refused(sql, `CREATE TABLE app.o ${key} WITH (FLUSH_POLICY = 'often')`, /FLUSH_POLICY is 'rows:N'/)
    await refused(sql, `CREATE TABLE app.o ${key} WITH (COLOUR = 'red')`, /Unknown table option 'COLOUR'/)
    await refused(sql, `CREATE TABLE app.o ${key} WITH (STORAGE_ID = 'far')`, /Storage 'far' does not exist/)
    await sql.run(
      `CREATE TABLE app.o ${key} WITH (ACCESS_LEVEL = 'Public', FLUSH_POLICY = 'rows:10,interval:5', STORAGE_ID = 'local', DELETED_RETENTION_HOURS = 3)`,
    )
    assert.deepEqual(await options('app.o'), {
      table_type: 'SHARED',
      storage_id: 'local',
      flush_policy: 'rows:10,interval:5',
      access_level: 'public',
      deleted_retention_hours: 3,
    })
  })

  test('of streams live for as long as can be counted', async () => {
    await sql.run(stream('longest', String(STREAM_TTL_SECONDS_MAX)))
    await refused(sql, stream('longer', String(STREAM_TTL_SECONDS_MAX + 1)), new RegExp(`the limit is ${STREAM_TTL_SECONDS_MAX}`))
    for (const ttl of ['0', '-1', '1.5', 'soon']) await refused(sql, stream('none', ttl), /TTL_SECONDS is a whole number from 1/)
  })

  test('keep what is deleted for as many hours as can be counted, or not at all', async () => {
    await sql.run(keeping('0'))
    await sql.run(keeping(String(SQL_DELETED_RETENTION_HOURS_MAX)))
    await refused(sql, keeping(String(SQL_DELETED_RETENTION_HOURS_MAX + 1)), new RegExp(`the limit is ${SQL_DELETED_RETENTION_HOURS_MAX}`))
    await refused(sql, keeping("'long'").replace(/kept\S+/, 'kept'), /is a whole number from 0, not 'long'/)
  })

  test('have columns up to a limit', async () => {
    await sql.run(wide('widest', SQL_COLUMNS_MAX))
    await refused(
      sql,
      wide('wider', SQL_COLUMNS_MAX + 1),
      new RegExp(`has ${SQL_COLUMNS_MAX + 1} columns; the limit is ${SQL_COLUMNS_MAX}`),
    )
  })

  test('have defaults that their columns can hold', async () => {
    await refused(sql, "CREATE TABLE app.d (id INT PRIMARY KEY, n INT DEFAULT 'many')", /'many' is no .*column 'n'/)
    await refused(sql, 'CREATE TABLE app.d (id INT PRIMARY KEY, n INT DEFAULT UUID_V7())', /column 'n'/)
    await refused(sql, 'CREATE STREAM TABLE app.d (v FILE) WITH (TTL_SECONDS = 1)', /STREAM tables cannot have a FILE column/)
    await sql.run('CREATE TABLE app.d (id BIGINT PRIMARY KEY DEFAULT SNOWFLAKE_ID(), a BOOLEAN DEFAULT TRUE, b DECIMAL(5, 2) DEFAULT 1.5)')
    await sql.run('INSERT INTO app.d (id) VALUES (7)')
    assert.deepEqual(await sql.rows('SELECT id, a, b FROM app.d'), [['7', true, '1.50']])
  })

  test('number their rows where a column is SERIAL or counts by itself', async () => {
    await sql.run('CREATE TABLE app.n (id SERIAL PRIMARY KEY, small SMALLINT AUTO_INCREMENT, large BIGSERIAL)')
    await sql.run('INSERT INTO app.n (id) VALUES (DEFAULT), (DEFAULT)')
    assert.deepEqual(await sql.rows('SELECT id, small FROM app.n'), [
      [1, 1],
      [2, 2],
    ])
    await sql.run('ALTER TABLE app.n ADD COLUMN more INT GENERATED ALWAYS AS IDENTITY')
    assert.deepEqual(await sql.rows('SELECT more FROM app.n ORDER BY more'), [[1], [2]])
    await sql.run('DROP TABLE app.n; CREATE TABLE app.n (id SERIAL PRIMARY KEY); INSERT INTO app.n (id) VALUES (DEFAULT)')
    assert.deepEqual(await sql.rows('SELECT id FROM app.n'), [[1]])
  })

  test('are dropped, and named again start empty', async () => {
    await sql.run('CREATE TABLE app.gone (id INT PRIMARY KEY); INSERT INTO app.gone VALUES (1)')
    const said = (await message(sql, 'DROP TABLE app.gone')) ?? ''
    assert.match(said, /^Table app\.gone dropped successfully\. Cleanup job: \S+$/)
    const job = said.split(' ').at(-1)
    assert.deepEqual(await sql.rows(`SELECT job_type, status FROM system.jobs WHERE job_id = '${job}'`), [['cleanup', 'completed']])
    await refused(sql, 'DROP TABLE app.gone', "Statement 1 failed: Not found: Table 'gone' not found in namespace 'app'")
    assert.equal(await message(sql, 'DROP TABLE IF EXISTS app.gone'), 'Table app.gone does not exist (skipped)')
    await sql.run('CREATE TABLE app.gone (id INT PRIMARY KEY)')
    assert.deepEqual(await sql.rows('SELECT count(*) FROM app.gone'), [['0']])
  })

  test('that a transaction made are gone with it', async () => {
    await sql.run('BEGIN; CREATE TABLE app.brief (id INT PRIMARY KEY); ROLLBACK')
    await refused(sql, 'SELECT * FROM app.brief', /app\.brief/)
  })
})

function stream(name: string, ttl: string): string {
  return `CREATE STREAM TABLE app.${name} (v TEXT) WITH (TTL_SECONDS = ${ttl})`
}

function keeping(hours: string): string {
  return `CREATE TABLE app.kept${hours} (id INT PRIMARY KEY) WITH (DELETED_RETENTION_HOURS = ${hours})`
}

function wide(name: string, columns: number): string {
  const others = Array.from({ length: columns - 1 }, (_, index) => `c${index} INT`)
  return `CREATE TABLE app.${name} (id INT PRIMARY KEY, ${others.join(', ')})`
}
