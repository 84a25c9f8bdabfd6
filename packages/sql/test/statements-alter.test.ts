import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SQL_COLUMNS_MAX } from '@logbrook/kafka/limits'
import { startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'
import { ALICE, message, records, refused, WORKER } from './statements-fixture.ts'

describe('ALTER TABLE', () => {
  let sql: SqlUnderTest
  let made = 0
  before(async () => {
    sql = await startSql()
    await sql.run('CREATE NAMESPACE app')
  })
  after(() => sql[Symbol.asyncDispose]())

  /** A table with rows 1 and 2, of which the latter has no `b`. */
  async function table(): Promise<string> {
    const name = `app.t${++made}`
    await sql.run(`CREATE TABLE ${name} (id BIGINT PRIMARY KEY, a TEXT, b INT); INSERT INTO ${name} VALUES (1, '10', 5), (2, 'x', NULL)`)
    return name
  }

  async function columns(name: string): Promise<unknown[]> {
    return (await records(sql, `DESCRIBE TABLE ${name}`)).map((row) => row['column_name'])
  }

  test('ADD COLUMN gives old rows NULL or the default', async () => {
    const name = await table()
    assert.equal(
      await message(sql, `ALTER TABLE ${name} ADD COLUMN c TEXT`),
      `Table ${name} altered successfully: ADD COLUMN c Text (version 2)`,
    )
    await sql.run(`ALTER TABLE ${name} ADD COLUMN d INT NOT NULL DEFAULT 7`)
    await sql.run(`ALTER TABLE ${name} ADD COLUMN e TIMESTAMP DEFAULT NOW()`)
    assert.deepEqual(await sql.rows(`SELECT id, c, d, e IS NULL FROM ${name}`), [
      ['1', null, 7, false],
      ['2', null, 7, false],
    ])
    assert.deepEqual(await columns(name), ['id', 'a', 'b', 'c', 'd', 'e', '_seq', '_deleted'])
  })

  test('ADD COLUMN gives each row a default of its own where it makes one', async () => {
    const name = await table()
    await sql.run(`ALTER TABLE ${name} ADD COLUMN u UUID DEFAULT UUID_V7()`)
    assert.deepEqual(await sql.rows(`SELECT count(DISTINCT u) FROM ${name}`), [['2']])
  })

  test('ADD COLUMN without a value for the rows that there are is refused', async () => {
    const name = await table()
    await refused(sql, `ALTER TABLE ${name} ADD COLUMN c INT NOT NULL`, /NOT NULL constraint violation: column 'c'/)
    await sql.run(`DELETE FROM ${name} WHERE id > 0`)
    await sql.run(`ALTER TABLE ${name} ADD COLUMN c INT NOT NULL`)
  })

  test('ADD COLUMN ends at the limit', async () => {
    const wide = Array.from({ length: SQL_COLUMNS_MAX - 2 }, (_, index) => `c${index} INT`).join(', ')
    await sql.run(`CREATE TABLE app.wide (id INT PRIMARY KEY, ${wide})`)
    await sql.run('ALTER TABLE app.wide ADD COLUMN the_last INT')
    await refused(sql, 'ALTER TABLE app.wide ADD COLUMN more INT', new RegExp(`has ${SQL_COLUMNS_MAX} columns, which is the limit`))
  })

  test('DROP COLUMN takes the column out of every query', async () => {
    const name = await table()
    await sql.run(`ALTER TABLE ${name} DROP COLUMN b`)
    assert.deepEqual((await records(sql, `SELECT * FROM ${name}`)).map((row) => Object.keys(row))[0], ['id', 'a', '_seq', '_deleted'])
    await refused(sql, `SELECT b FROM ${name}`, /No field named b/)
    await refused(sql, `ALTER TABLE ${name} DROP COLUMN b`, /Column 'b' does not exist/)
    await refused(sql, `ALTER TABLE ${name} DROP COLUMN id`, /Cannot drop PRIMARY KEY column 'id'/)
    await refused(sql, `ALTER TABLE ${name} DROP COLUMN _seq`, /System column violation/)
  })

  test('a column that was dropped and made again is empty', async () => {
    const name = await table()
    await sql.run(`ALTER TABLE ${name} DROP COLUMN a; ALTER TABLE ${name} ADD COLUMN a TEXT`)
    assert.deepEqual(await sql.rows(`SELECT a FROM ${name}`), [[null], [null]])
  })

  test('RENAME COLUMN keeps the values', async () => {
    const name = await table()
    await sql.run(`ALTER TABLE ${name} RENAME COLUMN a TO title`)
    assert.deepEqual(await columns(name), ['id', 'title', 'b', '_seq', '_deleted'])
    assert.deepEqual(await sql.rows(`SELECT title FROM ${name}`), [['10'], ['x']])
    await refused(sql, `ALTER TABLE ${name} RENAME COLUMN title TO b`, /Column 'b' already exists/)
    await refused(sql, `ALTER TABLE ${name} RENAME COLUMN a TO c`, /Column 'a' does not exist/)
  })

  test('MODIFY COLUMN converts all values or none', async () => {
    const name = await table()
    await refused(sql, `ALTER TABLE ${name} MODIFY COLUMN a INT`, /Cannot change column 'a' to Int: a row has 'x'/)
    assert.deepEqual(await sql.rows(`SELECT a FROM ${name}`), [['10'], ['x']])
    await sql.run(`DELETE FROM ${name} WHERE id = 2`)
    await sql.run(`ALTER TABLE ${name} MODIFY COLUMN a INT`)
    assert.deepEqual(await sql.rows(`SELECT a + 1 FROM ${name}`), [['11']])
    await sql.run(`ALTER TABLE ${name} MODIFY COLUMN a DOUBLE`)
    assert.deepEqual(await sql.rows(`SELECT a FROM ${name}`), [[10]])
  })

  test('MODIFY COLUMN of the key keeps it a key', async () => {
    const name = await table()
    await sql.run(`ALTER TABLE ${name} MODIFY COLUMN id TEXT`)
    assert.deepEqual(await sql.rows(`SELECT id FROM ${name} WHERE id = '2'`), [['2']])
    await refused(sql, `INSERT INTO ${name} (id) VALUES ('2')`, /Primary key violation: value '2' already exists in column 'id'/)
  })

  test('MODIFY COLUMN knows what values of its types are', async () => {
    await sql.run('CREATE TABLE app.types (id INT PRIMARY KEY, flag BOOLEAN, at TIMESTAMP, price DECIMAL(6, 2), doc TEXT)')
    await sql.run(`INSERT INTO app.types VALUES (1, TRUE, '2024-05-06T07:08:09Z', 12.5, '{"a":1}')`)
    for (const change of ['flag TEXT', 'at DATE', 'price DOUBLE', 'doc JSON'])
      await sql.run(`ALTER TABLE app.types MODIFY COLUMN ${change}`)
    assert.deepEqual(await sql.rows("SELECT flag, at, price, doc ->> 'a' FROM app.types"), [['true', 19_849, 12.5, '1']])
    await refused(sql, 'ALTER TABLE app.types MODIFY COLUMN doc FILE', /Cannot change column 'doc' from or to FILE/)
  })

  test('MODIFY COLUMN of keys that would become one is refused', async () => {
    await sql.run("CREATE TABLE app.keys (id TEXT PRIMARY KEY); INSERT INTO app.keys VALUES ('1'), ('01')")
    await refused(sql, 'ALTER TABLE app.keys MODIFY COLUMN id INT', /Primary key violation: .*column 'id'/)
    assert.deepEqual(await sql.rows('SELECT id FROM app.keys'), [['01'], ['1']])
  })

  test('SET and DROP NOT NULL, DEFAULT', async () => {
    const name = await table()
    await refused(sql, `ALTER TABLE ${name} ALTER COLUMN b SET NOT NULL`, /NOT NULL constraint violation: column 'b'/)
    await sql.run(`UPDATE ${name} SET b = 1 WHERE id = 2; ALTER TABLE ${name} ALTER COLUMN b SET NOT NULL`)
    await refused(sql, `UPDATE ${name} SET b = NULL WHERE id = 2`, /NOT NULL constraint violation: column 'b'/)
    await sql.run(`ALTER TABLE ${name} ALTER COLUMN b SET DEFAULT 9; INSERT INTO ${name} (id) VALUES (3)`)
    assert.deepEqual(await sql.rows(`SELECT b FROM ${name} WHERE id = 3`), [[9]])
    await sql.run(`ALTER TABLE ${name} ALTER COLUMN b DROP DEFAULT; ALTER TABLE ${name} ALTER COLUMN b DROP NOT NULL`)
    await sql.run(`INSERT INTO ${name} (id) VALUES (4)`)
    assert.deepEqual(await sql.rows(`SELECT b FROM ${name} WHERE id = 4`), [[null]])
    await refused(sql, `ALTER TABLE ${name} ALTER COLUMN b SET DEFAULT 'often'`, /column 'b'/)
    await refused(sql, `ALTER TABLE ${name} ALTER COLUMN id DROP NOT NULL`, /PRIMARY KEY column 'id' is never NULL/)
  })

  test('what changes nothing makes no version', async () => {
    const name = await table()
    assert.match((await message(sql, `ALTER TABLE ${name} ALTER COLUMN b DROP NOT NULL`)) ?? '', /\(version 1\)$/)
    assert.match((await message(sql, `ALTER TABLE ${name} MODIFY COLUMN b INT`)) ?? '', /\(version 1\)$/)
    assert.match((await message(sql, `ALTER TABLE ${name} SET ACCESS LEVEL private`)) ?? '', /\(version 1\)$/)
    assert.match((await message(sql, `ALTER TABLE ${name} SET ACCESS LEVEL public`)) ?? '', /\(version 2\)$/)
  })

  test('the access level is of shared tables', async () => {
    const name = await table()
    await refused(sql, `SELECT * FROM ${name}`, /Access denied/, ALICE)
    await sql.run(`ALTER TABLE ${name} SET TBLPROPERTIES (ACCESS_LEVEL = 'PUBLIC')`)
    await sql.run(`SELECT * FROM ${name}`, [], ALICE)
    await sql.run('CREATE USER TABLE app.own (id INT PRIMARY KEY)')
    await refused(sql, 'ALTER TABLE app.own SET ACCESS LEVEL public', /ACCESS LEVEL is only supported for SHARED tables/)
    await refused(sql, `ALTER TABLE ${name} SET ACCESS LEVEL secret`, /ACCESS_LEVEL is one of/)
  })

  test('an index is made and dropped with its column', async () => {
    const name = await table()
    await sql.run(`ALTER TABLE ${name} CREATE INDEX a; ALTER TABLE ${name} CREATE INDEX b; ALTER TABLE ${name} DROP INDEX a`)
    await sql.run(`ALTER TABLE ${name} DROP COLUMN b`)
    await refused(sql, `ALTER TABLE ${name} CREATE INDEX b`, /Column 'b' does not exist/)
  })

  test('asks for the role that the type of the table asks for', async () => {
    const name = await table()
    await refused(sql, `ALTER TABLE ${name} ADD COLUMN c INT`, /Access denied: Role 'User' cannot access table/, ALICE)
    await sql.run(`ALTER TABLE ${name} ADD COLUMN c INT`, [], WORKER)
    await sql.run('CREATE USER TABLE app.everyones (id INT PRIMARY KEY)')
    await sql.run('ALTER TABLE app.everyones ADD COLUMN c INT', [], ALICE)
  })

  test('says of a table that there is not nothing to a user, and all to an administrator', async () => {
    await refused(sql, 'ALTER TABLE app.nothing ADD COLUMN c INT', 'SQL statement failed', ALICE)
    await refused(sql, 'ALTER TABLE app.nothing ADD COLUMN c INT', /app\.nothing/)
    await refused(sql, 'ALTER TABLE system.users ADD COLUMN c INT', /Cannot alter system table 'system\.users'/)
  })
})
