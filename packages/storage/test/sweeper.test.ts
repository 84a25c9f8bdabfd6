import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SWEEP_BYTES_MAX, SWEEP_ROWS_MAX } from '@logbrook/kafka/limits'
import { openReadOnly } from '../src/database.ts'
import { append, createTopic, openForTest, partitionOf, settle, temporaryDirectory } from './fixture.ts'

/** Trims everything that was appended; how many rows went in each turn of the event loop in which any did. */
async function rowsPerTurn(values: readonly string[]): Promise<readonly number[]> {
  await using directory = await temporaryDirectory()
  await using storage = await openForTest({ dataDir: directory.path })
  const partition = partitionOf(await createTopic(storage.log))
  for (const [i, value] of values.entries()) await append(storage.log, partition, [value], i)
  const reader = openReadOnly(directory.path)
  const count = reader.prepare<[], number>('SELECT count(*) FROM batch').pluck()
  await storage.log.trim(partition, values.length)
  const steps: number[] = []
  let left = count.get()!
  assert.equal(left, values.length)
  for (let turn = 0; turn < values.length + 10; turn++) {
    await settle(1)
    const now = count.get()!
    if (now < left) steps.push(left - now)
    left = now
  }
  assert.equal(left, 0)
  reader.close()
  return steps
}

test('as many rows go at a time as the limit says', async () => {
  assert.deepEqual(await rowsPerTurn(Array<string>(SWEEP_ROWS_MAX).fill('v')), [SWEEP_ROWS_MAX])
  assert.deepEqual(await rowsPerTurn(Array<string>(2 * SWEEP_ROWS_MAX + 1).fill('v')), [SWEEP_ROWS_MAX, SWEEP_ROWS_MAX, 1])
})

test('as many bytes go at a time as the limit says, and a larger row goes alone', async () => {
  const quarter = 'q'.repeat(SWEEP_BYTES_MAX / 4)
  const large = 'L'.repeat(SWEEP_BYTES_MAX + 1)
  assert.deepEqual(await rowsPerTurn([quarter, quarter, quarter, quarter]), [4])
  assert.deepEqual(await rowsPerTurn([quarter, quarter, quarter, `${quarter}+`, 'v']), [3, 2])
  assert.deepEqual(await rowsPerTurn([large, large, 'v']), [1, 1, 1])
})
