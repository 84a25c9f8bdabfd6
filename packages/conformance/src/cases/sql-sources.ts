/** Tables as sources of topics: which change is told, and how (Q51). */
import type { ConformanceCase } from '../case.ts'
import { Rule } from '../match.ts'
import type { Pattern } from '../match.ts'
import { deleted, DONE, fails, inserted, invalid, rows, rowsThat, sqlCase, updated, value } from '../statements.ts'
import type { Line } from '../statements.ts'

/** What CONSUME answers. */
export const CONSUMED =
  'topic_id Text, partition_id Int, offset BigInt, key Text, payload Bytes, timestamp_ms BigInt, user_id Text, op Text'

function payload(what: string, holds: (value: Readonly<Record<string, unknown>>) => boolean): Rule {
  return new Rule(`a payload of ${what}`, (cell) => {
    const text = Buffer.from(String(cell), 'base64').toString()
    return holds(JSON.parse(text) as Record<string, unknown>)
  })
}

function change(offset: number, key: string, op: string, body: Pattern): readonly Pattern[] {
  return ['$NS.events', 0, String(offset), key, body, /^\d{13}$/, '$DBA', op]
}

const CONSUME = 'CONSUME FROM $NS.events FROM EARLIEST'
const SOURCE = ['CREATE TOPIC $NS.events', 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT, n INT)']

function dropped(first: readonly Line[]): readonly Line[] {
  return [...first, ['dba', 'DROP TOPIC $NS.events', DONE]]
}

export const SQL_SOURCE_CASES: readonly ConformanceCase[] = [
  sqlCase({
    name: 'each change is one record, in order, with its key, its row and its kind',
    proves: ['Q51', 'Q52'],
    first: [...SOURCE, ...['INSERT', 'UPDATE', 'DELETE'].map((op) => `ALTER TOPIC $NS.events ADD SOURCE $NS.t ON ${op}`)],
    lines: dropped([
      ['dba', "INSERT INTO $NS.t (id, name, n) VALUES (1, 'a', 10), (2, 'b', 20)", inserted(2)],
      ['dba', "UPDATE $NS.t SET name = 'x' WHERE id = 1", updated(1)],
      ['dba', "UPDATE $NS.t SET name = 'x' WHERE id = 1", updated(0)],
      ['dba', 'DELETE FROM $NS.t WHERE id = 2', deleted(1)],
      ['dba', 'DELETE FROM $NS.t WHERE id = 2', deleted(0)],
      [
        'service',
        CONSUME,
        rows(CONSUMED, [
          change(
            0,
            '1',
            'insert',
            payload(
              'row 1',
              (row) => row['name'] === 'a' && row['n'] === 10 && String(row['id']) === '1' && typeof row['_table'] === 'string',
            ),
          ),
          change(
            1,
            '2',
            'insert',
            payload('row 2', (row) => row['name'] === 'b'),
          ),
          change(
            2,
            '1',
            'update',
            payload('row 1 changed', (row) => row['name'] === 'x' && row['n'] === 10 && row['_deleted'] !== true),
          ),
          change(
            3,
            '2',
            'delete',
            payload('row 2 deleted', (row) => row['_deleted'] === true),
          ),
        ]),
      ],
    ]),
  }),
  sqlCase({
    name: 'a source is of one operation, once, with a payload and a condition, and system.topics tells it',
    proves: ['Q51', 'Q47'],
    first: SOURCE,
    lines: dropped([
      ['dba', "ALTER TOPIC $NS.events ADD SOURCE $NS.t ON INSERT WHERE n > 5 WITH (payload = 'key')", DONE],
      ['dba', 'ALTER TOPIC $NS.events ADD SOURCE $NS.t ON INSERT', fails(/already|exists|has a source/i)],
      ['dba', "ALTER TOPIC $NS.events ADD SOURCE $NS.t ON UPDATE WITH (payload = 'diff')", DONE],
      ['dba', 'ALTER TOPIC $NS.events ADD SOURCE t ON DELETE', DONE],
      ['dba', 'ALTER TOPIC $NS.events ADD SOURCE $NS.t ON TRUNCATE', invalid()],
      ['dba', "ALTER TOPIC $NS.events ADD SOURCE $NS.t ON DELETE WITH (payload = 'half')", invalid()],
      ['dba', 'ALTER TOPIC $NS.events ADD SOURCE $NS.nowhere ON INSERT', fails(/nowhere/)],
      [
        'dba',
        "SELECT routes FROM system.topics WHERE topic_id = '$NS.events'",
        rowsThat(([row], names) => {
          const routes = JSON.parse(String(row?.['routes'])) as readonly Readonly<Record<string, unknown>>[]
          const lines = routes.map(
            (route) =>
              `${String(route['table_id'])} ${String(route['op']).toLowerCase()} ${String(route['payload_mode']).toLowerCase()} ${String(route['filter_expr'])}`,
          )
          return lines.toSorted().join('|') === names('$NS:t delete full null|$NS:t insert key n > 5|$NS:t update diff null')
        }),
      ],
      ['dba', "INSERT INTO $NS.t (id, name, n) VALUES (1, 'a', 5), (2, 'b', 6)", inserted(2)],
      ['dba', 'UPDATE $NS.t SET n = 7 WHERE id = 2', updated(1)],
      [
        'service',
        CONSUME,
        rows(CONSUMED, [
          change(
            0,
            '2',
            'insert',
            payload('the key alone', (row) => !('name' in row) && JSON.stringify(row).includes('2')),
          ),
          change(
            1,
            '2',
            'update',
            payload('what differs', (row) => row['n'] === 7 && !('name' in row)),
          ),
        ]),
      ],
    ]),
  }),
  sqlCase({
    name: 'what is rolled back, or fails, is told to nobody',
    proves: ['Q51', 'Q32'],
    first: [...SOURCE, 'ALTER TOPIC $NS.events ADD SOURCE $NS.t ON INSERT'],
    lines: dropped([
      ['dba', 'BEGIN; INSERT INTO $NS.t (id) VALUES (1); ROLLBACK', DONE],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (2), (2)', fails(/Primary key/)],
      ['dba', 'BEGIN; INSERT INTO $NS.t (id) VALUES (3); INSERT INTO $NS.t (id) VALUES (4); COMMIT', DONE],
      ['service', CONSUME, rows(CONSUMED, [change(0, '3', 'insert', /./), change(1, '4', 'insert', /./)])],
    ]),
  }),
  sqlCase({
    name: 'a USER table tells whose row it was',
    proves: ['Q51', 'Q39'],
    first: [
      'CREATE TOPIC $NS.events',
      'CREATE USER TABLE $NS.u (id BIGINT PRIMARY KEY)',
      'ALTER TOPIC $NS.events ADD SOURCE $NS.u ON INSERT',
    ],
    lines: dropped([
      ['user', 'INSERT INTO $NS.u (id) VALUES (1)', inserted(1)],
      ['dba', "EXECUTE AS '$OTHER' (INSERT INTO $NS.u (id) VALUES (1))", inserted(1, { asUser: '$OTHER' })],
      [
        'service',
        CONSUME,
        rowsThat(
          (found, names) => found.map((row) => `${String(row['key'])} ${String(row['user_id'])}`).join() === names('1 $USER,1 $OTHER'),
        ),
      ],
    ]),
  }),
  sqlCase({
    name: 'a row goes to the partition of its key',
    proves: ['Q51'],
    first: [
      'CREATE TOPIC $NS.events PARTITIONS 4',
      'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, n INT)',
      ...['INSERT', 'UPDATE', 'DELETE'].map((op) => `ALTER TOPIC $NS.events ADD SOURCE $NS.t ON ${op}`),
    ],
    lines: dropped([
      ['dba', `INSERT INTO $NS.t (id) VALUES ${Array.from({ length: 20 }, (_, id) => `(${id})`).join(',')}`, inserted(20)],
      ['dba', 'UPDATE $NS.t SET n = 1', updated(20)],
      ['dba', 'DELETE FROM $NS.t', deleted(20)],
      [
        'dba',
        "SELECT key, count(*) AS n, count(DISTINCT partition) AS p FROM topic('$NS.events') GROUP BY key",
        rowsThat((found) => found.length === 20 && found.every((row) => row['n'] === '3' && row['p'] === '1')),
      ],
      ['dba', "SELECT count(DISTINCT partition) > 1 FROM topic('$NS.events')", value(true)],
      [
        'dba',
        "SELECT partition, min(offset) = 0, max(offset) + 1 = count(*) FROM topic('$NS.events') GROUP BY partition",
        rowsThat((found) =>
          found.every((row) =>
            Object.values(row)
              .slice(1)
              .every((cell) => cell === true),
          ),
        ),
      ],
    ]),
  }),
]
