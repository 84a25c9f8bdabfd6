/**
 * The law of the log: whatever is done to it, it holds what an array would.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ManualClock } from '@logbrook/kafka/clock'
import { createManualClock } from '@logbrook/kafka/clock'
import { BATCH_BODY_BYTES_MAX } from '@logbrook/kafka/limits'
import type { Log, Topic } from '@logbrook/kafka/log'
import type { NewRecord } from '@logbrook/kafka/record'
import type { Storage, StorageOptions } from '../src/storage.ts'
import { isKafkaError, keyed, openForTest, partitionOf, read, recordsIn, temporaryDirectory, verbatim } from './fixture.ts'

const SEED = 1_860
const RETENTION_MS = 50

interface ModelRecord {
  readonly offset: number
  readonly value: string | null
  readonly timestampMs: number
}

interface ModelPartition {
  logStartOffset: number
  readonly records: ModelRecord[]
}

interface Model {
  readonly partitions: ModelPartition[]
}

interface Real {
  storage: Storage
  topic: Topic
  readonly clock: ManualClock
  readonly location: StorageOptions['location']
}

function highWatermarkOf({ records }: ModelPartition): number {
  return records.length
}

type Step = (model: Model, real: Real) => Promise<void>

const valueArbitrary = fc.oneof(
  { weight: 20, arbitrary: fc.string({ maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: BATCH_BODY_BYTES_MAX - 1, max: BATCH_BODY_BYTES_MAX + 1 }).map((length) => 'L'.repeat(length)),
  },
)
const whichArbitrary = fc.nat(7)

/** Appends of one turn share a transaction, and may share rows. */
const appendArbitrary = fc
  .array(fc.tuple(whichArbitrary, fc.array(valueArbitrary, { minLength: 1, maxLength: 6 }), fc.boolean()), { minLength: 1, maxLength: 4 })
  .map((appends): Step => async (model, { storage, topic, clock }) => {
    const timestampMs = clock.now()
    await Promise.all(
      appends.map(async ([which, values, isKeyed]) => {
        const number = which % model.partitions.length
        const partition = model.partitions[number]!
        const baseOffset = highWatermarkOf(partition)
        for (const [i, value] of values.entries()) partition.records.push({ offset: baseOffset + i, value, timestampMs })
        const highWatermark = highWatermarkOf(partition)
        const records: readonly NewRecord[] = values.map((value) => keyed(value, timestampMs))
        const result = await storage.log.append({
          ...partitionOf(topic, number),
          records: isKeyed ? { kind: 'records', records } : verbatim(...values),
          timestampMs,
        })
        assert.deepEqual(result, { baseOffset, highWatermark })
      }),
    )
  })

const readArbitrary = fc
  .record({
    which: whichArbitrary,
    at: fc.nat(40),
    maxRecords: fc.integer({ min: 1, max: 30 }),
    maxBytes: fc.nat(60),
    atLeastOne: fc.boolean(),
  })
  .map(({ which, at, ...budget }): Step => async (model, { storage, topic }) => {
    const number = which % model.partitions.length
    const partition = model.partitions[number]!
    const result = await read(storage.log, partitionOf(topic, number), { fromOffset: at, ...budget })
    const highWatermark = highWatermarkOf(partition)
    assert.deepEqual(result.watermarks, { logStartOffset: partition.logStartOffset, lastStableOffset: highWatermark, highWatermark })
    if (at < partition.logStartOffset || at > highWatermark) {
      assert.equal(result.error, 'OFFSET_OUT_OF_RANGE')
      return
    }
    const expected: ModelRecord[] = []
    let bytes = 0
    for (const record of partition.records.slice(at)) {
      const size = Buffer.byteLength(record.value ?? '')
      const isFree = budget.atLeastOne && expected.length === 0
      if (expected.length === budget.maxRecords || (!isFree && (bytes >= budget.maxBytes || bytes + size > budget.maxBytes))) break
      expected.push(record)
      bytes += size
    }
    assertRecords(recordsIn(result), expected)
    assert.equal(result.byteCount, bytes)
  })

const trimArbitrary = fc.tuple(whichArbitrary, fc.nat(40)).map(([which, before]): Step => async (model, { storage, topic }) => {
  const number = which % model.partitions.length
  const partition = model.partitions[number]!
  const trimmed = storage.log.trim(partitionOf(topic, number), before)
  if (before > highWatermarkOf(partition)) return assert.rejects(trimmed, isKafkaError('OFFSET_OUT_OF_RANGE'))
  partition.logStartOffset = Math.max(partition.logStartOffset, before)
  assert.equal((await trimmed).logStartOffset, partition.logStartOffset)
})

const timeArbitrary = fc.tuple(whichArbitrary, fc.integer({ min: -200, max: 200 })).map(([which, age]): Step => async (model, real) => {
  const number = which % model.partitions.length
  const { records, logStartOffset } = model.partitions[number]!
  const timestampMs = real.clock.now() + age
  const expected = records.slice(logStartOffset).find((record) => record.timestampMs >= timestampMs)
  const found = await real.storage.log.offsetForTimestamp(partitionOf(real.topic, number), timestampMs)
  assert.deepEqual(found, expected === undefined ? null : { offset: expected.offset, timestampMs: expected.timestampMs })
})

/** Time goes on, stands still, or is set back. */
const clockArbitrary = fc.integer({ min: -40, max: 60 }).map(
  (deltaMs): Step =>
    async (_, { clock }) =>
      clock.set(clock.now() + deltaMs),
)

const growArbitrary = fc.constant<Step>(async (model, real) => {
  if (model.partitions.length === 6) return
  model.partitions.push({ logStartOffset: 0, records: [] })
  real.topic = await real.storage.log.addPartitions(real.topic.id, model.partitions.length)
})

/** Whole rows expire, but all records of a row have one time here, so that rows do not show. */
const retainArbitrary = fc.constant<Step>(async (model, { storage, clock }) => {
  const expected = []
  for (const [number, partition] of model.partitions.entries()) {
    const kept = partition.records.slice(partition.logStartOffset).find(({ timestampMs }) => timestampMs >= clock.now() - RETENTION_MS)
    const logStartOffset = kept === undefined ? highWatermarkOf(partition) : kept.offset
    const deletedRecords = logStartOffset - partition.logStartOffset
    if (deletedRecords === 0) continue
    expected.push({ topic: 'logs', partition: number, deletedRecords, logStartOffset, movedGroups: [] })
    partition.logStartOffset = logStartOffset
  }
  assert.deepEqual(await storage.log.enforceRetention(clock.now()), expected)
})

const reopenArbitrary = fc.constant<Step>(async (_, real) => {
  if (real.location === 'memory') return
  await real.storage.close()
  real.storage = await openForTest(real.location, { clock: real.clock })
  real.topic = (await real.storage.log.topic('logs'))!
})

const stepsArbitrary = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: appendArbitrary },
    { weight: 5, arbitrary: readArbitrary },
    { weight: 3, arbitrary: clockArbitrary },
    { weight: 2, arbitrary: timeArbitrary },
    { weight: 1, arbitrary: trimArbitrary },
    { weight: 1, arbitrary: growArbitrary },
    { weight: 1, arbitrary: retainArbitrary },
    { weight: 1, arbitrary: reopenArbitrary },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
)

async function assertHolds(log: Log, topic: Topic, model: Model): Promise<void> {
  for (const [number, { logStartOffset, records }] of model.partitions.entries()) {
    assertRecords(recordsIn(await read(log, partitionOf(topic, number), { fromOffset: logStartOffset })), records.slice(logStartOffset))
  }
}

function assertRecords(actual: readonly (NewRecord & { readonly offset: number })[], expected: readonly ModelRecord[]): void {
  assert.deepEqual(
    actual.map(({ offset, timestampMs, value }) => ({ offset, timestampMs, value: value === null ? null : Buffer.from(value).toString() })),
    expected.map(({ offset, timestampMs, value }) => ({ offset, timestampMs, value })),
  )
}

async function obeys(location: StorageOptions['location'], steps: readonly Step[]): Promise<void> {
  const clock = createManualClock()
  const storage = await openForTest(location, { clock })
  const topic = await storage.log.createTopic({ name: 'logs', partitions: 2, config: { 'retention.ms': RETENTION_MS } })
  const real: Real = { storage, topic, clock, location }
  const model: Model = { partitions: [0, 1].map(() => ({ logStartOffset: 0, records: [] })) }
  try {
    for (const step of steps) await step(model, real)
    await assertHolds(real.storage.log, real.topic, model)
  } finally {
    await real.storage.close()
  }
}

test('in memory the log equals an array under any appends, reads, trims, growth, retention and clocks', async () => {
  await fc.assert(
    fc.asyncProperty(stepsArbitrary, (steps) => obeys('memory', steps)),
    { seed: SEED, numRuns: 100 },
  )
})

test('on disk it does so too, closed and opened again on the way', async () => {
  await fc.assert(
    fc.asyncProperty(stepsArbitrary, async (steps) => {
      await using directory = await temporaryDirectory()
      await obeys({ dataDir: directory.path }, steps)
    }),
    { seed: SEED + 1, numRuns: 40 },
  )
})
