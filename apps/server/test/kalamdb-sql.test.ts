/** SQL over a real port: envelopes, parameters, and who is let in. What statements mean is tested where they run. */
import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import { SqlError, SqlResponse } from '@logbrook/contract/sql'
import {
  SQL_BODY_BYTES_MAX,
  SQL_PARAMETER_BYTES_MAX,
  SQL_PARAMETERS_MAX,
  SQL_REQUESTS_PER_SECOND_MAX,
  SQL_TEXT_BYTES_MAX,
} from '@logbrook/kafka/limits'
import type { ServerOptions } from '../src/server-options.ts'
import { ask, startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'
import { sqlClient } from './sql-client.ts'
import type { SqlClient } from './sql-client.ts'

interface Sql extends AsyncDisposable {
  readonly api: TestServer
  readonly root: SqlClient
  readonly alice: SqlClient
}

async function startSql(options: Partial<ServerOptions> = {}): Promise<Sql> {
  const api = await startTestServer(options)
  for (const [name, role] of Object.entries({ root: 'dba', alice: 'user' })) {
    await api.ask('/v1/kafka/users', { method: 'POST', json: { name, password: 'secret', role } })
  }
  return {
    api,
    root: await sqlClient(api.url, 'root:secret'),
    alice: await sqlClient(api.url, 'alice:secret'),
    [Symbol.asyncDispose]: () => api.close(),
  }
}

describe('an answer', () => {
  test('is the envelope, with the time it took in milliseconds and at most three decimals', async () => {
    await using at = await startSql()
    const { status, headers, body } = await at.root.post({ sql: 'SELECT 1 AS one' })
    assert.equal(status, 200)
    assert.equal(headers.get('content-type'), 'application/json')
    const { took, ...rest } = SqlResponse.parse(body)
    assert.deepEqual(rest, {
      status: 'success',
      results: [{ schema: [{ name: 'one', data_type: 'BigInt', index: 0 }], rows: [['1']], row_count: 1, as_user: 'root' }],
    })
    assert.match(String(took), /^\d+(?:\.\d{1,3})?$/)
  })

  test('is the same at a base URL that ends with a slash', async () => {
    await using at = await startSql()
    const { authorization } = at.root
    const { body } = await ask(`${at.api.url}//v1/api/sql`, { method: 'POST', json: { sql: 'SELECT 1' }, headers: { authorization } })
    assert.equal((body as SqlResponse).status, 'success')
  })

  test('of a failure is the envelope too, and says the statement to administrators alone', async () => {
    await using at = await startSql()
    const asked = { sql: 'SELECT * FROM nowhere' }
    const { status, body } = await at.root.post(asked)
    assert.equal(status, 400)
    const { took: _, ...told } = SqlError.parse(body)
    assert.deepEqual(told.results, [])
    assert.equal(told.error.details, asked.sql)
    assert.match(told.error.message, /^Statement 1 failed: .*default\.nowhere/)
    const { error } = (await at.alice.post(asked)).body as SqlError
    assert.deepEqual(error, { code: 'SQL_EXECUTION_ERROR', message: 'SQL statement failed' })
  })
})

test('parameters are what they were written as, over all of 64 bits', async () => {
  await using at = await startSql()
  const { authorization } = at.root
  const body = `{"sql":"SELECT $1, $2, $3, $4, $5, $6, $7","params":[9223372036854775807, -9223372036854775808, 3.0, "a'b", true, null, 1e300]}`
  const answer = await ask(`${at.api.url}/v1/api/sql`, { method: 'POST', body, headers: { authorization } })
  const [result] = (answer.body as SqlResponse).results
  assert.deepEqual(result?.rows, [['9223372036854775807', '-9223372036854775808', 3, "a'b", true, null, 1e300]])
  assert.equal(result.schema?.[2]?.data_type, 'Double')
})

describe('what is not taken', () => {
  const payload = 'Invalid JSON payload: '
  const refused: readonly (readonly [name: string, body: string, code: string, message: RegExp | string])[] = [
    ['no JSON', '{"sql":', 'INVALID_INPUT', /^Invalid JSON payload: the body is not valid JSON/],
    ['nothing', '', 'INVALID_INPUT', /^Invalid JSON payload: the body is empty/],
    ['no object', '[]', 'INVALID_INPUT', `${payload}expected an object`],
    ['no statement', '{}', 'INVALID_INPUT', `${payload}missing field \`sql\``],
    ['a statement that is no text', '{"sql":1}', 'INVALID_INPUT', `${payload}\`sql\` must be a string`],
    ['parameters that are no list', '{"sql":"SELECT 1","params":{}}', 'INVALID_INPUT', `${payload}\`params\` must be an array`],
    ['a namespace that is no text', '{"sql":"SELECT 1","namespace_id":1}', 'INVALID_INPUT', `${payload}\`namespace_id\` must be a string`],
    ['a list as parameter', '{"sql":"SELECT $1","params":[[1]]}', 'INVALID_PARAMETER', /^Parameter \$1 invalid: /],
    ['an object as parameter', '{"sql":"SELECT $2","params":[1,{}]}', 'INVALID_PARAMETER', /^Parameter \$2 invalid: /],
    ['a number beyond 64 bits', '{"sql":"SELECT $1","params":[9223372036854775808]}', 'INVALID_PARAMETER', /64 bits/],
    ['a number beyond doubles', '{"sql":"SELECT $1","params":[1e999]}', 'INVALID_PARAMETER', /too large/],
    ['comments alone', '{"sql":"-- nothing"}', 'EMPTY_SQL', /./],
    ['a quote that is open', `{"sql":"SELECT 'a"}`, 'BATCH_PARSE_ERROR', /^Unterminated quoted string/],
    ['an unknown statement', '{"sql":"FROBNICATE"}', 'INVALID_SQL', /./],
    ['parameters of several statements', '{"sql":"SELECT 1; SELECT $1","params":[1]}', 'PARAMS_WITH_BATCH', /./],
    ['a placeholder without a form', `{"sql":"SELECT FILE('a')"}`, 'INVALID_INPUT', /multipart\/form-data/],
    [
      'too many parameters',
      JSON.stringify({ sql: 'SELECT $1', params: Array(SQL_PARAMETERS_MAX + 1).fill(0) }),
      'INVALID_PARAMETER',
      /parameter.*(?:limit|maximum|exceeded)/i,
    ],
    [
      'a parameter that is too large',
      JSON.stringify({ sql: 'SELECT $1', params: ['x'.repeat(SQL_PARAMETER_BYTES_MAX + 1)] }),
      'INVALID_PARAMETER',
      /parameter.*(?:size|512)/i,
    ],
    ['a text that is too long', JSON.stringify({ sql: `SELECT 1 ${' '.repeat(SQL_TEXT_BYTES_MAX)}` }), 'INVALID_SQL', /./],
  ]

  let at: Sql
  before(async () => void (at = await startSql()))
  after(() => at[Symbol.asyncDispose]())
  for (const [name, body, code, message] of refused) {
    it(name, async () => {
      const { authorization } = at.root
      const answer = await ask(`${at.api.url}/v1/api/sql`, { method: 'POST', body, headers: { authorization } })
      const { error } = SqlError.parse(answer.body)
      assert.deepEqual([answer.status, error.code], [400, code], error.message)
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
    })
  }
})

test('a body may be as large as its limit, and no larger', async () => {
  await using at = await startSql()
  const { authorization } = at.root
  const statusOf = async (bytes: number) => {
    const body = '{"sql":"SELECT 1"}'.padEnd(bytes)
    return (await ask(`${at.api.url}/v1/api/sql`, { method: 'POST', body, headers: { authorization } })).status
  }
  assert.deepEqual([await statusOf(SQL_BODY_BYTES_MAX), await statusOf(SQL_BODY_BYTES_MAX + 1)], [200, 413])
})

describe('who is let in', () => {
  const refused: readonly (readonly [name: string, authorization: string | undefined, code: string])[] = [
    ['no token', undefined, 'MISSING_AUTHORIZATION'],
    ['a password', `Basic ${btoa('root:secret')}`, 'INVALID_CREDENTIALS'],
    ['a token that is none', 'Bearer abc', 'INVALID_CREDENTIALS'],
  ]
  for (const [name, authorization, code] of refused) {
    it(`${name}: ${code}`, async () => {
      await using at = await startSql()
      const headers = authorization === undefined ? {} : { authorization }
      const { status, body } = await ask(`${at.api.url}/v1/api/sql`, { method: 'POST', json: { sql: 'SELECT 1' }, headers })
      assert.deepEqual([status, SqlError.parse(body).error.code], [401, code])
    })
  }

  it('by the role that they have when they ask', async () => {
    await using at = await startSql()
    await at.root.run("ALTER USER alice SET ROLE 'service'")
    // The token says another role.
    assert.deepEqual([(await at.alice.post({ sql: 'SELECT 1' })).status, (await at.root.post({ sql: 'SELECT 1' })).status], [401, 200])
    const alice = await sqlClient(at.api.url, 'alice:secret')
    await at.root.run('DROP USER alice')
    assert.equal((await alice.post({ sql: 'SELECT 1' })).status, 401)
  })

  it('a user who may not is told 403', async () => {
    await using at = await startSql()
    const { status, code, message } = await at.alice.fail('CREATE NAMESPACE mine')
    assert.deepEqual([status, code], [403, 'PERMISSION_DENIED'])
    assert.match(message, /^Admin privileges/)
  })
})

test('users made by SQL log in as everywhere, and their passwords are told to nobody', async () => {
  await using at = await startSql()
  await at.root.run("CREATE USER bob WITH PASSWORD 'Open-Sesame-1' ROLE 'user' EMAIL 'bob@example.com'")
  const bob = await sqlClient(at.api.url, 'bob:Open-Sesame-1')
  assert.deepEqual(await bob.rows('SELECT CURRENT_USER() AS me'), [['bob']])
  const everything = JSON.stringify(await at.root.run('SELECT * FROM system.users; SELECT * FROM system.audit_log'))
  assert.match(everything, /bob@example\.com/)
  assert.doesNotMatch(everything, /Sesame/)
})

/** Of requests at once. */
async function statuses(client: SqlClient, count: number): Promise<readonly number[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => client.post({ sql: 'SELECT 1' })))
  return answers.map(({ status }) => status).toSorted((a, b) => a - b)
}

test('each user may send so many requests in a second, and no more', async () => {
  await using at = await startSql({ sqlLimits: { requestsPerSecond: 3 } })
  assert.deepEqual(await statuses(at.root, 4), [200, 200, 200, 429])
  assert.deepEqual(await statuses(at.alice, 3), [200, 200, 200])
  const { code } = await at.root.fail('SELECT 1')
  assert.equal(code, 'RATE_LIMIT_EXCEEDED')
  at.api.clock.advance(1_000)
  assert.deepEqual(await statuses(at.root, 1), [200])
  assert.equal(SQL_REQUESTS_PER_SECOND_MAX, 100)
})

test('a query that does not end is ended, although the clock stands still', async () => {
  await using at = await startSql({ sqlLimits: { statementMsMax: 1_000 } })
  await at.root.run('CREATE SHARED TABLE n (id BIGINT PRIMARY KEY)')
  await at.root.run(`INSERT INTO n (id) VALUES ${Array.from({ length: 1_000 }, (_, i) => `(${i})`).join(',')}`)
  const { status, code, message } = await at.root.fail(
    'SELECT count(*) FROM n AS a, n AS b, n AS c, n AS d WHERE a.id + b.id + c.id + d.id = -1',
  )
  assert.deepEqual([status, code], [400, 'SQL_EXECUTION_ERROR'])
  assert.match(message, /timeout/)
  assert.deepEqual(await at.root.rows('SELECT count(*) FROM n'), [['1000']])
})
