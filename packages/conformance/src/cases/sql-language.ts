/** How statements are read: names, texts, comments, values (Q11 to Q14, Q49). */
import type { ConformanceCase } from '../case.ts'
import { cells, deleted, DONE, fails, inserted, invalid, refused, results, rows, sqlCase, told, updated, value } from '../statements.ts'
import type { Line } from '../statements.ts'

const NAME_LENGTH_MAX = 64
const RESERVED_NAMESPACES = 'system sys root kalamdb kalam main default sql admin internal information_schema pg_catalog datafusion'.split(
  ' ',
)
const RESERVED_COLUMNS = '_seq _deleted _commit_seq _id _row_id _rowid _key _updated _created _timestamp _version _hash'.split(' ')
const KEYWORDS = ['select', 'table', 'where', 'from', 'order']
const MALFORMED_NAMES = ['1st', '_first', '"a-b"', '"a b"', '"a.b"', '"ä"', '""']

/** In the contract's words, by statements that KalamDB knows and that are nothing for a log. */
const UNSUPPORTED = [
  'CREATE VIEW v AS SELECT 1',
  'CREATE INDEX i ON t (id)',
  'BACKUP DATABASE TO "x"',
  'RESTORE DATABASE FROM "x"',
  'EXPORT USER DATA',
  'SHOW EXPORT',
  'SHOW MANIFEST',
  'CLUSTER JOIN "x"',
  'CREATE POLICY p ON t',
  'CREATE PROCEDURE p()',
  'CREATE TRIGGER t',
  'CREATE TYPE t',
  'GRANT SELECT ON t TO u',
  'FROBNICATE',
]

const names: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a name is the same in any case, bare, quoted and in backticks',
    proves: ['Q11'],
    first: ['CREATE SHARED TABLE $NS.Things (Id BIGINT PRIMARY KEY, "Title" TEXT)'],
    lines: [
      ['dba', 'INSERT INTO "$NS"."things" ("ID", title) VALUES (1, \'a\')', inserted(1)],
      ['dba', 'select Title from $NS.THINGS where ID = 1', rows('title Text', [['a']])],
      ['dba', 'SELECT "id", "TITLE" FROM "$NS"."Things"', rows('id BigInt, title Text', [['1', 'a']])],
      ['dba', 'SELECT t.id FROM $NS.things AS T', cells(['1'])],
      ['dba', 'USE `$NS`; SELECT id FROM things', results({ message: "Namespace switched to '$NS'", schema: null }, { rows: [['1']] })],
      ['dba', 'SELECT id FROM kalam.$NS.things', cells(['1'])],
    ],
  }),
  sqlCase({
    name: 'a name without a namespace lies in namespace_id, and else in default',
    proves: ['Q11'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)', 'INSERT INTO $NS.t (id) VALUES (1)'],
    lines: [
      ['dba', { sql: 'SELECT id FROM t', namespace_id: '$NS' }, cells(['1'])],
      ['dba', { sql: 'SELECT t.id FROM "T"', namespace_id: '$NS' }, cells(['1'])],
      ['dba', 'CREATE SHARED TABLE $NS (id BIGINT PRIMARY KEY)', told(/default\.\$NS created successfully$/)],
      ['dba', 'INSERT INTO $NS (id) VALUES (7)', inserted(1)],
      ['dba', 'SELECT id FROM default.$NS', cells(['7'])],
      ['dba', { sql: 'SELECT id FROM $NS', namespace_id: 'default' }, cells(['7'])],
      ['dba', 'DROP TABLE $NS', DONE],
      ['dba', { sql: 'SELECT id FROM t', namespace_id: 'nowhere' }, fails(/nowhere.*t/)],
    ],
  }),
  sqlCase({
    name: `names have ${NAME_LENGTH_MAX} characters at most`,
    proves: ['Q12'],
    lines: [
      ['dba', `CREATE SHARED TABLE $NS.${'t'.repeat(NAME_LENGTH_MAX)} (${'c'.repeat(NAME_LENGTH_MAX)} BIGINT PRIMARY KEY)`, DONE],
      ['dba', `CREATE SHARED TABLE $NS.${'t'.repeat(NAME_LENGTH_MAX + 1)} (id BIGINT PRIMARY KEY)`, invalid()],
      ['dba', `CREATE SHARED TABLE $NS.t (${'c'.repeat(NAME_LENGTH_MAX + 1)} BIGINT PRIMARY KEY)`, invalid()],
      ['dba', `CREATE NAMESPACE ${'n'.repeat(NAME_LENGTH_MAX + 1)}`, invalid()],
    ],
  }),
  sqlCase({
    name: 'names are letters, digits and underscores after a letter, and no word of the language',
    proves: ['Q12'],
    lines: [
      ...[...MALFORMED_NAMES, ...KEYWORDS].flatMap((name): readonly Line[] => [
        ['dba', `CREATE NAMESPACE ${name}`, invalid()],
        ['dba', `CREATE SHARED TABLE $NS.${name} (id BIGINT PRIMARY KEY)`, invalid()],
        ['dba', `CREATE SHARED TABLE $NS.t (${name} BIGINT PRIMARY KEY)`, invalid()],
      ]),
      ...RESERVED_NAMESPACES.map((name): Line => ['dba', `CREATE NAMESPACE ${name}`, invalid()]),
      ...RESERVED_COLUMNS.map((name): Line => ['dba', `CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, ${name} TEXT)`, invalid()]),
      ['dba', 'SHOW TABLES IN $NS', results({ holds: (found) => found.length === 0 })],
    ],
  }),
  sqlCase({
    name: 'columns may be called user_id, in camel case, and by words of the language in quotes',
    proves: ['Q11', 'Q12'],
    lines: [
      ['dba', 'CREATE SHARED TABLE $NS.t (user_id TEXT PRIMARY KEY, camelCase INT, "order" INT, "offset" INT, "select" TEXT)', DONE],
      ['dba', 'INSERT INTO $NS.t (user_id, camelCase, "order", offset, "select") VALUES (\'u\', 1, 2, 3, \'s\')', inserted(1)],
      [
        'dba',
        'SELECT user_id, camelcase, "order", "offset", "select" FROM $NS.t WHERE "order" = 2 AND "offset" = 3',
        rows('user_id Text, camelcase Int, order Int, offset Int, select Text', [['u', 1, 2, 3, 's']]),
      ],
    ],
  }),
]

const texts: readonly ConformanceCase[] = [
  sqlCase({
    name: 'semicolons in quotes and comments cut nothing, and pieces without a word vanish',
    proves: ['Q13'],
    lines: [
      ['user', "SELECT ';''--' AS a, '/*' AS b", cells([";'--", '/*'])],
      ['user', ";; SELECT 1 AS a; -- the end; of it\n/* ; */ ; SELECT 2 AS b /* ' */ ;;", results({ rows: [['1']] }, { rows: [['2']] })],
      ['user', "-- it's\nSELECT /* a ; comment */ 1 AS a", value('1')],
      ['user', 'SELECT 1 AS "a;b"', rows('a;b BigInt', [['1']])],
    ],
  }),
  sqlCase({
    name: 'a text without a statement is EMPTY_SQL',
    proves: ['Q13'],
    lines: ['', ' \n\t', ';', ';;', '-- nothing', '/* nothing */ ; -- at all'].map((sql): Line => ['user', sql, refused('EMPTY_SQL')]),
  }),
  sqlCase({
    name: 'what is left open is BATCH_PARSE_ERROR',
    proves: ['Q13'],
    lines: [
      ['user', "SELECT 'a", refused('BATCH_PARSE_ERROR', /^Unterminated quoted string/)],
      ['user', 'SELECT "a', refused('BATCH_PARSE_ERROR', /^Unterminated quoted/)],
      ['user', "SELECT 1; SELECT 'it''s", refused('BATCH_PARSE_ERROR', /^Unterminated quoted string/)],
      ['user', 'SELECT 1 /* and', refused('BATCH_PARSE_ERROR', /^Unterminated block comment/)],
    ],
  }),
  sqlCase({
    name: 'what is no statement is INVALID_SQL, and says so to administrators',
    proves: ['Q49', 'Q48'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)'],
    lines: [
      ...UNSUPPORTED.map((sql): Line => ['dba', sql, invalid(/^Unsupported statement type: ./)]),
      ['user', 'CREATE VIEW v AS SELECT 1', invalid('SQL statement is invalid or not allowed')],
      ['dba', 'SELECT 1 FROM', invalid()],
      ['dba', 'SELECT 1 2 3', invalid()],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (1) ON CONFLICT DO NOTHING', invalid()],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (1) RETURNING id', invalid()],
      ['dba', 'SELECT row_number() OVER () FROM $NS.t', refused('INVALID_SQL')],
    ],
  }),
]

const VALUES_TABLE =
  'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, i INT, s SMALLINT, d DOUBLE, b BOOLEAN, x TEXT, j JSON, u UUID, ts TIMESTAMP, da DATE, ti TIME, de DECIMAL(10,2))'
const UUID = '0190b5f2-7a3c-7b1d-8e4f-0123456789ab'
/** 2026-01-02T03:04:05.678Z, in microseconds. */
const MOMENT_US = '1767323045678000'

const values: readonly ConformanceCase[] = [
  sqlCase({
    name: 'texts become numbers, truth values, times and identifiers as the column wants',
    proves: ['Q14'],
    first: [VALUES_TABLE],
    lines: [
      [
        'dba',
        `INSERT INTO $NS.t (id, i, s, d, b, x, j, u, ts, da, ti, de) VALUES
          ('42', '7', '-3', '1.5', 'true', 5, '{"a":[1]}', '${UUID.toUpperCase()}', '2026-01-02T03:04:05.678Z', '2026-01-02', '03:04:05', '200.75')`,
        inserted(1),
      ],
      [
        'dba',
        'SELECT id, i, s, d, b, x, u, ts, da, ti, de FROM $NS.t',
        cells(['42', 7, -3, 1.5, true, '5', UUID, MOMENT_US, 20455, 11_045_000_000, '200.75']),
      ],
      ['dba', "SELECT id FROM $NS.t WHERE id = '42' AND i = '7' AND d = '1.5' AND b = 'true'", cells(['42'])],
      ['dba', "DELETE FROM $NS.t WHERE id = '42'", deleted(1)],
    ],
  }),
  sqlCase({
    name: 'parameters become what the column wants',
    proves: ['Q14', 'Q8'],
    first: [VALUES_TABLE],
    lines: [
      [
        'dba',
        { sql: 'INSERT INTO $NS.t (id, i, b, x, j, u) VALUES ($1, $2, $3, $4, $5, $6)', params: ['42', '7', true, 'x', '{"a":1}', UUID] },
        inserted(1),
      ],
      [
        'dba',
        { sql: 'SELECT id, i, b, x, j, u FROM $NS.t WHERE id = $1 AND i = $2', params: ['42', '7'] },
        cells(['42', 7, true, 'x', '{"a":1}', UUID]),
      ],
      ['dba', { sql: 'UPDATE $NS.t SET d = $1, de = $2 WHERE id = $3', params: [3, 2.5, '42'] }, updated(1)],
      ['dba', 'SELECT d, de FROM $NS.t', rows('d Double, de {"Decimal":{"precision":10,"scale":2}}', [[3, '2.50']])],
    ],
  }),
  sqlCase({
    name: 'a time is ISO text with Z, an offset or none, or microseconds',
    proves: ['Q14'],
    first: [VALUES_TABLE],
    lines: [
      ...[
        '2026-01-02T03:04:05.678Z',
        '2026-01-02T05:04:05.678+02:00',
        '2026-01-02 03:04:05.678',
        '2026-01-02T03:04:05.678',
        MOMENT_US,
        Number(MOMENT_US),
      ].flatMap((moment, id): readonly Line[] => [
        ['dba', { sql: 'INSERT INTO $NS.t (id, ts) VALUES ($1, $2)', params: [id, moment] }, inserted(1)],
        ['dba', { sql: 'SELECT ts FROM $NS.t WHERE id = $1', params: [id] }, rows('ts Timestamp', [[MOMENT_US]])],
        ['dba', { sql: 'SELECT count(*) FROM $NS.t WHERE ts = $1', params: [moment] }, value(String(id + 1))],
      ]),
      ['dba', "SELECT count(*) FROM $NS.t WHERE ts > TIMESTAMP '2026-01-02 03:04:05' AND ts < TIMESTAMP '2026-01-02 03:04:06'", value('6')],
    ],
  }),
  sqlCase({
    name: 'a value that is none of its column is refused, and nothing is stored',
    proves: ['Q14'],
    first: [VALUES_TABLE],
    lines: [
      ...[
        "id) VALUES ('many'",
        'id, i) VALUES (1, 2147483648',
        'id, i) VALUES (1, -2147483649',
        'id, s) VALUES (1, 32768',
        "id, b) VALUES (1, 'perhaps'",
        "id, u) VALUES (1, 'no uuid'",
        "id, j) VALUES (1, '{'",
        "id, ts) VALUES (1, 'yesterday'",
        "id, da) VALUES (1, '2026-02-30'",
        "id, de) VALUES (1, '123456789.00'",
      ].map((wrong): Line => ['dba', `INSERT INTO $NS.t (${wrong})`, fails(/^Statement 1 failed: /)]),
      ['dba', 'INSERT INTO $NS.t (id, i, s) VALUES (1, 2147483647, -32768)', inserted(1)],
      ['dba', 'SELECT id, i, s FROM $NS.t', cells(['1', 2_147_483_647, -32_768])],
    ],
  }),
]

export const SQL_LANGUAGE_CASES: readonly ConformanceCase[] = [...names, ...texts, ...values]
