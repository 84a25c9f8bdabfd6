import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Role } from '@logbrook/kafka/users'
import { SqlError } from '@logbrook/sql/sql-error'
import { EngineUnderTest } from './engine-under-test.ts'

const TABLES = `
CREATE NAMESPACE app;
CREATE SHARED TABLE app.public (id BIGINT PRIMARY KEY) WITH (ACCESS_LEVEL = 'public');
CREATE SHARED TABLE app.private (id BIGINT PRIMARY KEY);
CREATE SHARED TABLE app.restricted (id BIGINT PRIMARY KEY) WITH (ACCESS_LEVEL = 'restricted');
CREATE SHARED TABLE app.dba (id BIGINT PRIMARY KEY) WITH (ACCESS_LEVEL = 'dba');
CREATE USER TABLE app.own (id BIGINT PRIMARY KEY, text TEXT);
`

const USERS: Readonly<Record<Role, string>> = { user: 'ann', service: 'sam', dba: 'dana', system: 'root' }

/** Who may read and who may write, of the contract’s matrix. */
const MATRIX = {
  public: { read: ['user', 'service', 'dba', 'system'], write: ['service', 'dba', 'system'] },
  private: { read: ['service', 'dba', 'system'], write: ['service', 'dba', 'system'] },
  restricted: { read: ['service', 'dba', 'system'], write: ['service', 'dba', 'system'] },
  dba: { read: ['dba', 'system'], write: ['dba', 'system'] },
  own: { read: ['user', 'service', 'dba', 'system'], write: ['user', 'service', 'dba', 'system'] },
} as const satisfies Record<string, Record<'read' | 'write', readonly Role[]>>

async function open(): Promise<EngineUnderTest> {
  const engine = await EngineUnderTest.open()
  await engine.run('root', TABLES)
  return engine
}

async function outcome(engine: EngineUnderTest, user: string, sql: string): Promise<string> {
  return await engine.run(user, sql).then(
    () => 'done',
    (error: unknown) => (error as Error).message,
  )
}

/** What a request that fails throws. */
async function failure(engine: EngineUnderTest, user: string, sql: string): Promise<SqlError> {
  try {
    await engine.run(user, sql)
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error(`${sql} did not fail`)
}

describe('who may', () => {
  for (const [table, allowed] of Object.entries(MATRIX)) {
    test(`read and write table ${table}`, async () => {
      await using engine = await open()
      for (const [role, user] of Object.entries(USERS) as [Role, string][]) {
        const [name] = role.charAt(0).toUpperCase()
        const refused = new RegExp(`^Access denied: Role '${name}${role.slice(1)}' cannot access table 'app.${table}'. Shared table`)
        for (const sql of [`SELECT * FROM app.${table}`, `SELECT (SELECT count(*) FROM app.${table})`]) {
          const read = await outcome(engine, user, sql)
          if ((allowed.read as readonly Role[]).includes(role)) assert.equal(read, 'done')
          else assert.match(read, refused)
        }
        for (const sql of [`INSERT INTO app.${table} (id) VALUES (${role.length})`, `DELETE FROM app.${table} WHERE id = 99`]) {
          const written = await outcome(engine, user, sql)
          if ((allowed.write as readonly Role[]).includes(role)) assert.equal(written, 'done')
          else assert.match(written, refused)
        }
      }
    })
  }

  test('read system tables: administrators, and nobody changes them', async () => {
    await using engine = await open()
    const denied =
      "PERMISSION_DENIED: Access denied: Role 'User' cannot access table 'system.namespaces'. System tables require 'dba' or 'system' role."
    assert.equal(await engine.refusal('ann', 'SELECT * FROM system.namespaces'), denied)
    assert.match(await engine.refusal('sam', 'SELECT * FROM information_schema.tables'), /System tables require/)
    assert.match(await engine.refusal('ann', 'SELECT * FROM system.nothing'), /System tables require/)
    assert.match(await engine.refusal('ann', 'SELECT * FROM namespaces', { namespace: 'system' }), /System tables require/)
    assert.deepEqual(await engine.rows('dana', "SELECT name FROM system.namespaces WHERE name = 'app'"), [['app']])
    for (const [verb, sql] of [
      ['insert', "INSERT INTO system.users (user_id) VALUES ('eve')"],
      ['update', "UPDATE system.users SET role = 'dba'"],
      ['delete', 'DELETE FROM system.users'],
    ]) {
      const text = `SQL_EXECUTION_ERROR: Invalid operation: Cannot ${verb} system table 'system.users'`
      assert.equal(await engine.refusal('root', sql!), text)
      assert.equal(await engine.refusal('ann', sql!), text)
    }
  })

  test('hide that a table is not there', async () => {
    await using engine = await open()
    for (const user of ['ann', 'sam']) {
      for (const sql of ['SELECT * FROM app.nothing', 'SELECT 1 WHERE 1 IN (SELECT id FROM app.nothing)', 'DELETE FROM nothing']) {
        assert.equal(await engine.refusal(user, sql), 'SQL_EXECUTION_ERROR: SQL statement failed')
      }
      assert.equal(await engine.refusal(user, 'SELEC 1'), 'INVALID_SQL: SQL statement is invalid or not allowed')
      assert.equal(await engine.refusal(user, 'SELECT FROM WHERE'), 'INVALID_SQL: SQL statement is invalid or not allowed')
    }
  })

  test('are shown the statement that failed, administrators alone', async () => {
    await using engine = await open()
    for (const [sql, message, details] of [
      ['SELECT * FROM app.nothing', 'Statement 1 failed: Table not found: app.nothing', 'SELECT * FROM app.nothing'],
      ['SELECT 1; SELECT FROM app.nothing WHERE', /^Invalid SQL: /, 'SELECT FROM app.nothing WHERE'],
      ['SELECT 1; CREATE TABLE app.t (id INTT)', /^Invalid CREATE TABLE statement: /, 'CREATE TABLE app.t (id INTT)'],
      ['DROP NAMESPACE nothing', "Statement 1 failed: Not found: Namespace 'nothing' not found", 'DROP NAMESPACE nothing'],
    ] as const) {
      const told = await failure(engine, 'dana', sql)
      if (typeof message === 'string') assert.equal(told.message, message)
      else assert.match(told.message, message)
      assert.equal(told.details, details)
      assert.equal((await failure(engine, 'ann', sql)).details, undefined)
    }
  })

  test('manage: administrators alone', async () => {
    await using engine = await open()
    for (const [subject, sql] of Object.entries({
      'namespace operations': 'CREATE NAMESPACE other',
      'user management': "CREATE USER eve WITH PASSWORD 'secret-1' ROLE dba",
      'topic management': 'CREATE TOPIC app.topic',
      'storage operations': "CREATE STORAGE s TYPE 'filesystem'",
      'job management': "KILL JOB 'x'",
      'EXPLAIN commands': 'EXPLAIN SELECT 1',
      'SET commands': 'SET x TO 1',
      'SHOW COLUMNS': 'SHOW COLUMNS FROM app.public',
      'SHOW ALL': 'SHOW ALL',
      DESCRIBE: 'DESCRIBE app.public',
    })) {
      const text = `PERMISSION_DENIED: Admin privileges (DBA or System role) required for ${subject}`
      assert.equal(await engine.refusal('ann', sql), text)
      assert.equal(await engine.refusal('sam', sql), text)
    }
    assert.match(await engine.refusal('sam', 'DROP TABLE app.public'), /^PERMISSION_DENIED/)
    assert.equal(await outcome(engine, 'ann', 'SHOW TABLES; SHOW NAMESPACES; DESCRIBE TABLE app.own'), 'done')
  })
})

describe('a batch', () => {
  test('of which one statement is refused does nothing', async () => {
    await using engine = await open()
    const write = "INSERT INTO app.own VALUES (1, 'a')"
    const refused = [
      'CREATE NAMESPACE mine',
      'SELECT * FROM app.private',
      'SELECT * FROM system.users',
      'INSERT INTO app.public VALUES (1)',
      'CREATE SHARED TABLE app.more (id BIGINT PRIMARY KEY)',
      'CREATE TABLE app.more (id BIGINT PRIMARY KEY)',
      'ALTER TABLE app.public ADD COLUMN text TEXT',
      'NONSENSE',
      'SELECT FROM FROM',
      "EXECUTE AS USER 'root' (SELECT 1)",
    ]
    for (const sql of refused) {
      const text = await engine.refusal('ann', `${write}; ${sql}`)
      assert.doesNotMatch(text, /Statement \d/)
      assert.deepEqual(await engine.rows('ann', 'SELECT id FROM app.own'), [])
    }
  })

  test('ends at the statement that fails, and keeps what was before', async () => {
    await using engine = await open()
    const sql = "INSERT INTO app.own VALUES (1, 'a'); INSERT INTO app.own VALUES (1, 'b'); INSERT INTO app.own VALUES (2, 'c')"
    assert.match(await engine.refusal('ann', sql), /^SQL_EXECUTION_ERROR: Statement 2 failed: Already exists: Primary key violation/)
    assert.deepEqual(await engine.rows('ann', 'SELECT id, text FROM app.own'), [['1', 'a']])
    assert.equal(await engine.refusal('ann', 'SELECT 1; SELECT * FROM app.nothing'), 'SQL_EXECUTION_ERROR: SQL statement failed')
  })

  test('counts its changes behind its answers', async () => {
    await using engine = await open()
    const sql = `
      INSERT INTO app.own VALUES (1, 'a'), (2, 'b'); SELECT count(*) FROM app.own; INSERT INTO app.own VALUES (3, 'c');
      DELETE FROM app.own WHERE id = 1; UPDATE app.own SET text = 'x'; SELECT id FROM app.own`
    const results = await engine.run('ann', sql)
    assert.deepEqual(
      results.map(({ rows, message, row_count: count }) => message ?? `${count}: ${JSON.stringify(rows)}`),
      ['1: [["2"]]', '2: [["2"],["3"]]', 'Inserted 3 row(s)', 'Updated 2 row(s)', 'Deleted 1 row(s)'],
    )
  })

  test('USE holds for the rest of the request', async () => {
    await using engine = await open()
    await engine.run('ann', "USE app; INSERT INTO own VALUES (1, 'a')")
    assert.equal((await engine.run('ann', 'USE app; SELECT * FROM own'))[1]?.row_count, 1)
    assert.equal(await engine.refusal('ann', 'SELECT * FROM own'), 'SQL_EXECUTION_ERROR: SQL statement failed')
    assert.match(await engine.refusal('ann', 'USE app; SELECT * FROM private'), /^PERMISSION_DENIED/)
  })
})

describe('EXECUTE AS', () => {
  const TARGETS = {
    ann: ['ann'],
    sam: ['sam', 'ann', 'nobody'],
    dana: ['dana', 'sam', 'ann', 'nobody'],
    root: ['root', 'dana', 'sam', 'ann', 'nobody'],
  }

  for (const [actor, allowed] of Object.entries(TARGETS)) {
    test(`speaks for whom ${actor} may`, async () => {
      await using engine = await open()
      for (const target of ['ann', 'sam', 'dana', 'root', 'nobody']) {
        const sql = `EXECUTE AS USER '${target}' (SELECT CURRENT_USER)`
        if (allowed.includes(target)) {
          const [result] = await engine.run(actor, sql)
          assert.deepEqual([result?.rows, result?.as_user], [[[target]], target])
        } else assert.match(await engine.refusal(actor, sql), /^PERMISSION_DENIED: Unauthorized: EXECUTE AS USER is not authorized: actor /)
      }
    })
  }

  test('works on the other’s rows, with the other’s rights', async () => {
    await using engine = await open()
    assert.deepEqual(await engine.run('sam', "EXECUTE AS 'ann' (INSERT INTO app.own VALUES (1, 'a'))"), [
      { row_count: 1, message: 'Inserted 1 row(s)', as_user: 'ann' },
    ])
    assert.deepEqual(await engine.rows('ann', 'SELECT text FROM app.own'), [['a']])
    assert.deepEqual(await engine.rows('sam', 'SELECT text FROM app.own'), [])
    // Counts that are added up are of whoever sent the request, for whom they may be of several.
    assert.deepEqual(
      await engine.run('sam', "EXECUTE AS 'ann' (DELETE FROM app.own); EXECUTE AS 'bob' (DELETE FROM app.own); SELECT 1 AS a"),
      [
        { schema: [{ name: 'a', data_type: 'BigInt', index: 0 }], rows: [['1']], row_count: 1, as_user: 'sam' },
        { row_count: 1, message: 'Deleted 1 row(s)', as_user: 'sam' },
      ],
    )
    assert.match(await engine.refusal('root', "EXECUTE AS 'ann' (SELECT * FROM system.users)"), /System tables require/)
    assert.match(await engine.refusal('root', "EXECUTE AS 'ann' (CREATE NAMESPACE x)"), /^INVALID_INPUT/)
  })

  test('is not for SHARED tables', async () => {
    await using engine = await open()
    for (const sql of ['SELECT * FROM app.public', 'DELETE FROM app.public', 'INSERT INTO app.own SELECT id FROM app.public']) {
      // Also not for those who may not write there, or read.
      for (const user of ['dana', 'ann']) {
        const text = await engine.refusal('root', `EXECUTE AS '${user}' (${sql})`)
        assert.equal(text, "SQL_EXECUTION_ERROR: EXECUTE AS USER is not allowed on SHARED tables (table 'app.public')")
      }
    }
  })
})
