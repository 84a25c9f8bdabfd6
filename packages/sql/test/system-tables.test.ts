import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { INFORMATION_COLUMNS, SYSTEM_COLUMNS } from '../src/engine/system/columns.ts'
import { startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'
import { ALICE, message, records, refused, WORKER } from './statements-fixture.ts'

describe('system tables', () => {
  let sql: SqlUnderTest
  before(async () => {
    sql = await startSql()
    await sql.run('CREATE NAMESPACE app; CREATE TABLE app.t (id BIGINT PRIMARY KEY, v TEXT)')
  })
  after(() => sql[Symbol.asyncDispose]())

  test('all answer with their columns, in order and of their types', async () => {
    for (const [name, columns] of Object.entries(SYSTEM_COLUMNS)) {
      const [result] = await sql.run(`SELECT * FROM system.${name} LIMIT 5`)
      const seen = result?.schema?.map((column) => [column.name, column.data_type])
      assert.deepEqual(
        seen,
        columns.map((column) => [column.name, column.dataType]),
        name,
      )
    }
    for (const [name, columns] of Object.entries(INFORMATION_COLUMNS)) {
      const [result] = await sql.run(`SELECT * FROM information_schema.${name} LIMIT 5`)
      assert.deepEqual(
        result?.schema?.map((column) => column.name),
        columns.map((column) => column.name),
        name,
      )
    }
  })

  test('are for administrators', async () => {
    for (const name of Object.keys(SYSTEM_COLUMNS)) {
      await refused(sql, `SELECT * FROM system.${name}`, /System tables require 'dba' or 'system' role/, ALICE)
    }
    await refused(sql, 'SELECT * FROM information_schema.tables', /System tables require/, WORKER)
    await refused(sql, 'SELECT * FROM (SELECT user_id FROM system.users) AS x', /System tables require/, ALICE)
  })

  test('cannot be written, nor guessed', async () => {
    await refused(sql, 'DELETE FROM system.users', "Invalid operation: Cannot delete system table 'system.users'")
    await refused(sql, 'SELECT * FROM system.passwords', /system\.passwords/)
  })

  test('namespaces count their tables', async () => {
    assert.deepEqual(await sql.rows("SELECT namespace_id, name, table_count FROM system.namespaces WHERE name = 'app'"), [
      ['app', 'app', 1],
    ])
  })

  test('schemas have the access level of shared tables in small letters', async () => {
    assert.deepEqual(await sql.rows("SELECT access_level, table_type, storage_id FROM system.schemas WHERE table_name = 't'"), [
      ['private', 'shared', 'local'],
    ])
  })

  test('tables and columns list the system too', async () => {
    assert.deepEqual(
      await sql.rows(
        "SELECT column_name, data_type, primary_key, primary_key_pos FROM system.columns WHERE table_name = 't' ORDER BY ordinal",
      ),
      [
        ['id', 'BigInt', true, '1'],
        ['v', 'Text', false, null],
        ['_seq', 'BigInt', false, null],
        ['_deleted', 'Boolean', false, null],
      ],
    )
    const rows = await sql.rows("SELECT count(*) FROM system.tables WHERE namespace_id = 'system'")
    assert.deepEqual(rows, [[String(Object.keys(SYSTEM_COLUMNS).length)]])
    const listed = await records(sql, "SELECT * FROM information_schema.columns WHERE table_schema = 'app'")
    assert.deepEqual(listed[0], {
      table_catalog: 'kalam',
      table_schema: 'app',
      table_name: 't',
      column_name: 'id',
      ordinal_position: '1',
      column_default: null,
      is_nullable: 'NO',
      data_type: 'BigInt',
    })
  })

  test('storages have the local one, and what was said of others', async () => {
    assert.equal(
      await message(sql, `CREATE STORAGE far TYPE 's3' NAME 'Far away' BUCKET 'b' CREDENTIALS '{"key":"hidden"}'`),
      "Storage 'far' created successfully",
    )
    const [local, far] = await records(sql, 'SHOW STORAGES', ALICE)
    assert.equal(local?.['storage_id'], 'local')
    assert.equal(local?.['storage_type'], 'filesystem')
    assert.notEqual(local?.['base_directory'], '')
    assert.deepEqual([far?.['storage_name'], far?.['base_directory'], far?.['credentials']], ['Far away', 'b', '***'])
    await refused(sql, "CREATE STORAGE far TYPE 's3'", /Already exists: Storage 'far' already exists/)
    assert.equal(await message(sql, "ALTER STORAGE far SET DESCRIPTION 'further'"), "Storage 'far' altered successfully")
    await sql.run("CREATE TABLE app.there (id INT PRIMARY KEY) WITH (STORAGE_ID = 'far')")
    await refused(sql, 'DROP STORAGE far', /Storage 'far' is used by table app\.there/)
    await sql.run('DROP TABLE app.there')
    assert.equal(await message(sql, 'DROP STORAGE far'), "Storage 'far' dropped successfully")
    await refused(sql, 'DROP STORAGE local', /Storage 'local' is the broker's own/)
    assert.equal((await records(sql, 'STORAGE CHECK local EXTENDED'))[0]?.['status'], 'ok')
  })

  test('jobs have what statements started, at its end', async () => {
    assert.equal(await message(sql, 'STORAGE FLUSH TABLE app.t', WORKER), "Storage flush skipped: no pending writes for table 'app.t'")
    assert.equal(await message(sql, 'STORAGE FLUSH ALL IN app'), "Storage flush skipped: no pending writes in namespace 'app'")
    const started = (await message(sql, 'STORAGE COMPACT TABLE app.t')) ?? ''
    assert.match(started, /^Storage compaction started for table 'app\.t'\. Job ID: \S+$/)
    const id = started.split(' ').at(-1)!
    const [row] = await records(sql, `SELECT * FROM system.jobs WHERE job_id = '${id}'`)
    assert.deepEqual([row?.['job_type'], row?.['status'], row?.['created_at']], ['compact', 'completed', row?.['finished_at']])
    assert.equal(await message(sql, `KILL JOB '${id}'`), `Job ${id} killed: completed`)
    await refused(sql, "KILL JOB 'none'", /Not found: Job 'none' not found/)
    await sql.run('CREATE NAMESPACE bare')
    assert.equal(await message(sql, 'STORAGE COMPACT ALL IN bare'), 'No compactable tables found in namespace bare')
    assert.match(
      (await message(sql, 'STORAGE COMPACT ALL IN NAMESPACE app')) ?? '',
      /started for 1 table\(s\) in namespace 'app'\. Job IDs: \[\S+\]$/,
    )
    await sql.run('CREATE STREAM TABLE app.feed (v TEXT) WITH (TTL_SECONDS = 1)')
    await refused(sql, 'STORAGE COMPACT TABLE app.feed', /STREAM/)
    await sql.run('DROP TABLE app.feed')
    await refused(sql, 'STORAGE FLUSH TABLE app.t', /requires service, dba, or system role/, ALICE)
  })

  test('users, stats, settings and topics can be asked for', async () => {
    const names = new Set((await records(sql, 'SELECT metric_name FROM system.stats')).map((row) => row['metric_name']))
    for (const name of ['schema_cache_size', 'schema_registry_size', 'total_tables']) assert.ok(names.has(name), name)
    assert.deepEqual(await sql.rows("SELECT metric_value FROM system.stats WHERE metric_name = 'total_tables'"), [['1']])
    assert.deepEqual(await sql.rows("SELECT data_type FROM system.datatypes WHERE sql_name = 'BIGINT'"), [['BigInt']])
  })
})
