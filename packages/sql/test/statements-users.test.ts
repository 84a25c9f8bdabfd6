import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'
import { ALICE, message, records, refused, SYSTEM } from './statements-fixture.ts'

describe('users', () => {
  let sql: SqlUnderTest
  before(async () => {
    sql = await startSql()
  })
  after(() => sql[Symbol.asyncDispose]())

  async function user(name: string): Promise<Record<string, unknown> | undefined> {
    return (await records(sql, `SELECT * FROM system.users WHERE user_id = '${name}'`))[0]
  }

  test('are made with a role by any of its words', async () => {
    const words = {
      user: 'user',
      viewer: 'user',
      readonly: 'user',
      service: 'service',
      developer: 'service',
      analyst: 'service',
      dba: 'dba',
      admin: 'dba',
    }
    for (const [word, role] of Object.entries(words)) {
      assert.equal(await message(sql, `CREATE USER of_${word} WITH PASSWORD 'Secret-123' ROLE '${word}'`), `User 'of_${word}' created`)
      assert.equal((await user(`of_${word}`))?.['role'], role)
    }
    await refused(sql, "CREATE USER x WITH PASSWORD 'Secret-123' ROLE captain", /there is no role 'captain'/)
  })

  test('are there for every door, and gone for every door', async () => {
    await sql.run("CREATE USER 'carol' WITH PASSWORD 'Secret-123' ROLE user EMAIL 'carol@example.com'")
    assert.equal(sql.broker.users.user('carol')?.email, 'carol@example.com')
    assert.equal((await user('carol'))?.['email'], 'carol@example.com')
    assert.equal(await message(sql, 'DROP USER carol'), "User 'carol' dropped (soft delete)")
    assert.equal(sql.broker.users.user('carol'), null)
  })

  test('that were dropped stay in system.users, and nobody gets their name', async () => {
    await sql.run("CREATE USER dave WITH PASSWORD 'Secret-123' ROLE service")
    sql.clock.advance(1_000)
    await sql.run('DROP USER dave')
    const row = await user('dave')
    assert.equal(row?.['role'], 'service')
    assert.equal(row?.['deleted_at'], String(sql.clock.now() * 1_000))
    await refused(
      sql,
      "CREATE USER dave WITH PASSWORD 'Secret-123' ROLE user",
      "Statement 1 failed: Already exists: User 'dave' already exists",
    )
    await refused(sql, 'ALTER USER dave SET ROLE dba', /Not found: User 'dave' not found/)
    await refused(sql, 'DROP USER dave', /Not found: User 'dave' not found/)
    assert.equal(await message(sql, 'DROP USER IF EXISTS dave'), "User 'dave' does not exist (skipped)")
  })

  test('are made once', async () => {
    await sql.run("CREATE USER erin WITH PASSWORD 'Secret-123' ROLE user")
    await refused(sql, "CREATE USER erin WITH PASSWORD 'Secret-123' ROLE user", /Already exists: User 'erin' already exists/)
  })

  test('get another password, role or address', async () => {
    await sql.run("CREATE USER frank WITH PASSWORD 'Secret-123' ROLE user")
    const keyBefore = sql.broker.users.user('frank')?.credential?.storedKey
    assert.equal(await message(sql, "ALTER USER frank SET PASSWORD 'Other-456'"), "User 'frank' updated")
    assert.notDeepEqual(sql.broker.users.user('frank')?.credential?.storedKey, keyBefore)
    await sql.run(
      "ALTER USER frank SET ROLE developer; ALTER USER frank SET EMAIL 'f@example.com'; ALTER USER frank SET STORAGE_ID 'local'",
    )
    const { role, email } = sql.broker.users.user('frank') ?? {}
    assert.deepEqual({ role, email }, { role: 'service', email: 'f@example.com' })
    await refused(sql, 'ALTER USER nobody SET ROLE dba', "Statement 1 failed: Not found: User 'nobody' not found")
  })

  test('are known by what they show', async () => {
    await sql.run(`CREATE USER o WITH OAUTH '{"provider":"google","subject":"42"}' ROLE user; CREATE USER i WITH INTERNAL ROLE service`)
    const types = "SELECT user_id, auth_type, auth_data FROM system.users WHERE user_id IN ('o', 'i', 'p') ORDER BY user_id"
    await sql.run("CREATE USER p WITH PASSWORD 'Secret-123' ROLE user")
    const google = '{"provider":"google","subject":"42"}'
    const others = [
      ['i', 'internal', null],
      ['p', 'password', null],
    ]
    assert.deepEqual((await sql.rows(types))?.toSorted(), [others[0], ['o', 'oauth', google], others[1]])
    await sql.run('DROP USER o')
    assert.deepEqual(await sql.rows("SELECT auth_type, auth_data FROM system.users WHERE user_id = 'o'"), [['oauth', google]])
  })

  test('of role system are made and changed by their like only', async () => {
    await refused(sql, "CREATE USER s WITH PASSWORD 'Secret-123' ROLE system", /Access denied/)
    await sql.run("CREATE USER s WITH PASSWORD 'Secret-123' ROLE system", [], SYSTEM)
    await refused(sql, "ALTER USER s SET PASSWORD 'Mine-789'", /Access denied/)
    await refused(sql, 'DROP USER s', /Access denied/)
    await sql.run("CREATE USER climber WITH PASSWORD 'Secret-123' ROLE user")
    await refused(sql, 'ALTER USER climber SET ROLE system', /Access denied/)
  })

  test('are for administrators to change', async () => {
    const statement = "ALTER USER alice SET PASSWORD 'Mine-789'"
    await refused(sql, statement, 'Admin privileges (DBA or System role) required for user management', ALICE)
  })

  test('are never seen with a password, in answers, errors or the audit log', async () => {
    const secret = 'Very-Secret-987'
    const answers = [
      ...(await sql.run(`CREATE USER grace WITH PASSWORD '${secret}' ROLE user`)),
      ...(await sql.run(`ALTER USER grace SET PASSWORD '${secret}'`)),
      ...(await sql.run('SELECT * FROM system.users')),
      ...(await sql.run('SELECT * FROM system.audit_log')),
    ]
    assert.doesNotMatch(JSON.stringify(answers), new RegExp(secret))
    const noted = await records(
      sql,
      "SELECT action, actor_user_id, subject_user_id, details FROM system.audit_log WHERE target = 'grace' ORDER BY timestamp, audit_id",
    )
    assert.deepEqual(
      noted.map((row) => [row['action'], row['actor_user_id'], row['subject_user_id']]),
      [
        ['CREATE_USER', 'root', 'grace'],
        ['ALTER_USER', 'root', 'grace'],
      ],
    )
    assert.match(String(noted[1]?.['details']), /\[REDACTED\]/)
    await refused(sql, `CREATE USER grace WITH PASSWORD '${secret}' ROLE user`, /^(?!.*Very-Secret).*already exists/)
  })
})
