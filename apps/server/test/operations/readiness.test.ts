/** What `/readyz` and `logbrook health` say of a broker that is there, that is not, and whose disk is full. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createTopic, eventually, sendLogs } from '../broker-requests.ts'
import { startProcess } from '../real-process.ts'
import { runLogbrook } from '../run-logbrook.ts'
import type { Said } from '../run-logbrook.ts'
import { limitFileSize, mountSmallDisk } from '../survival/small-disk.ts'

const NOT_WRITABLE = /^the disk takes no writes: .*\(SQLITE_(?:FULL|IOERR\w*)\)$/
const LARGE_BODY = JSON.stringify([{ message: 'x'.repeat(400_000) }])

interface Readiness {
  readonly status: number
  readonly body: { readonly code?: string; readonly message?: string }
}

async function readiness(url: string): Promise<Readiness> {
  const answer = await fetch(`${url}/readyz`)
  return { status: answer.status, body: (await answer.json()) as Readiness['body'] }
}

function health(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> {
  return runLogbrook(['health', ...args], { env })
}

test('a broker whose disk is full is not ready until there is room, and reads go on', async () => {
  await using disk = await mountSmallDisk().catch(() => limitFileSize())
  await using broker = await startProcess(['--data-dir', disk.dataDir])
  const { url } = broker
  await createTopic(url, 'logs', 1)
  await sendLogs(url, 'logs', '[{"first":true}]')
  await disk.limit(broker.pid)

  const full = await eventually(
    async () => {
      await fetch(`${url}/dd/logs/api/v2/logs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: LARGE_BODY })
      return await readiness(url)
    },
    ({ status }) => status !== 200,
  )
  assert.deepEqual([full.status, full.body.code], [503, 'NOT_WRITABLE'])
  assert.match(full.body.message!, NOT_WRITABLE)
  assert.deepEqual(await readiness(url), full, 'it stays so')
  const said = await health(['--url', url])
  assert.deepEqual([said.code, said.stdout], [1, ''])
  assert.match(said.stderr, /^logbrook: the disk takes no writes: /)
  assert.equal((await fetch(`${url}/livez`)).status, 200)
  assert.equal((await fetch(`${url}/v1/kafka/topics/logs/partitions/0/records/0`)).status, 200)

  await disk.makeRoom(broker.pid)
  // Nobody has written since: it finds out by itself.
  assert.deepEqual(await readiness(url), { status: 200, body: { status: 'ok' } })
  await sendLogs(url, 'logs', LARGE_BODY)
})

test('health ends with 0 where a broker is ready, by its URL or its port', async () => {
  await using broker = await startProcess(['--memory', '--auth', 'required'])
  const ready = { code: 0, stdout: `the broker at ${broker.url} is ready\n`, stderr: '' }
  assert.deepEqual(await health(['--url', broker.url]), ready)
  assert.deepEqual(await health([], { LOGBROOK_URL: broker.url }), ready)
  const { port } = new URL(broker.url)
  assert.deepEqual(await health([], { LOGBROOK_PORT: port }), ready)
  // As a container that listens on all of its addresses has it in its variables.
  assert.deepEqual(await health([], { LOGBROOK_HOST: '0.0.0.0', LOGBROOK_PORT: port }), ready)
  const { stderr } = await health([], { LOGBROOK_HOST: '::1', LOGBROOK_PORT: '1' })
  assert.match(stderr, /^logbrook: no Logbrook answers at http:\/\/\[::1\]:1: /)
})

test('health ends with 1 and the reason where nobody answers, or somebody else', async () => {
  let url: string
  {
    await using stranger = createServer((_, outgoing) => void outgoing.writeHead(404).end('nothing')).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
    const { code, stderr } = await health(['--url', url])
    assert.deepEqual([code, stderr], [1, 'logbrook: HTTP 404 Not Found, not from Logbrook\n'])
  }
  const alone = await health(['--url', url])
  assert.equal(alone.code, 1)
  assert.match(alone.stderr, new RegExp(`^logbrook: no Logbrook answers at ${url}: .+\n$`))
})

test('health --wait asks until the broker is there', async () => {
  let asked = 0
  await using starting = createServer((_, outgoing) => {
    asked++
    if (asked < 3) outgoing.writeHead(503, { 'content-type': 'application/json' }).end('{"code":"SHUTTING_DOWN","message":"not yet"}')
    else outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}')
  }).listen(0, '127.0.0.1')
  await once(starting, 'listening')
  const url = `http://127.0.0.1:${(starting.address() as AddressInfo).port}`
  assert.equal((await health(['--url', url, '--wait', '5m'])).code, 0)
  assert.equal(asked, 3)
  asked = -1_000_000
  const { code, stderr } = await health(['--url', url, '--wait', '300ms'])
  assert.deepEqual([code, stderr], [1, 'logbrook: not yet\n'])
})

test('health says what it does not understand, and ends with 2', async () => {
  for (const args of [['--url', 'nowhere'], ['--wait', 'long'], ['now']]) {
    const { code, stderr } = await health(args)
    assert.equal(code, 2, stderr)
    assert.match(stderr, /nowhere|long|now/)
  }
})
