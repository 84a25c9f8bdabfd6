/** What topics are told of a table's changes, and what they are not. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DBA, startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'

let at: SqlUnderTest
let topics = 0

before(async () => {
  at = await startSql()
  await at.run('CREATE NAMESPACE app')
})
after(() => at[Symbol.asyncDispose]())

interface Told {
  readonly op: unknown
  readonly key: unknown
  readonly value: unknown
}

/** A table and a topic that is told of it, and what it was told. */
async function tableWith(columns: string, ...sources: readonly string[]) {
  const [table, topic] = [`app.t${++topics}`, `app.topic${topics}`]
  await at.run(`CREATE TABLE ${table} (${columns}); CREATE TOPIC ${topic} PARTITIONS 3`)
  for (const source of sources) await at.run(`ALTER TOPIC ${topic} ADD SOURCE ${table} ON ${source}`)
  const told = async (): Promise<readonly Told[]> => {
    const rows = (await at.rows(`SELECT key, value, headers FROM topic('${topic}') ORDER BY timestamp, partition, "offset"`)) ?? []
    return rows.map(([key, value, headers]) => ({
      op: (JSON.parse(headers as string) as readonly { value: string }[])[0]?.value,
      key,
      value: JSON.parse(value as string) as unknown,
    }))
  }
  /** Each statement at a time of its own. */
  const run = async (sql: string) => {
    at.clock.advance(1_000)
    await at.run(sql.replaceAll('TABLE', table))
  }
  return { table, topic, told, run, name: table.replace('.', ':') }
}

test('each change of a row is told with the whole row, in the order of the changes', async () => {
  const { run, told, name } = await tableWith('id BIGINT PRIMARY KEY, doc JSON, ok BOOLEAN', 'INSERT', 'UPDATE', 'DELETE')
  await run(`INSERT INTO TABLE VALUES (9007199254740993, '{"a": 1}', true)`)
  await run('UPDATE TABLE SET ok = NULL')
  await run('DELETE FROM TABLE')
  const [id, doc] = ['9007199254740993', '{"a": 1}']
  assert.deepEqual(await told(), [
    { op: 'insert', key: id, value: { id, doc, ok: true, _table: name } },
    { op: 'update', key: id, value: { id, doc, ok: null, _table: name } },
    { op: 'delete', key: id, value: { id, doc, ok: null, _table: name, _deleted: true } },
  ])
})

test('what is told is as much as the source says', async () => {
  const { run, told, name } = await tableWith(
    'id INT PRIMARY KEY, a TEXT, b TEXT',
    `INSERT WITH (payload = 'diff')`,
    `UPDATE WITH (payload = 'diff')`,
    `DELETE WITH (payload = 'key')`,
  )
  await run(`INSERT INTO TABLE VALUES (1, 'a', 'b')`)
  await run(`UPDATE TABLE SET a = 'a', b = 'c'`)
  await run('DELETE FROM TABLE')
  assert.deepEqual(
    (await told()).map(({ value }) => value),
    [
      { id: 1, a: 'a', b: 'b', _table: name },
      { id: 1, b: 'c', _table: name },
      { id: 1, _deleted: true },
    ],
  )
})

test('only rows are told of that the condition of a source holds for, as they are after the change', async () => {
  const { run, told } = await tableWith(
    'id INT PRIMARY KEY, n INT, at TIMESTAMP DEFAULT NOW()',
    'INSERT WHERE n > 1 AND at <= NOW()',
    'UPDATE WHERE n > 1',
  )
  await run('INSERT INTO TABLE (id, n) VALUES (1, 1), (2, 2), (3, NULL), (4, 4)')
  await run('UPDATE TABLE SET n = n - 1 WHERE n IS NOT NULL')
  const keys = (await told()).map(({ op, key }) => `${String(op)} ${String(key)}`)
  assert.deepEqual(new Set(keys), new Set(['insert 2', 'insert 4', 'update 4']))
  assert.equal(keys.length, 3)
})

test('a change that is not kept is told to nobody', async () => {
  const { run, told, table } = await tableWith('id INT PRIMARY KEY', 'INSERT', 'DELETE')
  await run('BEGIN; INSERT INTO TABLE VALUES (1); ROLLBACK')
  await assert.rejects(at.run(`BEGIN; INSERT INTO ${table} VALUES (2); INSERT INTO ${table} VALUES (3), (3); COMMIT`))
  await assert.rejects(at.run(`INSERT INTO ${table} VALUES (4), (4)`))
  await run('DELETE FROM TABLE WHERE id = 5')
  assert.deepEqual(await told(), [])
  await run('BEGIN; INSERT INTO TABLE VALUES (1); DELETE FROM TABLE; COMMIT')
  assert.deepEqual(
    (await told()).map(({ op }) => op),
    ['insert', 'delete'],
  )
})

test('records of one key lie in one partition, and those of many keys in all', async () => {
  const { run, topic } = await tableWith('id INT PRIMARY KEY, n INT', 'INSERT', 'UPDATE')
  await run(`INSERT INTO TABLE VALUES ${Array.from({ length: 30 }, (_, id) => `(${id}, 0)`).join(', ')}`)
  await run('UPDATE TABLE SET n = 1')
  assert.deepEqual(await at.rows(`SELECT count(DISTINCT partition) FROM topic('${topic}')`), [['3']])
  const perKey = `SELECT key, count(DISTINCT partition) AS partitions, count(*) AS records FROM topic('${topic}') GROUP BY key`
  assert.deepEqual(await at.rows(`SELECT count(*) FROM (${perKey}) AS k WHERE partitions = 1 AND records = 2`), [['30']])
})

test('rows of users are told with whose they are, to a topic that may have other sources', async () => {
  const { topic, run } = await tableWith('id INT PRIMARY KEY', 'INSERT')
  await at.run(`CREATE USER TABLE app.own (id INT PRIMARY KEY); ALTER TOPIC ${topic} ADD SOURCE app.own ON INSERT`)
  await run(`INSERT INTO TABLE VALUES (1); EXECUTE AS USER 'ann' (INSERT INTO app.own VALUES (1))`)
  const rows = await at.rows(`SELECT value ->> '_table', headers -> 1 ->> 'value' FROM topic('${topic}') ORDER BY "offset"`)
  assert.deepEqual(
    rows?.map(([, user]) => user),
    ['root', 'ann'],
  )
})

test('a topic that was deleted by any door takes its sources along, also when there is another of its name', async () => {
  const { topic, run, told } = await tableWith('id INT PRIMARY KEY', 'INSERT')
  await run('INSERT INTO TABLE VALUES (1)')
  await at.broker.topics.delete({ principal: `User:${DBA.user}`, host: DBA.host }, topic)
  await at.run(`CREATE TOPIC ${topic}`)
  await run('INSERT INTO TABLE VALUES (2)')
  assert.deepEqual(await told(), [])
  assert.deepEqual(await at.rows(`SELECT routes FROM system.topics WHERE name = '${topic}'`), [['[]']])
  assert.deepEqual(at.errors, [])
})

test('a table that is dropped is no source any more', async () => {
  const { table, topic } = await tableWith('id INT PRIMARY KEY', 'INSERT')
  await at.run(`DROP TABLE ${table}; CREATE TABLE ${table} (id INT PRIMARY KEY); INSERT INTO ${table} VALUES (1)`)
  assert.deepEqual(await at.rows(`SELECT count(*) FROM topic('${topic}')`), [['0']])
})
