/** `POST /v1/api/sql`: what it takes and what it answers, whatever the statements (Q1, Q2, Q4 to Q10, Q48, S16). */
import { AssertionError } from 'node:assert/strict'
import type { ConformanceCase } from '../case.ts'
import { KIB, MIB } from '../bodies.ts'
import { ANY_TEXT } from '../match.ts'
import { ANY_DURATION, BAD_TOKEN, bearer, bearerRefused, login, NO_TOKEN, openSession, PASSWORD } from '../sessions.ts'
import { cells, denied, DONE, fails, inserted, invalid, refused, results, rows, SQL_PATH, sqlCase, told, value } from '../statements.ts'
import type { Line } from '../statements.ts'
import { basicAuthorization } from '../target.ts'

const PARAMETERS_MAX = 50
const PARAMETER_BYTES_MAX = 512 * KIB
const TEXT_BYTES_MAX = MIB
const BODY_BYTES_MAX = 10 * MIB
const REQUESTS_PER_SECOND_MAX = 100

const TABLE = 'CREATE SHARED TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT)'

/** Without statements that fail there are no numbers of them. */
const MALFORMED: readonly (readonly [name: string, body: string])[] = [
  ['empty', ''],
  ['no JSON', '{"sql":'],
  ['JSON and more', '{"sql":"SELECT 1"}}'],
  ['a list', '[]'],
  ['a text', '"SELECT 1"'],
  ['without a text', '{"params":[]}'],
  ['with a number for a text', '{"sql":1}'],
  ['with null for a text', '{"sql":null}'],
  ['with an object for parameters', '{"sql":"SELECT 1","params":{}}'],
  ['with a number for a namespace', '{"sql":"SELECT 1","namespace_id":1}'],
]

function form(parts: Readonly<Record<string, string>>) {
  const written = Object.entries(parts).map(
    ([name, text]) => `--frontier\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`,
  )
  return { headers: { 'Content-Type': 'multipart/form-data; boundary=frontier' }, body: [...written, '--frontier--\r\n'].join('') }
}

const requests: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a text alone, with parameters, with a namespace, and with fields that are not known',
    proves: ['Q1', 'Q2'],
    lines: [
      ['user', { sql: 'SELECT 1 AS one' }, rows('one BigInt', [['1']])],
      ['user', { sql: 'SELECT $1 AS one', params: ['x'], namespace_id: 'default' }, rows('one Text', [['x']])],
      ['user', { sql: 'SELECT 1 AS one', params: [], timeout: 3 } as { sql: string }, rows('one BigInt', [['1']])],
    ],
  }),
  sqlCase({
    name: 'the body is JSON whatever its type is called, and slashes before the path do not matter',
    proves: ['Q1'],
    play: async ({ sends }, scene) => {
      const body = '{"sql":"SELECT 1 AS one"}'
      for (const type of ['application/json; charset=utf-8', 'Application/JSON']) {
        await sends('user', { body, headers: { 'Content-Type': type } }, rows('one BigInt', [['1']]))
      }
      const { access } = await openSession(scene, login('$USER'))
      const headers = { 'Content-Type': 'application/json', ...bearer(access) }
      await scene.exchange({ request: { method: 'POST', path: `/${SQL_PATH}`, headers, body }, expect: { status: 200 } })
    },
  }),
  sqlCase({
    name: 'a form has the same parts',
    proves: ['Q1'],
    play: async ({ sends }) => {
      await sends('user', form({ sql: 'SELECT 1 AS one' }), rows('one BigInt', [['1']]))
      const whole = form({ sql: 'SELECT $1 AS one, $2 AS two', params: '["x", 9007199254740993]', namespace_id: 'default' })
      await sends('user', whole, rows('one Text, two BigInt', [['x', '9007199254740993']]))
      await sends('user', form({ sql: 'SELECT $1', params: '{}' }), refused('INVALID_INPUT'))
      await sends('user', form({ params: '[]' }), refused('INVALID_INPUT'))
    },
  }),
  sqlCase({
    name: 'a body that is malformed is 400 INVALID_INPUT',
    proves: ['Q1', 'Q4'],
    play: async ({ sends }) => {
      for (const [, body] of MALFORMED) await sends('user', { body }, refused('INVALID_INPUT', /^Invalid JSON payload: ./))
    },
  }),
  sqlCase({
    name: 'a placeholder of a file needs a form',
    proves: ['Q1'],
    lines: [
      ["'a'", '"a"', "'a b'"].map((name): Line => [
        'user',
        `INSERT INTO t (f) VALUES (file(${name}))`,
        refused('INVALID_INPUT', 'FILE placeholders require multipart/form-data'),
      ]),
    ].flat(),
  }),
  {
    name: 'sql: credentials are asked for before the body is read',
    proves: ['Q4', 'S16'],
    given: { topics: [], users: [{ name: '$USER', password: PASSWORD, role: 'dba' }] },
    play: async (scene) => {
      const request = { method: 'POST', path: SQL_PATH, body: '{"sql":' }
      await scene.exchange({ request, expect: NO_TOKEN })
      for (const headers of [
        { Authorization: basicAuthorization({ user: scene.names('$USER'), password: PASSWORD }) },
        bearer('no.token.really'),
        bearer((await openSession(scene)).refresh),
      ]) {
        await scene.exchange({ request: { ...request, headers }, expect: BAD_TOKEN })
      }
    },
  },
]

const EXPIRED = bearerRefused(401, 'TOKEN_EXPIRED', 'Invalid credentials')

const tokens: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a token that is over says so, so that clients log in again',
    proves: ['Q4', 'S9'],
    hands: ['letHoursPass'],
    play: async ({ says, sends }, scene) => {
      await says('user', 'SELECT 1', DONE)
      const { access } = await openSession(scene, login('$USER'))
      await scene.hands.letHoursPass(25)
      const headers = { 'Content-Type': 'application/json', ...bearer(access) }
      await scene.exchange({ request: { method: 'POST', path: SQL_PATH, headers, body: '{"sql":"SELECT 1"}' }, expect: EXPIRED })
      const again = await openSession(scene, login('$USER'))
      await sends('user', { body: '{"sql":"SELECT 1 AS one"}', headers: bearer(again.access) }, value('1'))
    },
  }),
]

const answers: readonly ConformanceCase[] = [
  sqlCase({
    name: 'a result has a schema where there are columns and rows where there are some',
    proves: ['Q2'],
    first: [TABLE],
    lines: [
      ['dba', 'SELECT id, name FROM $NS.t', rows('id BigInt, name Text', [])],
      ['dba', "INSERT INTO $NS.t (id, name) VALUES (1, 'a'), (2, NULL)", inserted(2)],
      ['dba', 'SELECT name FROM $NS.t', rows('name Text', [['a'], [null]])],
      ['dba', 'SELECT 1 AS a, 2 AS a', rows('a BigInt, a BigInt', [['1', '2']])],
    ],
  }),
  sqlCase({
    name: 'a failure has a code and a text, and tells administrators the statement',
    proves: ['Q4', 'Q48'],
    first: [TABLE],
    lines: [
      [
        'dba',
        'SELECT * FROM $NS.nowhere',
        refused('SQL_EXECUTION_ERROR', /^Statement 1 failed: .*\$NS.*nowhere/, 'SELECT * FROM $NS.nowhere'),
      ],
      ['system', 'SELECT * FROM $NS.nowhere', refused('SQL_EXECUTION_ERROR', /\$NS.*nowhere/, 'SELECT * FROM $NS.nowhere')],
      ['service', 'SELECT * FROM $NS.nowhere', refused('SQL_EXECUTION_ERROR', 'SQL statement failed')],
      ['user', 'SELECT * FROM $NS.nowhere', refused('SQL_EXECUTION_ERROR', 'SQL statement failed')],
      ['user', 'SELECT * FROM nowhere.t', refused('SQL_EXECUTION_ERROR', 'SQL statement failed')],
      ['user', 'SELECT FROM WHERE', invalid('SQL statement is invalid or not allowed')],
      ['dba', 'SELECT FROM WHERE', invalid()],
      ['user', 'FROBNICATE', invalid('SQL statement is invalid or not allowed')],
      ['dba', 'FROBNICATE', invalid()],
    ],
  }),
  sqlCase({
    name: 'plain users are told of permissions, keys, columns, parameters and namespaces exactly',
    proves: ['Q48'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY, name TEXT NOT NULL)'],
    lines: [
      ['user', "INSERT INTO $NS.t (id, name) VALUES (1, 'a')", inserted(1)],
      ['user', "INSERT INTO $NS.t (id, name) VALUES (1, 'b')", fails(/^Statement 1 failed: .*Primary key violation: value '1'/)],
      ['user', 'INSERT INTO $NS.t (id) VALUES (2)', fails(/^Statement 1 failed: .*NOT NULL constraint violation: column 'name'/)],
      ['user', 'SELECT nothing FROM $NS.t', fails(/No field named nothing/)],
      ['user', 'SELECT $2', refused('INVALID_PARAMETER', /parameter/i)],
      ['user', 'CREATE NAMESPACE $NS', denied(/^Admin privileges/)],
      ['user', 'SELECT * FROM system.users', denied(/^Access denied: Role 'User' cannot access table 'system\.users'\./)],
      ['user', 'USE nowhere', fails("Not found: Namespace 'nowhere' does not exist")],
    ],
  }),
]

const batches: readonly ConformanceCase[] = [
  sqlCase({
    name: 'statements of a request answer in their order, and counts of rows are added up behind them',
    proves: ['Q6', 'Q7'],
    first: [TABLE],
    lines: [
      ['dba', 'SELECT 1 AS a; SELECT 2 AS b;', results({ schema: 'a BigInt', rows: [['1']] }, { schema: 'b BigInt', rows: [['2']] })],
      [
        'dba',
        "INSERT INTO $NS.t (id) VALUES (1); SELECT count(*) AS n FROM $NS.t; INSERT INTO $NS.t (id) VALUES (2), (3); UPDATE $NS.t SET name = 'x'",
        results(
          { schema: 'n BigInt', rows: [['1']] },
          { schema: null, count: 3, message: 'Inserted 3 row(s)' },
          { schema: null, count: 3, message: 'Updated 3 row(s)' },
        ),
      ],
      [
        'dba',
        'DELETE FROM $NS.t WHERE id = 1; DELETE FROM $NS.t WHERE id = 2',
        results({ schema: null, count: 2, message: 'Deleted 2 row(s)' }),
      ],
    ],
  }),
  sqlCase({
    name: 'a request ends with the first statement that fails, and what ran before it stays',
    proves: ['Q6'],
    first: [TABLE],
    lines: [
      [
        'dba',
        'INSERT INTO $NS.t (id) VALUES (1); INSERT INTO $NS.t (id) VALUES (1); INSERT INTO $NS.t (id) VALUES (2)',
        refused('SQL_EXECUTION_ERROR', /^Statement 2 failed: .*Primary key violation/),
      ],
      ['dba', 'SELECT id FROM $NS.t', cells(['1'])],
      [
        'dba',
        'INSERT INTO $NS.t (id) VALUES (2); SELECT * FROM $NS.nowhere',
        refused('SQL_EXECUTION_ERROR', /^Statement 2 failed: /, 'SELECT * FROM $NS.nowhere'),
      ],
      ['dba', 'SELECT id FROM $NS.t', cells(['1'], ['2'])],
    ],
  }),
  sqlCase({
    name: 'one statement that cannot be read or may not be run refuses all of them',
    proves: ['Q5'],
    first: ['CREATE USER TABLE $NS.t (id BIGINT PRIMARY KEY)'],
    lines: [
      ['user', 'INSERT INTO $NS.t (id) VALUES (1); FROBNICATE', invalid()],
      ['user', 'INSERT INTO $NS.t (id) VALUES (1); SELECT FROM FROM', invalid()],
      [
        'user',
        'INSERT INTO $NS.t (id) VALUES (1); CREATE NAMESPACE other',
        denied('Admin privileges (DBA or System role) required for namespace operations'),
      ],
      ['user', 'INSERT INTO $NS.t (id) VALUES (1); SELECT * FROM system.users', denied(/System tables require/)],
      ['user', 'SELECT id FROM $NS.t', cells()],
    ],
  }),
  sqlCase({
    name: 'what one statement makes is there for the next',
    proves: ['Q5', 'Q6'],
    lines: [
      [
        'dba',
        `${TABLE}; INSERT INTO $NS.t (id, name) VALUES (1, 'a'); SELECT name FROM $NS.t`,
        results(
          { schema: null, message: /\$NS\.t created successfully$/ },
          { schema: 'name Text', rows: [['a']] },
          { schema: null, count: 1, message: 'Inserted 1 row(s)' },
        ),
      ],
    ],
  }),
]

const limits: readonly ConformanceCase[] = [
  sqlCase({
    name: `a statement has ${PARAMETERS_MAX} parameters at most, each of 512 KiB at most`,
    proves: ['Q9'],
    lines: [
      ['user', { sql: 'SELECT $50 AS last', params: Array.from({ length: PARAMETERS_MAX }, (_, i) => i) }, rows('last BigInt', [['49']])],
      [
        'user',
        { sql: 'SELECT $1', params: Array.from({ length: PARAMETERS_MAX + 1 }, (_, i) => i) },
        refused('INVALID_PARAMETER', /parameter.*(?:limit|maximum|exceeded)/i),
      ],
      ['user', { sql: 'SELECT length($1) AS n', params: ['x'.repeat(PARAMETER_BYTES_MAX)] }, value(PARAMETER_BYTES_MAX)],
      [
        'user',
        { sql: 'SELECT length($1)', params: ['x'.repeat(PARAMETER_BYTES_MAX + 1)] },
        refused('INVALID_PARAMETER', /parameter.*(?:size|512)/i),
      ],
      [
        'user',
        { sql: 'SELECT length($1)', params: [`${'ü'.repeat(PARAMETER_BYTES_MAX / 2)}x`] },
        refused('INVALID_PARAMETER', /size|512/i),
      ],
    ],
  }),
  sqlCase({
    name: 'a text is at most 1 MiB',
    proves: ['Q9'],
    lines: [
      ['dba', 'SELECT 1 AS one'.padEnd(TEXT_BYTES_MAX), value('1')],
      ['dba', 'SELECT 1 AS one'.padEnd(TEXT_BYTES_MAX + 1), invalid()],
    ],
  }),
  sqlCase({
    name: 'a body is at most 10 MiB',
    proves: ['Q9'],
    play: async ({ says, sends }, scene) => {
      const body = '{"sql":"SELECT 1 AS one"}'
      await sends('user', { body: body.padEnd(BODY_BYTES_MAX) }, value('1'))
      const { access } = await openSession(scene, login('$USER'))
      const headers = { 'Content-Type': 'application/json', ...bearer(access) }
      const request = { method: 'POST', path: SQL_PATH, headers, body: body.padEnd(BODY_BYTES_MAX + 1) }
      await scene.exchange({ request, expect: { status: [400, 413] } })
      await says('user', 'SELECT 1 AS one', value('1'))
    },
  }),
  sqlCase({
    name: `${REQUESTS_PER_SECOND_MAX} requests of a user are taken in a second, and of others as many`,
    proves: ['Q10'],
    needs: 'login-limits',
    play: async ({ says }, scene) => {
      await says('user', 'SELECT 1 AS one', value('1'))
      const { access } = await openSession(scene, login('$USER'))
      const headers = { 'Content-Type': 'application/json', ...bearer(access) }
      const request = { method: 'POST', path: SQL_PATH, headers, body: '{"sql":"SELECT 1 AS one"}' }
      const sent = Array.from({ length: 3 * REQUESTS_PER_SECOND_MAX }, () => scene.send(request))
      const refusals = (await Promise.all(sent)).filter(({ status }) => status !== 200)
      if (refusals.length === 0) throw new AssertionError({ message: `${sent.length} requests at once are all taken` })
      const error = { code: 'RATE_LIMIT_EXCEEDED', message: ANY_TEXT }
      const expect = { status: 429, json: { status: 'error', error, results: [], took: ANY_DURATION } }
      for (const refusal of refusals) scene.check(refusal, expect, `one of ${sent.length} requests at once`)
      await says('other', 'SELECT 1 AS one', value('1'))
    },
  }),
]

const parameters: readonly ConformanceCase[] = [
  sqlCase({
    name: 'parameters are what they were written as',
    proves: ['Q8'],
    play: async ({ says, sends }) => {
      await says('user', { sql: 'SELECT $1 AS p', params: [42] }, rows('p BigInt', [['42']]))
      await says('user', { sql: 'SELECT $1 AS p', params: ['it\'s; -- "x"'] }, rows('p Text', [['it\'s; -- "x"']]))
      await says('user', { sql: 'SELECT $1 AS p', params: [true] }, rows('p Boolean', [[true]]))
      await says('user', { sql: 'SELECT $1 AS p', params: [1.5] }, rows('p Double', [[1.5]]))
      await says('user', { sql: 'SELECT $1 AS p', params: [null] }, value(null))
      await says('user', { sql: 'SELECT $2 AS b, $1 AS a, $2 AS c', params: ['x', 'y'] }, cells(['y', 'x', 'y']))
      const all = '{"sql":"SELECT $1 AS a, $2 AS b, $3 AS c","params":[9223372036854775807,-9223372036854775808,3.0]}'
      await sends('user', { body: all }, rows('a BigInt, b BigInt, c Double', [['9223372036854775807', '-9223372036854775808', 3]]))
    },
  }),
  sqlCase({
    name: 'a parameter that is no value is told by its number',
    proves: ['Q8'],
    lines: [
      ['user', { sql: 'SELECT $1', params: [[1]] }, refused('INVALID_PARAMETER', /^Parameter \$1 invalid: ./)],
      ['user', { sql: 'SELECT $2', params: [1, {}] }, refused('INVALID_PARAMETER', /^Parameter \$2 invalid: ./)],
      ['user', { sql: 'SELECT $2', params: [1] }, refused('INVALID_PARAMETER', /parameter/i)],
      ['user', { sql: 'SELECT 1; SELECT 2', params: [1] }, refused('PARAMS_WITH_BATCH')],
      ['user', { sql: 'SELECT 1; SELECT $1', params: [1] }, refused('PARAMS_WITH_BATCH')],
      ['user', { sql: 'SELECT 1 AS a; SELECT 2 AS b', params: [] }, results({ rows: [['1']] }, { rows: [['2']] })],
    ],
  }),
  sqlCase({
    name: 'parameters stand wherever a value does, and what they hold stays a value',
    proves: ['Q8'],
    first: [TABLE],
    lines: [
      ['dba', { sql: 'INSERT INTO $NS.t (id, name) VALUES ($1, $2), ($3, $2)', params: [1, "'); DROP TABLE $NS.t; --", 2] }, inserted(2)],
      ['dba', { sql: 'SELECT name FROM $NS.t WHERE id = $1', params: [1] }, cells(["'); DROP TABLE $NS.t; --"])],
      ['dba', { sql: 'SELECT id FROM $NS.t WHERE name = $1', params: ["' OR '1' = '1"] }, cells()],
      [
        'dba',
        { sql: 'UPDATE $NS.t SET name = $1 WHERE id IN ($2, $3)', params: ['x', 1, 2] },
        results({ schema: null, count: 2, message: 'Updated 2 row(s)' }),
      ],
      [
        'dba',
        { sql: 'SELECT $1 AS a, id + $2 AS b FROM $NS.t WHERE id > $2 ORDER BY id LIMIT $3', params: ['k', 0, 1] },
        cells(['k', '1']),
      ],
      ['dba', { sql: 'DELETE FROM $NS.t WHERE id = $1', params: [2] }, results({ schema: null, count: 1, message: 'Deleted 1 row(s)' })],
      ['dba', 'CREATE USER TABLE $NS.mine (id BIGINT PRIMARY KEY, name TEXT)', told(/created successfully$/)],
      [
        'dba',
        { sql: "EXECUTE AS USER '$NOBODY' (INSERT INTO $NS.mine (id, name) VALUES ($1, $2))", params: [1, 'z'] },
        inserted(1, { asUser: '$NOBODY' }),
      ],
    ],
  }),
]

export const SQL_REQUEST_CASES: readonly ConformanceCase[] = [...requests, ...tokens, ...answers, ...batches, ...limits, ...parameters]
