/** Topics as tables, on disk and in memory: what a query sees is what the log holds, to the byte. */
import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { SQL_TOPIC_BYTES_MAX } from '@logbrook/kafka/limits'
import type { Log, Topic } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import type { KeyedRecords, LogRecord, NewRecord, VerbatimRecords } from '@logbrook/kafka/record'
import { SqlError } from '../src/sql-error.ts'
import { startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'

const PARTITIONS = 2

interface Appended {
  readonly partition: number
  readonly timestampMs: number
  readonly records: VerbatimRecords | KeyedRecords
}

async function temporaryDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'logbrook-topics-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** With `gap` between the values. */
function verbatim(values: readonly Uint8Array[], gap = ','): VerbatimRecords {
  const parts: Uint8Array[] = []
  const ranges: number[] = []
  let at = 0
  for (const value of values) {
    ranges.push(at, at + value.length)
    parts.push(value, Buffer.from(gap))
    at += value.length + gap.length
  }
  return { kind: 'verbatim', body: Buffer.concat(parts), ranges: Int32Array.from(ranges) }
}

function text(...values: readonly string[]): VerbatimRecords {
  return verbatim(values.map((value) => Buffer.from(value)))
}

const someBytes = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => Buffer.from(value)),
  fc.json().map((value) => Buffer.from(` ${value}\n`)),
  fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value)),
  fc.constantFrom('', '\0', '[1,2]', '{"a" : 1}', '"x"', '5', 'null', '[5').map((value) => Buffer.from(value)),
  // Halves of a character, which follow each other without a gap.
  fc.constantFrom(Buffer.from([0xc3]), Buffer.from([0xa9])),
)
const someTime = fc.integer({ min: 1_000, max: 1_020 })
const someRecord: fc.Arbitrary<NewRecord> = fc.record({
  key: fc.option(someBytes),
  value: fc.option(someBytes),
  headers: fc.array(fc.record({ key: fc.string(), value: fc.option(someBytes) }), { maxLength: 2 }),
  timestampMs: someTime,
})
const someRecords = fc.oneof(
  fc
    .tuple(fc.array(someBytes, { minLength: 1, maxLength: 30 }), fc.constantFrom(',', '', '\n', ' , '))
    .map(([values, gap]) => verbatim(values, gap)),
  fc.array(someRecord, { minLength: 1, maxLength: 5 }).map((records): KeyedRecords => ({ kind: 'records', records })),
)
const someAppends: fc.Arbitrary<readonly Appended[]> = fc.array(
  fc.record({ partition: fc.nat(PARTITIONS - 1), timestampMs: someTime, records: someRecords }),
  { maxLength: 12 },
)
interface Bounds {
  readonly partition: number | null
  readonly from: number | null
  readonly to: number | null
  readonly fromMs: number | null
  readonly toMs: number | null
}

const someBounds: fc.Arbitrary<Bounds> = fc.record({
  partition: fc.option(fc.nat(PARTITIONS)),
  from: fc.option(fc.integer({ min: -1, max: 100 })),
  to: fc.option(fc.integer({ min: -1, max: 100 })),
  fromMs: fc.option(someTime),
  toMs: fc.option(someTime),
})

interface OrderTerm {
  readonly column: 'partition' | 'offset' | 'timestamp'
  readonly word: 'ASC' | 'DESC'
}

/** Of which none leaves two records equal. */
const someOrder: fc.Arbitrary<readonly OrderTerm[]> = fc
  .constantFrom<OrderTerm['column'][]>(['partition', 'offset'], ['offset', 'partition'], ['timestamp', 'offset', 'partition'])
  .chain((columns) =>
    fc.tuple(...columns.map((column) => fc.record({ column: fc.constant(column), word: fc.constantFrom('ASC', 'DESC') }))),
  )

const PLACES = { partition: 0, offset: 1, timestamp: 2 } as const

function compared(a: readonly unknown[], b: readonly unknown[], order: readonly OrderTerm[]): number {
  for (const { column, word } of order) {
    const difference = Number(a[PLACES[column]]) - Number(b[PLACES[column]])
    if (difference !== 0) return word === 'DESC' ? -difference : difference
  }
  return 0
}

async function appendAll(log: Log, topic: Topic, appends: readonly Appended[]): Promise<void> {
  // Those of one turn share rows where they can.
  await Promise.all(appends.map((append) => log.append({ topicId: topic.id, ...append })))
}

async function recordsIn(log: Log, topic: Topic, partition: number): Promise<readonly LogRecord[]> {
  const watermarks = await log.watermarks({ topicId: topic.id, partition })
  const all = { maxBytes: Infinity, maxRecords: Infinity, atLeastOne: true, isolationLevel: 'read_uncommitted' } as const
  const { slices } = await log.read({ topicId: topic.id, partition, fromOffset: watermarks!.logStartOffset, ...all })
  return slices.flatMap((slice) => recordsOf(slice))
}

function shown(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null
  const isText = isUtf8(bytes) && !bytes.includes(0)
  return Buffer.from(bytes).toString(isText ? 'utf8' : 'base64')
}

function rowOf(partition: number, { offset, timestampMs, key, value, headers }: LogRecord): readonly unknown[] {
  const shownHeaders = headers.map((header) => {
    const isText = header.value === null || (isUtf8(header.value) && !header.value.includes(0))
    return { key: header.key, [isText ? 'value' : 'base64']: shown(header.value) }
  })
  return [partition, String(offset), `${timestampMs}000`, shown(key), shown(value), shownHeaders]
}

async function rowsOf(at: SqlUnderTest, sql: string): Promise<readonly (readonly unknown[])[]> {
  const rows = (await at.rows(sql)) ?? []
  return rows.map(([partition, offset, timestamp, key, value, headers]) => [
    partition,
    offset,
    timestamp,
    key,
    value,
    JSON.parse(headers as string),
  ])
}

function where(bounds: Bounds): string {
  const conditions = [
    bounds.partition === null ? [] : [`partition = ${bounds.partition}`],
    bounds.from === null ? [] : [`"offset" >= ${bounds.from}`],
    bounds.to === null ? [] : [`"offset" <= ${bounds.to}`],
    bounds.fromMs === null ? [] : [`timestamp >= '${new Date(bounds.fromMs).toISOString()}'`],
    bounds.toMs === null ? [] : [`timestamp <= '${new Date(bounds.toMs).toISOString()}'`],
  ].flat()
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
}

function isWithin(bounds: Bounds, partition: number, { offset, timestampMs }: LogRecord): boolean {
  return (
    (bounds.partition === null || partition === bounds.partition) &&
    offset >= (bounds.from ?? offset) &&
    offset <= (bounds.to ?? offset) &&
    timestampMs >= (bounds.fromMs ?? timestampMs) &&
    timestampMs <= (bounds.toMs ?? timestampMs)
  )
}

function failsWith(code: string, message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof SqlError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, message)
    return true
  }
}

for (const place of ['on disk', 'in memory'] as const) {
  describe(`a topic ${place}`, () => {
    let at: SqlUnderTest
    const opened = new AsyncDisposableStack()
    let topics = 0

    before(async () => {
      const directory = opened.use(await temporaryDirectory())
      at = opened.use(await startSql({}, place === 'on disk' ? { location: { dataDir: directory.path } } : {}))
    })
    after(() => opened.disposeAsync())

    function newTopic(partitions = PARTITIONS): Promise<Topic> {
      return at.log.createTopic({ name: `topic-${topics++}`, partitions, config: {} })
    }

    async function appended(...records: readonly (VerbatimRecords | KeyedRecords)[]): Promise<Topic> {
      const topic = await newTopic(1)
      for (const [i, one] of records.entries()) {
        await at.log.append({ topicId: topic.id, partition: 0, records: one, timestampMs: 1_000 + i })
      }
      return topic
    }

    test('gives its records as they were appended, and of them what the bounds say', async () => {
      await fc.assert(
        fc.asyncProperty(someAppends, fc.array(someBounds, { maxLength: 3 }), fc.nat(20), async (appends, queries, trimmed) => {
          const topic = await newTopic()
          await appendAll(at.log, topic, appends)
          const { highWatermark } = (await at.log.watermarks({ topicId: topic.id, partition: 0 }))!
          await at.log.trim({ topicId: topic.id, partition: 0 }, Math.min(trimmed, highWatermark))
          const partitions = await Promise.all([0, 1].map((partition) => recordsIn(at.log, topic, partition)))
          for (const bounds of [{ partition: null, from: null, to: null, fromMs: null, toMs: null }, ...queries]) {
            const expected = partitions.flatMap((records, partition) =>
              records.filter((record) => isWithin(bounds, partition, record)).map((record) => rowOf(partition, record)),
            )
            assert.deepEqual(await rowsOf(at, `SELECT * FROM topic('${topic.name}') ${where(bounds)} LIMIT 1000`), expected)
          }
        }),
        { seed: 7, numRuns: 60 },
      )
    })

    test('gives its records in the order that is asked for', async () => {
      await fc.assert(
        fc.asyncProperty(someAppends, someBounds, fc.array(someOrder, { minLength: 1, maxLength: 3 }), fc.nat(20), async (...given) => {
          const [appends, bounds, orders, trimmed] = given
          const topic = await newTopic()
          await appendAll(at.log, topic, appends)
          const { highWatermark } = (await at.log.watermarks({ topicId: topic.id, partition: 0 }))!
          await at.log.trim({ topicId: topic.id, partition: 0 }, Math.min(trimmed, highWatermark))
          const partitions = await Promise.all([0, 1].map((partition) => recordsIn(at.log, topic, partition)))
          const found = partitions.flatMap((records, partition) =>
            records.filter((record) => isWithin(bounds, partition, record)).map((record) => rowOf(partition, record)),
          )
          for (const order of orders) {
            const from = `topic('${topic.name}') ${where(bounds)} ORDER BY ${order.map(({ column, word }) => `"${column}" ${word}`).join(', ')}`
            const expected = found.toSorted((a, b) => compared(a, b, order))
            assert.deepEqual(await rowsOf(at, `SELECT * FROM ${from} LIMIT 1000`), expected)
            assert.deepEqual(await rowsOf(at, `SELECT * FROM ${from} LIMIT 3 OFFSET 1`), expected.slice(1, 4))
          }
        }),
        { seed: 7, numRuns: 60 },
      )
    })

    test('gives its records by time where that is that of their rows, and where it is not', async () => {
      const topic = await newTopic(1)
      for (const [value, timestampMs] of [
        ['1', 5],
        ['2', 5],
        ['3', 7],
      ] as const) {
        await at.log.append({ topicId: topic.id, partition: 0, records: text(value, `${value}0`), timestampMs })
      }
      const byTime = async () => (await at.rows(`SELECT timestamp, value FROM topic('${topic.name}') ORDER BY timestamp DESC LIMIT 3`))!
      assert.deepEqual(
        (await byTime()).map(([time]) => time),
        ['7000', '7000', '5000'],
      )
      const old = { key: null, value: Buffer.from('old'), headers: [], timestampMs: 2 }
      const young = { ...old, value: Buffer.from('young'), timestampMs: 9 }
      await at.log.append({ topicId: topic.id, partition: 0, records: { kind: 'records', records: [young, old] }, timestampMs: 10 })
      assert.deepEqual(
        (await byTime()).map(([time]) => time),
        ['9000', '7000', '7000'],
      )
      await at.log.append({ topicId: topic.id, partition: 0, records: text('set back'), timestampMs: 8 })
      assert.deepEqual(
        (await byTime()).map(([time]) => time),
        ['9000', '8000', '7000'],
      )
    })

    test('can be grouped, sorted, joined and read within another query', async () => {
      const values = Array.from({ length: 300 }, (_, i) => JSON.stringify({ kind: `k${i % 3}`, n: i, text: 'x'.repeat(i) }))
      const { name } = await appended(text(...values.slice(0, 100)), text(...values.slice(100)))
      const from = `topic('${name}')`
      assert.deepEqual(
        await at.rows(`SELECT json_extract(value, '$.kind'), count(*), max(value) FROM ${from} GROUP BY 1 ORDER BY 1`),
        [0, 1, 2].map((kind) => [
          `k${kind}`,
          '100',
          values
            .filter((_, i) => i % 3 === kind)
            .toSorted()
            .at(-1),
        ]),
      )
      assert.deepEqual(await at.rows(`SELECT value FROM ${from} ORDER BY "offset" DESC LIMIT 2`), [[values[299]], [values[298]]])
      assert.deepEqual(await at.rows(`SELECT count(*) FROM ${from} a JOIN ${from} b ON a."offset" + 1 = b."offset"`), [['299']])
      assert.deepEqual(await at.rows(`SELECT (SELECT max("offset") FROM ${from}), min(value) FROM ${from}`), [
        ['299', values.toSorted()[0]],
      ])
      assert.deepEqual(await at.rows(`SELECT "offset" FROM ${from} WHERE value IN (SELECT value FROM ${from} WHERE "offset" = 7)`), [['7']])
    })

    test('is grouped as a table of the same records is', async () => {
      const values = Array.from({ length: 60 }, (_, i) => ({ kind: i % 4 === 3 ? null : `k${i % 4}`, n: i % 7 }))
      const { name } = await appended(text(...values.map((value) => JSON.stringify(value))))
      const table = `records_${topics}`
      const rows = values.map((value, i) => `(0, ${i}, '${JSON.stringify(value)}')`)
      await at.run(
        `CREATE TABLE ${table} ("partition" INT, "offset" BIGINT PRIMARY KEY, value TEXT); INSERT INTO ${table} VALUES ${rows.join(', ')}`,
      )
      const queries = [
        `SELECT value ->> 'kind', count(*), sum("offset"), avg("offset"), min(value), max(value) FROM x GROUP BY 1 ORDER BY 1`,
        `SELECT value ->> 'kind' AS kind, count(DISTINCT value ->> 'n') FROM x GROUP BY kind ORDER BY kind DESC`,
        `SELECT upper(value ->> 'kind'), count(*) FILTER (WHERE "offset" > 30) FROM x GROUP BY value ->> 'kind' ORDER BY max("offset")`,
        `SELECT value ->> 'kind', count(*) AS n FROM x WHERE "offset" < 50 GROUP BY 1 HAVING count(*) > 12 OR value ->> 'kind' IS NULL ORDER BY n, 1`,
        `SELECT "offset" % 3, value ->> 'n', count(*) + 1 FROM x GROUP BY 1, 2 ORDER BY 1, 2`,
        `SELECT * FROM (SELECT "offset" FROM x GROUP BY "offset") AS o ORDER BY 1 LIMIT 3`,
        `SELECT count(*) FROM x GROUP BY value ->> 'kind' ORDER BY value ->> 'kind'`,
      ]
      for (const query of queries) {
        const [ofTopic, ofTable] = await Promise.all(
          [`topic('${name}')`, table].map((source) => at.rows(query.replace('FROM x', `FROM ${source}`))),
        )
        assert.ok(ofTopic !== undefined)
        assert.deepEqual(ofTopic, ofTable, query)
      }
    })

    test('is asked for what is no JSON without failing', async () => {
      const { name } = await appended(text('{"a":1}', 'plain', '[', '{"a":2}'), verbatim([Buffer.from([0xff, 0])]))
      const rows = await at.rows(`SELECT value ->> 'a' FROM topic('${name}')`)
      assert.deepEqual(
        rows?.flat().map((cell) => cell ?? null),
        ['1', null, null, '2', null],
      )
      assert.deepEqual(await at.rows(`SELECT "offset" FROM topic('${name}') WHERE json_extract(value, '$.a') = 2`), [['3']])
    })

    test('that was deleted and made again shows nothing of the one before', async () => {
      const topic = await appended(text('"before"'))
      assert.deepEqual(await at.rows(`SELECT value FROM topic('${topic.name}')`), [['"before"']])
      await at.log.deleteTopic(topic.id)
      await assert.rejects(at.rows(`SELECT value FROM topic('${topic.name}')`), failsWith('SQL_EXECUTION_ERROR', /Not found: Topic/))
      const again = await at.log.createTopic({ name: topic.name, partitions: 1, config: {} })
      assert.equal(await at.rows(`SELECT value FROM topic('${topic.name}')`), undefined)
      await at.log.append({ topicId: again.id, partition: 0, records: text('"after"'), timestampMs: 1 })
      assert.deepEqual(await at.rows(`SELECT value FROM topic('${topic.name}')`), [['"after"']])
    })
  })
}

test('whoever may not read a topic is told so, whether or not there is one', async () => {
  await using at = await startSql({}, { acls: true })
  const root = { principal: 'User:root', host: '127.0.0.1' } as const
  await at.broker.users.create(root, { name: 'ann', role: 'user', password: null, email: null }).catch(() => undefined)
  await at.log.createTopic({ name: 'logs', partitions: 1, config: {} })
  const ann = { user: 'ann', role: 'user', host: '127.0.0.1' } as const
  for (const topic of ['logs', 'nothing']) {
    const nested = `SELECT 1 WHERE EXISTS (WITH x AS (SELECT * FROM topic('${topic}')) SELECT * FROM x)`
    for (const sql of [`SELECT * FROM topic('${topic}')`, nested]) {
      await assert.rejects(at.rows(sql, [], ann), failsWith('PERMISSION_DENIED', new RegExp(`User:ann may not READ topic ${topic}`, 'i')))
    }
  }
})

interface Damaged extends AsyncDisposable {
  readonly at: SqlUnderTest
}

const ROWS = [
  ['"aa"', '"bb"'],
  ['"cc"', '"dd"'],
  ['"ee"', '"ff"'],
]

/** Rows that came a second after each other, of which one has lost a bit. */
async function damaged(rows: readonly (readonly string[])[] = ROWS, lost = 1): Promise<Damaged> {
  await using opened = new AsyncDisposableStack()
  const directory = opened.use(await temporaryDirectory())
  const location = { dataDir: directory.path }
  {
    await using at = await startSql({}, { location })
    const { id } = await at.log.createTopic({ name: 'logs', partitions: 1, config: {} })
    for (const [i, values] of rows.entries()) {
      await at.log.append({ topicId: id, partition: 0, records: text(...values), timestampMs: 1_000 * (i + 1) })
    }
  }
  const database = new DatabaseSync(join(directory.path, 'logbrook.db'))
  const body = rows[lost]!.join(',')
  database.prepare('UPDATE batch SET body = CAST(? AS BLOB) WHERE CAST(body AS TEXT) = ?').run(body.replace(/.(.)$/, 'X$1'), body)
  database.close()
  const at = opened.use(await startSql({}, { location }))
  const running = opened.move()
  return { at, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** From the last on, with values that say them. */
function offsets(last: number, count: number): readonly (readonly string[])[] {
  return Array.from({ length: count }, (_, i) => [String(last - i), `"${last - i}"`])
}

describe('the rows of a topic on disk', () => {
  test('are an error where one of them is damaged, and never other bytes', async () => {
    await using found = await damaged()
    const refused = failsWith('SQL_EXECUTION_ERROR', /partition 0 is damaged at offset 2: the checksum does not match the row/)
    await assert.rejects(found.at.rows(`SELECT value FROM topic('logs')`), refused)
    await assert.rejects(found.at.rows(`SELECT count(*) FROM topic('logs') WHERE "offset" = 3`), refused)
  })

  test('are not looked at beyond the bounds of a query', async () => {
    await using found = await damaged()
    const bounded = async (condition: string) => (await found.at.rows(`SELECT value FROM topic('logs') WHERE ${condition}`))?.flat()
    assert.deepEqual(await bounded(`"offset" < 2`), ['"aa"', '"bb"'])
    assert.deepEqual(await bounded(`"offset" BETWEEN 5 AND 9`), ['"ff"'])
    assert.deepEqual(await bounded(`timestamp >= '1970-01-01T00:00:03Z'`), ['"ee"', '"ff"'])
    assert.deepEqual(await bounded(`timestamp <= '1970-01-01T00:00:01Z'`), ['"aa"', '"bb"'])
    assert.equal(await bounded('partition = 1'), undefined)
  })

  test('are read from the end where the last ones are asked for, and no further than a limit', async () => {
    const rows = Array.from({ length: 8 }, (_, row) => Array.from({ length: 600 }, (__, i) => `"${row * 600 + i}"`))
    await using found = await damaged(rows, 0)
    const last = (order: string, limit: number, more = '') =>
      found.at.rows(`SELECT "offset", value FROM topic('logs') ${more} ORDER BY ${order} LIMIT ${limit}`)
    for (const order of [
      'offset DESC',
      '"offset" DESC, value',
      'timestamp DESC',
      'timestamp DESC, "offset" DESC',
      'partition, offset DESC',
      'partition DESC, offset DESC',
    ]) {
      assert.deepEqual(await last(order, 10), offsets(4_799, 10))
      assert.deepEqual(await last(order, 1_000, 'WHERE "offset" < 4000'), offsets(3_999, 1_000))
    }
    assert.deepEqual(await last('"offset" DESC', 2, `WHERE value LIKE '%17"'`), [offsets(4_717, 1)[0], offsets(4_617, 1)[0]])
    const refused = failsWith('SQL_EXECUTION_ERROR', /partition 0 is damaged at offset 0/)
    for (const order of ['"offset" + 0 DESC', '"offset"', 'value']) await assert.rejects(last(order, 10), refused)
    await assert.rejects(last('"offset" DESC', 1_000, `WHERE value LIKE '%17"'`), refused)
  })
})

test('a broker in memory hands a query so much of a topic, and no more', async () => {
  await using at = await startSql()
  const { id: topicId } = await at.log.createTopic({ name: 'logs', partitions: 1, config: {} })
  const value = 'x'.repeat(SQL_TOPIC_BYTES_MAX / 4 - 1_000)
  const append = () => at.log.append({ topicId, partition: 0, records: text(value), timestampMs: 1 })
  for (let i = 0; i < 4; i++) await append()
  assert.deepEqual(await at.rows(`SELECT count(*) FROM topic('logs')`), [['4']])
  await append()
  const refused = failsWith('SQL_EXECUTION_ERROR', new RegExp(`larger than ${SQL_TOPIC_BYTES_MAX} bytes.*bounds on partition`))
  await assert.rejects(at.rows(`SELECT count(*) FROM topic('logs')`), refused)
  assert.deepEqual(await at.rows(`SELECT count(*) FROM topic('logs') WHERE "offset" > 0`), [['4']])
})
