import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FetchedTopic } from '@logbrook/broker/fetch'
import { type ErrorName, ERRORS } from '@logbrook/kafka/errors'
import { type LogRecord, type RecordSlice, recordsOf } from '@logbrook/kafka/record'
import fc from 'fast-check'
import { encodeFetch, encodeRecord } from '../src/http/fetch-encoder.ts'

const SEED = 20_267

// What the contract shows (F2), made the plain way: objects, then JSON.stringify.

function plainBase64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64')
}

function plainRecord({ offset, timestampMs, key, value, headers }: LogRecord): object {
  return {
    offset,
    timestamp: timestampMs,
    key: plainBase64(key),
    value: plainBase64(value),
    headers: headers.map((header) => ({ key: header.key, value: plainBase64(header.value) })),
  }
}

function plainFetch(topics: readonly FetchedTopic[]): object {
  return {
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, error, watermarks, slices }) => ({
        partition,
        error_code: ERRORS[error].code,
        ...(error === 'NONE' ? {} : { error }),
        high_watermark: watermarks.highWatermark,
        last_stable_offset: watermarks.lastStableOffset,
        log_start_offset: watermarks.logStartOffset,
        records: slices.flatMap((slice) => recordsOf(slice)).map(plainRecord),
      })),
    })),
  }
}

function assertEncodes(topics: readonly FetchedTopic[]): void {
  const encoded = encodeFetch(topics)
  const plain = Buffer.from(JSON.stringify(plainFetch(topics)))
  if (!encoded.equals(plain)) assert.equal(encoded.toString(), plain.toString())
}

const bytes = fc.uint8Array({ maxLength: 40 })
const bufferOrNull = fc.option(
  fc.oneof(
    bytes,
    bytes.map((view) => Buffer.from(view)),
  ),
)
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '\ud800', '\u2028', '/'),
)
const offset = fc.nat(2 ** 40)
const record: fc.Arbitrary<LogRecord> = fc.record({
  offset,
  timestampMs: fc.maxSafeInteger(),
  key: bufferOrNull,
  value: bufferOrNull,
  headers: fc.array(fc.record({ key: text, value: bufferOrNull }), { maxLength: 3 }),
})
const keyedSlice: fc.Arbitrary<RecordSlice> = fc.array(record, { maxLength: 4 }).map((records) => ({ kind: 'records', records }))
const verbatimSlice: fc.Arbitrary<RecordSlice> = fc
  .tuple(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200), { maxLength: 8 }), offset, fc.maxSafeInteger())
  .map(([body, cuts, baseOffset, timestampMs]) => {
    const ends = cuts.map((cut) => Math.min(cut, body.length)).toSorted((a, b) => a - b)
    return { kind: 'verbatim', body: Buffer.from(body), ranges: Int32Array.from(ends.slice(0, ends.length & ~1)), baseOffset, timestampMs }
  })
const watermark = fc.integer({ min: -1, max: 2 ** 40 })
const partition = fc.record({
  partition: fc.nat(2 ** 31 - 1),
  error: fc.constantFrom(...(Object.keys(ERRORS) as ErrorName[])),
  watermarks: fc.record({ logStartOffset: watermark, lastStableOffset: watermark, highWatermark: watermark }),
  slices: fc.array(fc.oneof(keyedSlice, verbatimSlice), { maxLength: 4 }),
})
const topics: fc.Arbitrary<FetchedTopic[]> = fc.array(fc.record({ topic: text, partitions: fc.array(partition, { maxLength: 3 }) }), {
  maxLength: 3,
})

test('the bytes are those of JSON.stringify, whatever lies in the log', () => {
  fc.assert(fc.property(topics, assertEncodes), { seed: SEED, numRuns: 2000 })
})

test('a record alone has the bytes that it has within a fetch', () => {
  fc.assert(
    fc.property(record, (each) => {
      assert.equal(encodeRecord(each), JSON.stringify(plainRecord(each)))
      const watermarks = { logStartOffset: 0, lastStableOffset: 1, highWatermark: 1 }
      const slices: RecordSlice[] = [{ kind: 'records', records: [each] }]
      const fetched = encodeFetch([{ topic: 't', partitions: [{ partition: 0, error: 'NONE', watermarks, slices }] }])
      assert.ok(fetched.includes(encodeRecord(each)))
    }),
    { seed: SEED, numRuns: 1000 },
  )
})

test('the answer of the contract, to the letter', () => {
  const answer = encodeFetch([
    {
      topic: 'logs',
      partitions: [
        {
          partition: 0,
          error: 'NONE',
          watermarks: { highWatermark: 3, lastStableOffset: 3, logStartOffset: 0 },
          slices: [
            { kind: 'verbatim', body: Buffer.from('[{}]'), ranges: Int32Array.of(1, 3), baseOffset: 1, timestampMs: 1_707_744_000_000 },
            {
              kind: 'records',
              records: [
                {
                  offset: 2,
                  timestampMs: 1_707_744_000_000,
                  key: null,
                  value: Buffer.from('{}'),
                  headers: [{ key: 'k', value: Buffer.from('v') }],
                },
              ],
            },
          ],
        },
        {
          partition: 1,
          error: 'TOPIC_AUTHORIZATION_FAILED',
          watermarks: { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1 },
          slices: [],
        },
      ],
    },
  ])
  assert.equal(
    answer.toString(),
    '{"topics":[{"topic":"logs","partitions":[' +
      '{"partition":0,"error_code":0,"high_watermark":3,"last_stable_offset":3,"log_start_offset":0,"records":[' +
      '{"offset":1,"timestamp":1707744000000,"key":null,"value":"e30=","headers":[]},' +
      '{"offset":2,"timestamp":1707744000000,"key":null,"value":"e30=","headers":[{"key":"k","value":"dg=="}]}]},' +
      '{"partition":1,"error_code":29,"error":"TOPIC_AUTHORIZATION_FAILED",' +
      '"high_watermark":-1,"last_stable_offset":-1,"log_start_offset":-1,"records":[]}]}]}',
  )
  assert.equal(encodeFetch([]).toString(), '{"topics":[]}')
})

test('header keys keep their characters, escapes and lone surrogates as JSON.stringify writes them', () => {
  const headers = ['plain', '', '"\\/', 'tab\t\u0000', 'grün', 'журнал', '😀', '\ud800', '\u2028', '\u007f'].map((key) => ({
    key,
    value: null,
  }))
  const each: LogRecord = { offset: 0, timestampMs: -1, key: Buffer.alloc(0), value: Buffer.from([0xff]), headers }
  assert.equal(encodeRecord(each), JSON.stringify(plainRecord(each)))
  assert.ok(encodeRecord(each).includes('"key":"","value":"/w=="'))
})

test('an answer far larger than was expected is whole', () => {
  // A control character becomes six.
  const headers = Array.from({ length: 300 }, () => ({ key: '\u0001'.repeat(500), value: null }))
  const slices: RecordSlice[] = [{ kind: 'records', records: [{ offset: 0, timestampMs: 0, key: null, value: null, headers }] }]
  const watermarks = { logStartOffset: 0, lastStableOffset: 1, highWatermark: 1 }
  assertEncodes([{ topic: 't', partitions: [{ partition: 0, error: 'NONE', watermarks, slices }] }])
})
