/** What is refused, how it is told, and what is not told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SQL_PARAMETERS_MAX, SQL_PARAMETER_BYTES_MAX, SQL_TEXT_BYTES_MAX } from '@logbrook/kafka/limits'
import { assertParameters } from '../src/language/limits.ts'
import { parseStatements } from '../src/language/parse.ts'
import { SqlError } from '../src/sql-error.ts'
import type { SqlErrorCode } from '../src/sql-error.ts'

function refused(work: () => unknown): SqlError {
  try {
    work()
  } catch (error) {
    assert(error instanceof SqlError, String(error))
    return error
  }
  throw new assert.AssertionError({ message: 'it was not refused' })
}

function refuses(cases: readonly (readonly [sql: string, message: string])[], code: SqlErrorCode): void {
  for (const [sql, message] of cases) {
    const error = refused(() => parseStatements(sql))
    assert.deepEqual([error.code, error.message], [code, message], sql)
  }
}

test('statements that there are not', () => {
  refuses(
    [
      ['GRANT ALL TO bob', 'Unsupported statement type: GRANT'],
      ['create view v as select 1', 'Unsupported statement type: CREATE VIEW'],
      ['CREATE INDEX i ON t (a)', 'Unsupported statement type: CREATE INDEX'],
      ['BACKUP DATABASE x', 'Unsupported statement type: BACKUP'],
      ['CLUSTER STATUS', 'Unsupported statement type: CLUSTER'],
      ['SHOW MANIFEST', 'Unsupported statement type: SHOW MANIFEST'],
      ["ATTACH 'x' AS y", 'Unsupported statement type: ATTACH'],
      ['PRAGMA table_info(t)', 'Unsupported statement type: PRAGMA'],
      ['VALUES (1)', 'Unsupported statement type: VALUES'],
      ["'x'", 'Unsupported statement type: x'],
      ['"SELECT" 1', 'Unsupported statement type: SELECT'],
      ['ınsert into t values (1)', 'Unsupported statement type: ınsert'],
      ['ALTER', 'Unsupported statement type: ALTER'],
      ['EXECUTE x', 'Unsupported statement type: EXECUTE'],
      ['SELECT 1; GRANT x', 'Unsupported statement type: GRANT'],
      ['x'.repeat(1_000), `Unsupported statement type: ${'X'.repeat(40)}`],
    ],
    'INVALID_SQL',
  )
})

test('statements that are not whole', () => {
  refuses(
    [
      ['SELECT', 'Invalid SELECT statement: expected more, found the end of the statement'],
      ['DROP NAMESPACE', 'Invalid DROP NAMESPACE statement: expected a namespace, found the end of the statement'],
      ['DROP NAMESPACE a b', "Invalid DROP NAMESPACE statement: expected the end of the statement, found 'b'"],
      ["USE 'a'", 'Invalid USE statement: expected a namespace, found a string'],
      ['ALTER TABLE t', 'Invalid ALTER TABLE statement: it says none of the changes that a table knows'],
      ['ALTER TABLE t DROP COLUMN a, DROP COLUMN b', 'Invalid ALTER TABLE statement: it makes one change at a time'],
      ['ALTER TABLE t ADD COLUMN a INT PRIMARY KEY', 'Invalid ALTER TABLE statement: a PRIMARY KEY column is made with its table'],
      ['ALTER TABLE t ADD COLUMN _seq INT', "Invalid ALTER TABLE statement: column name '_seq' is reserved for the system"],
      ['CREATE TOPIC t PARTITIONS 1.5', 'Invalid CREATE TOPIC statement: the number of partitions must be a whole number'],
      ['CREATE TOPIC t WITH (x = 1)', "Invalid CREATE TOPIC statement: 'X' is none of retention_seconds and retention_max_bytes"],
      ["ALTER TOPIC t ADD SOURCE x ON INSERT WITH (payload = 'half')", 'Invalid ALTER TOPIC statement: payload is none of full, key, diff'],
      ['ALTER TOPIC t ADD SOURCE x ON INSERT WHERE', 'Invalid ALTER TOPIC statement: expected a condition, found the end of the statement'],
      ['SUBSCRIBE TO', 'Invalid SUBSCRIBE TO statement: expected a table, found the end of the statement'],
      [
        'SUBSCRIBE TO t OPTIONS (rows=1)',
        "Invalid SUBSCRIBE TO statement: unknown option 'rows'; there are last_rows, batch_size and from",
      ],
      ['SUBSCRIBE TO t OPTIONS (last_rows=x)', "Invalid SUBSCRIBE TO statement: option 'last_rows' must be a whole number"],
      ["EXPLAIN CREATE USER a WITH PASSWORD 'p' ROLE user", 'Invalid EXPLAIN statement: only queries and changes of rows can be explained'],
    ],
    'INVALID_SQL',
  )
})

test('statements in the name of others that are not well formed', () => {
  refuses(
    [
      ["EXECUTE AS USER '' (SELECT 1)", 'EXECUTE AS USER username cannot be empty'],
      ["EXECUTE AS USER ' ' (SELECT 1)", 'EXECUTE AS USER username cannot be empty'],
      ['EXECUTE AS USER (SELECT 1)', 'EXECUTE AS USER username cannot be empty'],
      ["EXECUTE AS '' (SELECT 1)", 'EXECUTE AS USER username cannot be empty'],
      ["EXECUTE AS USER 'u' SELECT 1", 'EXECUTE AS USER must wrap SQL in parentheses'],
      ["EXECUTE AS USER 'u'", 'EXECUTE AS USER must wrap SQL in parentheses'],
      ["EXECUTE AS USER 'u' (SELECT 1", 'EXECUTE AS USER must wrap SQL in parentheses'],
      ["EXECUTE AS USER 'u' ( /* none */ )", 'EXECUTE AS USER must wrap SQL in parentheses'],
      ["EXECUTE AS USER 'u' (SELECT 1; SELECT 2)", 'EXECUTE AS USER can only wrap a single SQL statement'],
      ["EXECUTE AS USER 'u' (SELECT 1) SELECT 2", 'EXECUTE AS USER can only wrap a single SQL statement'],
      ["EXECUTE AS USER 'u' (EXECUTE AS USER 'v' (SELECT 1))", 'EXECUTE AS USER cannot wrap another EXECUTE AS'],
    ],
    'INVALID_INPUT',
  )
})

test('a refusal says which statement it is of, but for what may be secret', () => {
  const cases: readonly (readonly [sql: string, details: string | undefined])[] = [
    ['SELECT 1; /* a */ GRANT /* b */ x -- c', 'GRANT /* b */ x'],
    ["EXECUTE AS USER 'u' (SELECT 1) 2", "EXECUTE AS USER 'u' (SELECT 1) 2"],
    ['CREATE TABLE t (id INTT, password TEXT)', 'CREATE TABLE t ( id INTT , password [REDACTED]'],
    ["create /* x */ user bob 'x'", 'create user [REDACTED]'],
    ["SELECT 'x", undefined],
    ['', undefined],
  ]
  for (const [sql, details] of cases) assert.equal(refused(() => parseStatements(sql)).details, details, sql)
})

test('no refusal says a password', () => {
  const secret = 'hunter2'
  const texts = [
    `CREATE USER bob WITH PASSWORD ${secret} ROLE user`,
    `CREATE USER bob WITH PASSWORD "${secret}" ROLE user`,
    `CREATE USER bob WITH PASSWORD '${secret}' '${secret}'`,
    `CREATE USER bob ${secret}`,
    `CREATE USER bob WITH PASSWORD '${secret}`,
    `CREATE USER bob WITH PASSWORD '${secret}' ROLE user ${secret}`,
    `CREATE USER bob WITH ${secret}`,
    `ALTER USER bob SET PASSWORD ${secret}`,
    `ALTER USER bob SET PASSWORD = '${secret}'`,
    `ALTER USER bob SET ${secret}`,
    `ALTER USER bob PASSWORD ${secret}`,
    `DROP USER bob ${secret}`,
    `CREATE STORAGE s TYPE 's3' CREDENTIALS ${secret}`,
    `CREATE STORAGE s TYPE 's3' ${secret} 'x'`,
    `CREATE USR bob WITH PASSWORD '${secret}'`,
    `EXECUTE AS USER 'u' (CREATE USER bob WITH PASSWORD ${secret} ROLE user)`,
  ]
  for (const sql of texts) {
    const { message, details } = refused(() => parseStatements(sql))
    assert(!`${message} ${details}`.toLowerCase().includes(secret), `${sql}: ${message} (${details})`)
  }
})

test('a request’s text has a limit', () => {
  const fits = `SELECT '${'ä'.repeat(SQL_TEXT_BYTES_MAX / 2 - 5)}'`
  assert.equal(Buffer.byteLength(fits), SQL_TEXT_BYTES_MAX - 1)
  assert.equal(parseStatements(`${fits} `).length, 1)
  const error = refused(() => parseStatements(`${fits}  `))
  assert.deepEqual([error.code, error.message], ['INVALID_SQL', 'SQL text is 1048577 bytes; the limit is 1048576'])
})

test('parameters are so many and so large', () => {
  assertParameters([], 2)
  assertParameters(
    Array.from({ length: SQL_PARAMETERS_MAX }, () => 'x'.repeat(SQL_PARAMETER_BYTES_MAX)),
    1,
  )
  const tooMany = refused(() =>
    assertParameters(
      Array.from({ length: SQL_PARAMETERS_MAX + 1 }, () => null),
      1,
    ),
  )
  assert.equal(tooMany.code, 'INVALID_PARAMETER')
  assert.match(tooMany.message, /limit exceeded.* 51 parameters; the maximum is 50/)
  const tooLarge = refused(() => assertParameters([1n, `ä${'x'.repeat(SQL_PARAMETER_BYTES_MAX - 1)}`], 1))
  assert.equal(tooLarge.code, 'INVALID_PARAMETER')
  assert.match(tooLarge.message, /size exceeded: parameter \$2 is 524289 bytes; the maximum is 524288 \(512 KiB\)/)
})

test('parameters belong to one statement', () => {
  assert.equal(refused(() => assertParameters([null], 2)).code, 'PARAMS_WITH_BATCH')
})
