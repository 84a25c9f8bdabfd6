/** INSERT, UPDATE, DELETE, rows that expire, transactions (Q28 to Q32). */
import type { ConformanceCase } from '../case.ts'
import { cells, deleted, DONE, fails, faulty, inserted, invalid, refused, results, rows, sqlCase, updated, value } from '../statements.ts'

const TABLE = 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT, n INT DEFAULT 0)'
const THREE = "INSERT INTO $NS.t (id, name, n) VALUES (1, 'a', 10), (2, 'b', 20), (3, 'c', 30)"

const inserts: readonly ConformanceCase[] = [
  sqlCase({
    name: 'rows are inserted by columns or whole, with defaults and expressions',
    proves: ['Q28'],
    first: [TABLE],
    lines: [
      ['dba', "INSERT INTO $NS.t (name, id) VALUES ('a', 1)", inserted(1)],
      ['dba', "INSERT INTO $NS.t VALUES (2, 'b', 5), (3, 'c', DEFAULT)", inserted(2)],
      ['dba', "INSERT INTO $NS.t (id, name, n) VALUES (4, 'x' || 'y', 2 * 3 + 1), (-5, upper('z'), NULL)", inserted(2)],
      ['dba', 'SELECT id, name, n FROM $NS.t', cells(['-5', 'Z', null], ['1', 'a', 0], ['2', 'b', 5], ['3', 'c', 0], ['4', 'xy', 7])],
    ],
  }),
  sqlCase({
    name: 'NOW() is one moment of a statement, and is shown as microseconds',
    proves: ['Q28', 'Q34'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, a TIMESTAMP, b TIMESTAMP DEFAULT NOW())'],
    lines: [
      ['dba', 'INSERT INTO $NS.t (id, a) VALUES (1, NOW()), (2, CURRENT_TIMESTAMP)', inserted(2)],
      ['dba', 'SELECT count(DISTINCT a) FROM $NS.t WHERE a = b', value('1')],
    ],
  }),
  sqlCase({
    name: 'what is no row is refused, and none of the statement is there',
    proves: ['Q28'],
    first: [TABLE],
    lines: [
      ['dba', 'INSERT INTO $NS.t (id, nothing) VALUES (1, 2)', fails(/No field named nothing|nothing/)],
      ['dba', "INSERT INTO $NS.t (id, name) VALUES (1, 'a'), (2, 'b', 3)", faulty()],
      ['dba', 'INSERT INTO $NS.t (id, name) VALUES (1)', faulty()],
      ['dba', "INSERT INTO $NS.t (id, n) VALUES (1, 1), (2, 'many')", faulty()],
      ['dba', 'INSERT INTO $NS.nowhere (id) VALUES (1)', fails(/nowhere/)],
      ['dba', 'SELECT count(*) FROM $NS.t', value('0')],
    ],
  }),
]

const KEY_TAKEN = /^Statement 1 failed: Already exists: .*Primary key violation: value '1' already exists in column 'id'/

const keys: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a key is there once, also within one statement, and is free again when its row is deleted',
    proves: ['Q29'],
    first: [TABLE],
    lines: [
      ['dba', "INSERT INTO $NS.t (id, name) VALUES (1, 'a')", inserted(1)],
      ['dba', "INSERT INTO $NS.t (id, name) VALUES (1, 'b')", fails(KEY_TAKEN)],
      ['dba', "INSERT INTO $NS.t (id, name) VALUES (2, 'b'), (1, 'c')", fails(KEY_TAKEN)],
      ['dba', "INSERT INTO $NS.t (id, name) VALUES (3, 'b'), (3, 'c')", fails(/Primary key violation: value '3'/)],
      ['dba', 'SELECT id, name FROM $NS.t', cells(['1', 'a'])],
      ['dba', 'DELETE FROM $NS.t WHERE id = 1', deleted(1)],
      ['dba', "INSERT INTO $NS.t (id, name) VALUES (1, 'again')", inserted(1)],
      ['dba', 'SELECT id, name FROM $NS.t', cells(['1', 'again'])],
    ],
  }),
  sqlCase({
    name: 'a text is a key too, and a key of NULL is none',
    proves: ['Q29'],
    first: ['CREATE SHARED TABLE $NS.t (id TEXT PRIMARY KEY, n INT NOT NULL)'],
    lines: [
      ['dba', "INSERT INTO $NS.t (id, n) VALUES ('a', 1), ('A', 2), ('', 3)", inserted(3)],
      ['dba', "INSERT INTO $NS.t (id, n) VALUES ('a', 2)", fails(/Primary key violation: value 'a' already exists in column 'id'/)],
      ['dba', 'INSERT INTO $NS.t (id, n) VALUES (NULL, 2)', fails(/NOT NULL constraint violation: column 'id'/)],
      ['dba', 'INSERT INTO $NS.t (n) VALUES (2)', fails(/NOT NULL constraint violation: column 'id'/)],
      ['dba', "INSERT INTO $NS.t (id) VALUES ('b')", fails(/NOT NULL constraint violation: column 'n'/)],
      ['dba', 'UPDATE $NS.t SET n = NULL', fails(/NOT NULL constraint violation: column 'n'/)],
      ['dba', 'SELECT id FROM $NS.t', cells([''], ['A'], ['a'])],
    ],
  }),
  sqlCase({
    name: 'in a USER table a key is there once for each user',
    proves: ['Q29', 'Q39'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT)'],
    lines: [
      ['user', "INSERT INTO $NS.t (id, name) VALUES (1, 'mine')", inserted(1)],
      ['other', "INSERT INTO $NS.t (id, name) VALUES (1, 'theirs')", inserted(1)],
      ['dba', "INSERT INTO $NS.t (id, name) VALUES (1, 'root')", inserted(1)],
      ['user', "INSERT INTO $NS.t (id, name) VALUES (1, 'again')", fails(KEY_TAKEN)],
      ['user', 'SELECT name FROM $NS.t', cells(['mine'])],
      ['other', 'SELECT name FROM $NS.t', cells(['theirs'])],
    ],
  }),
]

const changes: readonly ConformanceCase[] = [
  sqlCase({
    name: 'rows are updated by any condition, and counted where they changed',
    proves: ['Q30'],
    first: [TABLE, THREE],
    lines: [
      ['dba', "UPDATE $NS.t SET name = 'x' WHERE id = 1", updated(1)],
      ['dba', "UPDATE $NS.t SET name = 'x' WHERE id = 1", updated(0)],
      ['dba', "UPDATE $NS.t SET name = 'x' WHERE id IN (1, 2)", updated(1)],
      ['dba', "UPDATE $NS.t SET name = 'y' WHERE id = 99", updated(0)],
      ['dba', "UPDATE $NS.t SET n = n + 1 WHERE n >= 20 AND (name LIKE 'x%' OR id > 2)", updated(2)],
      ['dba', 'UPDATE $NS.t SET n = n + id, name = upper(name) WHERE NOT id = 3', updated(2)],
      ['dba', 'UPDATE $NS.t SET n = DEFAULT WHERE id = 3', updated(1)],
      ['dba', 'SELECT id, name, n FROM $NS.t', cells(['1', 'X', 11], ['2', 'X', 23], ['3', 'c', 0])],
      ['dba', 'UPDATE $NS.t SET n = 7', updated(3)],
      ['dba', 'UPDATE $NS.t SET n = (SELECT max(id) FROM $NS.t) WHERE id IN (SELECT id FROM $NS.t WHERE id < 3)', updated(2)],
      ['dba', 'SELECT n FROM $NS.t', cells([3], [3], [7])],
    ],
  }),
  sqlCase({
    name: 'a key changes unless another row has it',
    proves: ['Q30', 'Q29'],
    first: [TABLE, THREE],
    lines: [
      ['dba', 'UPDATE $NS.t SET id = 4 WHERE id = 1', updated(1)],
      ['dba', 'UPDATE $NS.t SET id = 3 WHERE id = 2', fails(/Primary key violation: value '3' already exists in column 'id'/)],
      ['dba', 'UPDATE $NS.t SET id = id + 1', updated(3)],
      ['dba', 'SELECT id, name FROM $NS.t', cells(['3', 'b'], ['4', 'c'], ['5', 'a'])],
    ],
  }),
  sqlCase({
    name: 'rows are deleted by any condition, once',
    proves: ['Q30'],
    first: [TABLE, THREE],
    lines: [
      ['dba', "DELETE FROM $NS.t WHERE n > 10 AND name <> 'c'", deleted(1)],
      ['dba', 'DELETE FROM $NS.t WHERE id = 2', deleted(0)],
      ['dba', 'DELETE FROM $NS.t WHERE id = 99', deleted(0)],
      ['dba', "UPDATE $NS.t SET name = 'x' WHERE id = 2", updated(0)],
      ['dba', 'SELECT id FROM $NS.t', cells(['1'], ['3'])],
      ['dba', 'DELETE FROM $NS.t', deleted(2)],
      ['dba', 'SELECT id FROM $NS.t', cells()],
    ],
  }),
  sqlCase({
    name: 'what cannot be changed is told',
    proves: ['Q30'],
    first: [TABLE, THREE],
    lines: [
      ['dba', 'UPDATE $NS.t SET nothing = 1', fails(/nothing/)],
      ['dba', 'UPDATE $NS.t SET n = 1 WHERE nothing = 1', fails(/No field named nothing/)],
      ['dba', 'DELETE FROM $NS.t WHERE nothing = 1', fails(/No field named nothing/)],
      ['dba', 'UPDATE $NS.nowhere SET n = 1', fails(/nowhere/)],
      ['dba', 'DELETE FROM $NS.nowhere', fails(/nowhere/)],
      ['dba', 'UPDATE $NS.t SET', invalid()],
      ['dba', 'DELETE $NS.t', invalid()],
      ['dba', 'SELECT sum(n) FROM $NS.t', value('60')],
    ],
  }),
]

const TTL_SECONDS = 60
const TTL_MS = TTL_SECONDS * 1_000
const STREAM = `CREATE STREAM TABLE $NS.s (id BIGINT PRIMARY KEY, name TEXT) WITH (TTL_SECONDS = ${TTL_SECONDS})`

const streams: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a stream is inserted into, read and deleted from, and not updated',
    proves: ['Q31'],
    first: [STREAM, 'CREATE STREAM TABLE $NS.free (name TEXT) WITH (TTL_SECONDS = 60)'],
    lines: [
      ['user', "INSERT INTO $NS.s (id, name) VALUES (2, 'b'), (1, 'a')", inserted(2)],
      ['user', 'SELECT id, name FROM $NS.s', cells(['1', 'a'], ['2', 'b'])],
      ['user', "UPDATE $NS.s SET name = 'x' WHERE id = 1", fails(/UPDATE is not supported for STREAM tables/)],
      ['user', 'DELETE FROM $NS.s WHERE id = 1', deleted(1)],
      ['user', 'SELECT id FROM $NS.s', cells(['2'])],
      ['other', 'SELECT id FROM $NS.s', cells()],
      ['user', "INSERT INTO $NS.free (name) VALUES ('b'), ('a'), ('b')", inserted(3)],
      ['user', 'SELECT name FROM $NS.free', cells(['b'], ['a'], ['b'])],
    ],
  }),
  sqlCase({
    name: 'rows of a stream are gone when they are as old as its TTL, and not before',
    proves: ['Q31'],
    first: [STREAM],
    lines: [
      ['user', "INSERT INTO $NS.s (id, name) VALUES (1, 'old')", inserted(1)],
      { passesMs: TTL_MS / 2 },
      ['user', "INSERT INTO $NS.s (id, name) VALUES (2, 'young')", inserted(1)],
      { passesMs: TTL_MS / 2 - 2_000 },
      ['user', 'SELECT name FROM $NS.s', cells(['old'], ['young'])],
      { passesMs: 2_000 },
      ['user', 'SELECT name FROM $NS.s', cells(['young'])],
      ['user', 'SELECT count(*) FROM $NS.s', value('1')],
      ['user', "INSERT INTO $NS.s (id, name) VALUES (1, 'new')", inserted(1)],
      ['user', 'DELETE FROM $NS.s', deleted(2)],
    ],
  }),
]

function transaction(word: 'started' | 'committed' | 'rolled back') {
  return { schema: null, message: new RegExp(`^Transaction ${word} \\(.+\\)$`) }
}

const transactions: readonly ConformanceCase[] = [
  sqlCase({
    name: 'what is committed is there, and what is rolled back never was',
    proves: ['Q32', 'Q7'],
    first: [TABLE],
    lines: [
      [
        'dba',
        "BEGIN; INSERT INTO $NS.t (id) VALUES (1); UPDATE $NS.t SET name = 'x' WHERE id = 1; COMMIT",
        results(
          transaction('started'),
          transaction('committed'),
          { schema: null, count: 1, message: 'Inserted 1 row(s)' },
          { schema: null, count: 1, message: 'Updated 1 row(s)' },
        ),
      ],
      ['dba', 'START TRANSACTION; INSERT INTO $NS.t (id) VALUES (2); SELECT count(*) FROM $NS.t; ROLLBACK', DONE],
      ['dba', 'SELECT id, name FROM $NS.t', cells(['1', 'x'])],
      ['dba', 'BEGIN; INSERT INTO $NS.t (id) VALUES (3); SELECT count(*) AS n FROM $NS.t; ROLLBACK', rolledBack()],
      [
        'dba',
        'BEGIN; INSERT INTO $NS.t (id) VALUES (3); COMMIT; BEGIN; DELETE FROM $NS.t WHERE id = 3; ROLLBACK; BEGIN; INSERT INTO $NS.t (id) VALUES (4); COMMIT',
        DONE,
      ],
      ['dba', 'SELECT id FROM $NS.t', cells(['1'], ['3'], ['4'])],
    ],
  }),
  sqlCase({
    name: 'a failure rolls back, what was committed before it stays',
    proves: ['Q32', 'Q6'],
    first: [TABLE],
    lines: [
      [
        'dba',
        'INSERT INTO $NS.t (id) VALUES (1); BEGIN; INSERT INTO $NS.t (id) VALUES (2); INSERT INTO $NS.t (id) VALUES (1); COMMIT',
        refused('SQL_EXECUTION_ERROR', /^Statement 4 failed: .*Primary key violation/),
      ],
      ['dba', 'SELECT id FROM $NS.t', cells(['1'])],
      ['dba', 'BEGIN; DELETE FROM $NS.t; SELECT * FROM $NS.nowhere; COMMIT', refused('SQL_EXECUTION_ERROR', /^Statement 3 failed: /)],
      ['dba', 'SELECT id FROM $NS.t', cells(['1'])],
    ],
  }),
  sqlCase({
    name: 'one that is left open is rolled back',
    proves: ['Q32'],
    first: [TABLE],
    lines: [
      [
        'dba',
        'BEGIN; INSERT INTO $NS.t (id) VALUES (1)',
        refused('SQL_EXECUTION_ERROR', /Request completed with an open explicit transaction; rolled back automatically$/),
      ],
      ['dba', 'BEGIN', refused('SQL_EXECUTION_ERROR', /open explicit transaction/)],
      ['dba', 'SELECT count(*) FROM $NS.t', value('0')],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (2)', inserted(1)],
      ['dba', 'SELECT id FROM $NS.t', cells(['2'])],
    ],
  }),
  sqlCase({
    name: 'a stream is in none, and neither ends what is not begun',
    proves: ['Q32', 'Q31'],
    first: [TABLE, STREAM],
    lines: [
      [
        'dba',
        'BEGIN; INSERT INTO $NS.s (id) VALUES (1); COMMIT',
        refused('SQL_EXECUTION_ERROR', /stream tables are not supported inside explicit transactions/),
      ],
      [
        'dba',
        'BEGIN; INSERT INTO $NS.t (id) VALUES (1); SELECT * FROM $NS.s; COMMIT',
        refused('SQL_EXECUTION_ERROR', /stream tables are not supported inside explicit transactions/),
      ],
      ['dba', 'COMMIT', faulty()],
      ['dba', 'ROLLBACK', faulty()],
      ['dba', 'BEGIN; BEGIN; COMMIT', faulty()],
      ['dba', 'SELECT id FROM $NS.t', cells()],
    ],
  }),
  sqlCase({
    name: 'a plain user has transactions too',
    proves: ['Q32', 'Q39'],
    first: ['CREATE USER TABLE $NS.mine (id BIGINT PRIMARY KEY)'],
    lines: [
      ['user', 'BEGIN; INSERT INTO $NS.mine (id) VALUES (1); ROLLBACK', DONE],
      ['user', 'BEGIN; INSERT INTO $NS.mine (id) VALUES (2); COMMIT', DONE],
      ['user', 'SELECT id FROM $NS.mine', rows('id BigInt', [['2']])],
    ],
  }),
]

/** Its own row is seen before it is taken back. */
function rolledBack() {
  return results(transaction('started'), { schema: 'n BigInt', rows: [['2']] }, transaction('rolled back'), {
    schema: null,
    message: 'Inserted 1 row(s)',
  })
}

export const SQL_ROW_CASES: readonly ConformanceCase[] = [...inserts, ...keys, ...changes, ...streams, ...transactions]
