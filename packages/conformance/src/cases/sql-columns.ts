/** Columns of CREATE TABLE: types, options and defaults (Q3, Q19, Q20). */
import type { ConformanceCase } from '../case.ts'
import { Rule } from '../match.ts'
import { cells, DONE, fails, inserted, invalid, rows, rowsThat, sqlCase, told } from '../statements.ts'
import type { Line } from '../statements.ts'

const DECIMAL_PRECISION_MAX = 38
const EMBEDDING_DIMENSIONS_MAX = 8192

/** By the closed name of the type, all words for it. */
const TYPES: readonly (readonly [dataType: string, words: readonly string[]])[] = [
  ['Boolean', ['BOOLEAN', 'BOOL', 'boolean']],
  ['SmallInt', ['SMALLINT', 'INT2', 'SMALLSERIAL', 'SERIAL2', 'TINYINT', 'INT1']],
  ['Int', ['INT', 'INTEGER', 'INT4', 'MEDIUMINT', 'SERIAL', 'SERIAL4', 'SIGNED']],
  ['BigInt', ['BIGINT', 'INT8', 'BIGSERIAL', 'SERIAL8', 'BigInt']],
  ['Float', ['FLOAT', 'REAL', 'FLOAT4']],
  ['Double', ['DOUBLE', 'DOUBLE PRECISION', 'FLOAT8', 'FLOAT64']],
  ['Text', ['TEXT', 'STRING', 'VARCHAR(20)', 'VARCHAR', 'CHAR(3)', 'NVARCHAR(9)', 'CLOB', 'LONGTEXT', 'my_string']],
  ['Bytes', ['BYTES', 'BYTEA', 'BLOB', 'BINARY', 'VARBINARY']],
  ['Json', ['JSON', 'JSONB']],
  ['Timestamp', ['TIMESTAMP', 'TIMESTAMP(3)', 'timestamp']],
  ['DateTime', ['DATETIME']],
  ['Date', ['DATE']],
  ['Time', ['TIME']],
  ['Uuid', ['UUID']],
  ['File', ['FILE']],
  ['{"Decimal":{"precision":38,"scale":10}}', ['DECIMAL']],
  ['{"Decimal":{"precision":10,"scale":2}}', ['DECIMAL(10,2)', 'DECIMAL(10, 2)']],
  ['{"Decimal":{"precision":9,"scale":0}}', ['DECIMAL(9)']],
  [
    `{"Decimal":{"precision":${DECIMAL_PRECISION_MAX},"scale":${DECIMAL_PRECISION_MAX}}}`,
    [`DECIMAL(${DECIMAL_PRECISION_MAX},${DECIMAL_PRECISION_MAX})`],
  ],
  ['{"Embedding":1}', ['EMBEDDING(1)']],
  [`{"Embedding":${EMBEDDING_DIMENSIONS_MAX}}`, [`EMBEDDING(${EMBEDDING_DIMENSIONS_MAX})`]],
]

const NO_TYPES = [
  'MONEY',
  'POINT',
  'DECIMAL(0)',
  `DECIMAL(${DECIMAL_PRECISION_MAX + 1},2)`,
  'DECIMAL(5,6)',
  'EMBEDDING',
  'EMBEDDING(0)',
  `EMBEDDING(${EMBEDDING_DIMENSIONS_MAX + 1})`,
]

const types: readonly ConformanceCase[] = [
  sqlCase({
    name: 'each type has its closed name, by all of its words',
    proves: ['Q3', 'Q19'],
    lines: [
      [
        'dba',
        `CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, ${TYPES.flatMap(([, words], i) => words.map((word, j) => `c${i}x${j} ${word}`)).join(', ')})`,
        told(/\$NS\.t created successfully$/),
      ],
      [
        'dba',
        'SELECT * FROM $NS.t',
        rows(
          [
            'id BigInt',
            ...TYPES.flatMap(([type, words], i) => words.map((_, j) => `c${i}x${j} ${type}`)),
            '_seq BigInt',
            '_deleted Boolean',
          ].join(', '),
          [],
        ),
      ],
    ],
  }),
  sqlCase({
    name: 'what is no type is said to be none',
    proves: ['Q19', 'Q22'],
    lines: [
      ...NO_TYPES.map((type): Line => [
        'dba',
        `CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, c ${type})`,
        invalid(/^Invalid CREATE TABLE statement: .*Unsupported data type/),
      ]),
      ['dba', 'SELECT * FROM $NS.t', fails(/\$NS.*t/)],
    ],
  }),
  sqlCase({
    name: 'values of each type have one form',
    proves: ['Q3'],
    first: [
      'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, b BOOLEAN, s SMALLINT, i INT, f FLOAT, d DOUBLE, x TEXT, y BYTES, j JSON, ts TIMESTAMP, dt DATETIME, da DATE, ti TIME, u UUID, de DECIMAL(10,2), e EMBEDDING(3))',
    ],
    lines: [
      [
        'dba',
        {
          sql: 'INSERT INTO $NS.t VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)',
          params: [
            '9223372036854775807',
            true,
            -3,
            7,
            0.5,
            1e300,
            'ü;"',
            'abc',
            '{"a": [1, "x"]}',
            '2026-01-02T03:04:05.678901Z',
            '1969-12-31T23:59:59Z',
            '1970-01-03',
            '00:00:01.5',
            '0190b5f2-7a3c-7b1d-8e4f-0123456789ab',
            '200.75',
            '[0.5,1,-2]',
          ],
        },
        inserted(1),
      ],
      [
        'dba',
        'SELECT id, b, s, i, f, d, x, ts, dt, da, ti, u, de, e FROM $NS.t',
        cells([
          '9223372036854775807',
          true,
          -3,
          7,
          0.5,
          1e300,
          'ü;"',
          '1767323045678901',
          '-1000000',
          2,
          1_500_000,
          '0190b5f2-7a3c-7b1d-8e4f-0123456789ab',
          '200.75',
          [0.5, 1, -2],
        ]),
      ],
      [
        'dba',
        'SELECT j FROM $NS.t',
        rows('j Json', [[new Rule('JSON text', (cell) => JSON.stringify(JSON.parse(String(cell))) === '{"a":[1,"x"]}')]]),
      ],
      [
        'dba',
        'SELECT y FROM $NS.t',
        rows('y Bytes', [
          [new Rule('base64', (cell) => typeof cell === 'string' && Buffer.from(cell, 'base64').toString('base64') === cell)],
        ]),
      ],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (1)', inserted(1)],
      ['dba', 'SELECT b, s, i, f, d, x, y, j, ts, dt, da, ti, u, de, e FROM $NS.t WHERE id = 1', cells(Array<null>(15).fill(null))],
    ],
  }),
]

const ID_PATTERNS = {
  snowflake: new Rule('a number of 63 bits', (cell) => /^[1-9]\d{0,18}$/.test(String(cell)) && BigInt(String(cell)) < 2n ** 63n),
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  ulid: /^[0-9A-HJKMNP-TV-Z]{26}$/,
  microseconds: /^\d{16}$/,
}

const defaults: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a column without a value has its default',
    proves: ['Q20'],
    first: [
      "CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY DEFAULT SNOWFLAKE_ID(), a TEXT DEFAULT 'x', b INT DEFAULT -3, c DOUBLE DEFAULT 1.5, d BOOLEAN DEFAULT TRUE, e TEXT DEFAULT NULL, n TIMESTAMP DEFAULT NOW(), o TIMESTAMP DEFAULT CURRENT_TIMESTAMP, u TEXT DEFAULT UUID_V7(), v UUID DEFAULT UUID_V7(), w TEXT DEFAULT ULID(), x TEXT DEFAULT CURRENT_USER, y TEXT DEFAULT CURRENT_USER(), z TEXT)",
    ],
    lines: [
      ['dba', "INSERT INTO $NS.t (z) VALUES ('given'), ('twice')", inserted(2)],
      [
        'dba',
        'SELECT id, a, b, c, d, e, n, o, u, v, w, x, y, z FROM $NS.t LIMIT 1',
        cells([
          ID_PATTERNS.snowflake,
          'x',
          -3,
          1.5,
          true,
          null,
          ID_PATTERNS.microseconds,
          ID_PATTERNS.microseconds,
          ID_PATTERNS.uuid,
          ID_PATTERNS.uuid,
          ID_PATTERNS.ulid,
          '$DBA',
          '$DBA',
          'given',
        ]),
      ],
      ['dba', 'SELECT count(DISTINCT id), count(DISTINCT u), count(DISTINCT v), count(DISTINCT w) FROM $NS.t', cells(['2', '2', '2', '2'])],
      ['dba', "INSERT INTO $NS.t (a, b, z) VALUES (NULL, DEFAULT, 'null')", inserted(1)],
      ['dba', "SELECT a, b FROM $NS.t WHERE z = 'null'", cells([null, -3])],
    ],
  }),
  sqlCase({
    name: 'identifiers rise, and are exact in JavaScript',
    proves: ['Q20'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, n INT)'],
    lines: [
      ['dba', 'INSERT INTO $NS.t (n) VALUES (1), (2), (3)', inserted(3)],
      ['dba', 'INSERT INTO $NS.t (n) VALUES (4)', inserted(1)],
      ['dba', 'SELECT n FROM $NS.t ORDER BY id', cells([1], [2], [3], [4])],
      [
        'dba',
        'SELECT id FROM $NS.t',
        rowsThat((found) => found.every(({ id }) => Number.isSafeInteger(Number(id)) && String(Number(id)) === id)),
      ],
    ],
  }),
  ...(
    [
      ['SERIAL8', 'id BIGSERIAL PRIMARY KEY'],
      ['AUTO_INCREMENT', 'id BIGINT PRIMARY KEY AUTO_INCREMENT'],
      ['GENERATED ALWAYS', 'id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY'],
      ['GENERATED BY DEFAULT', 'id BIGINT PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY'],
    ] as const
  ).map(([name, column]) =>
    sqlCase({
      name: `${name} is DEFAULT SNOWFLAKE_ID()`,
      proves: ['Q20'],
      lines: [
        ['dba', `CREATE SHARED TABLE $NS.t (${column}, n INT)`, DONE],
        ['dba', 'INSERT INTO $NS.t (n) VALUES (1), (2)', inserted(2)],
        ['dba', 'SELECT id, n FROM $NS.t', cells([ID_PATTERNS.snowflake, 1], [ID_PATTERNS.snowflake, 2])],
        ['dba', 'DESCRIBE TABLE $NS.t', rowsThat(([row]) => row?.['column_default'] === 'SNOWFLAKE_ID()')],
      ],
    }),
  ),
  sqlCase({
    name: 'options of a column come in any order',
    proves: ['Q20'],
    lines: [
      [
        'dba',
        "CREATE SHARED TABLE $NS.t (id BIGINT NOT NULL UNIQUE PRIMARY KEY, a TEXT DEFAULT 'x' NOT NULL, b TEXT NOT NULL DEFAULT 'y', c TEXT NULL UNIQUE, d INT UNIQUE NOT NULL DEFAULT 1)",
        DONE,
      ],
      ['dba', 'INSERT INTO $NS.t (id) VALUES (1), (2)', inserted(2)],
      ['dba', 'SELECT id, a, b, c, d FROM $NS.t', cells(['1', 'x', 'y', null, 1], ['2', 'x', 'y', null, 1])],
      ['dba', 'INSERT INTO $NS.t (id, a) VALUES (3, NULL)', fails(/NOT NULL constraint violation: column 'a'/)],
      ['dba', 'CREATE SHARED TABLE $NS.u (id BIGINT, name TEXT, CONSTRAINT pk PRIMARY KEY (ID))', DONE],
      ['dba', 'CREATE SHARED TABLE $NS.v (id BIGINT, name TEXT, PRIMARY KEY (id))', DONE],
      ['dba', 'INSERT INTO $NS.v (id) VALUES (1), (1)', fails(/Primary key violation/)],
    ],
  }),
]

export const SQL_COLUMN_CASES: readonly ConformanceCase[] = [...types, ...defaults]
