/** `logbrook sql`, as a script or a person would type it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { atTerminal, CTRL_C, NO_TERMINAL } from './pseudo-terminal.ts'
import type { Terminal } from './pseudo-terminal.ts'
import { startProcess } from './real-process.ts'
import type { RealProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import type { RunOptions, Said } from './run-logbrook.ts'

let broker: RealProcess
let env: Record<string, string>

before(async () => {
  broker = await startProcess(['--memory'])
  env = { LOGBROOK_URL: broker.url }
  await runLogbrook(['users', 'create', 'admin', '--role', 'dba'], { env, input: 'secret\n' })
  env['LOGBROOK_USER'] = 'admin:secret'
  const made = await sql([], {
    input: `
      CREATE NAMESPACE shop; -- with a comment
      CREATE TABLE shop.orders (id BIGINT PRIMARY KEY, item TEXT, paid BOOLEAN);
      INSERT INTO shop.orders VALUES (1, 'a,"b"', TRUE), (2, NULL, FALSE);`,
  })
  assert.deepEqual(made, {
    code: 0,
    stdout: "Namespace 'shop' created successfully\nShared table shop.orders created successfully\nInserted 2 row(s)\n",
    stderr: '',
  })
})
after(() => broker[Symbol.asyncDispose]())

function sql(args: readonly string[], options: RunOptions = {}): Promise<Said> {
  return runLogbrook(['sql', ...args], { ...options, env: { ...env, ...options.env } })
}

async function said(args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await sql(args, options)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, args.join(' '))
  return stdout
}

const ORDERS = 'SELECT id, item, paid FROM shop.orders'

test('rows as a table, JSON and CSV', async () => {
  const formats: [args: readonly string[], expected: string][] = [
    [[], 'id  item   paid\n1   a,"b"  true\n2   NULL   false\n'],
    [['--format', 'json'], '[{"id":"1","item":"a,\\"b\\"","paid":true},{"id":"2","item":null,"paid":false}]\n'],
    [['-f', 'ndjson'], '{"id":"1","item":"a,\\"b\\"","paid":true}\n{"id":"2","item":null,"paid":false}\n'],
    [['-f', 'csv'], 'id,item,paid\n1,"a,""b""",true\n2,,false\n'],
  ]
  for (const [args, expected] of formats) assert.equal(await said([ORDERS, ...args]), expected)
})

test('what has no rows says so in its own way', async () => {
  const nothing = 'UPDATE shop.orders SET paid = TRUE WHERE id = 9'
  assert.equal(await said([nothing]), 'Updated 0 row(s)\n')
  assert.equal(await said([nothing, '-f', 'json']), '{"row_count":0,"message":"Updated 0 row(s)"}\n')
  for (const format of ['ndjson', 'csv']) assert.equal(await said([nothing, '-f', format]), '')
  assert.equal(await said([`${ORDERS} WHERE id = 9`, '-f', 'csv']), 'id,item,paid\n')
  assert.equal(await said([`${nothing}; SELECT 1 AS one; SELECT 2 AS two`]), 'one\n1\n\ntwo\n2\n\nUpdated 0 row(s)\n')
})

test('parameters are what they look like', async () => {
  const kinds = 'SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 AS e'
  const args = ['-P', '1.5', '-P', 'true', '-P', 'null', '--param', 'it’s', '-P', '"42"', '-f', 'ndjson']
  assert.equal(await said([kinds, ...args]), '{"a":1.5,"b":true,"c":null,"d":"it’s","e":"42"}\n')
  assert.equal(await said(['SELECT item FROM shop.orders WHERE id = $1', '-P', '1', '-f', 'csv']), 'item\n"a,""b"""\n')
  const large = ['SELECT $1 AS large', '-P', '9223372036854775807', '-f', 'csv']
  assert.equal(await said(large), 'large\n9223372036854775807\n')
  assert.equal(await said(['SELECT $1 AS text', '-P', "'; DROP TABLE shop.orders", '-f', 'csv']), "text\n'; DROP TABLE shop.orders\n")
})

test('a namespace for tables without one', async () => {
  assert.equal(await said(['SELECT id FROM orders', '--namespace', 'shop', '-f', 'csv']), 'id\n1\n2\n')
})

test('topics are tables', async () => {
  await runLogbrook(['topics', 'create', 'logs'], { env })
  await runLogbrook(['produce', 'logs', '{"level":"error"}', '{"level":"info"}'], { env })
  const errors = `SELECT partition, offset FROM topic('logs') WHERE json_extract(value, '$.level') = 'error'`
  assert.equal(await said([errors, '-f', 'csv']), 'partition,offset\n0,0\n')
})

test('what is wrong is said in a sentence, with a code for scripts', async () => {
  const refusals: [args: readonly string[], code: number, stderr: RegExp, options?: RunOptions][] = [
    [['SELECT * FROM nope'], 1, /^logbrook: Statement 1 failed: .*nope/],
    [['SELEC 1'], 1, /^logbrook: Unsupported statement type: SELEC\n$/],
    [[''], 1, /^logbrook: SQL text holds no statement\n$/],
    [[], 1, /^logbrook: SQL text holds no statement\n$/],
    [['SELECT 1; SELECT $1', '-P', '1'], 1, /^logbrook: Parameters belong to a single statement/],
    [['SELECT 1', '--format', 'xml'], 2, /--format is "xml"; it must be one of table, json, ndjson, csv/],
    [['SELECT 1', '--user', 'admin:wrong'], 1, /^logbrook: Invalid credentials\n$/],
  ]
  for (const [args, code, stderr] of refusals) {
    const refused = await sql(args)
    assert.deepEqual([refused.code, refused.stdout], [code, ''], args.join(' '))
    assert.match(refused.stderr, stderr)
  }
  const anonymous = await runLogbrook(['sql', 'SELECT 1'], { env: { LOGBROOK_URL: broker.url } })
  assert.deepEqual([anonymous.code, anonymous.stdout], [1, ''])
  assert.match(anonymous.stderr, /^logbrook: Authentication required; say who you are with --user NAME/)
})

async function shownBy(terminal: Terminal, keys: string, pattern: RegExp): Promise<void> {
  terminal.type(keys)
  await terminal.shows(pattern)
}

describe('a person', { skip: NO_TERMINAL }, () => {
  test('is asked for statements, and goes on after a refusal', async () => {
    await using terminal = atTerminal(['sql'], { env: { ...env, NO_COLOR: '1' } })
    await terminal.shows(/logbrook> /)
    await shownBy(terminal, 'SELEC;\r', /Unsupported statement type: SELEC\n/)
    await shownBy(terminal, "SELECT ';'\r", / {7}-> /)
    await shownBy(terminal, 'AS first;\r', /first\n;\n1 row, [\d.]+ ms\n/)
    await shownBy(terminal, 'USE shop;\r', /Namespace switched to 'shop'\n/)
    await shownBy(terminal, 'SELECT id AS second FROM orders;\r', /second\n1\n2\n2 rows, /)
    await shownBy(terminal, '\\d\r', /shop +orders +shared\n/)
    await shownBy(terminal, '\\d orders\r', /paid +Boolean +/)
    await shownBy(terminal, '\\x\r', /\\q ends\n.*\\q ends\n/s)
    terminal.type('\\q\r')
    assert.equal((await terminal.ending).code, 0)
  })

  test('takes back what is not sent yet with Ctrl-C, and ends with it where there is nothing', async () => {
    await using terminal = atTerminal(['sql'], { env: { ...env, NO_COLOR: '1' } })
    await terminal.shows(/logbrook> /)
    await shownBy(terminal, 'SELECT\r', / {7}-> /)
    await shownBy(terminal, `nonsense${CTRL_C}`, /nonsense[^]*logbrook> /)
    await shownBy(terminal, "SELECT 'again' AS word;\r", /word\nagain\n1 row, /)
    terminal.type(CTRL_C)
    assert.equal((await terminal.ending).code, 0)
  })
})
