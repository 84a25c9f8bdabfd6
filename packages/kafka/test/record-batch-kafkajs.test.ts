/** Batches written by kafkajs are decoded record by record, and ours by kafkajs: an encoder and a decoder that share no line with ours. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import fc from 'fast-check'
import { decodeRecordBatch, encodeRecordBatch } from '../src/record-batch.ts'
import type { LogRecord, NewRecord, RecordHeader } from '../src/record.ts'

const SEED = 20_263

// kafkajs publishes no types for its protocol folder.
interface Encoder {
  readonly buffer: Buffer
}
type HeaderValues = Record<string, Buffer | Buffer[]>
interface KafkaJs {
  readonly Record: (record: {
    offsetDelta: number
    timestampDelta: number
    key: Buffer | null
    value: Buffer | null
    headers: HeaderValues
  }) => Encoder
  readonly RecordBatch: (batch: {
    compression: number
    firstOffset: number
    firstTimestamp: number
    maxTimestamp: number
    lastOffsetDelta: number
    transactional: boolean
    records: Encoder[]
  }) => Promise<Encoder>
  readonly decodeBatch: (decoder: object) => Promise<{
    firstOffset: string
    lastOffsetDelta: number
    maxTimestamp: string
    inTransaction: boolean
    records: { offset: string; timestamp: string; key: Buffer | null; value: Buffer | null; headers: HeaderValues }[]
  }>
  readonly Decoder: new (bytes: Buffer) => object
  readonly Compression: { readonly Types: Record<'None' | 'GZIP' | 'ZSTD', number>; readonly Codecs: Record<number, () => object> }
}

const require = createRequire(import.meta.url)
const kafkajs = {
  Record: require('kafkajs/src/protocol/recordBatch/record/v0'),
  RecordBatch: require('kafkajs/src/protocol/recordBatch/v0').RecordBatch,
  decodeBatch: require('kafkajs/src/protocol/recordBatch/v0/decoder'),
  Decoder: require('kafkajs/src/protocol/decoder'),
  Compression: require('kafkajs/src/protocol/message/compression'),
} as KafkaJs
const { Types, Codecs } = kafkajs.Compression
// kafkajs frames zstd and leaves the codec to its user.
Codecs[Types.ZSTD] = () => ({
  compress: (encoder: Encoder) => promisify(zstdCompress)(encoder.buffer),
  decompress: promisify(zstdDecompress),
})

const bytesArbitrary = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes))
/** kafkajs keeps headers in an object: equal keys beside each other, no `__proto__`, no integer keys (an object sorts them), no null. */
const headersArbitrary = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-zü€]{1,8}$/), fc.array(bytesArbitrary, { minLength: 1, maxLength: 3 })), {
    selector: ([key]) => key,
    maxLength: 3,
  })
  .map((entries) => entries.flatMap(([key, values]): RecordHeader[] => values.map((value) => ({ key, value }))))
const recordArbitrary: fc.Arbitrary<NewRecord> = fc.record({
  key: fc.option(bytesArbitrary),
  value: fc.option(bytesArbitrary),
  headers: headersArbitrary,
  timestampMs: fc.oneof(fc.nat(4_102_444_800_000), fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 })),
})
const recordsArbitrary = fc.array(recordArbitrary, { minLength: 1, maxLength: 12 })

function toHeaderValues(headers: readonly RecordHeader[]): HeaderValues {
  return Object.fromEntries(
    Object.entries(Object.groupBy(headers, ({ key }) => key)).map(([key, group]) => [key, group!.map(({ value }) => value as Buffer)]),
  )
}

function fromHeaderValues(headers: HeaderValues): RecordHeader[] {
  return Object.entries(headers).flatMap(([key, values]) => [values].flat().map((value) => ({ key, value })))
}

async function encodeByKafkaJs(
  records: readonly NewRecord[],
  options: { baseOffset: number; compression: number; transactional?: boolean },
) {
  const firstTimestamp = records[0]!.timestampMs
  const encoder = await kafkajs.RecordBatch({
    compression: options.compression,
    firstOffset: options.baseOffset,
    firstTimestamp,
    maxTimestamp: Math.max(...records.map(({ timestampMs }) => timestampMs)),
    lastOffsetDelta: records.length - 1,
    transactional: options.transactional ?? false,
    records: records.map(({ key, value, headers, timestampMs }, offsetDelta) =>
      kafkajs.Record({
        offsetDelta,
        timestampDelta: timestampMs - firstTimestamp,
        key: key as Buffer | null,
        value: value as Buffer | null,
        headers: toHeaderValues(headers),
      }),
    ),
  })
  return encoder.buffer
}

async function decodeByKafkaJs(bytes: Buffer) {
  const { firstOffset, lastOffsetDelta, maxTimestamp, records } = await kafkajs.decodeBatch(new kafkajs.Decoder(bytes))
  return {
    baseOffset: Number(firstOffset),
    lastOffset: Number(firstOffset) + lastOffsetDelta,
    maxTimestampMs: Number(maxTimestamp),
    records: records.map(({ offset, timestamp, key, value, headers }): LogRecord => {
      return { offset: Number(offset), timestampMs: Number(timestamp), key, value, headers: fromHeaderValues(headers) }
    }),
  }
}

for (const name of ['None', 'GZIP', 'ZSTD'] as const) {
  test(`what kafkajs writes is read record by record, compression ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(recordsArbitrary, fc.nat(2 ** 40), fc.boolean(), async (records, baseOffset, transactional) => {
        const bytes = await encodeByKafkaJs(records, { baseOffset, compression: Types[name], transactional })
        assert.deepEqual(decodeRecordBatch(bytes), {
          baseOffset,
          lastOffset: baseOffset + records.length - 1,
          maxTimestampMs: Math.max(...records.map(({ timestampMs }) => timestampMs)),
          isTransactional: transactional,
          isControlBatch: false,
          records: records.map((record, i) => ({ offset: baseOffset + i, ...record })),
        })
      }),
      { seed: SEED, numRuns: 100 },
    )
  })
}

test('what is written here is read by kafkajs record by record', async () => {
  await fc.assert(
    fc.asyncProperty(recordsArbitrary, fc.nat(2 ** 40), async (records, baseOffset) => {
      const decoded = await decodeByKafkaJs(encodeRecordBatch({ baseOffset, records }))
      assert.deepEqual(decoded, {
        baseOffset,
        lastOffset: baseOffset + records.length - 1,
        maxTimestampMs: Math.max(...records.map(({ timestampMs }) => timestampMs)),
        records: records.map((record, i) => ({ offset: baseOffset + i, ...record })),
      })
    }),
    { seed: SEED, numRuns: 200 },
  )
})

test('both write the same records bytes', async () => {
  const RECORDS_AT = 61
  await fc.assert(
    fc.asyncProperty(recordsArbitrary, async (records) => {
      const theirs = await encodeByKafkaJs(records, { baseOffset: 0, compression: Types.None })
      assert.deepEqual(encodeRecordBatch({ baseOffset: 0, records }).subarray(RECORDS_AT), theirs.subarray(RECORDS_AT))
    }),
    { seed: SEED, numRuns: 100 },
  )
})

test('kafkajs reads a null header value as we mean it', async () => {
  const records = [{ key: null, value: Buffer.from('v'), headers: [{ key: 'absent', value: null }], timestampMs: 1 }]
  const decoded = await decodeByKafkaJs(encodeRecordBatch({ baseOffset: 0, records }))
  assert.deepEqual(decoded.records[0]?.headers, [{ key: 'absent', value: null }])
})
