import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { refusalOf, START_MS, startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'

let api: TestServer

/** Two partitions: one has records at 0, 10 and 20 s after the start, the other none. */
before(async () => {
  api = await startTestServer()
  await api.ask('/v1/kafka/topics', { method: 'POST', json: { name: 'timed', partitions: 2 } })
  for (let i = 0; i < 3; i++) {
    await api.ask('/v1/kafka/topics/timed/records?partition=0', { method: 'POST', body: `record ${i}` })
    api.clock.advance(10_000)
  }
})
after(() => api.close())

const WATERMARKS = { log_start_offset: 0, high_watermark: 3, last_stable_offset: 3 }
const EMPTY = { log_start_offset: 0, high_watermark: 0, last_stable_offset: 0 }

describe('offsets by time', () => {
  const rows: readonly (readonly [query: string, offset: number, timestamp: number | null])[] = [
    ['', 3, null],
    ['?timestamp=latest', 3, null],
    ['?timestamp=earliest', 0, null],
    [`?timestamp=0`, 0, START_MS],
    [`?timestamp=${START_MS + 1}`, 1, START_MS + 10_000],
    [`?timestamp=${START_MS + 10_000}`, 1, START_MS + 10_000],
    [`?timestamp=${START_MS + 20_001}`, 3, null],
    ['?timestamp=2026-01-31T12:00:00Z', 0, START_MS],
    ['?timestamp=2026-01-31T12:00:00.001Z', 1, START_MS + 10_000],
    ['?timestamp=2026-01-31T13:00:15%2B01:00', 2, START_MS + 20_000],
    ['?timestamp=2026-01-31T13:00:15+01:00', 2, START_MS + 20_000],
    ['?timestamp=2026-01-31', 0, START_MS],
    ['?timestamp=2026-02-01', 3, null],
  ]
  for (const [query, offset, timestamp] of rows) {
    it(`answers every partition for "${query}"`, async () => {
      const { status, body } = await api.ask(`/v1/kafka/topics/timed/offsets${query}`)
      assert.equal(status, 200)
      assert.deepEqual(body, {
        topic: 'timed',
        partitions: [
          { partition: 0, ...WATERMARKS, offset, timestamp },
          { partition: 1, ...EMPTY, offset: 0, timestamp: null },
        ],
      })
    })
  }

  for (const timestamp of ['yesterday', '-1', '1.5', '2026-01-31T12:00:00', '2026-02-31', '1969-12-31', '99999999999999999999', '']) {
    it(`refuses ${JSON.stringify(timestamp)}`, async () => {
      const [status, code, message] = refusalOf(await api.ask(`/v1/kafka/topics/timed/offsets?timestamp=${timestamp}`))
      assert.deepEqual([status, code], [400, 'INVALID_REQUEST'])
      assert.match(String(message), /^timestamp is /)
    })
  }

  it('refuses an unknown topic, an unknown parameter and a repeated one', async () => {
    const refusals = []
    for (const path of ['nowhere/offsets', 'timed/offsets?time=1', 'timed/offsets?timestamp=1&timestamp=2']) {
      refusals.push(refusalOf(await api.ask(`/v1/kafka/topics/${path}`)))
    }
    assert.deepEqual(refusals, [
      [404, 'UNKNOWN_TOPIC_OR_PARTITION', 'there is no topic "nowhere"'],
      [400, 'INVALID_REQUEST', 'unknown query parameter "time"; did you mean timestamp?'],
      [400, 'INVALID_REQUEST', 'the query names timestamp more than once'],
    ])
  })
})

const trim = (path: string) => api.ask(`/v1/kafka/topics/${path}`, { method: 'DELETE' })

describe('trimming a partition', () => {
  it('moves the log start, up to the high watermark', async () => {
    await api.ask('/v1/kafka/topics', { method: 'POST', json: { name: 'trimmed' } })
    for (let i = 0; i < 3; i++) await api.ask('/v1/kafka/topics/trimmed/records', { method: 'POST', body: `record ${i}` })
    const answers = []
    for (const offset of ['2', '1', '-1']) answers.push(await trim(`trimmed/partitions/0/records?before_offset=${offset}`))
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body]),
      [2, 2, 3].map((logStart) => [
        200,
        { partition: 0, log_start_offset: logStart, high_watermark: 3, last_stable_offset: 3, moved_groups: [] },
      ]),
    )
  })

  it('refuses what is not an offset of the partition', async () => {
    const refusals = []
    for (const path of [
      'timed/partitions/0/records',
      'timed/partitions/0/records?before_offset=-2',
      'timed/partitions/0/records?before_offset=1.5',
      'timed/partitions/0/records?before_offset=4',
      'timed/partitions/2/records?before_offset=0',
      'timed/partitions/x/records?before_offset=0',
      'nowhere/partitions/0/records?before_offset=0',
    ]) {
      refusals.push(refusalOf(await trim(path)).slice(0, 2))
    }
    assert.deepEqual(refusals, [
      [400, 'INVALID_REQUEST'],
      [400, 'INVALID_REQUEST'],
      [400, 'INVALID_REQUEST'],
      [404, 'OFFSET_OUT_OF_RANGE'],
      [404, 'UNKNOWN_TOPIC_OR_PARTITION'],
      [400, 'INVALID_REQUEST'],
      [404, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ])
  })
})
