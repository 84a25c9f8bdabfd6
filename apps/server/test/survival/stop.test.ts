/** How a broker ends when it is asked to, and who may start another one on its data. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTopic, eventually, fetchOnce, metric, sendLogs, readPartition, decoded } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import { runLogbrook } from '../run-logbrook.ts'
import { seededRandom, whole } from '../seeded-random.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { createLedger } from './ledger.ts'
import { load } from './load.ts'

test('SIGTERM under load: waiting readers are answered, the process ends with 0, nothing acknowledged is lost', async (t) => {
  const random = seededRandom(t)
  await using directory = await temporaryDirectory()
  const ledger = createLedger({ topics: [{ name: 'logs', partitions: 4 }], random, elementBytesMax: 300, largeElementBytes: 200_000 })
  const args = ['--data-dir', directory.path]
  {
    await using broker = await startProcess(args)
    const { url } = broker
    await createTopic(url, 'logs', 4)
    await createTopic(url, 'quiet', 1)
    const polls = Array.from({ length: 10 }, () => fetchOnce(url, 'quiet', 0, 0, { longPoll: true }))
    const tail = await fetch(`${url}/v1/kafka/topics/quiet/tail`)
    await eventually(
      () => metric(url, 'logbrook_long_polls_waiting'),
      (waiting) => waiting === polls.length,
    )
    const stopAt = whole(random, 50, 300)
    await load({ url, ledger, senders: 8, onSent: (sent) => sent === stopAt && broker.kill('SIGTERM') })

    const { code, signal, stderr } = await broker.ending
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr)
    for (const { error_code: errorCode, records } of await Promise.all(polls))
      assert.deepEqual({ errorCode, records }, { errorCode: 0, records: [] })
    assert.match(await tail.text(), /\nevent: end\ndata: \{"reason":"closing"\}\n\n$/)
  }
  await using reopened = await startProcess(args)
  await ledger.verify(reopened.url)
  const acknowledged = ledger.requests.filter(({ outcome }) => typeof outcome === 'object')
  assert.ok(acknowledged.length > 0)
})

test('a second process on the same directory is refused and told of the first; when that is killed, the directory is free', async () => {
  await using directory = await temporaryDirectory()
  const args = ['--data-dir', directory.path]
  await using first = await startProcess(args)
  await createTopic(first.url, 'logs', 1)
  await sendLogs(first.url, 'logs', '[{"from":"first"}]')

  const { code, stdout, stderr } = await runLogbrook(['start', '--port', '0', ...args])
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(stderr, new RegExp(String.raw`^logbrook: [^\n]*\b${first.pid}\b[^\n]*\n$`))
  assert.ok(stderr.includes(directory.path), stderr)

  await sendLogs(first.url, 'logs', '[{"from":"first, still"}]')
  first.kill('SIGKILL')
  await first.ending
  await using third = await startProcess(args)
  const { records } = await readPartition(third.url, 'logs', 0)
  assert.deepEqual(
    records.map(({ value }) => decoded(value)),
    ['{"from":"first"}', '{"from":"first, still"}'],
  )
})
