/** What is shown of KalamDB's dialect, done as it is shown: the example for curl, and the statements of docs/sql.md. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bash } from './bash.ts'
import { createTopic, sendLogs } from './broker-requests.ts'
import { skipWithout } from './operations/tools.ts'
import { ask } from './own-api-server.ts'
import { startProcess } from './real-process.ts'
import { sqlClient } from './sql-client.ts'
import type { SqlClient } from './sql-client.ts'

const ROOT = join(import.meta.dirname, '../../..')
const DOCUMENT = readFileSync(join(ROOT, 'docs/sql.md'), 'utf8')

interface Said {
  readonly results: readonly [{ readonly rows?: readonly (readonly unknown[])[] }]
}

function rowsOf(line: string | undefined): unknown {
  return (JSON.parse(line ?? '') as Said).results[0].rows
}

async function administrator(url: string): Promise<SqlClient> {
  const json = { name: 'me', password: 'wonderland', role: 'dba' }
  assert.equal((await ask(`${url}/v1/kafka/users`, { method: 'POST', json })).status, 201)
  return await sqlClient(url, 'me:wonderland')
}

test('the example for curl', { skip: skipWithout('curl') }, async () => {
  await using broker = await startProcess(['--memory'])
  const script = join(ROOT, 'examples/curl/kalamdb.sh')
  const { code, stdout, stderr } = await bash(`exec bash '${script}'`, { LOGBROOK_URL: broker.url })
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const parts = stdout.split(/^# .*\n/m).map((part) => part.trim().split('\n'))
  const [, tables, files, consuming, topic] = parts
  assert.deepEqual(rowsOf(tables?.at(-1)), [
    ['1', 'hello'],
    ['9223372036854775807', "it's me"],
  ])
  assert.equal(files?.at(-1), 'not really a picture')
  assert.deepEqual(JSON.parse(consuming?.at(-1) ?? ''), { success: true, acknowledged_offset: 0 })
  assert.deepEqual(rowsOf(topic?.at(-1)), [['0', '2', 'are you there?']])
})

test('the statements of docs/sql.md', async () => {
  await using broker = await startProcess(['--memory'])
  await createTopic(broker.url, 'logs', 1)
  await sendLogs(broker.url, 'logs', '[{"level":"info","message":"hello"},{"level":"error","message":"it broke"}]')
  const client = await administrator(broker.url)

  const blocks = Array.from(DOCUMENT.matchAll(/^```sql\n(.*?)^```$/gms), ([, block]) => block!)
  assert.ok(blocks.length >= 5)
  for (const block of blocks) await client.run(block)

  assert.deepEqual(await client.rows('SELECT id, customer, total, paid FROM shop.orders'), [
    ['1', 'ann', '20.50', false],
    ['2', 'bob', '8.00', false],
    ['4', 'ann', '3.00', false],
  ])
  const [query] = /SELECT value ->> 'message'[^"]*/.exec(DOCUMENT) ?? []
  assert.deepEqual(await client.rows(query!), [['it broke']])
})

/** What docs/sql.md says is left out. */
const LEFT_OUT: readonly string[] = [
  'CREATE VIEW shop.v AS SELECT 1',
  'SELECT row_number() OVER () FROM shop.orders',
  "INSERT INTO shop.orders (id, customer) VALUES (1, 'x') ON CONFLICT DO NOTHING",
  'DELETE FROM shop.orders RETURNING id',
  'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r',
  'CREATE POLICY p ON shop.orders',
  'CREATE PROCEDURE p() AS 1',
  'CREATE TRIGGER t AFTER INSERT ON shop.orders',
  'BACKUP DATABASE TO x',
  'EXPORT USER DATA',
  'CLUSTER LIST',
]

test('what docs/sql.md leaves out is refused', async () => {
  await using broker = await startProcess(['--memory'])
  const client = await administrator(broker.url)
  await client.run('CREATE NAMESPACE shop; CREATE TABLE shop.orders (id BIGINT PRIMARY KEY, customer TEXT)')
  for (const statement of LEFT_OUT) {
    const { status, code } = await client.fail(statement)
    assert.deepEqual([status, code], [400, 'INVALID_SQL'], statement)
  }
})
