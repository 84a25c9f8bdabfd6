/** The wall clock as it is on real machines: it moves on, and now and then it is set back. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createManualClock } from '@logbrook/kafka/clock'
import { RETENTION_CHECK_INTERVAL_MS } from '@logbrook/kafka/limits'
import { createTopic, eventually, readPartition, requestJson, sendLogs, watermarksOf } from '../broker-requests.ts'
import { startTestServer } from '../own-api-server.ts'
import type { TestServer } from '../own-api-server.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const HOUR_MS = 3_600_000

async function offsetAt(url: string, timestampMs: number): Promise<{ readonly offset: number; readonly timestamp: number | null }> {
  const { partitions } = (await requestJson(`${url}/v1/kafka/topics/logs/offsets?timestamp=${timestampMs}`)) as {
    partitions: { offset: number; timestamp: number | null }[]
  }
  const { offset, timestamp } = partitions[0]!
  return { offset, timestamp }
}

test('a clock set back by an hour leaves offsets dense and each time as it was, also after reopening', async () => {
  await using directory = await temporaryDirectory()
  const location = { dataDir: directory.path }
  const times: number[] = []
  const clock = createManualClock()
  {
    await using server = await startTestServer({ location, clock })
    await createTopic(server.url, 'logs', 1)
    for (const stepMs of [1_000, 1_000, -HOUR_MS, 1_000, HOUR_MS, 1_000]) {
      clock.set(clock.now() + stepMs)
      assert.equal((await sendLogs(server.url, 'logs', '[{},{}]')).baseOffset, times.length)
      times.push(clock.now(), clock.now())
    }
  }
  clock.set(clock.now() - 2 * HOUR_MS)
  await using reopened = await startTestServer({ location, clock })
  const { url } = reopened
  assert.equal((await sendLogs(url, 'logs', '[{}]')).baseOffset, times.length)
  times.push(clock.now())

  const { records, high_watermark: highWatermark } = await readPartition(url, 'logs', 0)
  assert.equal(highWatermark, times.length)
  assert.deepEqual(
    records.map(({ offset, timestamp }) => [offset, timestamp]),
    times.map((time, offset) => [offset, time]),
  )
  // Kafka: the first offset whose time is at least the one asked for, wherever the clock went after it.
  for (const asked of new Set([...times, ...times.map((time) => time + 1)])) {
    const offset = times.findIndex((time) => time >= asked)
    const expected = offset === -1 ? { offset: highWatermark, timestamp: null } : { offset, timestamp: times[offset]! }
    assert.deepEqual(await offsetAt(url, asked), expected, `first record at or after ${asked}`)
  }
})

/** Lets a minute pass, and waits for what is checked then. */
async function nextCheck({ clock, server }: TestServer): Promise<void> {
  clock.advance(RETENTION_CHECK_INTERVAL_MS)
  await server.broker.retention.enforce()
}

/** Lets minutes pass until the log start has moved on. */
async function trimmedAfter({ url, clock }: TestServer, offset: number): Promise<{ logStartOffset: number; highWatermark: number }> {
  const { log_start_offset: logStartOffset, high_watermark: highWatermark } = await eventually(
    () => {
      clock.advance(RETENTION_CHECK_INTERVAL_MS)
      return watermarksOf(url, 'logs', 0)
    },
    (watermarks) => watermarks.log_start_offset > offset,
  )
  return { logStartOffset, highWatermark }
}

describe('retention on the clock', () => {
  test('deletes what is older than retention.ms, and nothing because the clock was set back', async () => {
    await using server = await startTestServer()
    const { url, clock } = server
    await createTopic(url, 'logs', 1, { 'retention.ms': HOUR_MS })
    await sendLogs(url, 'logs', '[{"old":1},{"old":2}]')
    clock.advance(HOUR_MS / 2)
    await sendLogs(url, 'logs', '[{"new":1}]')

    clock.set(clock.now() - 10 * HOUR_MS)
    await nextCheck(server)
    clock.set(clock.now() + 10 * HOUR_MS)
    assert.equal((await readPartition(url, 'logs', 0)).records.length, 3)

    clock.advance(HOUR_MS / 2)
    assert.deepEqual(await trimmedAfter(server, 0), { logStartOffset: 2, highWatermark: 3 })
    clock.advance(HOUR_MS)
    assert.deepEqual(await trimmedAfter(server, 2), { logStartOffset: 3, highWatermark: 3 })
    assert.equal((await sendLogs(url, 'logs', '[{}]')).baseOffset, 3)
  })

  test('deletes the oldest above retention.bytes and keeps the newest', async () => {
    await using server = await startTestServer()
    const { url } = server
    await createTopic(url, 'logs', 1, { 'retention.bytes': 100_000 })
    const pad = 'x'.repeat(10_000)
    for (let n = 0; n < 50; n++) await sendLogs(url, 'logs', `[{"n":${n},"pad":"${pad}"}]`)
    await trimmedAfter(server, 0)
    const { records, high_watermark: highWatermark } = await readPartition(url, 'logs', 0)
    assert.equal(highWatermark, 50)
    assert.deepEqual(
      records.map(({ offset }) => offset),
      Array.from({ length: records.length }, (_, i) => 50 - records.length + i),
    )
    // Kafka deletes only what is too much: what stays is at least the limit, and less than one batch more.
    assert.equal(records.length, 10)
  })

  test('leaves alone what a trim has left', async () => {
    await using server = await startTestServer()
    const { url } = server
    await createTopic(url, 'logs', 1)
    for (let n = 0; n < 10; n++) await sendLogs(url, 'logs', `[{"n":${n}},{"n":${n}.5}]`)
    await requestJson(`${url}/v1/kafka/topics/logs/partitions/0/records?before_offset=7`, { method: 'DELETE' })
    await nextCheck(server)
    const { records, log_start_offset: logStartOffset, high_watermark: highWatermark } = await readPartition(url, 'logs', 0)
    assert.deepEqual([logStartOffset, highWatermark, records[0]?.offset, records.length], [7, 20, 7, 13])
  })
})
