/** `tail` and `consume` while the broker goes and comes. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { createTopic } from './broker-requests.ts'
import { MAIN, startProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import { steadyPort } from './steady-port.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** A reader whose lines are awaited one by one. */
function follow(url: string, command: string) {
  const child = spawn(process.execPath, [MAIN, ...command.split(' '), '--url', url], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const complaints = createInterface(child.stderr)[Symbol.asyncIterator]()
  const ended = once(child, 'exit')
  return {
    ended,
    line: async () => (await lines.next()).value,
    complaint: async () => (await complaints.next()).value,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function send(url: string, ...values: readonly string[]): Promise<void> {
  const said = await runLogbrook(['produce', 'logs', ...values, '--url', url])
  assert.equal(said.code, 0, said.stderr)
}

test('a reader goes on where it was when the broker was stopped, and killed, and started again: nothing is lost, nothing comes twice', async () => {
  await using directory = await temporaryDirectory()
  const args = ['--data-dir', directory.path, '--port', String(await steadyPort())]
  let broker = await startProcess(args)
  const { url } = broker
  await createTopic(url, 'logs', 2)
  await send(url, 'a0', 'a1')
  await using reader = follow(url, 'consume logs')
  const read = [await reader.line(), await reader.line()]
  for (const [signal, name] of [
    ['SIGTERM', 'b'],
    ['SIGKILL', 'c'],
  ] as const) {
    broker.kill(signal)
    await broker.ending
    assert.match((await reader.complaint()) ?? '', /^logbrook: .*; waiting for it$/)
    broker = await startProcess(args)
    await send(url, `${name}0`, `${name}1`)
    read.push(await reader.line(), await reader.line())
    assert.equal(await reader.complaint(), 'logbrook: the broker is back')
  }
  await send(url, 'end')
  read.push(await reader.line())
  await broker[Symbol.asyncDispose]()
  assert.deepEqual(read, ['a0', 'a1', 'b0', 'b1', 'c0', 'c1', 'end'])
})

test('a topic that comes back as another one is read from its beginning', async () => {
  const args = ['--memory', '--port', String(await steadyPort())]
  const first = await startProcess(args)
  await createTopic(first.url, 'logs', 1)
  await send(first.url, 'old', 'older')
  await using reader = follow(first.url, 'tail logs --from start --follow')
  assert.deepEqual([await reader.line(), await reader.line()], ['old', 'older'])
  await first[Symbol.asyncDispose]()
  assert.match((await reader.complaint()) ?? '', /waiting for it$/)

  // Before it listens: whoever waits for it finds the topic there.
  await using directory = await temporaryDirectory()
  const initFile = join(directory.path, 'init.json')
  await writeFile(initFile, '{"topics":[{"name":"logs"}]}')
  await using second = await startProcess([...args, '--init-file', initFile])
  await send(second.url, 'new')
  assert.equal(await reader.line(), 'new')
})

test('a topic that is gone ends the reader', async () => {
  await using broker = await startProcess(['--memory'])
  await createTopic(broker.url, 'logs', 1)
  await send(broker.url, 'a')
  await using reader = follow(broker.url, 'consume logs')
  assert.equal(await reader.line(), 'a')
  await fetch(`${broker.url}/v1/kafka/topics/logs`, { method: 'DELETE' })
  assert.match((await reader.complaint()) ?? '', /^logbrook: topic logs, partition 0: /)
  assert.deepEqual(await reader.ended, [1, null])
})

test('whoever reads to the end is told at once', async () => {
  const { code, stderr } = await runLogbrook(['consume', 'logs', '-e', '--url', 'http://127.0.0.1:1'])
  assert.equal(code, 1)
  assert.match(stderr, /no Logbrook answers/)
})
