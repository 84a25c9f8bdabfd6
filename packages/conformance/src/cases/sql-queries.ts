/** SELECT and its limits (Q33 to Q38). */
import type { ConformanceCase } from '../case.ts'
import { Rule } from '../match.ts'
import { cells, denied, DONE, fails, faulty, rows, rowsThat, sqlCase, value } from '../statements.ts'
import type { Line } from '../statements.ts'

const ROWS_DEFAULT = 50
const ROWS_MAX = 1_000

const ITEMS = [
  'CREATE SHARED TABLE $NS.items (id BIGINT PRIMARY KEY, name TEXT, n INT, price DECIMAL(10,2), rate DOUBLE, done BOOLEAN, owner BIGINT)',
  "INSERT INTO $NS.items VALUES (3, 'Cherry', 30, 3.50, 0.5, true, 2), (1, 'Apple', 10, 1.25, 1.5, false, 1), (2, 'Banana', NULL, 2.00, 2.5, true, 1), (4, 'apple pie', 10, 4.75, NULL, NULL, NULL)",
]
const OWNERS = [
  'CREATE SHARED TABLE $NS.owners (id BIGINT PRIMARY KEY, name TEXT)',
  "INSERT INTO $NS.owners VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Eve')",
]

function ids(condition: string, ...expected: readonly number[]): Line {
  return ['dba', `SELECT id FROM $NS.items WHERE ${condition}`, cells(...expected.map((id) => [String(id)]))]
}

const ordinary: readonly ConformanceCase[] = [
  sqlCase({
    name: 'rows are found by conditions of every kind',
    proves: ['Q33'],
    first: ITEMS,
    lines: [
      ids('id = 2', 2),
      ids('id <> 2', 1, 3, 4),
      ids('id != 2 AND id < 4', 1, 3),
      ids('id >= 2 AND id <= 3', 2, 3),
      ids('id > 3 OR n = 30', 3, 4),
      ids('NOT (id > 3 OR n = 30)', 1),
      ids('id IN (1, 3, 99)', 1, 3),
      ids('id NOT IN (1, 3)', 2, 4),
      ids('id BETWEEN 2 AND 3', 2, 3),
      ids("name LIKE 'A%'", 1),
      ids("name LIKE '%an_na'", 2),
      ids("name NOT LIKE '%a%'", 1, 3),
      ids("name ILIKE 'APPLE%'", 1, 4),
      ids('n IS NULL', 2),
      ids('n IS NOT NULL AND n < 20', 1, 4),
      ids('done', 2, 3),
      ids('NOT done', 1),
      ids('done = true', 2, 3),
      ids('done IS NULL', 4),
      ids("name = 'Apple'", 1),
      ids("name > 'B' AND name < 'C'", 2),
      ids('price > 2', 3, 4),
      ids("price = '2.00'", 2),
      ids('(n + 5) * 2 = 30 AND rate * 2 = 3', 1),
      ids('n = NULL'),
    ],
  }),
  sqlCase({
    name: 'rows are ordered, cut and named',
    proves: ['Q33'],
    first: ITEMS,
    lines: [
      ['dba', 'SELECT id FROM $NS.items ORDER BY name', cells(['1'], ['2'], ['3'], ['4'])],
      ['dba', 'SELECT id FROM $NS.items ORDER BY n DESC, id DESC LIMIT 2 OFFSET 1', rowsThat((found) => found.length === 2)],
      ['dba', 'SELECT id FROM $NS.items WHERE n IS NOT NULL ORDER BY n ASC, id DESC', cells(['4'], ['1'], ['3'])],
      [
        'dba',
        'SELECT id AS "Key", n + 1 AS next FROM $NS.items WHERE id < 3',
        rows('Key BigInt, next BigInt', [
          ['1', '11'],
          ['2', null],
        ]),
      ],
      ['dba', 'SELECT i.id, i.name AS label FROM $NS.items i WHERE i.id = 1', rows('id BigInt, label Text', [['1', 'Apple']])],
      ['dba', 'SELECT id FROM $NS.items ORDER BY price * -1 LIMIT 1', cells(['4'])],
      ['dba', 'SELECT id, n AS amount FROM $NS.items WHERE n IS NOT NULL ORDER BY amount DESC, 1 LIMIT 2', cells(['3', 30], ['1', 10])],
      ['dba', 'SELECT id FROM $NS.items LIMIT 0', cells()],
      ['dba', 'SELECT id FROM $NS.items OFFSET 3', cells(['4'])],
      ['dba', 'SELECT DISTINCT n FROM $NS.items WHERE n IS NOT NULL ORDER BY n', cells([10], [30])],
      ['dba', 'SELECT nothing FROM $NS.items', fails(/No field named nothing/)],
      ['dba', 'SELECT id FROM $NS.items ORDER BY nothing', fails(/No field named nothing/)],
    ],
  }),
  sqlCase({
    name: 'literals and arithmetic need no table',
    proves: ['Q34'],
    lines: [
      ['user', 'SELECT 1 + 1 AS answer', rows('answer BigInt', [['2']])],
      ['user', "SELECT 1 AS a, 'x' AS b, 1.5 AS c, true AS d, NULL AS e", cells(['1', 'x', 1.5, true, null])],
      ['user', 'SELECT 7 / 2, 7 % 3, -7 + 2, 2 * 3 - 1, 7.0 / 2', cells(['3', '1', '-5', '5', 3.5])],
      ['user', "SELECT 'a' || 'b' || 1 AS x", rows('x Text', [['ab1']])],
      ['user', 'SELECT 1 < 2 AND NOT 2 < 1 AS yes', rows('yes Boolean', [[true]])],
      ['user', "SELECT CASE WHEN 1 = 2 THEN 'a' WHEN 1 = 1 THEN 'b' ELSE 'c' END", value('b')],
      ['user', "SELECT CAST('42' AS BIGINT) AS a, '43'::int AS b, 1::text AS c", rows('a BigInt, b Int, c Text', [['42', 43, '1']])],
      ['user', 'SELECT 1 / 0', faulty()],
      [
        'user',
        'SELECT 9223372036854775807 AS most, -9223372036854775807 - 1 AS least',
        cells(['9223372036854775807', '-9223372036854775808']),
      ],
      ['user', 'SELECT 9223372036854775807 + 1', faulty()],
      ['user', 'SELECT -9223372036854775807 - 2', faulty()],
    ],
  }),
  sqlCase({
    name: 'functions make values',
    proves: ['Q34'],
    lines: [
      [
        'user',
        "SELECT lower('ÄB'), upper('äb'), length('äbc'), trim(' x '), substr('abcd', 2, 2), replace('aba', 'a', 'x')",
        cells(['äb', 'ÄB', 3, 'x', 'bc', 'xbx']),
      ],
      ['user', "SELECT coalesce(NULL, NULL, 'x'), nullif(1, 1), abs(-3)", cells(['x', null, '3'])],
      ['user', 'SELECT CURRENT_USER(), CURRENT_ROLE()', cells(['$USER', 'user'])],
      ['dba', 'SELECT CURRENT_USER, CURRENT_ROLE()', cells(['$DBA', 'dba'])],
      ['user', 'SELECT NOW() AS now', rows('now Timestamp', [[/^\d{16}$/]])],
      ['user', 'SELECT SNOWFLAKE_ID() AS a', rows('a BigInt', [[/^[1-9]\d*$/]])],
      ['user', 'SELECT UUID_V7(), ULID()', cells([/^[0-9a-f-]{36}$/, /^[0-9A-Z]{26}$/])],
      ['user', 'SELECT SNOWFLAKE_ID() < SNOWFLAKE_ID()', value(true)],
      ['user', "SELECT load_extension('x')", faulty()],
      ['user', 'SELECT sqlite_version()', faulty()],
      ['dba', 'SELECT no_such_function(1)', faulty()],
    ],
  }),
]

const together: readonly ConformanceCase[] = [
  sqlCase({
    name: 'rows are counted, summed and grouped',
    proves: ['Q35'],
    first: ITEMS,
    lines: [
      [
        'dba',
        'SELECT COUNT(*) AS all_, COUNT(n) AS some, COUNT(DISTINCT n) AS kinds FROM $NS.items',
        rows('all_ BigInt, some BigInt, kinds BigInt', [['4', '3', '2']]),
      ],
      [
        'dba',
        'SELECT SUM(n) AS s, AVG(n) AS a, MIN(n) AS least, MAX(n) AS most FROM $NS.items',
        cells(['50', new Rule('16.67', (mean) => Math.abs(Number(mean) - 50 / 3) < 1e-9), 10, 30]),
      ],
      [
        'dba',
        'SELECT SUM(id) AS s, MIN(name) AS a, MAX(name) AS b FROM $NS.items',
        rows('s BigInt, a Text, b Text', [['10', 'Apple', 'apple pie']]),
      ],
      ['dba', 'SELECT sum(price) FROM $NS.items', value('11.50')],
      ['dba', 'SELECT sum(rate) AS r FROM $NS.items', rows('r Double', [[4.5]])],
      ['dba', 'SELECT COUNT(*), SUM(n), MAX(n) FROM $NS.items WHERE id > 99', cells(['0', null, null])],
      [
        'dba',
        'SELECT n, COUNT(*) AS c FROM $NS.items WHERE n IS NOT NULL GROUP BY n ORDER BY c DESC',
        rows('n Int, c BigInt', [
          [10, '2'],
          [30, '1'],
        ]),
      ],
      ['dba', 'SELECT n, COUNT(*) FROM $NS.items GROUP BY n HAVING COUNT(*) > 1', cells([10, '2'])],
      [
        'dba',
        'SELECT lower(substr(name, 1, 1)) AS l, count(*) FROM $NS.items GROUP BY lower(substr(name, 1, 1)) ORDER BY l',
        cells(['a', '2'], ['b', '1'], ['c', '1']),
      ],
      ['dba', 'SELECT MAX(_seq) > 0 FROM $NS.items', value(true)],
      ['dba', 'SELECT id, COUNT(*) FROM $NS.items', faulty()],
    ],
  }),
  sqlCase({
    name: 'tables are joined, and queries stand in queries',
    proves: ['Q36'],
    first: [...ITEMS, ...OWNERS],
    lines: [
      [
        'dba',
        'SELECT i.id, o.name FROM $NS.items i JOIN $NS.owners o ON i.owner = o.id ORDER BY i.id',
        cells(['1', 'Ada'], ['2', 'Ada'], ['3', 'Bob']),
      ],
      [
        'dba',
        'SELECT o.name, count(i.id) FROM $NS.owners o LEFT JOIN $NS.items i ON i.owner = o.id GROUP BY o.name ORDER BY o.name',
        cells(['Ada', '2'], ['Bob', '1'], ['Eve', '0']),
      ],
      ['dba', 'SELECT x.total FROM (SELECT owner, sum(id) AS total FROM $NS.items GROUP BY owner) AS x WHERE x.owner = 1', cells(['3'])],
      ['dba', "SELECT id FROM $NS.items WHERE owner IN (SELECT id FROM $NS.owners WHERE name = 'Bob')", cells(['3'])],
      ['dba', 'SELECT id FROM $NS.items WHERE n = (SELECT max(n) FROM $NS.items)', cells(['3'])],
      ['dba', 'SELECT id FROM $NS.owners o WHERE EXISTS (SELECT 1 FROM $NS.items i WHERE i.owner = o.id) ORDER BY id', cells(['1'], ['2'])],
      [
        'dba',
        'WITH rich AS (SELECT id, name FROM $NS.items WHERE price > 3) SELECT name FROM rich ORDER BY id',
        cells(['Cherry'], ['apple pie']),
      ],
      ['dba', 'SELECT id FROM $NS.items WHERE id < 3 UNION SELECT id FROM $NS.owners ORDER BY id', cells(['1'], ['2'], ['3'])],
      ['dba', 'SELECT id FROM $NS.items UNION ALL SELECT id FROM $NS.items', rowsThat((found) => found.length === 8)],
      ['dba', 'SELECT id FROM $NS.items EXCEPT SELECT id FROM $NS.owners', cells(['4'])],
      ['dba', 'SELECT id FROM $NS.items INTERSECT SELECT id FROM $NS.owners ORDER BY id DESC', cells(['3'], ['2'], ['1'])],
      ['dba', 'SELECT count(*) FROM $NS.items a, $NS.owners b', cells(['12'])],
    ],
  }),
  sqlCase({
    name: 'each table that a query touches is asked for, however deep',
    proves: ['Q36', 'Q46', 'Q40'],
    first: [...ITEMS, 'CREATE USER TABLE $NS.mine (id BIGINT PRIMARY KEY)'],
    lines: ['$NS.items', 'system.users', 'information_schema.tables'].flatMap((table): readonly Line[] =>
      [
        `SELECT * FROM ${table}`,
        `SELECT 1 FROM $NS.mine m JOIN ${table} t ON 1 = 1`,
        `SELECT * FROM (SELECT * FROM ${table}) AS x`,
        `SELECT id FROM $NS.mine WHERE id IN (SELECT 1 FROM ${table})`,
        `SELECT (SELECT count(*) FROM ${table})`,
        `WITH x AS (SELECT * FROM ${table}) SELECT 1 FROM x`,
        `SELECT 1 UNION SELECT 2 FROM ${table}`,
        `SELECT id FROM $NS.mine ORDER BY (SELECT count(*) FROM ${table})`,
        `INSERT INTO $NS.mine (id) SELECT 1 FROM ${table}`,
        `UPDATE $NS.mine SET id = (SELECT count(*) FROM ${table})`,
        `DELETE FROM $NS.mine WHERE id = (SELECT count(*) FROM ${table})`,
        `SELECT 1 FROM $NS.mine WHERE EXISTS (SELECT 1 FROM ${table})`,
      ].map((sql): Line => ['user', sql, denied(/^Access denied: Role 'User' cannot access table /)]),
    ),
  }),
]

const shut = ['sqlite_master', 'sqlite_schema', 'sqlite_temp_master', 'pragma_table_list', 'json_each', 'dbstat', 'main.sqlite_master']
const engine: readonly ConformanceCase[] = [
  sqlCase({
    name: 'what lies beneath SQL is not reached by it',
    proves: ['Q36', 'Q49'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)'],
    lines: [
      ...shut.map((table): Line => ['dba', `SELECT * FROM ${table}`, faulty()]),
      ...['t1', 't2', 'main.t1', 'namespaces', 'log.batch'].map((table): Line => ['dba', `SELECT * FROM ${table}`, faulty()]),
      ...[
        "ATTACH 'x.db' AS x",
        'PRAGMA table_list',
        'VACUUM',
        "SELECT readfile('/etc/passwd')",
        'SELECT * FROM $NS.t; PRAGMA user_version',
      ].map((sql): Line => ['dba', sql, faulty()]),
      ['dba', 'WITH sqlite_master AS (SELECT 1 AS a) SELECT a FROM sqlite_master', value('1')],
      ['dba', 'SELECT rowid FROM $NS.t', faulty()],
    ],
  }),
]

const DOCUMENT = JSON.stringify({ a: { b: [10, 20, { c: 'deep' }] }, s: 'text', n: 42, f: 1.5, t: true, z: null, list: [1, 2, 3] })

const json: readonly ConformanceCase[] = [
  sqlCase({
    name: 'JSON is read by operators and functions',
    proves: ['Q37'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, doc JSON, raw TEXT)'],
    play: async ({ says }) => {
      await says('dba', { sql: 'INSERT INTO $NS.t (id, doc, raw) VALUES (1, $1, $1), (2, NULL, NULL)', params: [DOCUMENT] }, DONE)
      const reads = async (expression: string, cell: null | boolean | string | number | Rule | RegExp): Promise<void> => {
        for (const column of ['doc', 'raw']) {
          await says('dba', `SELECT ${expression.replaceAll('doc', column)} FROM $NS.t WHERE id = 1`, value(cell))
        }
        await says('dba', `SELECT ${expression} FROM $NS.t WHERE id = 2`, value(null))
      }
      await reads("doc->>'s'", 'text')
      await reads("doc->>'n'", '42')
      await reads("doc->>'t'", 'true')
      await reads("doc->>'z'", null)
      await reads("doc->>'nothing'", null)
      await reads("doc->'a'->'b'->>1", '20')
      await reads("doc->'a'->'b'->2->>'c'", 'deep')
      await reads("doc->'list'", jsonText('[1,2,3]'))
      await reads("json_get_int(doc, 'n')", '42')
      await reads("json_get_int(doc, 'a', 'b', 0)", '10')
      await reads("json_get_bool(doc, 't')", true)
      await reads("json_get_int(doc, 's')", null)
      await reads("json_as_text(doc, 's')", 'text')
      await reads("json_as_text(doc, 'n')", '42')
      await reads("json_length(doc, 'list')", '3')
    },
  }),
  sqlCase({
    name: 'JSON is asked what it holds, in conditions too',
    proves: ['Q37'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, doc JSON)'],
    play: async ({ says }) => {
      await says('dba', { sql: 'INSERT INTO $NS.t (id, doc) VALUES (1, $1), (2, $2), (3, NULL)', params: [DOCUMENT, '{"n":7}'] }, DONE)
      await says('dba', "SELECT id FROM $NS.t WHERE doc ? 's'", cells(['1']))
      await says('dba', "SELECT id FROM $NS.t WHERE json_contains(doc, 'n')", cells(['1'], ['2']))
      await says('dba', "SELECT id FROM $NS.t WHERE doc->>'n' = '7'", cells(['2']))
      await says('dba', "SELECT id FROM $NS.t WHERE json_get_int(doc, 'n') > 7", cells(['1']))
      await says(
        'dba',
        "SELECT doc->>'n' AS n, count(*) FROM $NS.t WHERE doc IS NOT NULL GROUP BY doc->>'n' ORDER BY n",
        cells(['42', '1'], ['7', '1']),
      )
      await says(
        'dba',
        'SELECT json_object_keys(doc) FROM $NS.t WHERE id = 2',
        rowsThat(([row]) => /"?n"?/.test(JSON.stringify(row))),
      )
      await says('dba', { sql: 'SELECT id FROM $NS.t WHERE doc->>$1 = $2', params: ['s', 'text'] }, cells(['1']))
      await says('dba', 'SELECT doc FROM $NS.t WHERE id = 2', rows('doc Json', [[jsonText('{"n":7}')]]))
    },
  }),
]

function jsonText(text: string): Rule {
  return new Rule(`JSON text ${text}`, (cell) => typeof cell === 'string' && JSON.stringify(JSON.parse(cell)) === text)
}

const order: readonly ConformanceCase[] = [
  sqlCase({
    name: 'without an order rows come by their key, of a stream without one as they were written',
    proves: ['Q38'],
    first: [
      'CREATE SHARED TABLE $NS.shared (id BIGINT PRIMARY KEY)',
      'CREATE USER TABLE $NS.own (name TEXT PRIMARY KEY)',
      'CREATE STREAM TABLE $NS.stream (name TEXT) WITH (TTL_SECONDS = 60)',
      'INSERT INTO $NS.shared (id) VALUES (10), (9), (-1), (100)',
      'DELETE FROM $NS.shared WHERE id = 9',
      'INSERT INTO $NS.shared (id) VALUES (9)',
      "INSERT INTO $NS.own (name) VALUES ('b'), ('a'), ('c')",
      "INSERT INTO $NS.stream (name) VALUES ('b'), ('a'), ('c')",
    ],
    lines: [
      ['dba', 'SELECT id FROM $NS.shared', cells(['-1'], ['9'], ['10'], ['100'])],
      ['dba', 'SELECT id FROM $NS.shared LIMIT 2', cells(['-1'], ['9'])],
      ['dba', 'SELECT name FROM $NS.own', cells(['a'], ['b'], ['c'])],
      ['dba', 'SELECT name FROM $NS.stream', cells(['b'], ['a'], ['c'])],
    ],
  }),
  sqlCase({
    name: `without a limit ${ROWS_DEFAULT} rows come, and never more than ${ROWS_MAX}`,
    proves: ['Q38'],
    first: [
      'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)',
      `INSERT INTO $NS.t (id) VALUES ${Array.from({ length: ROWS_MAX + 1 }, (_, id) => `(${id})`).join(', ')}`,
    ],
    lines: [
      ['dba', 'SELECT id FROM $NS.t', rowsThat((found) => found.length === 50 && found.at(-1)?.['id'] === '49')],
      ['dba', 'SELECT id FROM $NS.t LIMIT 51', rowsThat((found) => found.length === 51)],
      ['dba', 'SELECT id FROM $NS.t LIMIT 1000', rowsThat((found) => found.length === 1_000)],
      ['dba', 'SELECT id FROM $NS.t LIMIT 1001', rowsThat((found) => found.length === 1_000)],
      [
        'dba',
        'SELECT id FROM $NS.t ORDER BY id DESC LIMIT 100000',
        rowsThat((found) => found.length === 1_000 && found[0]?.['id'] === '1000'),
      ],
      ['dba', 'SELECT id FROM $NS.t OFFSET 990', rowsThat((found) => found.length === 11)],
      ['dba', 'SELECT count(*) FROM $NS.t', value('1001')],
      ['dba', 'SELECT count(*) FROM (SELECT id FROM $NS.t) AS x', value('1001')],
    ],
  }),
]

export const SQL_QUERY_CASES: readonly ConformanceCase[] = [...ordinary, ...together, ...engine, ...json, ...order]
