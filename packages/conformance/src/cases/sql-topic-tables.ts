/** Topics as tables: `SELECT … FROM topic('x')` (Q53). */
import type { ConformanceCase } from '../case.ts'
import { Rule } from '../match.ts'
import { READ } from '../permission-questions.ts'
import { base64, givenValues } from '../requests.ts'
import { cells, denied, DONE, fails, faulty, inserted, invalid, rowsThat, sqlCase, value } from '../statements.ts'
import type { Line } from '../statements.ts'

const LOGS = [
  { value: base64('{"level":"info","n":1,"host":{"name":"a"}}'), timestamp: 1_767_000_000_000 },
  {
    key: base64('k'),
    value: base64('{"level":"error","n":2,"host":{"name":"b"}}'),
    headers: [{ key: 'h', value: base64('v') }],
    timestamp: 1_767_000_001_000,
  },
  { value: base64('no JSON'), timestamp: 1_767_000_002_000 },
  { key: base64('k'), value: null, timestamp: 1_767_000_003_000 },
]
const LOG_TOPIC = {
  topics: [{ name: '$TOPIC', partitions: 2 }],
  records: [{ topic: '$TOPIC', partition: 0, records: LOGS }, givenValues('$TOPIC', 1, ['{"level":"error","n":5}'])],
}
const FROM = "FROM topic('$TOPIC')"

export const SQL_TOPIC_TABLE_CASES: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a topic is a table of its records',
    proves: ['Q53'],
    given: LOG_TOPIC,
    lines: [
      [
        'user',
        `SELECT * ${FROM} WHERE partition = 0`,
        rowsThat(
          (found) =>
            JSON.stringify(found.map((row) => [row['partition'], row['offset'], row['timestamp'], row['key'], row['value']])) ===
            JSON.stringify([
              [0, '0', '1767000000000000', null, '{"level":"info","n":1,"host":{"name":"a"}}'],
              [0, '1', '1767000001000000', 'k', '{"level":"error","n":2,"host":{"name":"b"}}'],
              [0, '2', '1767000002000000', null, 'no JSON'],
              [0, '3', '1767000003000000', 'k', null],
            ]),
          'partition Int, offset BigInt, timestamp Timestamp, key Text, value Text, headers Json',
        ),
      ],
      [
        'user',
        `SELECT headers ${FROM} WHERE partition = 0 AND offset = 1`,
        cells([new Rule('headers that name h', (cell) => JSON.stringify(cell).includes('h'))]),
      ],
      ['user', `SELECT count(*) ${FROM}`, value('5')],
      ['user', `SELECT partition, offset ${FROM}`, cells([0, '0'], [0, '1'], [0, '2'], [0, '3'], [1, '0'])],
      ['user', `SELECT "offset" ${FROM} WHERE "partition" = 1`, cells(['0'])],
    ],
  }),
  sqlCase({
    name: 'records are found by partition, offset, time, key and what is in them',
    proves: ['Q53', 'Q37'],
    given: LOG_TOPIC,
    lines: [
      ...(
        [
          ['partition = 0 AND offset >= 1 AND offset < 3', ['0/1', '0/2']],
          ['offset = 0', ['0/0', '1/0']],
          ['partition IN (1)', ['1/0']],
          ['offset BETWEEN 2 AND 3', ['0/2', '0/3']],
          ["partition = 0 AND timestamp > TIMESTAMP '2025-12-29T09:20:01Z'", ['0/2', '0/3']],
          ["partition = 0 AND timestamp <= '2025-12-29T09:20:01Z'", ['0/0', '0/1']],
          ["key = 'k'", ['0/1', '0/3']],
          ['partition = 0 AND value IS NULL', ['0/3']],
          ["json_extract(value, '$.level') = 'error'", ['0/1', '1/0']],
          ["json_extract(value, '$.n') > 1", ['0/1', '1/0']],
          ["value->>'level' = 'info'", ['0/0']],
          ["value->'host'->>'name' = 'b'", ['0/1']],
          ["json_get_int(value, 'n') = 5", ['1/0']],
          ["value LIKE '%JSON%'", ['0/2']],
          ['partition = 7', []],
          ['offset > 1000', []],
        ] as const
      ).map(([condition, found]): Line => [
        'user',
        `SELECT partition || '/' || offset AS place ${FROM} WHERE ${condition} ORDER BY place`,
        cells(...found.map((place) => [place])),
      ]),
      [
        'user',
        { sql: `SELECT offset ${FROM} WHERE partition = $1 AND offset >= $2 AND value->>'level' = $3`, params: [0, 1, 'error'] },
        cells(['1']),
      ],
    ],
  }),
  sqlCase({
    name: 'records are grouped, joined, copied into tables, and cut like rows of any other table',
    proves: ['Q53', 'Q36'],
    given: LOG_TOPIC,
    first: [
      'CREATE SHARED TABLE $NS.levels (level TEXT PRIMARY KEY, rank INT)',
      "INSERT INTO $NS.levels VALUES ('info', 1), ('error', 2)",
      'CREATE USER TABLE $NS.copy (id BIGINT PRIMARY KEY, value TEXT)',
    ],
    lines: [
      [
        'dba',
        `SELECT value->>'level' AS level, count(*) AS n ${FROM} WHERE value->>'level' IS NOT NULL GROUP BY value->>'level' ORDER BY level`,
        cells(['error', '2'], ['info', '1']),
      ],
      [
        'dba',
        `SELECT t.offset, l.rank ${FROM} AS t JOIN $NS.levels l ON l.level = t.value->>'level' WHERE t.partition = 0 ORDER BY t.offset`,
        cells(['0', 1], ['1', 2]),
      ],
      ['dba', `INSERT INTO $NS.copy (id, value) SELECT offset, value ${FROM} WHERE partition = 0`, inserted(4)],
      ['dba', 'SELECT value FROM $NS.copy WHERE id = 2', cells(['no JSON'])],
      ['dba', `SELECT offset ${FROM} WHERE partition = 0 ORDER BY offset DESC LIMIT 2`, cells(['3'], ['2'])],
    ],
  }),
  sqlCase({
    name: 'what is no topic is told, and a topic is only read',
    proves: ['Q53'],
    given: LOG_TOPIC,
    lines: [
      ['dba', "SELECT * FROM topic('$NOPE')", faulty()],
      ['dba', 'SELECT * FROM topic()', invalid()],
      ['dba', "SELECT * FROM topic('a', 'b')", invalid()],
      ['dba', 'SELECT * FROM topic(1)', invalid()],
      ['dba', `DELETE ${FROM}`, faulty()],
      ['dba', "INSERT INTO topic('$TOPIC') (value) VALUES ('x')", faulty()],
      ['dba', `SELECT nothing ${FROM}`, fails(/No field named nothing/)],
      ['dba', { sql: 'SELECT count(*) FROM topic($1) AS t', params: ['$TOPIC'] }, value('5')],
      ['dba', { sql: 'SELECT count(*) FROM topic($1) AS t', params: ["x') --"] }, faulty()],
    ],
  }),
  sqlCase({
    name: 'a topic is read by whom the permissions admit, as everywhere',
    proves: ['Q53'],
    needs: 'acls',
    given: { ...LOG_TOPIC, topics: [{ name: '$TOPIC', partitions: 2 }, { name: '$CLOSED' }], bindings: [READ] },
    lines: [
      ['user', `SELECT count(*) ${FROM}`, value('5')],
      ['user', "SELECT count(*) FROM topic('$CLOSED')", denied()],
      ['user', "SELECT count(*) FROM topic('$NOPE')", denied()],
      ['other', `SELECT count(*) ${FROM}`, denied()],
      ['other', `SELECT 1 WHERE EXISTS (SELECT 1 ${FROM})`, denied()],
      ['dba', "SELECT count(*) FROM topic('$CLOSED')", value('0')],
      ['service', 'CONSUME FROM $TOPIC FROM EARLIEST', denied()],
      ['user', `SUBSCRIBE TO topic('$TOPIC')`, DONE],
      ['other', `SUBSCRIBE TO topic('$TOPIC')`, denied()],
    ],
  }),
]
