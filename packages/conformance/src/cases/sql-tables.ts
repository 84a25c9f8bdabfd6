/** CREATE TABLE: kinds, options, and what is no table (Q18, Q21 to Q23). */
import type { ConformanceCase } from '../case.ts'
import { cells, denied, DONE, fails, faulty, inserted, invalid, refused, rows, rowsThat, sqlCase, told } from '../statements.ts'
import type { Line } from '../statements.ts'

const ORDINARY = '(id BIGINT PRIMARY KEY)'

const kinds: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a table is of the type that a word or an option says',
    proves: ['Q18', 'Q26'],
    lines: [
      ...(
        [
          ['a', 'USER TABLE', '', 'user'],
          ['b', 'SHARED TABLE', '', 'shared'],
          ['c', 'STREAM TABLE', 'WITH (TTL_SECONDS = 60)', 'stream'],
          ['d', 'TABLE', "WITH (TYPE = 'USER')", 'user'],
          ['e', 'TABLE', "WITH (TYPE='shared')", 'shared'],
          ['f', 'TABLE', "WITH (type = 'STREAM', ttl_seconds = '60')", 'stream'],
          ['g', 'TABLE', '', 'shared'],
          ['h', 'USER TABLE', "USING kalamdb WITH (TYPE = 'USER')", 'user'],
        ] as const
      ).flatMap(([name, words, options, type]): readonly Line[] => [
        ['dba', `CREATE ${words} $NS.${name} ${ORDINARY} ${options}`, told(new RegExp(`table \\$NS\\.${name} created successfully$`, 'i'))],
        [
          'dba',
          `SELECT table_type, access_level FROM system.schemas WHERE namespace_id = '$NS' AND table_name = '${name}'`,
          rowsThat(
            ([row]) => String(row?.['table_type']).toLowerCase() === type && (type !== 'shared' || row?.['access_level'] === 'private'),
          ),
        ],
      ]),
      ['dba', `CREATE USER TABLE $NS.x ${ORDINARY} WITH (TYPE = 'SHARED')`, invalid()],
      ['dba', `CREATE TABLE $NS.x ${ORDINARY} WITH (TYPE = 'OTHER')`, invalid()],
    ],
  }),
  sqlCase({
    name: "without a type a service's table in the namespace of its name is a USER table",
    proves: ['Q18'],
    first: ['CREATE NAMESPACE $SERVICE'],
    lines: [
      ['service', `CREATE TABLE $SERVICE.t ${ORDINARY}`, DONE],
      [
        'dba',
        "SELECT table_type FROM system.schemas WHERE namespace_id = '$SERVICE'",
        rowsThat(([row]) => /^user$/i.test(String(row?.['table_type']))),
      ],
      ['dba', 'DROP NAMESPACE $SERVICE', DONE],
    ],
  }),
  sqlCase({
    name: 'a table is made once, and again only IF NOT EXISTS',
    proves: ['Q18', 'Q22'],
    lines: [
      ['dba', `CREATE SHARED TABLE $NS.t ${ORDINARY}`, told(/\$NS\.t created successfully$/)],
      ['dba', `CREATE SHARED TABLE $NS.t ${ORDINARY}`, fails('Already exists: Table $NS.t already exists')],
      ['dba', `CREATE USER TABLE IF NOT EXISTS $NS.t (other TEXT PRIMARY KEY)`, told(/already exists/)],
      ['dba', 'SELECT id FROM $NS.t', cells()],
    ],
  }),
]

const INVALID = /^Invalid CREATE TABLE statement: ./

const refusals: readonly ConformanceCase[] = [
  sqlCase({
    name: 'what cannot be read as a table is INVALID_SQL',
    proves: ['Q22'],
    lines: [
      [
        'dba',
        'CREATE SHARED TABLE $NS.t (id BIGINT, k BIGINT, PRIMARY KEY (id, k))',
        invalid(/^Invalid CREATE TABLE statement: .*Composite PRIMARY KEYs are not supported yet/),
      ],
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, k BIGINT PRIMARY KEY)', invalid(INVALID)],
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, ID TEXT)', invalid(/Duplicate column name 'id'\. ./)],
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT, PRIMARY KEY (other))', invalid(INVALID)],
      ['dba', 'CREATE SHARED TABLE $NS.t ()', invalid(INVALID)],
      ['dba', 'CREATE SHARED TABLE $NS.t', invalid(INVALID)],
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY', invalid(INVALID)],
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY) TTL 3600', invalid(INVALID)],
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY) STORAGE local', invalid(INVALID)],
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY DEFAULT random())', invalid(INVALID)],
    ],
  }),
  sqlCase({
    name: 'USER and SHARED tables have a key, STREAM tables need none',
    proves: ['Q22'],
    lines: [
      ['dba', 'CREATE SHARED TABLE $NS.t (id BIGINT)', refused('SQL_EXECUTION_ERROR', /Shared tables require a PRIMARY KEY column/)],
      ['dba', 'CREATE USER TABLE $NS.t (id BIGINT)', refused('SQL_EXECUTION_ERROR', /tables require a PRIMARY KEY column/)],
      ['dba', 'CREATE STREAM TABLE $NS.t (id BIGINT) WITH (TTL_SECONDS = 60)', told(/created successfully$/)],
    ],
  }),
  sqlCase({
    name: 'a namespace has to be there first',
    proves: ['Q22', 'Q48'],
    lines: [
      [
        'dba',
        'CREATE SHARED TABLE $NOWHERE.t (id BIGINT PRIMARY KEY)',
        fails(/Namespace '\$NOWHERE' does not exist\. Create it first with CREATE NAMESPACE \$NOWHERE/),
      ],
      [
        'user',
        'CREATE USER TABLE $NOWHERE.t (id BIGINT PRIMARY KEY)',
        fails(/Namespace '\$NOWHERE' does not exist\. Create it first with CREATE NAMESPACE \$NOWHERE/),
      ],
      ['dba', 'CREATE SHARED TABLE system.t (id BIGINT PRIMARY KEY)', refused('SQL_EXECUTION_ERROR', /system/)],
    ],
  }),
  sqlCase({
    name: 'options are known, of the type of the table, and of their values',
    proves: ['Q21'],
    lines: [
      ['dba', `CREATE STREAM TABLE $NS.t ${ORDINARY}`, faulty(/STREAM tables must specify 'TTL_SECONDS'/)],
      ...[
        `CREATE SHARED TABLE $NS.t ${ORDINARY} WITH (TTL_SECONDS = 60)`,
        `CREATE USER TABLE $NS.t ${ORDINARY} WITH (TTL_SECONDS = 60)`,
        `CREATE STREAM TABLE $NS.t ${ORDINARY} WITH (TTL_SECONDS = 0)`,
        `CREATE STREAM TABLE $NS.t ${ORDINARY} WITH (TTL_SECONDS = 'soon')`,
        `CREATE USER TABLE $NS.t ${ORDINARY} WITH (ACCESS_LEVEL = 'PUBLIC')`,
        `CREATE STREAM TABLE $NS.t ${ORDINARY} WITH (TTL_SECONDS = 60, ACCESS_LEVEL = 'PUBLIC')`,
        `CREATE SHARED TABLE $NS.t ${ORDINARY} WITH (ACCESS_LEVEL = 'SECRET')`,
        `CREATE SHARED TABLE $NS.t ${ORDINARY} WITH (FLUSH_POLICY = 'sometimes')`,
      ].map((sql): Line => ['dba', sql, faulty()]),
      ['dba', `CREATE SHARED TABLE $NS.t ${ORDINARY} WITH (COLOR = 'red')`, faulty(/Unknown table option 'COLOR'/)],
      ['dba', `CREATE SHARED TABLE $NS.t ${ORDINARY} WITH (STORAGE_ID = 'nowhere')`, faulty(/Storage 'nowhere' does not exist/)],
      ['dba', 'SHOW TABLES IN $NS', rowsThat((found) => found.length === 0)],
    ],
  }),
  sqlCase({
    name: 'options are kept, and told by system.tables',
    proves: ['Q21', 'Q47'],
    lines: (
      [
        [
          'public',
          "SHARED TABLE $NS.t (id BIGINT PRIMARY KEY) WITH (ACCESS_LEVEL = 'PUBLIC', FLUSH_POLICY = 'rows:100', STORAGE_ID = 'local')",
          /"access_level":"public"/,
        ],
        [
          'restricted',
          "SHARED TABLE $NS.t (id BIGINT PRIMARY KEY) WITH (ACCESS_LEVEL = 'restricted', FLUSH_POLICY = 'interval:60')",
          /"flush_policy"/,
        ],
        [
          'dba',
          "SHARED TABLE $NS.t (id BIGINT PRIMARY KEY) WITH (ACCESS_LEVEL = 'DBA', FLUSH_POLICY = 'rows:1,interval:2')",
          /"table_type":"SHARED"/,
        ],
        [
          null,
          'USER TABLE $NS.t (id BIGINT PRIMARY KEY) WITH (USE_USER_STORAGE = true, DELETED_RETENTION_HOURS = 24)',
          /"table_type":"USER"/,
        ],
        [null, 'STREAM TABLE $NS.t (id BIGINT) WITH (TTL_SECONDS = 3600)', /"ttl_seconds":3600/],
      ] as const
    ).flatMap(([level, sql, options]): readonly Line[] => [
      ['dba', `CREATE ${sql}`, DONE],
      [
        'dba',
        "SELECT options, access_level FROM system.schemas WHERE namespace_id = '$NS'",
        rowsThat(([row]) => options.test(String(row?.['options'])) && (level === null || row?.['access_level'] === level)),
      ],
      ['dba', "SELECT options FROM system.tables WHERE namespace_id = '$NS'", rowsThat(([row]) => options.test(String(row?.['options'])))],
      ['dba', 'DROP TABLE $NS.t', DONE],
    ]),
  }),
  sqlCase({
    name: 'a service makes tables of all types, a plain user none that is SHARED',
    proves: ['Q41', 'Q17'],
    lines: [
      ['user', `CREATE SHARED TABLE $NS.t ${ORDINARY}`, denied(/^Access denied|privileges|permission/i)],
      ['user', `CREATE TABLE $NS.t ${ORDINARY}`, denied(/^Access denied|privileges|permission/i)],
      ['service', `CREATE SHARED TABLE $NS.a ${ORDINARY}`, DONE],
      ['service', `CREATE USER TABLE $NS.b ${ORDINARY}`, DONE],
      ['service', `CREATE STREAM TABLE $NS.c ${ORDINARY} WITH (TTL_SECONDS = 60)`, DONE],
      ['system', `CREATE SHARED TABLE $NS.d ${ORDINARY}`, DONE],
      ['user', `CREATE USER TABLE $NS.e ${ORDINARY}`, DONE],
      ['user', `CREATE STREAM TABLE $NS.f ${ORDINARY} WITH (TTL_SECONDS = 60)`, DONE],
    ],
  }),
]

const systemColumns: readonly ConformanceCase[] = [
  sqlCase({
    name: '_seq rises with every version of a row, and rows that are deleted are not seen',
    proves: ['Q23'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, n INT)', 'INSERT INTO $NS.t (id, n) VALUES (1, 1), (2, 2)'],
    play: async ({ says, rowsOf }) => {
      const sequence = async (): Promise<bigint> => BigInt(String((await rowsOf('dba', 'SELECT MAX(_seq) FROM $NS.t'))[0]?.[0]))
      const rises = async (statement: string): Promise<void> => {
        const before = await sequence()
        await says('dba', statement, DONE)
        await says('dba', `SELECT count(*) FROM $NS.t WHERE _seq > ${before}`, cells(['1']))
      }
      await rises('UPDATE $NS.t SET n = 3 WHERE id = 1')
      await rises('INSERT INTO $NS.t (id, n) VALUES (3, 3)')
      await says('dba', 'SELECT _deleted FROM $NS.t WHERE id = 1', rows('_deleted Boolean', [[false]]))
      await says('dba', 'DELETE FROM $NS.t WHERE id = 2', DONE)
      await says('dba', 'SELECT id FROM $NS.t', cells(['1'], ['3']))
      await says('dba', 'SELECT count(*) FROM $NS.t WHERE _deleted', cells(['0']))
      await rises('INSERT INTO $NS.t (id, n) VALUES (2, 4)')
    },
  }),
  sqlCase({
    name: 'SELECT * has the system columns behind its own',
    proves: ['Q23'],
    first: [
      'CREATE USER TABLE $NS.u (id BIGINT PRIMARY KEY, n INT)',
      'CREATE STREAM TABLE $NS.s (id BIGINT, n INT) WITH (TTL_SECONDS = 60)',
    ],
    lines: [
      ['dba', 'INSERT INTO $NS.u (id, n) VALUES (1, 2)', inserted(1)],
      ['dba', 'INSERT INTO $NS.s (id, n) VALUES (1, 2)', inserted(1)],
      ['dba', 'SELECT * FROM $NS.u', rows('id BigInt, n Int, _seq BigInt, _deleted Boolean', [['1', 2, /^\d+$/, false]])],
      ['dba', 'SELECT * FROM $NS.s', rowsThat(([row]) => /^\d+$/.test(String(row?.['_seq'])) && row?.['n'] === 2)],
      ['dba', 'INSERT INTO $NS.u (id, _seq) VALUES (2, 7)', faulty()],
      ['dba', 'UPDATE $NS.u SET _deleted = true', faulty()],
    ],
  }),
]

export const SQL_TABLE_CASES: readonly ConformanceCase[] = [...kinds, ...refusals, ...systemColumns]
