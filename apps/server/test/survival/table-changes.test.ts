/**
 * `kill -9`, of the broker or of an engine, at random moments while rows change that a topic is told of: each change that is there has its record,
 * once and in order, and no record tells of a change that is not.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ask } from '../own-api-server.ts'
import { startProcess } from '../real-process.ts'
import type { RealProcess } from '../real-process.ts'
import { seededRandom, whole } from '../seeded-random.ts'
import { sqlClient } from '../sql-client.ts'
import type { SqlClient } from '../sql-client.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { enginesOf } from './engines-of.ts'

const KILLS = 6
const WRITERS = 4
const STATEMENTS_MAX = 40
const PARTITIONS = 3

/** Rows that are made, changed step by step, and some of them deleted. */
interface Writer {
  nextId: number
}

/** What a record says of a row. */
interface Told {
  readonly operation: string
  readonly step: number
}

async function login(url: string): Promise<SqlClient> {
  await ask(`${url}/v1/kafka/users`, { method: 'POST', json: { name: 'root', password: 'secret', role: 'dba' } })
  return await sqlClient(url, 'root:secret')
}

async function prepare(client: SqlClient): Promise<void> {
  await client.run('CREATE NAMESPACE app')
  await client.run('CREATE TABLE app.rows (id INT PRIMARY KEY, step INT)')
  await client.run(`CREATE TOPIC app.changes PARTITIONS ${PARTITIONS}`)
  for (const operation of ['INSERT', 'UPDATE', 'DELETE']) await client.run(`ALTER TOPIC app.changes ADD SOURCE app.rows ON ${operation}`)
}

/** Changes rows of its own, until a request goes unanswered or enough were sent. */
async function write(client: SqlClient, writer: Writer, sent: () => void): Promise<void> {
  for (let i = 0; i < STATEMENTS_MAX; i++) {
    const id = writer.nextId
    const [kind, other] = [i % 5, id - WRITERS]
    if (kind === 0) writer.nextId += WRITERS
    const statement =
      kind === 0
        ? `INSERT INTO app.rows VALUES (${id}, 0), (${-id - 1}, 0)`
        : kind === 4
          ? `DELETE FROM app.rows WHERE id = ${other}`
          : `UPDATE app.rows SET step = step + 1 WHERE id = ${other} OR id = ${-other - 1}`
    sent()
    const answer = await client.post({ sql: statement }).catch(() => null)
    if (answer === null) return
  }
}

/** All that a query gives, beyond what one answer may hold. */
async function allRows(client: SqlClient, query: (after: number) => string, count: number): Promise<readonly (readonly unknown[])[]> {
  const rows: (readonly unknown[])[] = []
  while (rows.length < count) {
    const found = (await client.rows(query(rows.length))) ?? []
    if (found.length === 0) break
    rows.push(...found)
  }
  return rows
}

async function countOf(client: SqlClient, from: string): Promise<number> {
  return Number((await client.rows(`SELECT count(*) FROM ${from}`))?.[0]?.[0])
}

async function toldOf(client: SqlClient): Promise<ReadonlyMap<number, readonly Told[]>> {
  const told = new Map<number, Told[]>()
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const from = `topic('app.changes') WHERE partition = ${partition}`
    const query = (after: number) => `SELECT value, headers FROM ${from} AND "offset" >= ${after} ORDER BY "offset" LIMIT 1000`
    for (const [value, headers] of await allRows(client, query, await countOf(client, from))) {
      const { id, step } = JSON.parse(String(value)) as { id: number; step: number }
      const [{ value: operation }] = JSON.parse(String(headers)) as [{ value: string }]
      told.set(id, [...(told.get(id) ?? []), { operation, step }])
    }
  }
  return told
}

function nextRows(after: number): string {
  return `SELECT id, step FROM app.rows ORDER BY id LIMIT 1000 OFFSET ${after}`
}

async function stepsIn(client: SqlClient): Promise<ReadonlyMap<number, number>> {
  const rows = await allRows(client, nextRows, await countOf(client, 'app.rows'))
  return new Map(rows.map(([id, step]) => [Number(id), Number(step)]))
}

/** Of each row: it was inserted, changed step by step, and is there as the last record says. */
async function verify(client: SqlClient, t: TestContext): Promise<void> {
  const [told, steps] = [await toldOf(client), await stepsIn(client)]
  let records = 0
  for (const [id, all] of told) {
    records += all.length
    const deleted = all.at(-1)?.operation === 'delete' ? all.at(-1) : undefined
    const changes = deleted === undefined ? all : all.slice(0, -1)
    assert.deepEqual(
      changes,
      changes.map((_, step) => ({ operation: step === 0 ? 'insert' : 'update', step })),
      `row ${id}`,
    )
    assert.equal(steps.get(id), deleted === undefined ? changes.length - 1 : undefined, `row ${id}`)
    if (deleted !== undefined) assert.equal(deleted.step, changes.length - 1)
  }
  assert.deepEqual(
    [...steps.keys()].filter((id) => !told.has(id)),
    [],
  )
  t.diagnostic(`${records} records of ${told.size} rows`)
}

async function killEngines(broker: RealProcess): Promise<void> {
  for (const engine of await enginesOf(broker)) process.kill(engine, 'SIGKILL')
}

for (const victim of ['the broker', 'its engines'] as const) {
  test(`${victim} killed ${KILLS} times: a topic is told of each change once`, async (t) => {
    const random = seededRandom(t)
    await using directory = await temporaryDirectory()
    const args = ['--data-dir', directory.path, '--sql-requests-per-second', '0']
    const writers = Array.from({ length: WRITERS }, (_, i): Writer => ({ nextId: i + 1 }))
    {
      await using broker = await startProcess(args)
      await prepare(await login(broker.url))
    }
    for (let kills = 0; kills < KILLS; kills++) {
      await using broker = await startProcess(args)
      const client = await login(broker.url)
      const killAt = whole(random, 2, (WRITERS * STATEMENTS_MAX) / 2)
      let sent = 0
      const onSent = () => {
        if (++sent !== killAt) return
        if (victim === 'the broker') broker.kill('SIGKILL')
        else void killEngines(broker)
      }
      await Promise.all(writers.map((writer) => write(client, writer, onSent)))
      assert.ok(sent >= killAt)
      if (victim === 'its engines') await verify(client, t)
    }
    await using broker = await startProcess(args)
    await verify(await login(broker.url), t)
  })
}

test('what a killed broker has left for a topic is there after the next start, before anybody asks for SQL', async () => {
  await using directory = await temporaryDirectory()
  const args = ['--data-dir', directory.path]
  {
    await using broker = await startProcess(args)
    await prepare(await login(broker.url))
  }
  leaveInOutbox(directory.path)
  await using broker = await startProcess(args)
  const partitions = [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1_000 }]
  const fetched = await ask(`${broker.url}/v1/kafka/fetch`, {
    method: 'POST',
    json: { long_poll: true, topics: [{ topic: 'app.changes', partitions }] },
  })
  assert.match(JSON.stringify(fetched.body), new RegExp(Buffer.from('"left"').toString('base64')))
})

/** As if the broker had been killed between the commit of a change and the log's. */
function leaveInOutbox(dataDir: string): void {
  const database = new DatabaseSync(join(dataDir, 'sql.db'))
  const { topic_id: topicId } = database.prepare('SELECT topic_id FROM source LIMIT 1').get() as { topic_id: string }
  const insert = database.prepare(
    `INSERT INTO outbox (topic_id, partition, key, value, operation, user, timestamp_ms) VALUES (?, 0, 'k', ?, 'update', 'root', 7)`,
  )
  insert.run(topicId, Buffer.from('"left"'))
  database.close()
}
