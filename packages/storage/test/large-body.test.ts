import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BLOCK_BYTES } from '../src/block-checksums.ts'
import { checkStorage } from '../src/check.ts'
import { rowId } from '../src/row-id.ts'
import { append, createTopic, openForTest, partitionOf, read, tamper, temporaryDirectory, valuesIn } from './fixture.ts'

/** Reads one record at each offset, alone. */
async function readEach(log: Parameters<typeof read>[0], partition: Parameters<typeof read>[1], count: number) {
  const results = []
  for (let fromOffset = 0; fromOffset < count; fromOffset++) results.push(await read(log, partition, { fromOffset, maxRecords: 1 }))
  return results.map((result) => (result.error === 'NONE' ? valuesIn(result).join() : result.error))
}

const values = (sizes: readonly number[]) => sizes.map((bytes, i) => String.fromCharCode(97 + (i % 26)).repeat(bytes))

describe('each record of a large body can be read alone', () => {
  for (const [name, sizes] of [
    ['of a size each', Array<number>(100).fill(300)],
    ['small ones, then a large one', [...Array<number>(50).fill(10), 20_000]],
    ['a large one, then small ones', [20_000, ...Array<number>(50).fill(10)]],
    ['exactly one block', [BLOCK_BYTES]],
    ['one byte more than a block', [BLOCK_BYTES + 1]],
    ['exactly two blocks', [BLOCK_BYTES, BLOCK_BYTES - 1]],
    ['none longer than nothing but one', [...Array<number>(20).fill(0), 3 * BLOCK_BYTES, ...Array<number>(20).fill(0)]],
  ] as const) {
    test(name, async () => {
      await using storage = await openForTest('memory')
      const partition = partitionOf(await createTopic(storage.log, 'logs'))
      await append(storage.log, partition, values(sizes))
      assert.deepEqual(await readEach(storage.log, partition, sizes.length), values(sizes))
    })
  }

  test('of whatever sizes', async () => {
    await using storage = await openForTest('memory')
    const sizes = fc.array(fc.oneof(fc.nat(20), fc.nat(600), fc.nat(3 * BLOCK_BYTES)), { minLength: 1, maxLength: 60 })
    let topics = 0
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const partition = partitionOf(await createTopic(storage.log, `logs-${topics++}`))
        await append(storage.log, partition, values(lengths))
        assert.deepEqual(await readEach(storage.log, partition, lengths.length), values(lengths))
      }),
      { numRuns: 60, seed: 20_261_120 },
    )
  })
})

/** Records of 300 bytes, a comma between them; one that begins in a block and ends in the next lies in both. */
function liesIn(block: number, offset: number): boolean {
  return Math.floor((offset * 301) / BLOCK_BYTES) <= block && block <= Math.floor((offset * 301 + 299) / BLOCK_BYTES)
}

describe('damage to a large body', () => {
  const sizes = Array<number>(100).fill(300)
  const expected = values(sizes)

  for (const block of [0, 3, 7]) {
    test(`in block ${block} is found, and is told of no record outside it`, async () => {
      await using directory = await temporaryDirectory()
      await using first = await openForTest({ dataDir: directory.path })
      const partition = partitionOf(await createTopic(first.log, 'logs'))
      await append(first.log, partition, expected)
      await first.close()
      tamper(directory.path, (database) => {
        const body = database.prepare('SELECT body FROM batch').pluck().get() as Buffer
        body[block * BLOCK_BYTES + 17]! ^= 4
        database.prepare('UPDATE batch SET body = ?').run(body)
      })
      assert.deepEqual(
        [...checkStorage(directory.path)].map(({ baseOffset, problem }) => [baseOffset, problem]),
        [[0, 'the checksum does not match the row']],
      )
      await using storage = await openForTest({ dataDir: directory.path })
      const whole = await read(storage.log, partition)
      assert.equal(whole.error, 'KAFKA_STORAGE_ERROR')
      const each = await readEach(storage.log, partition, 100)
      for (const [offset, answer] of each.entries()) {
        assert.equal(answer, liesIn(block, offset) ? 'KAFKA_STORAGE_ERROR' : expected[offset], `offset ${offset}`)
      }
    })
  }

  for (const [name, change] of [
    ['a body cut short', 'body = substr(body, 1, length(body) - 1)'],
    ['a body cut by blocks', `body = substr(body, 1, ${BLOCK_BYTES})`],
    ['a body with more behind it', "body = CAST(body || x'00' AS BLOB)"],
    ['another count', 'count = 99'],
    ['no index', "record_index = x''"],
    ['an index of one byte', "record_index = x'64'"],
    ['more blocks than there are', "record_index = CAST(substr(record_index, 1, length(record_index) - 4) || x'ffffffff' AS BLOB)"],
    ['another format', 'format = 1'],
    ['another place', `id = ${rowId(1, 0)} + 1`],
  ] as const) {
    test(`${name} is found`, async () => {
      await using directory = await temporaryDirectory()
      await using first = await openForTest({ dataDir: directory.path })
      const partition = partitionOf(await createTopic(first.log, 'logs'))
      await append(first.log, partition, expected)
      await first.close()
      tamper(directory.path, (database) => database.exec(`UPDATE batch SET ${change}`))
      assert.notDeepEqual([...checkStorage(directory.path)], [])
      await using storage = await openForTest({ dataDir: directory.path })
      assert.equal((await read(storage.log, partition, { fromOffset: 98, maxRecords: 100 })).error, 'KAFKA_STORAGE_ERROR')
      const alone = await read(storage.log, partition, { fromOffset: 98, maxRecords: 1 })
      // A body that is only cut behind a record, or has more behind it, still has that record.
      const answer = alone.error === 'NONE' ? valuesIn(alone).join() : alone.error
      assert.ok(answer === 'KAFKA_STORAGE_ERROR' || answer === expected[98], answer)
    })
  }
})
