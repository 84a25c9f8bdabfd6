/** Statements about topics: what they do, what they answer, and what they refuse. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { SqlCaller } from '../src/services.ts'
import { SqlError } from '../src/sql-error.ts'
import { startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'

const HOST = '127.0.0.1'
const CALLERS = { root: 'dba', sam: 'service', ann: 'user' } as const
const DAY_MS = 24 * 60 * 60 * 1_000

let at: SqlUnderTest

function callerOf(user: keyof typeof CALLERS): SqlCaller {
  return { user, role: CALLERS[user], host: HOST }
}

async function says(sql: string, user: keyof typeof CALLERS = 'root'): Promise<string | undefined> {
  return (await at.run(sql, [], callerOf(user))).at(-1)?.message
}

async function refusal(sql: string, user: keyof typeof CALLERS = 'root'): Promise<string> {
  const error: unknown = await at.run(sql, [], callerOf(user)).then(
    () => undefined,
    (refused: unknown) => refused,
  )
  assert.ok(error instanceof SqlError, `${sql}: ${String(error)}`)
  return `${error.code}: ${error.message}`
}

/** `retention.ms` and `retention.bytes`. */
async function retentionOf(topic: string): Promise<readonly unknown[]> {
  const { config } = (await at.log.topic(topic))!
  return [config['retention.ms'], config['retention.bytes']]
}

/** Of records that are consumed. */
async function offsets(sql: string): Promise<readonly unknown[]> {
  return ((await at.rows(sql, [], callerOf('sam'))) ?? []).map((row) => row[2])
}

before(async () => {
  at = await startSql()
  const admin = { principal: 'User:root', host: HOST } as const
  for (const [name, role] of Object.entries(CALLERS)) {
    await at.broker.users.create(admin, { name, role, password: 'secret-1', email: null })
  }
  await at.run('CREATE NAMESPACE app; CREATE TABLE app.rows (id INT PRIMARY KEY, name TEXT)')
})
after(() => at[Symbol.asyncDispose]())

describe('a topic', () => {
  test('is made in a namespace, with partitions and KalamDB’s retention', async () => {
    assert.equal(await says('CREATE TOPIC app.made PARTITIONS 3'), "Created topic 'app.made' with 3 partition(s)")
    const topic = await at.log.topic('app.made')
    assert.equal(topic?.partitions, 3)
    assert.equal(topic.config['retention.ms'], 7 * DAY_MS)
    assert.equal(topic.config['retention.bytes'], 1024 ** 3)
    assert.equal(await says('CREATE TOPIC app.one'), "Created topic 'app.one' with 1 partition(s)")
  })

  test('keeps the retention that it is made with, or none', async () => {
    await says('CREATE TOPIC app.kept WITH (retention_seconds = 60, retention_max_bytes = NULL)')
    assert.deepEqual(await retentionOf('app.kept'), [60_000, -1])
    assert.equal(await says('ALTER TOPIC app.kept SET RETENTION WITH (retention_max_bytes = 5)'), "Updated retention of topic 'app.kept'")
    assert.deepEqual(await retentionOf('app.kept'), [60_000, 5])
    assert.equal(await says('ALTER TOPIC app.kept CLEAR RETENTION'), "Cleared retention of topic 'app.kept'")
    assert.deepEqual(await retentionOf('app.kept'), [-1, -1])
  })

  test('is not made twice, unless that is said', async () => {
    await says('CREATE TOPIC app.twice')
    assert.match(await refusal('CREATE TOPIC app.twice'), /Already exists: Topic 'app\.twice' already exists/)
    assert.equal(await says('CREATE TOPIC IF NOT EXISTS app.twice'), "Topic 'app.twice' already exists")
  })

  test('is not made out of the impossible', async () => {
    const refused = {
      'CREATE TOPIC bare': /Invalid operation: Topic name must be namespace-qualified/,
      'CREATE TOPIC nowhere.x': /Not found: Namespace 'nowhere' does not exist/,
      'CREATE TOPIC app.x PARTITIONS 0': /Invalid operation: Topic partitions must be greater than 0/,
      'CREATE TOPIC app.x PARTITIONS 100000': /Invalid operation: .*from 1 to 8191/,
      'CREATE TOPIC app.x WITH (retention_seconds = 0)': /Invalid operation: retention_seconds must be greater than 0 or NULL/,
      'CREATE TOPIC app.x WITH (retention_max_bytes = 0)': /Invalid operation: retention_max_bytes must be greater than 0 or NULL/,
    }
    for (const [sql, message] of Object.entries(refused)) assert.match(await refusal(sql), message)
    assert.equal(await at.log.topic('app.x'), undefined)
  })

  test('is cleared and dropped, and each names its job', async () => {
    await says('CREATE TOPIC app.gone')
    const { id: topicId } = (await at.log.topic('app.gone'))!
    const body = Buffer.from('"a"')
    await at.log.append({ topicId, partition: 0, records: { kind: 'verbatim', body, ranges: Int32Array.of(0, 3) }, timestampMs: 1 })
    const cleared = /^Cleared topic 'app\.gone'\. Cleanup job: (?<job>\S+)$/.exec((await says('CLEAR TOPIC app.gone')) ?? '')
    assert.deepEqual(await at.rows(`SELECT job_type, status FROM system.jobs WHERE job_id = '${cleared?.groups?.['job']}'`), [
      ['topic_cleanup', 'completed'],
    ])
    const { logStartOffset, highWatermark } = (await at.log.watermarks({ topicId, partition: 0 }))!
    assert.deepEqual([logStartOffset, highWatermark], [1, 1])
    assert.match((await says('DROP TOPIC app.gone')) ?? '', /^Dropped topic 'app\.gone'\. Cleanup job: \S+$/)
    assert.equal(await at.log.topic('app.gone'), undefined)
    assert.equal(await says('DROP TOPIC IF EXISTS app.gone'), "Topic 'app.gone' does not exist (skipped)")
    for (const sql of ['DROP TOPIC app.gone', 'CLEAR TOPIC app.gone', 'ALTER TOPIC app.gone CLEAR RETENTION', 'CONSUME FROM app.gone']) {
      assert.match(await refusal(sql), /Not found: Topic 'app\.gone' does not exist/)
    }
  })

  test('is for administrators to manage', async () => {
    for (const sql of ['CREATE TOPIC app.y', 'DROP TOPIC app.y', 'CLEAR TOPIC app.y', 'ALTER TOPIC app.y CLEAR RETENTION']) {
      assert.match(await refusal(sql, 'sam'), /^PERMISSION_DENIED: Admin privileges .* required for topic management$/)
    }
    assert.match(
      await refusal('CONSUME FROM app.one', 'ann'),
      /^PERMISSION_DENIED: Topic consumption requires service, dba, or system role/,
    )
    assert.match(await refusal("ACK app.one GROUP 'g' UPTO OFFSET 1", 'ann'), /^PERMISSION_DENIED: Topic acknowledgment requires service/)
  })
})

describe('a source', () => {
  test('is shown among the routes of its topic', async () => {
    await says('CREATE TOPIC app.routes')
    assert.equal(
      await says(`ALTER TOPIC app.routes ADD SOURCE rows ON INSERT WHERE id > 1 WITH (payload = 'key')`),
      "Added source app.rows ON INSERT to topic 'app.routes'",
    )
    const [row] = (await at.rows(`SELECT topic_id, partitions, retention_seconds, routes FROM system.topics WHERE name = 'app.routes'`))!
    assert.deepEqual(row?.slice(0, 3), ['app.routes', 1, '604800'])
    const route = { table_id: 'app:rows', op: 'insert', payload_mode: 'key', filter_expr: 'id > 1', partition_key_expr: null }
    assert.deepEqual(JSON.parse(row?.[3] as string), [route])
  })

  test('is added once for each operation, to a topic that is there, of a table that is there', async () => {
    await says('CREATE TOPIC app.sources')
    await says('ALTER TOPIC app.sources ADD SOURCE app.rows ON UPDATE')
    await says('ALTER TOPIC app.sources ADD SOURCE app.rows ON DELETE')
    assert.match(await refusal('ALTER TOPIC app.sources ADD SOURCE app.rows ON UPDATE'), /Already exists: .*app\.rows ON UPDATE/)
    assert.match(await refusal('ALTER TOPIC app.none ADD SOURCE app.rows ON UPDATE'), /Not found: Topic 'app\.none' does not exist/)
    assert.match(await refusal('ALTER TOPIC app.sources ADD SOURCE app.none ON UPDATE'), /none/)
    assert.match(await refusal('ALTER TOPIC app.sources ADD SOURCE app.rows ON INSERT WHERE nothing = 1'), /nothing/)
  })
})

describe('consuming', () => {
  before(async () => {
    await says('CREATE TOPIC app.queue PARTITIONS 2')
    const { id: topicId } = (await at.log.topic('app.queue'))!
    for (const [partition, value] of [
      [0, '{"n":0}'],
      [0, 'plain'],
      [1, 'other'],
    ] as const) {
      const records = { kind: 'verbatim', body: Buffer.from(value), ranges: Int32Array.of(0, value.length) } as const
      await at.log.append({ topicId, partition, records, timestampMs: 7 })
    }
  })

  test('answers records of partition 0 as they are', async () => {
    const [result] = await at.run('CONSUME FROM app.queue FROM EARLIEST', [], callerOf('sam'))
    assert.deepEqual(
      result?.schema?.map(({ name, data_type: type }) => [name, type]),
      [
        ['topic_id', 'Text'],
        ['partition_id', 'Int'],
        ['offset', 'BigInt'],
        ['key', 'Text'],
        ['payload', 'Bytes'],
        ['timestamp_ms', 'BigInt'],
        ['user_id', 'Text'],
        ['op', 'Text'],
      ],
    )
    assert.deepEqual(result.rows, [
      ['app.queue', 0, '0', null, Buffer.from('{"n":0}').toString('base64'), '7', null, 'insert'],
      ['app.queue', 0, '1', null, Buffer.from('plain').toString('base64'), '7', null, 'insert'],
    ])
  })

  test('without a group begins where it is told each time', async () => {
    assert.deepEqual(await offsets('CONSUME FROM app.queue'), [])
    assert.deepEqual(await offsets('CONSUME FROM app.queue FROM 1'), ['1'])
    assert.deepEqual(await offsets('CONSUME FROM app.queue FROM EARLIEST LIMIT 1'), ['0'])
  })

  test('for a group goes on behind what was handed out, and acknowledges nothing by itself', async () => {
    assert.deepEqual(await offsets("CONSUME FROM app.queue GROUP 'g' FROM EARLIEST LIMIT 1"), ['0'])
    assert.deepEqual(await offsets("CONSUME FROM app.queue GROUP 'g' FROM EARLIEST"), ['1'])
    assert.equal(await at.rows('SELECT * FROM system.topic_offsets'), undefined)
    const [acknowledged] = await at.run("ACK app.queue GROUP 'g' UPTO OFFSET 0", [], callerOf('sam'))
    assert.deepEqual(
      acknowledged?.schema?.map(({ name }) => name),
      ['topic', 'group_id', 'partition', 'committed_offset'],
    )
    assert.deepEqual(acknowledged.rows, [['app.queue', 'g', 0, '0']])
    const rows = await at.rows('SELECT topic_id, group_id, partition_id, last_acked_offset FROM system.topic_offsets')
    assert.deepEqual(rows, [['app.queue', 'g', 0, '0']])
  })

  test('begins again where a reset says', async () => {
    const reset = await at.rows("RESET CONSUMER GROUP 'r' ON app.queue TO 1")
    assert.deepEqual(reset, [['app.queue', 'r', 0, '1']])
    assert.deepEqual(await offsets("CONSUME FROM app.queue GROUP 'r' FROM EARLIEST"), ['1'])
    assert.match(await refusal("RESET CONSUMER GROUP 'r' ON app.queue TO 1", 'sam'), /^PERMISSION_DENIED/)
  })
})
