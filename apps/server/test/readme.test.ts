/** The README, done as it says: its commands are pasted, its file is applied, its scripts are there. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { bash } from './bash.ts'
import { createTopic, decoded, eventually, metric, requestJson, sendLogs } from './broker-requests.ts'
import type { WireRecord, WirePartition } from './broker-requests.ts'
import { listening, startProcess } from './real-process.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const ROOT = join(import.meta.dirname, '../../..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const PRINTED_ADDRESS = '127.0.0.1:8080'

function blocks(language: string): readonly string[] {
  return Array.from(README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms')), ([, block]) => block!)
}

/** The commands of the `console` blocks, without their prompt and comment. */
function prompted(pattern: RegExp): string {
  const commands = blocks('console').flatMap((block) =>
    Array.from(block.matchAll(/^\$ ([^#\n]*?) *(?:#.*)?$/gm), ([, command]) => command!),
  )
  const [found, ...more] = commands.filter((command) => pattern.test(command))
  assert.ok(found !== undefined && more.length === 0, `one command is ${pattern}, of ${commands.join(' | ')}`)
  return found
}

function at(url: string, script: string): string {
  assert.ok(script.includes(PRINTED_ADDRESS))
  return script.replaceAll(PRINTED_ADDRESS, new URL(url).host)
}

/** Answers as they came from several commands, one after the other. */
function answersOf(stdout: string): readonly unknown[] {
  return stdout
    .replaceAll(/\}\s*\{/g, '}\n{')
    .trim()
    .split('\n')
    .map((answer) => JSON.parse(answer) as unknown)
}

/** In the order in which they stand there. */
function requestScripts(): readonly [requests: string, sql: string] {
  const [requests, sql, ...more] = blocks('sh')
  assert.ok(requests !== undefined && sql !== undefined && more.length === 0)
  return [requests, sql]
}

test('the requests, pasted as they are, answer what they say', async () => {
  await using broker = await startProcess(['--memory'])
  const [script] = requestScripts()
  const { code, stdout, stderr } = await bash(at(broker.url, script))
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })

  const [topic, posted, got, ...singles] = answersOf(stdout) as [
    { name: string; partitions: unknown[] },
    { topics: { topic: string; partitions: WirePartition[] }[] },
    unknown,
    ...WireRecord[],
  ]
  assert.equal(topic.name, 'logs')
  assert.equal(topic.partitions.length, 4)
  const records = posted.topics[0]?.partitions[0]?.records ?? []
  assert.deepEqual(
    records.map(({ value }) => decoded(value)),
    ['{"message":"hello"}', '{"message":"world"}'],
  )
  assert.deepEqual(got, posted)
  assert.deepEqual(singles, [records[0], records[0]])
})

test('SQL, pasted behind them, finds what they have sent', async () => {
  await using broker = await startProcess(['--memory'])
  const [requests, sql] = requestScripts()
  const { code, stdout, stderr } = await bash(at(broker.url, `{ ${requests} } >/dev/null\n${sql}`))
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const [setup, table, inserted, joined] = answersOf(stdout) as [
    { user: { role: string } },
    ...{ results: [{ message?: string; rows?: unknown }] }[],
  ]
  assert.equal(setup.user.role, 'dba')
  assert.deepEqual(
    [table?.results[0].message, inserted?.results[0].message],
    ['Shared table default.notes created successfully', 'Inserted 2 row(s)'],
  )
  assert.deepEqual(joined?.results[0].rows, [['hello'], ['world']])
})

test('the tail shows what is sent while it is open, and Ctrl-C ends it', async () => {
  await using broker = await startProcess(['--memory'])
  await createTopic(broker.url, 'logs', 4)
  const tail = spawn('bash', ['-c', `exec ${at(broker.url, prompted(/\btail\b/))}`], { stdio: ['ignore', 'pipe', 'ignore'] })
  await eventually(
    () => metric(broker.url, 'logbrook_tails_open'),
    (open) => open === 1,
  )
  await sendLogs(broker.url, 'logs', '[{"while":"it is open"}]')
  for await (const line of createInterface(tail.stdout)) {
    if (!line.startsWith('data: ')) continue
    const { value } = JSON.parse(line.slice('data: '.length)) as WireRecord
    assert.equal(decoded(value), '{"while":"it is open"}')
    break
  }
  const ended = once(tail, 'exit')
  tail.kill('SIGINT')
  await ended
  await eventually(
    () => metric(broker.url, 'logbrook_tails_open'),
    (open) => open === 0,
  )
})

test('the init file is applied, on every start, once', async () => {
  await using directory = await temporaryDirectory()
  const initFile = join(directory.path, 'init.json')
  const [json, ...more] = blocks('json')
  assert.ok(json !== undefined && more.length === 0)
  await writeFile(initFile, json)
  assert.ok(README.includes('`--auth required --acls on`'))

  for (const start of ['first', 'second']) {
    await using broker = await startProcess([
      '--data-dir',
      join(directory.path, 'data'),
      '--init-file',
      initFile,
      '--auth',
      'required',
      '--acls',
      'on',
    ])
    const reader = { headers: { authorization: `Basic ${btoa('alice:wonderland')}` } }
    const topic = (await requestJson(`${broker.url}/v1/kafka/topics/logs`, reader)) as { name: string; partitions: unknown[] }
    assert.equal(topic.partitions.length, 4, start)
    const records = `${broker.url}/v1/kafka/topics/logs/partitions/0/records/0`
    assert.equal((await fetch(records)).status, 401)
    assert.equal((await fetch(records, { headers: { authorization: `Basic ${btoa('alice:wonderlan')}` } })).status, 401)
    assert.equal((await fetch(records, reader)).status, 404)
    // She may read and not write.
    const sending = fetch(`${broker.url}/dd/logs/api/v2/logs`, {
      method: 'POST',
      headers: { 'dd-api-key': 'alice:wonderland' },
      body: '{}',
    })
    assert.equal((await sending).status, 403)
  }
})

test('its first command starts a broker, and a signal to it ends the broker as it should', async () => {
  const command = prompted(/^npm start -- --memory$/)
  await using started = await listening('npm', [...command.split(' ').slice(1), '--port', '0'], ROOT)
  const { status } = await fetch(`${started.url}/livez`)
  // First of all: what it has started would outlive it if this test gave up here.
  started.kill('SIGTERM')
  const { code, stderr } = await started.ending
  assert.equal(code, 0, stderr)
  assert.equal(status, 200)
  await assert.rejects(fetch(`${started.url}/livez`))
})

test('every script that it or CONTRIBUTING names is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  const named = [README, readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')].flatMap((text) =>
    Array.from(text.matchAll(/\b(?:npm|pnpm)(?: run)? ([a-z:]+)/g), ([, name]) => name!),
  )
  assert.ok(named.length >= 5)
  for (const name of named) if (name !== 'publish') assert.ok(name in scripts, `there is no script ${name}`)
})
