/** Who may do what (Q39 to Q42, Q46). */
import type { ConformanceCase } from '../case.ts'
import { cells, deleted, denied, DONE, fails, inserted, invalid, refused, rows, sqlCase, told, updated, value } from '../statements.ts'
import type { Answer, Line, Speaker } from '../statements.ts'

const EVERYBODY = ['user', 'service', 'dba', 'system'] as const

const own: readonly ConformanceCase[] = (
  [
    ['USER', 'CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT)'],
    ['STREAM', 'CREATE STREAM TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT) WITH (TTL_SECONDS = 3600)'],
  ] as const
).map(([type, table]) =>
  sqlCase({
    name: `rows of a ${type} table are seen, changed and deleted by their user alone`,
    proves: ['Q39'],
    first: [table],
    lines: [
      ...EVERYBODY.map((speaker, id): Line => [speaker, `INSERT INTO $NS.t (id, name) VALUES (${id}, '${speaker}')`, inserted(1)]),
      ...EVERYBODY.flatMap((speaker, id): readonly Line[] => [
        [speaker, 'SELECT id, name FROM $NS.t', cells([String(id), speaker])],
        [speaker, 'SELECT count(*) FROM $NS.t WHERE id >= 0', value('1')],
        [speaker, `DELETE FROM $NS.t WHERE id <> ${id}`, deleted(0)],
      ]),
      ...(type === 'USER' ? ([['system', "UPDATE $NS.t SET name = 'x'", updated(1)]] as const) : []),
      ['dba', 'DELETE FROM $NS.t', deleted(1)],
      ['user', 'SELECT name FROM $NS.t', cells(['user'])],
      ['other', 'SELECT name FROM $NS.t', cells()],
    ],
  }),
)

/** Role by role: whether they read, and whether they write. */
const LEVELS: Readonly<Record<string, Readonly<Record<(typeof EVERYBODY)[number], readonly [reads: boolean, writes: boolean]>>>> = {
  PUBLIC: { user: [true, false], service: [true, true], dba: [true, true], system: [true, true] },
  PRIVATE: { user: [false, false], service: [true, true], dba: [true, true], system: [true, true] },
  RESTRICTED: { user: [false, false], service: [true, true], dba: [true, true], system: [true, true] },
  DBA: { user: [false, false], service: [false, false], dba: [true, true], system: [true, true] },
}

function either(may: boolean, answer: Answer): Answer {
  return may ? answer : denied(/^Access denied: Role '\w+' cannot access table '\$NS\.t'\. ./)
}

const levels: readonly ConformanceCase[] = Object.entries(LEVELS).map(([level, roles]) =>
  sqlCase({
    name: `a SHARED table of ACCESS_LEVEL ${level} is read and written by those whom it admits`,
    proves: ['Q40'],
    first: [
      `CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, n INT) WITH (ACCESS_LEVEL = '${level}')`,
      'INSERT INTO $NS.t (id, n) VALUES (0, 0)',
    ],
    lines: EVERYBODY.flatMap((speaker, at): readonly Line[] => {
      const [reads, writes] = roles[speaker]
      return [
        [speaker, 'SELECT id FROM $NS.t WHERE id = 0', either(reads, cells(['0']))],
        [speaker, 'SELECT count(*) AS n FROM (SELECT id FROM $NS.t WHERE id = 0) AS x', either(reads, value('1'))],
        [speaker, `INSERT INTO $NS.t (id, n) VALUES (${at + 1}, 1)`, either(writes, inserted(1))],
        [speaker, `UPDATE $NS.t SET n = ${at + 2} WHERE id = 0`, either(writes, updated(1))],
        [speaker, `DELETE FROM $NS.t WHERE id = ${at + 1}`, either(writes, deleted(1))],
      ]
    }),
  }),
)

const shared: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a SHARED table is PRIVATE, and has the same rows for all',
    proves: ['Q40', 'Q18'],
    first: ['CREATE TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT)'],
    lines: [
      ['service', "INSERT INTO $NS.t (id, name) VALUES (1, 'a')", inserted(1)],
      ['dba', 'SELECT name FROM $NS.t', cells(['a'])],
      ['system', "UPDATE $NS.t SET name = 'b' WHERE id = 1", updated(1)],
      ['service', 'SELECT name FROM $NS.t', cells(['b'])],
      [
        'user',
        'SELECT name FROM $NS.t',
        denied("Access denied: Role 'User' cannot access table '$NS.t'. Shared table access denied (access_level=Private)"),
      ],
    ],
  }),
  sqlCase({
    name: 'writing to a PUBLIC table is refused to plain users in these words',
    proves: ['Q40'],
    first: ["CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY) WITH (ACCESS_LEVEL = 'PUBLIC')"],
    lines: [
      [
        'user',
        'INSERT INTO $NS.t (id) VALUES (1)',
        denied("Access denied: Role 'User' cannot access table '$NS.t'. Shared table write denied (access_level=Public)"),
      ],
      ['user', 'DESCRIBE TABLE $NS.t', DONE],
    ],
  }),
  sqlCase({
    name: 'system tables are read by administrators, and changed by nobody',
    proves: ['Q46'],
    lines: [
      ...['system.users', 'system.topics', 'system.jobs', 'information_schema.tables', 'information_schema.columns'].flatMap(
        (table): readonly Line[] => [
          [
            'user',
            `SELECT * FROM ${table}`,
            denied(`Access denied: Role 'User' cannot access table '${table}'. System tables require 'dba' or 'system' role.`),
          ],
          [
            'service',
            `SELECT * FROM ${table}`,
            denied(`Access denied: Role 'Service' cannot access table '${table}'. System tables require 'dba' or 'system' role.`),
          ],
          ['dba', `SELECT count(*) FROM ${table}`, DONE],
          ['system', `SELECT count(*) FROM ${table}`, DONE],
        ],
      ),
      ...(['dba', 'system'] as const).flatMap((speaker): readonly Line[] => [
        [
          speaker,
          "INSERT INTO system.users (user_id) VALUES ('x')",
          refused('SQL_EXECUTION_ERROR', /Invalid operation: Cannot insert (?:into )?system table 'system\.users'/),
        ],
        [
          speaker,
          "UPDATE system.users SET role = 'dba'",
          refused('SQL_EXECUTION_ERROR', /Invalid operation: Cannot update system table 'system\.users'/),
        ],
        [
          speaker,
          'DELETE FROM system.jobs',
          refused('SQL_EXECUTION_ERROR', /Invalid operation: Cannot delete (?:from )?system table 'system\.jobs'/),
        ],
      ]),
      ['user', 'DELETE FROM system.jobs', fails(/Invalid operation: Cannot delete (?:from )?system table 'system\.jobs'/)],
    ],
  }),
]

function executeAs(user: string, sql: string): string {
  return `EXECUTE AS USER '${user}' (${sql})`
}

const UNAUTHORIZED = /^Unauthorized: EXECUTE AS USER is not authorized: actor ./

const ON_SHARED = refused('SQL_EXECUTION_ERROR', /EXECUTE AS USER is not allowed on SHARED tables \(table '\$NS\.t'\)/)

/** Whom each role may stand for. */
const TARGETS: readonly (readonly [actor: Speaker, mayBe: readonly Speaker[], mayNotBe: readonly Speaker[]])[] = [
  ['user', ['user'], ['other', 'service', 'dba', 'system']],
  ['service', ['service', 'user', 'other'], ['dba', 'system']],
  ['dba', ['dba', 'service', 'user'], ['system']],
  ['system', ['system', 'dba', 'service', 'user'], []],
]

const impersonation: readonly ConformanceCase[] = [
  ...TARGETS.map(([actor, mayBe, mayNotBe]) =>
    sqlCase({
      name: `EXECUTE AS: a ${actor} stands for ${mayBe.join(', ')}, and for nobody else`,
      proves: ['Q42'],
      first: ['CREATE USER TABLE $NS.t (id TEXT PRIMARY KEY)'],
      lines: [
        ...[...mayBe, ...mayNotBe].map((target): Line => [target, `INSERT INTO $NS.t (id) VALUES ('${target}')`, inserted(1)]),
        ...mayBe.map((target): Line => {
          const name = `$${target.toUpperCase()}`
          return [actor, executeAs(name, 'SELECT id FROM $NS.t'), rows('id Text', [[target]], { asUser: name })]
        }),
        ...mayNotBe.map((target): Line => [actor, executeAs(`$${target.toUpperCase()}`, 'SELECT id FROM $NS.t'), denied(UNAUTHORIZED)]),
      ],
    }),
  ),
  sqlCase({
    name: 'EXECUTE AS: rows are written for another, by all forms of the statement',
    proves: ['Q42', 'Q39'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT)', 'CREATE STREAM TABLE $NS.s (id BIGINT) WITH (TTL_SECONDS = 60)'],
    lines: [
      ['user', 'SELECT id FROM $NS.t', cells()],
      ['dba', executeAs('$USER', "INSERT INTO $NS.t (id, name) VALUES (1, 'a'), (2, 'b')"), inserted(2, { asUser: '$USER' })],
      ['dba', "EXECUTE AS '$USER' (UPDATE $NS.t SET name = 'x' WHERE id = 1)", updated(1, { asUser: '$USER' })],
      ['dba', 'EXECUTE AS USER $USER (DELETE FROM $NS.t WHERE id = 2)', deleted(1, { asUser: '$USER' })],
      ['dba', 'execute as "$USER" (SELECT name FROM $NS.t);', rows('name Text', [['x']], { asUser: '$USER' })],
      ['dba', executeAs('$USER', 'SELECT CURRENT_USER()'), { results: [{ rows: [['$USER']], asUser: '$USER' }] }],
      [
        'dba',
        { sql: executeAs('$USER', 'SELECT name FROM $NS.t WHERE id = $1'), params: [1] },
        rows('name Text', [['x']], { asUser: '$USER' }),
      ],
      ['dba', executeAs('$USER', 'INSERT INTO $NS.s (id) VALUES (1)'), inserted(1, { asUser: '$USER' })],
      ['user', 'SELECT id FROM $NS.s', cells(['1'])],
      ['user', 'SELECT id, name FROM $NS.t', cells(['1', 'x'])],
      ['dba', 'SELECT id FROM $NS.t', cells()],
    ],
  }),
  sqlCase({
    name: 'EXECUTE AS: somebody who is not there counts as a plain user, with the rights of one',
    proves: ['Q42'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY)'],
    lines: [
      ['service', executeAs('$NOBODY', 'INSERT INTO $NS.t (id) VALUES (1)'), inserted(1, { asUser: '$NOBODY' })],
      ['dba', executeAs('$NOBODY', 'SELECT id FROM $NS.t'), rows('id BigInt', [['1']], { asUser: '$NOBODY' })],
      ['user', executeAs('$NOBODY', 'SELECT id FROM $NS.t'), denied(UNAUTHORIZED)],
      ['dba', executeAs('$NOBODY', 'SELECT * FROM system.users'), denied()],
    ],
  }),
  sqlCase({
    name: 'EXECUTE AS: never on SHARED tables, and refused before anything runs',
    proves: ['Q42', 'Q5'],
    first: ['CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY)', 'CREATE USER TABLE $NS.u (id BIGINT PRIMARY KEY)'],
    lines: [
      ['dba', executeAs('$NOBODY', 'SELECT id FROM $NS.t'), ON_SHARED],
      ['dba', executeAs('$NOBODY', 'INSERT INTO $NS.t (id) VALUES (1)'), ON_SHARED],
      ['dba', executeAs('$NOBODY', 'SELECT id FROM $NS.u WHERE id IN (SELECT id FROM $NS.t)'), ON_SHARED],
      ['user', `INSERT INTO $NS.u (id) VALUES (1); ${executeAs('$OTHER', 'SELECT 1')}`, denied(UNAUTHORIZED)],
      ['user', 'SELECT id FROM $NS.u', cells()],
    ],
  }),
  sqlCase({
    name: 'EXECUTE AS: what is wrong with it is INVALID_INPUT',
    proves: ['Q42'],
    lines: [
      ['dba', "EXECUTE AS USER '' (SELECT 1)", refused('INVALID_INPUT', 'EXECUTE AS USER username cannot be empty')],
      ['dba', "EXECUTE AS USER '$USER' SELECT 1", refused('INVALID_INPUT', 'EXECUTE AS USER must wrap SQL in parentheses')],
      ['dba', "EXECUTE AS USER '$USER'", refused('INVALID_INPUT', 'EXECUTE AS USER must wrap SQL in parentheses')],
      [
        'dba',
        "EXECUTE AS USER '$USER' (SELECT 1; SELECT 2)",
        refused('INVALID_INPUT', 'EXECUTE AS USER can only wrap a single SQL statement'),
      ],
      ['dba', "SELECT 1 AS USER '$USER'", invalid()],
      ['dba', executeAs('$USER', 'CREATE NAMESPACE x'), { status: [400, 403], code: /./, message: /./ }],
    ],
  }),
  sqlCase({
    name: 'EXECUTE AS: several in a request answer each for its own user',
    proves: ['Q42', 'Q6'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY)'],
    lines: [
      ['dba', executeAs('$ONE', 'INSERT INTO $NS.t (id) VALUES (1)'), inserted(1, { asUser: '$ONE' })],
      [
        'dba',
        `${executeAs('$ONE', 'SELECT id FROM $NS.t')}; SELECT id FROM $NS.t; ${executeAs('$TWO', 'SELECT id FROM $NS.t')}`,
        {
          results: [
            { schema: 'id BigInt', rows: [['1']], asUser: '$ONE' },
            { schema: 'id BigInt', rows: [] },
            { schema: 'id BigInt', rows: [], asUser: '$TWO' },
          ],
        },
      ],
    ],
  }),
]

const definitions: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a table is dropped by administrators only, whoever made it',
    proves: ['Q41'],
    lines: [
      ['user', 'CREATE USER TABLE $NS.a (id BIGINT PRIMARY KEY)', DONE],
      ['service', 'CREATE SHARED TABLE $NS.b (id BIGINT PRIMARY KEY)', DONE],
      ['user', 'DROP TABLE $NS.a', denied(/privileges|access denied|permission/i)],
      ['service', 'DROP TABLE $NS.b', denied(/privileges|access denied|permission/i)],
      ['service', 'DROP TABLE $NS.nowhere', denied(/privileges|access denied|permission/i)],
      ['dba', 'DROP TABLE $NS.a', told(/dropped successfully/)],
      ['system', 'DROP TABLE $NS.b', told(/dropped successfully/)],
      ['dba', 'SELECT * FROM $NS.a', fails(/\$NS.*a/)],
    ],
  }),
]

export const SQL_ACCESS_CASES: readonly ConformanceCase[] = [...own, ...levels, ...shared, ...impersonation, ...definitions]
