/** Senders that never come to an end, at the limits that a real process has. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { createTopic, readPartition, sendLogs } from '../broker-requests.ts'
import { sayRaw } from '../door.ts'
import { startProcess } from '../real-process.ts'

const HEADERS = 'Host: 127.0.0.1\r\nContent-Type: application/json\r\n'

test('a hundred that never end their headers are cut off, and one that stops in its body keeps nobody from being served', async () => {
  await using broker = await startProcess(['--memory'])
  const port = Number(new URL(broker.url).port)
  await createTopic(broker.url, 'logs', 1)

  const cutOff = Array.from({ length: 100 }, () => sayRaw(port, `POST /dd/logs/api/v2/logs HTTP/1.1\r\n${HEADERS}`))
  const stuck = connect(port, '127.0.0.1')
  stuck.write(`POST /dd/logs/api/v2/logs HTTP/1.1\r\n${HEADERS}Content-Length: 1000\r\n\r\n[{"never":`)

  assert.equal((await sendLogs(broker.url, 'logs', '[{"quick":1}]')).baseOffset, 0)
  for (const said of await Promise.all(cutOff)) assert.match(said, /^HTTP\/1\.1 408 /)
  assert.equal((await sendLogs(broker.url, 'logs', '[{"quick":2}]')).baseOffset, 1)
  stuck.destroy()
  assert.equal((await readPartition(broker.url, 'logs', 0)).records.length, 2)
})
