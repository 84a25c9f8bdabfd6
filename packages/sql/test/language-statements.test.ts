/** What each form of statement is read as; CREATE TABLE has a file of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStatements } from '../src/language/parse.ts'
import type { Statement } from '../src/language/statement.ts'

type Cases = readonly (readonly [sql: string, expected: Statement])[]

function holds(cases: Cases): void {
  for (const [sql, expected] of cases) {
    const [parsed, ...others] = parseStatements(sql)
    assert.deepEqual(parsed?.statement, expected, sql)
    assert.equal(others.length, 0)
  }
}

const table = { namespace: 'ns', name: 't' }

const alter = (operation: Extract<Statement, { readonly kind: 'alter-table' }>['operation']): Statement => ({
  kind: 'alter-table',
  table,
  operation,
})

test('rows keep their text, without comments around it', () => {
  holds([
    ['SELECT 1', { kind: 'query', text: 'SELECT 1' }],
    ['-- a\nselect /* b */ 1 -- c', { kind: 'query', text: 'select /* b */ 1' }],
    ['WITH x AS (SELECT 1) SELECT * FROM x;', { kind: 'query', text: 'WITH x AS (SELECT 1) SELECT * FROM x' }],
    ['(SELECT 1) UNION (SELECT 2)', { kind: 'query', text: '(SELECT 1) UNION (SELECT 2)' }],
    [`INSERT INTO "ns"."t" VALUES ($1, ';')`, { kind: 'insert', text: `INSERT INTO "ns"."t" VALUES ($1, ';')` }],
    ['Update t SET a = 1', { kind: 'update', text: 'Update t SET a = 1' }],
    ['DELETE FROM t', { kind: 'delete', text: 'DELETE FROM t' }],
  ])
})

test('transactions', () => {
  holds([
    ['BEGIN', { kind: 'begin' }],
    ['begin transaction', { kind: 'begin' }],
    ['BEGIN WORK', { kind: 'begin' }],
    ['START TRANSACTION', { kind: 'begin' }],
    ['COMMIT', { kind: 'commit' }],
    ['ROLLBACK TRANSACTION', { kind: 'rollback' }],
  ])
})

test('namespaces', () => {
  holds([
    ['CREATE NAMESPACE Shop', { kind: 'create-namespace', name: 'shop', ifNotExists: false }],
    ['create namespace if not exists "shop"', { kind: 'create-namespace', name: 'shop', ifNotExists: true }],
    ['DROP NAMESPACE shop', { kind: 'drop-namespace', name: 'shop', ifExists: false }],
    ['DROP NAMESPACE IF EXISTS shop CASCADE', { kind: 'drop-namespace', name: 'shop', ifExists: true }],
    ["ALTER NAMESPACE shop SET OPTIONS (a = 1, B = 'x')", { kind: 'alter-namespace', name: 'shop', options: { A: '1', B: 'x' } }],
    ['USE shop', { kind: 'use-namespace', name: 'shop' }],
    ['USE `shop`', { kind: 'use-namespace', name: 'shop' }],
    ['USE NAMESPACE shop', { kind: 'use-namespace', name: 'shop' }],
    ['SET NAMESPACE "Shop"', { kind: 'use-namespace', name: 'shop' }],
    ['SHOW NAMESPACES', { kind: 'show-namespaces' }],
  ])
})

test('tables that are there', () => {
  holds([
    ['DROP TABLE ns.t', { kind: 'drop-table', table, ifExists: false }],
    ['DROP STREAM TABLE IF EXISTS "NS"."T"', { kind: 'drop-table', table, ifExists: true }],
    ['DROP TABLE kalam.ns.t', { kind: 'drop-table', table, ifExists: false }],
    ['DROP TABLE t', { kind: 'drop-table', table: { namespace: null, name: 't' }, ifExists: false }],
    ['SHOW TABLES', { kind: 'show-tables', namespace: null }],
    ['SHOW TABLES IN ns', { kind: 'show-tables', namespace: 'ns' }],
    ['SHOW TABLES IN NAMESPACE ns', { kind: 'show-tables', namespace: 'ns' }],
    ['DESCRIBE TABLE ns.t', { kind: 'describe-table', table, bare: false, history: false }],
    ['DESC TABLE ns.t HISTORY', { kind: 'describe-table', table, bare: false, history: true }],
    ['DESCRIBE ns.t', { kind: 'describe-table', table, bare: true, history: false }],
    ['desc ns.t', { kind: 'describe-table', table, bare: true, history: false }],
    ['SHOW STATS FOR TABLE ns.t', { kind: 'show-stats', table }],
    ['SHOW COLUMNS FROM ns.t', { kind: 'show-columns', table }],
    ['SHOW ALL', { kind: 'show-all' }],
    ['EXPLAIN SELECT 1', { kind: 'explain', text: 'SELECT 1' }],
    ['EXPLAIN ANALYZE VERBOSE SELECT 1', { kind: 'explain', text: 'SELECT 1' }],
    ["SET x.y TO 'z'", { kind: 'set', name: 'x.y', value: "'z'" }],
    ['SET x = 1', { kind: 'set', name: 'x', value: '1' }],
  ])
})

test('changes of tables', () => {
  holds([
    [
      "ALTER TABLE ns.t ADD COLUMN c TEXT NOT NULL DEFAULT 'x'",
      alter({
        kind: 'add-column',
        column: { name: 'c', dataType: 'Text', nullable: false, primaryKey: false, default: { kind: 'literal', sql: "'x'" } },
      }),
    ],
    ['ALTER TABLE ns.t DROP COLUMN "C"', alter({ kind: 'drop-column', column: 'c' })],
    ['ALTER TABLE ns.t RENAME COLUMN a TO b', alter({ kind: 'rename-column', column: 'a', to: 'b' })],
    ['ALTER TABLE ns.t MODIFY COLUMN a BIGINT', alter({ kind: 'modify-column', column: 'a', dataType: 'BigInt', nullable: null })],
    ['ALTER TABLE ns.t MODIFY COLUMN a INT NOT NULL', alter({ kind: 'modify-column', column: 'a', dataType: 'Int', nullable: false })],
    ['ALTER TABLE ns.t ALTER COLUMN a SET NOT NULL', alter({ kind: 'set-nullable', column: 'a', nullable: false })],
    ['ALTER TABLE ns.t ALTER COLUMN a DROP NOT NULL', alter({ kind: 'set-nullable', column: 'a', nullable: true })],
    ['ALTER TABLE ns.t ALTER COLUMN a SET DEFAULT NOW()', alter({ kind: 'set-default', column: 'a', default: { kind: 'now' } })],
    ['ALTER TABLE ns.t ALTER COLUMN a DROP DEFAULT', alter({ kind: 'set-default', column: 'a', default: null })],
    ["ALTER TABLE ns.t SET TBLPROPERTIES (ACCESS_LEVEL = 'PUBLIC')", alter({ kind: 'set-access-level', level: 'public' })],
    ['ALTER TABLE ns.t SET ACCESS LEVEL restricted', alter({ kind: 'set-access-level', level: 'restricted' })],
    ['ALTER TABLE ns.t CREATE INDEX a', alter({ kind: 'create-index', column: 'a' })],
    ['ALTER TABLE ns.t CREATE VECTOR INDEX a USING COSINE', alter({ kind: 'create-index', column: 'a' })],
    ['ALTER TABLE ns.t DROP INDEX a', alter({ kind: 'drop-index', column: 'a' })],
  ])
})

test('users keep the spelling of their names', () => {
  const password = { kind: 'password', password: "it's" } as const
  holds([
    [
      "CREATE USER Bob WITH PASSWORD 'it''s' ROLE 'User'",
      { kind: 'create-user', user: 'Bob', credential: password, role: 'user', email: null },
    ],
    [
      `CREATE USER 'b@c.d' WITH PASSWORD 'it''s' ROLE dba EMAIL 'b@c.d'`,
      { kind: 'create-user', user: 'b@c.d', credential: password, role: 'dba', email: 'b@c.d' },
    ],
    [
      `CREATE USER "bob" WITH OAUTH '{"provider":"x"}' ROLE user`,
      { kind: 'create-user', user: 'bob', credential: { kind: 'oauth', data: '{"provider":"x"}' }, role: 'user', email: null },
    ],
    [
      'CREATE USER bob WITH OAUTH ROLE user',
      { kind: 'create-user', user: 'bob', credential: { kind: 'oauth', data: null }, role: 'user', email: null },
    ],
    [
      'CREATE USER bob WITH INTERNAL ROLE system',
      { kind: 'create-user', user: 'bob', credential: { kind: 'internal' }, role: 'system', email: null },
    ],
    ["ALTER USER bob SET PASSWORD 'it''s'", { kind: 'alter-user', user: 'bob', change: password }],
    ['ALTER USER bob SET ROLE service', { kind: 'alter-user', user: 'bob', change: { kind: 'role', role: 'service' } }],
    ["ALTER USER bob SET EMAIL 'e'", { kind: 'alter-user', user: 'bob', change: { kind: 'email', email: 'e' } }],
    ["ALTER USER bob SET STORAGE_ID 'local'", { kind: 'alter-user', user: 'bob', change: { kind: 'storage' } }],
    ['DROP USER bob', { kind: 'drop-user', user: 'bob', ifExists: false }],
    ["DROP USER IF EXISTS 'bob'", { kind: 'drop-user', user: 'bob', ifExists: true }],
  ])
})

test('topics keep the spelling of their names', () => {
  const created = { kind: 'create-topic', partitions: null, ifNotExists: false, retention: {} } as const
  holds([
    ['CREATE TOPIC ns.Orders', { ...created, topic: 'ns.Orders' }],
    ['CREATE TOPIC logs', { ...created, topic: 'logs' }],
    ['CREATE TOPIC `ns.orders`', { ...created, topic: 'ns.orders' }],
    ['CREATE TOPIC "ns.orders"', { ...created, topic: 'ns.orders' }],
    ['CREATE TOPIC ns."my-orders"', { ...created, topic: 'ns.my-orders' }],
    ['CREATE TOPIC "ns"."orders"', { ...created, topic: 'ns.orders' }],
    [
      'CREATE TOPIC IF NOT EXISTS ns.o PARTITIONS 4 WITH (retention_seconds = 60, retention_max_bytes = NULL)',
      {
        kind: 'create-topic',
        topic: 'ns.o',
        partitions: 4,
        ifNotExists: true,
        retention: { retentionSeconds: 60, retentionMaxBytes: null },
      },
    ],
    ['DROP TOPIC ns.o', { kind: 'drop-topic', topic: 'ns.o', ifExists: false }],
    ['DROP TOPIC IF EXISTS ns.o', { kind: 'drop-topic', topic: 'ns.o', ifExists: true }],
    ['CLEAR TOPIC ns.o', { kind: 'clear-topic', topic: 'ns.o' }],
    ['ALTER TOPIC ns.o CLEAR RETENTION', { kind: 'clear-topic-retention', topic: 'ns.o' }],
    [
      'ALTER TOPIC ns.o SET RETENTION WITH (retention_seconds = NULL)',
      { kind: 'set-topic-retention', topic: 'ns.o', retention: { retentionSeconds: null } },
    ],
    ["RESET CONSUMER GROUP 'g' ON ns.o PARTITION 2 TO 7", { kind: 'reset-group', group: 'g', topic: 'ns.o', partition: 2, offset: 7 }],
    ['RESET CONSUMER GROUP g ON ns.o TO 0', { kind: 'reset-group', group: 'g', topic: 'ns.o', partition: null, offset: 0 }],
  ])
})

test('sources of topics', () => {
  const source = { kind: 'add-source', topic: 'ns.o', table, operation: 'insert', filter: null, payload: 'full' } as const
  holds([
    ['ALTER TOPIC ns.o ADD SOURCE ns.t ON INSERT', source],
    ['ALTER TOPIC ns.o ADD SOURCE t ON DELETE', { ...source, table: { namespace: null, name: 't' }, operation: 'delete' }],
    ["ALTER TOPIC ns.o ADD SOURCE ns.t ON UPDATE WITH (payload = 'diff')", { ...source, operation: 'update', payload: 'diff' }],
    ["ALTER TOPIC ns.o ADD SOURCE ns.t ON INSERT WHERE a IN ('WITH (', 2)", { ...source, filter: "a IN ('WITH (', 2)" }],
    [
      "ALTER TOPIC ns.o ADD SOURCE ns.t ON INSERT WHERE (a > 1) AND b = 'x' /* c */ WITH (PAYLOAD = key)",
      { ...source, filter: "(a > 1) AND b = 'x'", payload: 'key' },
    ],
  ])
})

test('consumers of topics', () => {
  const consume = { kind: 'consume', topic: 'ns.o', group: null, start: 'latest', limit: null } as const
  const ack = { kind: 'ack', topic: 'ns.o', group: 'g', partition: 0, uptoOffset: 9 } as const
  holds([
    ['CONSUME FROM ns.o', consume],
    ["CONSUME FROM ns.o GROUP 'g' FROM EARLIEST LIMIT 5", { ...consume, group: 'g', start: 'earliest', limit: 5 }],
    ['consume from "ns.o" from latest', consume],
    ['CONSUME FROM ns.o FROM 17 LIMIT 0', { ...consume, start: 17, limit: 0 }],
    ["ACK ns.o GROUP 'g' UPTO OFFSET 9", ack],
    ['ACK ns.o GROUP "g" PARTITION 3 UPTO OFFSET 9', { ...ack, partition: 3 }],
  ])
})

test('live queries become queries', () => {
  const none = { lastRows: null, batchSize: null, from: null }
  holds([
    ['SUBSCRIBE TO ns.t', { kind: 'subscribe', text: 'SELECT * FROM ns.t', options: none }],
    ["SUBSCRIBE TO ns.t WHERE a = 'OPTIONS (1)'", { kind: 'subscribe', text: "SELECT * FROM ns.t WHERE a = 'OPTIONS (1)'", options: none }],
    [
      "SUBSCRIBE TO topic('x') WHERE partition = 1",
      { kind: 'subscribe', text: "SELECT * FROM topic('x') WHERE partition = 1", options: none },
    ],
    ['SUBSCRIBE TO SELECT a FROM ns.t WHERE (a > 1)', { kind: 'subscribe', text: 'SELECT a FROM ns.t WHERE (a > 1)', options: none }],
    [
      'SUBSCRIBE TO ns.t WHERE a IN (1) OPTIONS (last_rows=10, batch_size = 5)',
      { kind: 'subscribe', text: 'SELECT * FROM ns.t WHERE a IN (1)', options: { lastRows: 10, batchSize: 5, from: null } },
    ],
    [
      "SUBSCRIBE TO SELECT * FROM ns.t OPTIONS (from_seq_id='9223372036854775807')",
      { kind: 'subscribe', text: 'SELECT * FROM ns.t', options: { ...none, from: 9223372036854775807n } },
    ],
    ['SUBSCRIBE TO ns.t OPTIONS (FROM = 3)', { kind: 'subscribe', text: 'SELECT * FROM ns.t', options: { ...none, from: 3n } }],
    ["KILL LIVE QUERY 'a-1'", { kind: 'kill-live-query', id: 'a-1' }],
    ["KILL JOB 'j'", { kind: 'kill-job', id: 'j' }],
  ])
})

test('storages', () => {
  holds([
    ['STORAGE FLUSH TABLE ns.t', { kind: 'flush-table', table }],
    ['STORAGE FLUSH ALL', { kind: 'flush-all', namespace: null }],
    ['STORAGE FLUSH ALL IN ns', { kind: 'flush-all', namespace: 'ns' }],
    ['STORAGE COMPACT TABLE ns.t', { kind: 'compact-table', table }],
    ['STORAGE COMPACT ALL IN NAMESPACE ns', { kind: 'compact-all', namespace: 'ns' }],
    [
      "CREATE STORAGE s3 TYPE 'S3' NAME 'x' BUCKET 'b' USER_TABLES_TEMPLATE '{a}'",
      { kind: 'create-storage', id: 's3', type: 's3', options: { NAME: 'x', BUCKET: 'b', USER_TABLES_TEMPLATE: '{a}' } },
    ],
    ["ALTER STORAGE 's3' SET DESCRIPTION 'y'", { kind: 'alter-storage', id: 's3', options: { DESCRIPTION: 'y' } }],
    ['DROP STORAGE s3', { kind: 'drop-storage', id: 's3' }],
    ['SHOW STORAGES', { kind: 'show-storages' }],
    ['STORAGE CHECK local', { kind: 'check-storage', id: 'local', extended: false }],
    ['STORAGE CHECK local EXTENDED', { kind: 'check-storage', id: 'local', extended: true }],
  ])
})

test('a statement in the name of another user', () => {
  const cases: [sql: string, asUser: string | null, text: string][] = [
    ['SELECT 1', null, 'SELECT 1'],
    ["EXECUTE AS USER 'Bob' (SELECT 1)", 'Bob', 'SELECT 1'],
    ["EXECUTE AS 'bob' (SELECT (1);)", 'bob', 'SELECT (1)'],
    ['execute as user bob ( /* a */ (SELECT 1) )', 'bob', '(SELECT 1)'],
    ['EXECUTE AS bob (SELECT $1)', 'bob', 'SELECT $1'],
  ]
  for (const [sql, asUser, text] of cases) {
    assert.deepEqual(parseStatements(sql), [{ statement: { kind: 'query', text }, text: sql, asUser }], sql)
  }
})

test('passwords and credentials are not in the text that is shown of a statement', () => {
  const cases: [sql: string, text: string][] = [
    ["CREATE USER bob WITH PASSWORD 's3cret' ROLE 'user'", "CREATE USER bob WITH PASSWORD '[REDACTED]' ROLE 'user'"],
    ["ALTER USER bob SET PASSWORD /* s3cret */ 's3cret'", "ALTER USER bob SET PASSWORD '[REDACTED]'"],
    ["CREATE STORAGE s TYPE 's3' CREDENTIALS = 's3cret'", "CREATE STORAGE s TYPE 's3' CREDENTIALS = '[REDACTED]'"],
    ["EXECUTE AS USER 'a' (ALTER USER bob SET PASSWORD 's3cret')", "EXECUTE AS USER 'a' ( ALTER USER bob SET PASSWORD '[REDACTED]' )"],
  ]
  for (const [sql, text] of cases) assert.equal(parseStatements(sql)[0]?.text, text)
})

test('several statements', () => {
  const parsed = parseStatements('BEGIN; INSERT INTO t VALUES (1); COMMIT;')
  assert.deepEqual(
    parsed.map(({ statement }) => statement.kind),
    ['begin', 'insert', 'commit'],
  )
})
