/** SQL that the compiler would never write, handed to the second line behind it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { copyDatabase, openDatabase } from '@logbrook/sql/engine/database'
import type { EngineDatabase } from '@logbrook/sql/engine/database'

const REFUSED = {
  'another table': 'SELECT c1 FROM main.t2',
  'another table, joined': 'SELECT a.c1 FROM main.t1 AS a JOIN main.t2 AS b ON a.rid = b.rid',
  'another table in an expression': 'SELECT (SELECT count(*) FROM main.t2)',
  'another table, of which no column is read': 'SELECT count(*) FROM main.t2',
  'another table, of no schema, of which no column is read': 'SELECT count(*) FROM t2',
  'its own table without its schema': 'SELECT count(*) FROM t1',
  'another table under the name of its own': 'SELECT t1.c1 FROM main.t2 AS t1',
  'another table behind a CTE that is called like its own': 'WITH t1 AS (SELECT c1 FROM main.t2) SELECT c1 FROM t1',
  'a CTE that is called like another table': 'WITH t2 AS (SELECT 1 AS c1) SELECT count(*) FROM t2',
  'the catalogue': 'SELECT data FROM main.table_',
  'the counters': 'SELECT value FROM main.counter',
  'the outbox': 'SELECT value FROM main.outbox',
  sqlite_master: 'SELECT sql FROM sqlite_master',
  'sqlite_schema of a schema': 'SELECT sql FROM main.sqlite_schema',
  'sqlite_master, of which no column is read': 'SELECT count(*) FROM sqlite_master',
  'the schema of what is temporary': 'SELECT name FROM sqlite_temp_master',
  'the table of a pragma': "SELECT name FROM pragma_table_info('t2')",
  'pages of the file': 'SELECT pageno FROM dbstat',
  'a pragma': 'PRAGMA table_info(t2)',
  'a pragma that sets': 'PRAGMA journal_mode = DELETE',
  ATTACH: "ATTACH ':memory:' AS other",
  DETACH: 'DETACH main',
  'a recursive CTE': 'WITH RECURSIVE s1(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s1 WHERE n < 3) SELECT n FROM s1',
  INSERT: 'INSERT INTO t1 (owner, seq, written_ms) VALUES (1, 1, 1)',
  UPDATE: "UPDATE t1 SET owner = 'eve'",
  DELETE: 'DELETE FROM t1',
  'DELETE that returns': 'DELETE FROM t1 RETURNING c1',
  DROP: 'DROP TABLE t2',
  'CREATE TABLE': 'CREATE TABLE t9 (c1)',
  'CREATE TEMP VIEW': 'CREATE TEMP VIEW v AS SELECT 1',
  'CREATE VIRTUAL TABLE': 'CREATE VIRTUAL TABLE v USING fts5(a)',
  'CREATE INDEX': 'CREATE INDEX i ON t1 (c1)',
  ALTER: 'ALTER TABLE t1 RENAME TO t3',
  BEGIN: 'BEGIN',
  SAVEPOINT: 'SAVEPOINT a',
  REINDEX: 'REINDEX',
  ANALYZE: 'ANALYZE',
  load_extension: "SELECT load_extension('evil')",
  'a function of no list': 'SELECT randomblob(1000000000)',
  'another function of no list': 'SELECT sqlite_source_id()',
  'functions that files are tokenized by': "SELECT fts3_tokenizer('simple')",
}

describe('the gate', () => {
  let directory: string
  let opened: EngineDatabase

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'logbrook-gate-'))
    opened = openDatabase({ directory, logFile: null, durability: 'none', outboxAfterId: 0, role: 'writer' })
    for (const table of ['t1', 't2']) {
      opened.database.exec(`CREATE TABLE ${table} (rid INTEGER PRIMARY KEY, owner TEXT, seq INTEGER, written_ms INTEGER, c1 TEXT)`)
      opened.database.exec(`INSERT INTO ${table} VALUES (1, 'ann', 1, 1, 'of ${table}')`)
    }
  })

  after(() => {
    opened.close()
    rmSync(directory, { recursive: true })
  })

  function run(sql: string): unknown[] {
    const { database, gate } = opened
    return gate.closed(new Set(['main.t1']), () => database.prepare(sql).all())
  }

  for (const [what, sql] of Object.entries(REFUSED)) {
    test(`refuses ${what}`, () => {
      assert.throws(() => run(sql), {
        message: /^a compiled statement may not do this: SQLITE_/,
      })
    })
  }

  test('lets pass what the compiler writes', () => {
    const own = '(SELECT c1 AS "id", rid AS _rid FROM main.t1 WHERE owner = \'ann\') AS s1'
    assert.equal(run(`SELECT s1."id" FROM ${own} ORDER BY s1."id" LIMIT 50`).length, 1)
    assert.equal(run(`SELECT count(*) FROM ${own}`).length, 1)
    assert.equal(run(`WITH s2 AS (SELECT s1."id" FROM ${own}) SELECT count(*), max(s3."id") FROM s2 AS s3 GROUP BY s3."id"`).length, 1)
    assert.equal(run('WITH s1 AS (SELECT 1 AS a) SELECT count(*) FROM s1').length, 1)
    assert.equal(run("SELECT json_extract(value, '$[0]') FROM json_each('[[1],[2]]')").length, 2)
    assert.equal(run("SELECT count(*) FROM json_each('[[1],[2]]')").length, 1)
    assert.equal(run('SELECT 1 UNION SELECT 2 EXCEPT SELECT 3').length, 2)
  })

  test('says what it has refused', () => {
    assert.throws(() => run('SELECT c1 FROM main.t2'), /may not do this: SQLITE_READ main\.t2\.c1/)
  })

  test('is open again after what it has refused, and closed for one that is prepared again', () => {
    const { database, gate } = opened
    assert.throws(() => run('SELECT c1 FROM main.t2'))
    const others = database.prepare('SELECT c1 FROM main.t2')
    assert.equal(others.all().length, 1)
    database.exec('CREATE TABLE t3 (a)')
    assert.throws(() => gate.closed(new Set(['main.t1']), () => others.all()), /may not do this/)
    assert.equal(others.all().length, 1)
  })

  test('is no gate for what comes from the outside: nothing can be attached, and no schema written, with it open', () => {
    const { database } = opened
    assert.throws(() => database.exec("ATTACH ':memory:' AS other"), /too many attached databases/)
    assert.throws(() => database.exec("PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'x'"), /may not be modified/)
    assert.throws(() => database.loadExtension('evil'), /extension loading is not allowed/)
    copyDatabase(database, join(directory, 'copy.db'))
    assert.throws(() => database.exec("ATTACH ':memory:' AS other"), /too many attached databases/)
  })

  test('a reader’s connection cannot write with the gate open', () => {
    const reader = openDatabase({ directory, logFile: null, durability: 'none', outboxAfterId: 0, role: 'reader' })
    assert.throws(() => reader.database.exec('DELETE FROM t1'), /readonly database/)
    reader.close()
  })
})

test('a file that is no database of SQL is not touched', () => {
  const directory = mkdtempSync(join(tmpdir(), 'logbrook-gate-'))
  const file = join(directory, 'sql.db')
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE theirs (a)')
  other.close()
  const open = (): EngineDatabase => openDatabase({ directory, logFile: null, durability: 'os', outboxAfterId: 0, role: 'writer' })
  assert.throws(open, /is an SQLite database of another program/)
  rmSync(directory, { recursive: true })
})
