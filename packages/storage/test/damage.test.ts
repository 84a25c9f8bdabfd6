import assert from 'node:assert/strict'
import { closeSync, openSync, writeSync } from 'node:fs'
import { describe, test } from 'node:test'
import type Sqlite from 'better-sqlite3'
import { checkStorage } from '../src/check.ts'
import { databaseFile } from '../src/database.ts'
import { rowId } from '../src/row-id.ts'
import {
  append,
  createTopic,
  isKafkaError,
  keyed,
  openForTest,
  partitionOf,
  read,
  tamper,
  temporaryDirectory,
  valuesIn,
} from './fixture.ts'

/** Three rows: offsets 0–1 verbatim, 2–3 a record batch, 4–5 verbatim; and one in partition 1. */
async function withRows() {
  const directory = await temporaryDirectory()
  await using storage = await openForTest({ dataDir: directory.path })
  const topic = await createTopic(storage.log, 'logs', 2)
  const partition = partitionOf(topic)
  await append(storage.log, partition, ['aaaa', 'bbbb'])
  const records = [keyed('cccc', 1_000, 'k'), keyed('dddd', 1_001)]
  await storage.log.append({ ...partition, records: { kind: 'records', records }, timestampMs: 1_000 })
  await append(storage.log, partition, ['eeee', 'ffff'])
  await append(storage.log, partitionOf(topic, 1), ['other'])
  return directory
}

function findings(dataDir: string) {
  return [...checkStorage(dataDir)]
}

function flip(database: Sqlite.Database, column: 'body' | 'record_index', offset: number, bit: number): void {
  const id = rowId(1, offset)
  const bytes = database.prepare(`SELECT ${column} FROM batch WHERE id = ?`).pluck().get(id) as Buffer
  const at = Math.floor(bit / 8) % bytes.length
  bytes[at]! ^= 1 << (bit % 8)
  database.prepare(`UPDATE batch SET ${column} = ? WHERE id = ?`).run(bytes, id)
}

async function readsAround(dataDir: string) {
  await using storage = await openForTest({ dataDir })
  const topic = (await storage.log.topic('logs'))!
  const answers = await Promise.all([0, 1, 2, 3, 4, 5].map((fromOffset) => read(storage.log, partitionOf(topic), { fromOffset })))
  assert.deepEqual(valuesIn(await read(storage.log, partitionOf(topic, 1))), ['other'])
  return answers.map((result) => (result.error === 'NONE' ? valuesIn(result).join(' ') : result.error))
}

test('nothing is wrong with what is whole', async () => {
  await using directory = await withRows()
  assert.deepEqual(findings(directory.path), [])
  assert.deepEqual(await readsAround(directory.path), [
    'aaaa bbbb cccc dddd eeee ffff',
    'bbbb cccc dddd eeee ffff',
    'cccc dddd eeee ffff',
    'dddd eeee ffff',
    'eeee ffff',
    'ffff',
  ])
})

describe('a flipped bit', () => {
  for (const [offset, column] of [
    [0, 'body'],
    [0, 'record_index'],
    [2, 'body'],
    [4, 'body'],
  ] as const) {
    test(`in the ${column} of the row at ${offset} is found, and the other rows still read`, async () => {
      for (const bit of [0, 5, 13, 70, 801]) {
        await using directory = await withRows()
        tamper(directory.path, (database) => flip(database, column, offset, bit))
        const [finding, ...others] = findings(directory.path)
        assert.deepEqual([finding?.topic, finding?.partition, finding?.baseOffset, others], ['logs', 0, offset, []])
        const answers = await readsAround(directory.path)
        for (const [fromOffset, answer] of answers.entries()) {
          const expected = ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee', 'ffff'].slice(fromOffset, fromOffset < offset ? offset : 6).join(' ')
          const isHit = fromOffset >= offset && fromOffset < offset + 2
          assert.equal(answer, isHit ? 'KAFKA_STORAGE_ERROR' : expected, `bit ${bit}, from ${fromOffset}`)
        }
      }
    })
  }

  for (const [column, change] of [
    ['timestamp', 'timestamp + 1'],
    ['timestamp_lag', '1'],
    ['format', '2'],
    ['format', '3'],
    ['checksum', 'checksum + 1'],
  ] as const) {
    test(`in ${column} (${change}) is found`, async () => {
      await using directory = await withRows()
      tamper(directory.path, (database) => database.exec(`UPDATE batch SET ${column} = ${change} WHERE id = ${rowId(1, 0)}`))
      assert.deepEqual(
        findings(directory.path).map(({ baseOffset }) => baseOffset),
        [0],
      )
      assert.equal((await readsAround(directory.path))[0], 'KAFKA_STORAGE_ERROR')
    })
  }
})

test('a damaged row ends a lookup by time with an error, not with another record', async () => {
  await using directory = await withRows()
  tamper(directory.path, (database) => flip(database, 'body', 2, 1))
  await using storage = await openForTest({ dataDir: directory.path })
  const partition = partitionOf((await storage.log.topic('logs'))!)
  await assert.rejects(
    storage.log.offsetForTimestamp(partition, 1_001),
    isKafkaError('KAFKA_STORAGE_ERROR', /logs-0 is damaged at offset 2/),
  )
})

test('a partition whose last row cannot tell where it ends takes no append, and its topic can be deleted', async () => {
  await using directory = await withRows()
  tamper(directory.path, (database) => database.exec(`UPDATE batch SET count = 3 WHERE id = ${rowId(1, 4)}`))
  assert.equal(findings(directory.path).length, 1)
  await using storage = await openForTest({ dataDir: directory.path })
  const topic = (await storage.log.topic('logs'))!
  await assert.rejects(append(storage.log, partitionOf(topic), ['v']), isKafkaError('KAFKA_STORAGE_ERROR', /logs-0 is damaged/))
  assert.equal((await read(storage.log, partitionOf(topic))).error, 'KAFKA_STORAGE_ERROR')
  assert.equal(await append(storage.log, partitionOf(topic, 1), ['v']), 1)
  await assert.rejects(storage.log.enforceRetention(2 ** 45), isKafkaError('KAFKA_STORAGE_ERROR', /retention of logs-0|logs-0 is damaged/))
  assert.equal((await storage.log.watermarks(partitionOf(topic, 1)))?.logStartOffset, 2, 'the other partition is retained all the same')
  await storage.log.deleteTopic(topic.id)
  assert.equal(await append(storage.log, partitionOf(await createTopic(storage.log)), ['v']), 0)
})

test('a row that is missing is found and answered as damage', async () => {
  await using directory = await withRows()
  tamper(directory.path, (database) => database.exec(`DELETE FROM batch WHERE id = ${rowId(1, 2)}`))
  assert.deepEqual(findings(directory.path), [
    { topic: 'logs', partition: 0, baseOffset: 4, problem: 'offsets 2 to 3 are missing before it' },
  ])
  const answers = await readsAround(directory.path)
  assert.deepEqual(answers.slice(0, 4), ['aaaa bbbb', 'bbbb', 'KAFKA_STORAGE_ERROR', 'KAFKA_STORAGE_ERROR'])
})

test('last rows that are missing do not give offsets below the log start again', async () => {
  await using directory = await withRows()
  tamper(directory.path, (database) =>
    database.exec(`UPDATE partition SET log_start_offset = 5 WHERE partition = 0; DELETE FROM batch WHERE id = ${rowId(1, 4)}`),
  )
  await using storage = await openForTest({ dataDir: directory.path })
  assert.equal(await append(storage.log, partitionOf((await storage.log.topic('logs'))!), ['v']), 5)
})

test('first rows that are missing are found and answered as damage', async () => {
  await using directory = await withRows()
  tamper(directory.path, (database) => database.exec(`DELETE FROM batch WHERE id < ${rowId(1, 4)}`))
  assert.deepEqual(
    findings(directory.path).map(({ problem }) => problem),
    ['offsets 0 to 3 are missing before it'],
  )
  assert.equal((await readsAround(directory.path))[0], 'KAFKA_STORAGE_ERROR')
})

test('a row under another id is found', async () => {
  await using directory = await withRows()
  tamper(directory.path, (database) => database.exec(`UPDATE batch SET id = ${rowId(2, 1)} WHERE id = ${rowId(1, 4)}`))
  assert.deepEqual(
    findings(directory.path).map(({ partition, baseOffset, problem }) => [partition, baseOffset, problem]),
    [[1, 1, 'the checksum does not match the row']],
  )
})

test('rows of no partition are found', async () => {
  await using directory = await withRows()
  tamper(directory.path, (database) =>
    database.exec(`INSERT INTO batch SELECT id + ${rowId(6, 0)}, timestamp, 0, count, format, 0, record_index, body FROM batch`),
  )
  assert.deepEqual(
    findings(directory.path).map(({ topic, problem }) => [topic, problem]),
    [
      [null, '3 batches lie in slot 7, which no partition has'],
      [null, '1 batches lie in slot 8, which no partition has'],
    ],
  )
})

test('a page of the file that was lost is found, and what does not lie in it still reads', async () => {
  await using directory = await temporaryDirectory()
  {
    await using storage = await openForTest({ dataDir: directory.path })
    const partition = partitionOf(await createTopic(storage.log))
    for (const letter of 'abc') await append(storage.log, partition, [letter.repeat(20_000)])
  }
  const lost = tamper(directory.path, (database) => {
    const pages = database.prepare("SELECT pageno FROM dbstat WHERE name = 'batch' AND pagetype = 'overflow' ORDER BY pageno").pluck().all()
    return pages[Math.floor(pages.length / 2)] as number
  })
  const file = openSync(databaseFile(directory.path), 'r+')
  writeSync(file, Buffer.alloc(4096), 0, 4096, (lost - 1) * 4096)
  closeSync(file)

  const found = findings(directory.path)
  assert.ok(found[0]?.problem.startsWith('SQLite: '), JSON.stringify(found))
  assert.ok(found.some(({ topic, partition }) => topic === 'logs' && partition === 0))
  await using storage = await openForTest({ dataDir: directory.path })
  const partition = partitionOf((await storage.log.topic('logs'))!)
  const answers = await Promise.all([0, 1, 2].map((fromOffset) => read(storage.log, partition, { fromOffset, maxRecords: 1 })))
  assert.deepEqual(
    answers.map(({ error }) => error),
    ['NONE', 'KAFKA_STORAGE_ERROR', 'NONE'],
  )
})

test('a running storage can be checked', async () => {
  await using directory = await temporaryDirectory()
  await using storage = await openForTest({ dataDir: directory.path })
  const partition = partitionOf(await createTopic(storage.log))
  await append(storage.log, partition, ['a', 'b', 'c'])
  await storage.log.trim(partition, 2)
  assert.deepEqual(findings(directory.path), [])
  assert.equal(await append(storage.log, partition, ['d']), 3)
})

test('a check of what is not there says so', async () => {
  await using directory = await temporaryDirectory()
  assert.throws(() => findings(directory.path), isKafkaError('KAFKA_STORAGE_ERROR', /logbrook.db cannot be read/))
})
