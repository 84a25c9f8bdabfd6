/** Many readers that wait for one partition: each is woken, and nothing is left behind. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTopic, eventually, fetchOnce, metric, sendLogs } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import type { RealProcess } from '../real-process.ts'

const READERS = 100

describe('readers that wait', () => {
  let broker: RealProcess
  before(async () => {
    broker = await startProcess(['--memory'])
  })
  after(() => broker[Symbol.asyncDispose]())

  const untilWaiting = (readers: number) =>
    eventually(
      () => metric(broker.url, 'logbrook_long_polls_waiting'),
      (waiting) => waiting === readers,
    )

  test(`${READERS} of one partition all wake by one append`, async () => {
    await createTopic(broker.url, 'logs', 2)
    const { partition } = await sendLogs(broker.url, 'logs', '[{"n":0}]')
    const polls = Array.from({ length: READERS }, () => fetchOnce(broker.url, 'logs', partition, 1, { longPoll: true }))
    await untilWaiting(READERS)

    assert.deepEqual(await sendLogs(broker.url, 'logs', '[{"n":1},{"n":2}]'), { partition, baseOffset: 1 })

    for (const answer of await Promise.all(polls)) {
      assert.equal(answer.high_watermark, 3)
      assert.deepEqual(
        answer.records.map(({ offset }) => offset),
        [1, 2],
      )
    }
    await untilWaiting(0)
  })

  test(`${READERS} that hang up are waited for no longer`, async () => {
    await createTopic(broker.url, 'quiet', 1)
    const hangUp = new AbortController()
    const polls = Array.from({ length: READERS }, () => fetchOnce(broker.url, 'quiet', 0, 0, { longPoll: true, signal: hangUp.signal }))
    const settled = Promise.allSettled(polls)
    await untilWaiting(READERS)
    hangUp.abort()
    assert.ok((await settled).every(({ status }) => status === 'rejected'))
    await untilWaiting(0)
  })

  test('a deleted topic wakes its readers', async () => {
    await createTopic(broker.url, 'short', 1)
    const poll = fetchOnce(broker.url, 'short', 0, 0, { longPoll: true })
    await untilWaiting(1)
    assert.equal((await fetch(`${broker.url}/v1/kafka/topics/short`, { method: 'DELETE' })).status, 204)
    assert.equal((await poll).error_code, 3)
    await untilWaiting(0)
  })
})
