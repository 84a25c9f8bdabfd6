/** What nobody gets to through SQL, whoever they are. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EngineUnderTest } from './engine-under-test.ts'

const TABLES = `
CREATE NAMESPACE app;
CREATE USER TABLE app.notes (id BIGINT PRIMARY KEY, text TEXT);
CREATE SHARED TABLE app.secrets (id BIGINT PRIMARY KEY, text TEXT);
CREATE SHARED TABLE app.t1 (id BIGINT PRIMARY KEY, text TEXT) WITH (ACCESS_LEVEL = 'public');
CREATE SHARED TABLE app.batch (id BIGINT PRIMARY KEY, text TEXT) WITH (ACCESS_LEVEL = 'public');
INSERT INTO app.secrets VALUES (1, 'hidden');
INSERT INTO app.t1 VALUES (1, 'open');
INSERT INTO app.notes VALUES (1, 'of root');
`

async function open(): Promise<EngineUnderTest> {
  const engine = await EngineUnderTest.open()
  await engine.run('root', TABLES)
  await engine.run('ann', "INSERT INTO app.notes VALUES (1, 'of ann')")
  return engine
}

/** Each by the one who may the most, and by one who may the least. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  ATTACH: ["ATTACH 'other.db' AS other", "ATTACH DATABASE ':memory:' AS other", 'DETACH main', "SELECT 1; ATTACH 'other.db' AS other"],
  PRAGMA: [
    'PRAGMA table_info(t1)',
    'PRAGMA writable_schema = ON',
    "SELECT * FROM pragma_table_info('t1')",
    'SELECT * FROM pragma_table_list',
  ],
  sqlite_master: [
    'SELECT * FROM sqlite_master',
    'SELECT * FROM main.sqlite_master',
    'SELECT * FROM "sqlite_schema"',
    'SELECT * FROM temp.sqlite_master',
    'SELECT (SELECT count(*) FROM sqlite_master)',
    'WITH x AS (SELECT * FROM sqlite_master) SELECT * FROM x',
    'INSERT INTO sqlite_master VALUES (1)',
  ],
  load_extension: [
    "SELECT load_extension('evil')",
    "SELECT * FROM app.t1 WHERE load_extension('evil') IS NULL",
    "SELECT load_extension('a', 'b')",
  ],
  'functions of files': [
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('x', 'y')",
    "SELECT edit('x')",
    "SELECT fts3_tokenizer('simple')",
  ],
  'functions that compiled statements call': [
    'SELECT lb_snowflake_id(1)',
    "SELECT topic_chunks('{}')",
    "SELECT topic_records('{}', 1, '[]')",
  ],
  'the log’s tables': ['SELECT * FROM log.batch', 'SELECT * FROM main.batch', 'SELECT body FROM batch', 'SELECT * FROM logbrook.topic'],
  'tables of the engine': [
    'SELECT * FROM main.t1',
    'SELECT * FROM table_',
    'SELECT * FROM main.counter',
    'SELECT * FROM outbox',
    'SELECT * FROM file',
  ],
  'columns of the engine': [
    'SELECT owner FROM app.notes',
    'SELECT rid FROM app.notes',
    'SELECT rowid FROM app.notes',
    'SELECT _rid FROM app.notes',
    'SELECT deleted FROM app.notes',
    'SELECT c1 FROM app.notes AS t1',
    'SELECT t1.owner FROM app.notes AS t1',
    "UPDATE app.notes SET owner = 'eve'",
    'DELETE FROM app.notes WHERE owner <> CURRENT_USER',
  ],
  'functions that are tables': [
    "SELECT * FROM json_each('[1]')",
    'SELECT * FROM generate_series(1, 1000000000)',
    "SELECT * FROM dbstat('main')",
  ],
  recursion: ['WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r'],
  'statements of PostgreSQL': [
    "COPY app.t1 TO '/tmp/x'",
    'DO $$ BEGIN END $$',
    'SELECT 1 INTO x',
    'VACUUM',
    "SELECT pg_read_file('x')",
    'LISTEN x',
  ],
  'changes inside of queries': ['WITH x AS (DELETE FROM app.notes RETURNING *) SELECT * FROM x', 'SELECT * FROM app.notes FOR UPDATE'],
}

describe('nobody gets to', () => {
  for (const [what, statements] of Object.entries(REFUSED)) {
    test(what, async () => {
      await using engine = await open()
      for (const user of ['root', 'ann']) {
        for (const sql of statements)
          assert.match(await engine.refusal(user, sql), /^(INVALID_SQL|SQL_EXECUTION_ERROR|PERMISSION_DENIED): /, sql)
      }
      assert.deepEqual(await engine.rows('ann', 'SELECT id, text FROM app.notes'), [['1', 'of ann']])
      assert.deepEqual(await engine.rows('root', 'SELECT id, text FROM app.notes'), [['1', 'of root']])
    })
  }

  test('other users’ rows, by whatever name', async () => {
    await using engine = await open()
    const queries = [
      'SELECT text FROM app.notes',
      'SELECT text FROM app.notes WHERE 1 = 1 OR true',
      'SELECT t1.text FROM app.notes AS t1',
      'SELECT main.text FROM app.notes AS main',
      'WITH t1 AS (SELECT * FROM app.notes) SELECT text FROM t1',
      'WITH notes AS (SELECT * FROM app.notes) SELECT text FROM notes',
      'SELECT a.text FROM app.notes AS a JOIN app.notes AS b ON true',
      'SELECT text FROM (SELECT * FROM app.notes) AS sqlite_master',
      'SELECT text FROM app.notes UNION SELECT text FROM app.notes',
      'SELECT (SELECT max(text) FROM app.notes)',
      "SELECT text FROM app.notes WHERE id IN (SELECT id FROM app.notes) OR '' = ''",
    ]
    for (const user of ['ann', 'root']) {
      for (const sql of queries) assert.deepEqual(await engine.rows(user, sql), [[`of ${user}`]], sql)
    }
    assert.deepEqual(await engine.messages('bob', "UPDATE app.notes SET text = 'x'"), ['Updated 0 row(s)'])
    assert.deepEqual(await engine.messages('bob', 'DELETE FROM app.notes WHERE true'), ['Deleted 0 row(s)'])
    assert.deepEqual(await engine.messages('bob', 'INSERT INTO app.notes SELECT * FROM (SELECT id, text FROM app.notes) AS x'), [
      'Inserted 0 row(s)',
    ])
  })

  test('a table that they may not, behind names of those that they may', async () => {
    await using engine = await open()
    const hidden = [
      'WITH t1 AS (SELECT * FROM app.secrets) SELECT * FROM t1',
      'SELECT * FROM (SELECT * FROM app.secrets) AS t1',
      'SELECT t1.text FROM app.secrets AS t1',
      'WITH secrets AS (SELECT * FROM app.secrets) SELECT 1',
      'SELECT 1 WHERE EXISTS (SELECT 1 FROM app.secrets)',
      'INSERT INTO app.notes SELECT id + 1, text FROM app.secrets',
      'UPDATE app.notes SET text = (SELECT text FROM app.secrets)',
      'DELETE FROM app.notes WHERE id IN (SELECT id FROM app.secrets)',
      'SELECT 1 UNION ALL SELECT id FROM app.secrets',
      'SELECT id FROM app.t1 ORDER BY (SELECT text FROM app.secrets)',
      'SUBSCRIBE TO app.secrets',
    ]
    for (const sql of hidden)
      assert.match(await engine.refusal('ann', sql), /Access denied: Role 'User' cannot access table 'app.secrets'/, sql)
    assert.deepEqual(await engine.rows('ann', "WITH secrets AS (SELECT 'mine' AS text) SELECT text FROM secrets"), [['mine']])
  })

  test('tables of theirs that are called like the engine’s are just tables', async () => {
    await using engine = await open()
    assert.deepEqual(await engine.rows('ann', 'SELECT text FROM app.t1'), [['open']])
    assert.deepEqual(await engine.rows('ann', 'SELECT text FROM app.batch'), [])
    assert.deepEqual(await engine.rows('ann', 'WITH t2 AS (SELECT text FROM app.t1) SELECT count(*) FROM t2'), [['1']])
  })
})

test('text in a parameter stays text', async () => {
  await using engine = await open()
  const texts = [
    "'; DROP TABLE app.notes; --",
    "' OR '1'='1",
    ':p1',
    '$1',
    '?1',
    '\0',
    '"; ATTACH',
    '\\',
    "FILE('x')",
    '%',
    ')) UNION SELECT text FROM app.secrets --',
  ]
  for (const [index, text] of texts.entries()) {
    assert.deepEqual(await engine.rows('bob', 'SELECT $1', [text]), [[text]])
    await engine.run('bob', 'INSERT INTO app.notes VALUES ($1, $2)', { params: [index, text] })
    assert.deepEqual(await engine.rows('bob', 'SELECT id FROM app.notes WHERE text = $1', [text]), [[String(index)]])
    await engine.run('bob', 'UPDATE app.notes SET text = $1 || $2 WHERE text = $2', { params: ['x', text] })
    assert.deepEqual(await engine.rows('bob', 'SELECT text FROM app.notes WHERE id = $1', [index]), [[`x${text}`]])
  }
  assert.deepEqual(await engine.messages('bob', 'DELETE FROM app.notes WHERE text = $1', { params: ["' OR '1'='1"] }), ['Deleted 0 row(s)'])
})
