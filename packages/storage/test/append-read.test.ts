import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BATCH_BODY_BYTES_MAX, BATCH_RECORDS_MAX, GROUP_BYTES_MAX, OFFSETS_PER_PARTITION_MAX } from '@logbrook/kafka/limits'
import { sliceLength } from '@logbrook/kafka/record'
import { FORMAT } from '../src/batch-row.ts'
import {
  append,
  batchRows,
  createTopic,
  isKafkaError,
  keyed,
  openForTest,
  partitionOf,
  read,
  recordsIn,
  tamper,
  temporaryDirectory,
  valuesIn,
  verbatim,
} from './fixture.ts'

describe('append', () => {
  test('gives contiguous offsets per partition, in the order of the calls', async () => {
    await using storage = await openForTest()
    const topic = await createTopic(storage.log, 'logs', 2)
    const [first, second] = [partitionOf(topic, 0), partitionOf(topic, 1)]
    const bases = await Promise.all([
      append(storage.log, first, ['a', 'b']),
      append(storage.log, second, ['x']),
      append(storage.log, first, ['c']),
      append(storage.log, second, ['y', 'z']),
    ])
    assert.deepEqual(bases, [0, 0, 2, 1])
    assert.deepEqual(valuesIn(await read(storage.log, first)), ['a', 'b', 'c'])
    assert.deepEqual(valuesIn(await read(storage.log, second)), ['x', 'y', 'z'])
  })

  test('answers the high watermark right after its own records', async () => {
    await using storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log))
    const results = await Promise.all(
      [1, 2, 3].map((n) => storage.log.append({ ...partition, records: verbatim(...Array<string>(n).fill('v')), timestampMs: 1 })),
    )
    assert.deepEqual(results, [
      { baseOffset: 0, highWatermark: 1 },
      { baseOffset: 1, highWatermark: 3 },
      { baseOffset: 3, highWatermark: 6 },
    ])
  })

  test('puts all appends of a turn into one commit, and those of the next into another', async () => {
    const commits: number[] = []
    await using storage = await openForTest('memory', {
      observer: { committed: (_, requests) => commits.push(requests), checkpointed: () => undefined },
    })
    const partition = partitionOf(await createTopic(storage.log))
    await Promise.all(Array.from({ length: 5 }, () => append(storage.log, partition, ['v'])))
    await append(storage.log, partition, ['v'])
    assert.deepEqual(commits, [5, 1])
  })

  test('a group ends before it is larger than the limit', async () => {
    const commits: number[] = []
    await using storage = await openForTest('memory', {
      observer: { committed: (_, requests) => commits.push(requests), checkpointed: () => undefined },
    })
    const partition = partitionOf(await createTopic(storage.log))
    const half = 'h'.repeat(GROUP_BYTES_MAX / 2)
    await Promise.all([half, half].map((value) => append(storage.log, partition, [value])))
    await Promise.all([half, half, 'x'].map((value) => append(storage.log, partition, [value])))
    await Promise.all(['x', half + half].map((value) => append(storage.log, partition, [value])))
    assert.deepEqual(commits, [2, 2, 1, 1, 1])
  })

  test('small bodies of one turn, partition and time share a row; others do not', async () => {
    await using directory = await temporaryDirectory()
    {
      await using storage = await openForTest({ dataDir: directory.path })
      const partition = partitionOf(await createTopic(storage.log))
      const large = 'x'.repeat(5_000)
      await Promise.all([
        append(storage.log, partition, ['{"a":1}', '{"b":2}'], 5),
        append(storage.log, partition, ['{"c":3}'], 5),
        append(storage.log, partition, ['{"d":4}'], 6),
        append(storage.log, partition, [large], 6),
        append(storage.log, partition, ['{"e":5}'], 6),
      ])
      const expected = ['{"a":1}', '{"b":2}', '{"c":3}', '{"d":4}', large, '{"e":5}']
      assert.deepEqual(valuesIn(await read(storage.log, partition)), expected)
      const result = await read(storage.log, partition, { fromOffset: 2, maxRecords: 2 })
      assert.deepEqual(
        recordsIn(result).map(({ offset, timestampMs }) => [offset, timestampMs]),
        [
          [2, 5],
          [3, 6],
        ],
      )
    }
    assert.deepEqual(
      batchRows(directory.path).map(({ count }) => count),
      [3, 1, 1, 1],
    )
  })

  test('keeps keys, headers, nulls and times of records that have them', async () => {
    await using storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log))
    const records = [
      { key: Buffer.from('k'), value: Buffer.from('v'), headers: [{ key: 'h', value: null }], timestampMs: 7 },
      { key: null, value: null, headers: [], timestampMs: 3 },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [{ key: '', value: Buffer.from([0, 255]) }], timestampMs: 9 },
    ]
    await append(storage.log, partition, ['before'])
    await storage.log.append({ ...partition, records: { kind: 'records', records }, timestampMs: 100 })
    await append(storage.log, partition, ['behind'])
    const found = recordsIn(await read(storage.log, partition, { fromOffset: 1, maxRecords: 3 }))
    assert.deepEqual(
      found,
      records.map((record, i) => Object.assign({ offset: 1 + i }, record)),
    )
    assert.deepEqual(valuesIn(await read(storage.log, partition)), ['before', 'v', null, '', 'behind'])
  })

  test('keeps empty values, and bodies with room between the values', async () => {
    await using storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log))
    const body = Buffer.from('  \n[ {"a" : 1}\t,\n\n  {} , {"b":[ ]}\r\n]  ')
    const ranges = Int32Array.of(5, 14, 20, 22, 25, 34)
    await storage.log.append({ ...partition, records: { kind: 'verbatim', body, ranges }, timestampMs: 1 })
    await append(storage.log, partition, ['', '', 'x', ''])
    assert.deepEqual(valuesIn(await read(storage.log, partition)), ['{"a" : 1}', '{}', '{"b":[ ]}', '', '', 'x', ''])
  })

  test('is refused for a topic or partition that is not there', async () => {
    await using storage = await openForTest()
    const topic = await createTopic(storage.log)
    for (const partition of [partitionOf(topic, 1), partitionOf(topic, -1), partitionOf(topic, 0.5), { topicId: 'none', partition: 0 }]) {
      await assert.rejects(append(storage.log, partition, ['v']), isKafkaError('UNKNOWN_TOPIC_OR_PARTITION'))
    }
  })

  test('is refused when its topic is deleted before the commit; the others of the turn are kept', async () => {
    await using storage = await openForTest()
    const [doomed, kept] = [await createTopic(storage.log, 'doomed'), await createTopic(storage.log, 'kept')]
    const lost = append(storage.log, partitionOf(doomed), ['v'])
    const won = append(storage.log, partitionOf(kept), ['v'])
    const refused = assert.rejects(lost, isKafkaError('UNKNOWN_TOPIC_OR_PARTITION', /doomed/))
    await storage.log.deleteTopic(doomed.id)
    await refused
    assert.equal(await won, 0)
  })

  test('fills a partition to its last offset and no further', async () => {
    await using directory = await temporaryDirectory()
    {
      await using storage = await openForTest({ dataDir: directory.path })
      await createTopic(storage.log)
    }
    tamper(directory.path, (database) => database.exec(`UPDATE partition SET log_start_offset = ${OFFSETS_PER_PARTITION_MAX - 3}`))
    await using storage = await openForTest({ dataDir: directory.path })
    const partition = partitionOf((await storage.log.topic('logs'))!)
    const [one, tooMany, rest] = await Promise.allSettled([
      append(storage.log, partition, ['a']),
      append(storage.log, partition, ['b', 'c', 'd']),
      append(storage.log, partition, ['b', 'c']),
    ])
    assert.equal(one.status === 'fulfilled' && one.value, OFFSETS_PER_PARTITION_MAX - 3)
    assert.ok(tooMany.status === 'rejected')
    isKafkaError('KAFKA_STORAGE_ERROR', /no offsets left.*1099511627776/)(tooMany.reason)
    assert.equal(rest.status === 'fulfilled' && rest.value, OFFSETS_PER_PARTITION_MAX - 2)
    const last = await read(storage.log, partition, { fromOffset: OFFSETS_PER_PARTITION_MAX - 1 })
    assert.deepEqual(valuesIn(last), ['c'])
    assert.equal((await read(storage.log, partition, { fromOffset: OFFSETS_PER_PARTITION_MAX })).error, 'NONE')
    assert.equal((await read(storage.log, partition, { fromOffset: OFFSETS_PER_PARTITION_MAX + 1 })).error, 'OFFSET_OUT_OF_RANGE')
  })
})

async function rowsOf(values: readonly string[], format: 'verbatim' | 'records' = 'verbatim') {
  await using directory = await temporaryDirectory()
  {
    await using storage = await openForTest({ dataDir: directory.path })
    const partition = partitionOf(await createTopic(storage.log))
    const records = { kind: 'records', records: values.map((value) => keyed(value, 1)) } as const
    await storage.log.append({ ...partition, records: format === 'verbatim' ? verbatim(...values) : records, timestampMs: 1 })
    assert.deepEqual(valuesIn(await read(storage.log, partition)), values)
  }
  return batchRows(directory.path)
}

describe('rows', () => {
  test('hold at most the limit of body bytes', async () => {
    const half = 'h'.repeat(BATCH_BODY_BYTES_MAX / 2 - 1)
    const exact = await rowsOf([half, `${half}+`])
    assert.deepEqual(
      exact.map(({ count, body }) => [count, body.length]),
      [[2, BATCH_BODY_BYTES_MAX]],
    )
    assert.deepEqual(
      (await rowsOf([half, `${half}++`])).map(({ count }) => count),
      [1, 1],
    )
  })

  test('hold at most the limit of records', async () => {
    const values = Array.from({ length: BATCH_RECORDS_MAX + 1 }, (_, i) => `${i}`)
    for (const format of ['verbatim', 'records'] as const) {
      assert.deepEqual(
        (await rowsOf(values.slice(1), format)).map(({ count }) => count),
        [BATCH_RECORDS_MAX],
      )
      assert.deepEqual(
        (await rowsOf(values, format)).map(({ count }) => count),
        [BATCH_RECORDS_MAX, 1],
      )
    }
  })

  test('a larger record has a row for itself', async () => {
    const large = 'L'.repeat(BATCH_BODY_BYTES_MAX + 1)
    for (const format of ['verbatim', 'records'] as const) {
      const rows = await rowsOf(['a', 'b', large, 'c', large, large, 'd'], format)
      assert.deepEqual(
        rows.map(({ count }) => count),
        [2, 1, 1, 1, 1, 1],
      )
    }
  })

  test('record batches keep within the limit of body bytes, whatever their headers and numbers', async () => {
    await using directory = await temporaryDirectory()
    {
      await using storage = await openForTest({ dataDir: directory.path })
      const partition = partitionOf(await createTopic(storage.log))
      const headers = Array.from({ length: 50 }, (_, i) => ({ key: `h${i}`, value: i % 2 === 0 ? null : Buffer.alloc(300) }))
      const records = Array.from({ length: 400 }, (_, i) => ({ ...keyed('v'.repeat(i * 3), i % 2 === 0 ? 0 : 2 ** 52), headers }))
      await storage.log.append({ ...partition, records: { kind: 'records', records }, timestampMs: 1 })
    }
    const rows = batchRows(directory.path)
    assert.ok(rows.length > 1)
    for (const { body, format } of rows) {
      assert.equal(format, FORMAT.RECORD_BATCH)
      assert.ok(body.length <= BATCH_BODY_BYTES_MAX, `${body.length}`)
    }
  })

  test('disk is at most 1.05 of the values, at 100 records of 300 bytes a request', async () => {
    await using storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log))
    const values = Array.from({ length: 100 }, (_, i) => `{"message":"${i}${'m'.repeat(300)}`.slice(0, 299) + '}')
    for (let i = 0; i < 200; i++) await append(storage.log, partition, values)
    const ratio = storage.sizes().databaseBytes / (200 * 100 * 300)
    assert.ok(ratio <= 1.05, `${ratio}`)
  })
})

function withinBudget(values: readonly string[], budget: { maxBytes: number; maxRecords: number; atLeastOne: boolean }) {
  const taken: string[] = []
  let bytes = 0
  for (const value of values) {
    const isFree = budget.atLeastOne && taken.length === 0
    if (taken.length >= budget.maxRecords || (!isFree && (bytes >= budget.maxBytes || bytes + value.length > budget.maxBytes))) break
    taken.push(value)
    bytes += value.length
  }
  return taken
}

describe('read', () => {
  const VALUES = ['aaaa', 'bb', '', 'cccccc', 'd', 'ee', 'ffff']

  async function withValues() {
    const storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log))
    await append(storage.log, partition, VALUES.slice(0, 3))
    const records = VALUES.slice(3, 5).map((value) => keyed(value, 2))
    await storage.log.append({ ...partition, records: { kind: 'records', records }, timestampMs: 2 })
    await append(storage.log, partition, VALUES.slice(5))
    return { storage, partition }
  }

  test('answers what fits, for every budget and every offset', async () => {
    const { storage, partition } = await withValues()
    await using _ = storage
    for (let fromOffset = 0; fromOffset <= VALUES.length; fromOffset++) {
      for (let maxBytes = 0; maxBytes <= 25; maxBytes++) {
        for (const maxRecords of [1, 2, 3, Infinity]) {
          for (const atLeastOne of [false, true]) {
            const result = await read(storage.log, partition, { fromOffset, maxBytes, maxRecords, atLeastOne })
            const expected = withinBudget(VALUES.slice(fromOffset), { maxBytes, maxRecords, atLeastOne })
            assert.deepEqual(valuesIn(result), expected, JSON.stringify({ fromOffset, maxBytes, maxRecords, atLeastOne }))
            assert.equal(result.byteCount, expected.join('').length)
          }
        }
      }
    }
  })

  test('counts keys and headers as well as values', async () => {
    await using storage = await openForTest()
    const partition = partitionOf(await createTopic(storage.log))
    const record = { key: Buffer.from('key'), value: null, headers: [{ key: 'hé', value: Buffer.from('1234') }], timestampMs: 1 }
    await storage.log.append({ ...partition, records: { kind: 'records', records: [record, record] }, timestampMs: 1 })
    const bytes = 3 + 3 + 4
    assert.equal((await read(storage.log, partition)).byteCount, 2 * bytes)
    assert.equal((await read(storage.log, partition, { maxBytes: 2 * bytes - 1 })).recordCount, 1)
    assert.equal((await read(storage.log, partition, { maxBytes: 2 * bytes, atLeastOne: false })).recordCount, 2)
    assert.equal((await read(storage.log, partition, { maxBytes: bytes - 1, atLeastOne: false })).recordCount, 0)
  })

  test('slices hold only the records that were asked for', async () => {
    const { storage, partition } = await withValues()
    await using _ = storage
    const { slices } = await read(storage.log, partition, { fromOffset: 1, maxRecords: 3 })
    assert.deepEqual(slices.map(sliceLength), [2, 1])
  })

  test('tells an offset that is not there from an empty answer, with the real watermarks', async () => {
    const { storage, partition } = await withValues()
    await using _ = storage
    await storage.log.trim(partition, 2)
    const watermarks = { logStartOffset: 2, lastStableOffset: 7, highWatermark: 7 }
    for (const [fromOffset, error] of [
      [1, 'OFFSET_OUT_OF_RANGE'],
      [2, 'NONE'],
      [7, 'NONE'],
      [8, 'OFFSET_OUT_OF_RANGE'],
      [2 ** 40 + 3, 'OFFSET_OUT_OF_RANGE'],
      [2 ** 53 - 1, 'OFFSET_OUT_OF_RANGE'],
    ] as const) {
      for (const isolationLevel of ['read_uncommitted', 'read_committed'] as const) {
        const result = await read(storage.log, partition, { fromOffset, isolationLevel })
        assert.equal(result.error, error, `${fromOffset}`)
        assert.deepEqual(result.watermarks, watermarks)
        assert.equal(result.recordCount, fromOffset === 2 ? 5 : 0)
      }
    }
  })

  test('an empty partition does not answer with its neighbours', async () => {
    await using storage = await openForTest()
    const topic = await createTopic(storage.log, 'logs', 3)
    await append(storage.log, partitionOf(topic, 0), ['left'])
    await append(storage.log, partitionOf(topic, 2), ['right'])
    const result = await read(storage.log, partitionOf(topic, 1))
    assert.deepEqual([result.error, result.recordCount, result.watermarks.highWatermark], ['NONE', 0, 0])
    assert.equal((await read(storage.log, partitionOf(topic, 1), { fromOffset: 1 })).error, 'OFFSET_OUT_OF_RANGE')
    assert.equal(await storage.log.offsetForTimestamp(partitionOf(topic, 1), 0), null)
  })

  test('says of an unknown topic or partition that it is, and gives no watermarks', async () => {
    await using storage = await openForTest()
    const topic = await createTopic(storage.log)
    for (const partition of [partitionOf(topic, 1), { topicId: 'none', partition: 0 }]) {
      const { error, watermarks, recordCount } = await read(storage.log, partition)
      assert.deepEqual([error, watermarks.highWatermark, recordCount], ['UNKNOWN_TOPIC_OR_PARTITION', -1, 0])
      assert.equal(await storage.log.watermarks(partition), undefined)
    }
  })
})

test('everything is refused once the log is closed', async () => {
  const storage = await openForTest()
  const partition = partitionOf(await createTopic(storage.log))
  const pending = append(storage.log, partition, ['kept'])
  await storage.close()
  await storage.close()
  assert.equal(await pending, 0)
  await assert.rejects(append(storage.log, partition, ['v']), isKafkaError('KAFKA_STORAGE_ERROR', /closed/))
  await assert.rejects(read(storage.log, partition), isKafkaError('KAFKA_STORAGE_ERROR', /closed/))
  await assert.rejects(createTopic(storage.log, 'other'), isKafkaError('KAFKA_STORAGE_ERROR', /closed/))
  await assert.rejects(storage.users.deleteUser('alice'), isKafkaError('KAFKA_STORAGE_ERROR', /closed/))
})
