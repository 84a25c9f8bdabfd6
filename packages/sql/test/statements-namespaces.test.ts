import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'
import { ALICE, message, records, refused } from './statements-fixture.ts'

describe('namespaces', () => {
  let sql: SqlUnderTest
  before(async () => {
    sql = await startSql()
  })
  after(() => sql[Symbol.asyncDispose]())

  test('are made once, or more often when that is said', async () => {
    assert.equal(await message(sql, 'CREATE NAMESPACE one'), "Namespace 'one' created successfully")
    await refused(sql, 'CREATE NAMESPACE one', "Statement 1 failed: Already exists: Namespace 'one' already exists")
    assert.equal(await message(sql, 'CREATE NAMESPACE IF NOT EXISTS One'), "Namespace 'one' already exists")
  })

  test('are dropped with their tables, without a word about it', async () => {
    await sql.run('CREATE NAMESPACE two; CREATE TABLE two.t (id INT PRIMARY KEY)')
    assert.equal(await message(sql, 'DROP NAMESPACE two'), "Namespace 'two' dropped successfully")
    await refused(sql, 'SELECT * FROM two.t', /two\.t/)
    await refused(sql, 'DROP NAMESPACE two', "Statement 1 failed: Not found: Namespace 'two' not found")
    assert.equal(await message(sql, 'DROP NAMESPACE IF EXISTS two'), "Namespace 'two' does not exist")
  })

  test('have options, which are added up', async () => {
    await sql.run('CREATE NAMESPACE three')
    assert.equal(await message(sql, "ALTER NAMESPACE three SET OPTIONS (owner = 'x', tier = 1)"), "Namespace 'three' altered successfully")
    await sql.run("ALTER NAMESPACE three SET OPTIONS (tier = '2')")
    const [row] = await records(sql, "SELECT options FROM system.namespaces WHERE name = 'three'")
    assert.deepEqual(JSON.parse(String(row?.['options'])), { OWNER: 'x', TIER: '2' })
  })

  test('are what unqualified names lie in for the rest of a request', async () => {
    await sql.run('CREATE NAMESPACE four')
    assert.equal(await message(sql, 'USE four'), "Namespace switched to 'four'")
    await sql.run('USE NAMESPACE four; CREATE TABLE t (id INT PRIMARY KEY)')
    await sql.run('SET NAMESPACE four; SELECT * FROM t')
    await refused(sql, 'USE nowhere', "Statement 1 failed: Not found: Namespace 'nowhere' does not exist")
  })

  test('are shown to everybody', async () => {
    const names = new Set((await records(sql, 'SHOW NAMESPACES', ALICE)).map((row) => row['name']))
    assert.ok(names.has('default') && names.has('one'))
  })

  test('the default one is there by itself and stays', async () => {
    await sql.run('CREATE TABLE in_default (id INT PRIMARY KEY)')
    await refused(sql, 'DROP NAMESPACE default', /Invalid operation: Namespace 'default' cannot be dropped/)
  })

  test('are for administrators to change', async () => {
    for (const statement of ['CREATE NAMESPACE mine', 'DROP NAMESPACE one', 'ALTER NAMESPACE one SET OPTIONS (a = 1)']) {
      await refused(sql, statement, 'Admin privileges (DBA or System role) required for namespace operations', ALICE)
    }
  })
})
