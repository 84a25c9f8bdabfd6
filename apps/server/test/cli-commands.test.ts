/** Every command against a running broker, as a person or a script would type it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { startProcess } from './real-process.ts'
import type { RealProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import type { RunOptions } from './run-logbrook.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { VERSION_LINE } from './version-line.ts'

let broker: RealProcess
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
before(async () => {
  directory = await temporaryDirectory()
  broker = await startProcess(['--data-dir', directory.path])
})
after(async () => {
  await broker[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

/** What the command printed. @throws AssertionError when it failed */
async function say(command: string, options: RunOptions & { readonly args?: readonly string[] } = {}): Promise<string> {
  const { args = [], env, ...others } = options
  const said = await runLogbrook([...command.split(' '), ...args], { env: { LOGBROOK_URL: broker.url, ...env }, ...others })
  assert.deepEqual({ code: said.code, stderr: said.stderr }, { code: 0, stderr: '' }, command)
  return said.stdout
}

async function assertRefused(command: string, code: number, sentence: RegExp, options: RunOptions = {}): Promise<void> {
  const said = await runLogbrook(command.split(' '), { env: { LOGBROOK_URL: broker.url }, ...options })
  assert.deepEqual({ code: said.code, stdout: said.stdout }, { code, stdout: '' }, said.stderr)
  assert.match(said.stderr, sentence)
  assert.match(said.stderr, /^logbrook: [^\n]+\n$/)
}

function jsonLines(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

test('topics', async () => {
  assert.equal(await say('topic create orders -p 4 -c retention.ms=7d'), 'created topic orders with 4 partitions\n')
  assert.match(await say('topics list'), /^NAME +PARTITIONS +RECORDS\n(?:.*\n)*orders +4 +0\n/)
  assert.equal(await say('topics'), await say('topics list'))
  assert.equal(await say('topic --json'), await say('topics list --json'))
  assert.match(await say('topics describe orders'), /retention\.ms=604800000\n[^]*PARTITION +LOG START +HIGH WATERMARK\n0 +0 +0\n/)
  assert.equal(await say('topics alter orders -p 5 --delete-config retention.ms -c retention.bytes=1MiB'), 'altered topic orders\n')
  const [topic] = jsonLines(await say('topics describe orders --json')) as [{ partitions: unknown[]; config: Record<string, unknown> }]
  assert.deepEqual([topic.partitions.length, topic.config['retention.bytes']], [5, 1_048_576])
  await assertRefused('topics create orders', 1, /orders/)
  await assertRefused('topics alter orders -c retenton.ms=1', 1, /retention\.ms/)
  await assertRefused('topics alter orders', 2, /nothing to change/)
  await assertRefused('topics describe nope', 1, /nope/)
  assert.equal(await say('topics delete orders'), 'deleted topic orders\n')
})

test('what is produced is consumed, byte for byte', async () => {
  await say('topics create lines -p 2')
  assert.equal(await say('produce lines -p 1', { input: 'a\n\n  b \nlast\n' }), '4 records at partition 1, offset 0\n')
  assert.equal(await say('consume lines -e'), 'a\n\n  b \nlast\n')
  assert.match(await say('produce lines -p 1', { input: 'without an end' }), /^1 record at partition 1, offset 4\n$/)
  assert.equal(await say('consume lines -e -o 4'), 'without an end\n')
  const [sent] = jsonLines(await say('produce lines -p 0 -k alice -H source=test --json', { args: ['one', 'two'] }))
  assert.deepEqual(sent, { topic: 'lines', partition: 0, base_offset: 0, record_count: 2 })
  const format = String.raw`%t %p %o %k %h %v;`
  assert.equal(
    await say('consume lines -e -p 0 -f', { args: [format] }),
    'lines 0 0 alice source=test one;lines 0 1 alice source=test two;',
  )
  assert.equal(await say('consume lines -e -p 1 -o -2'), 'last\nwithout an end\n')
  assert.equal(await say('consume lines -e -p 1 -o 1 -n 2'), '\n  b \n')
  assert.equal(await say('consume lines -e -o @0 -p 0'), 'one\ntwo\n')
  assert.equal(await say('consume lines -e -o end'), '')
  assert.equal(await say('consume lines -n 2 -p 0'), 'one\ntwo\n', 'ends after so many, though it would wait for more')
  const [record] = jsonLines(await say('consume lines -e -p 0 -n 1 --json')) as [{ timestamp: number }]
  const { timestamp, ...rest } = record
  assert.ok(Number.isSafeInteger(timestamp))
  assert.deepEqual(rest, {
    topic: 'lines',
    partition: 0,
    offset: 0,
    key: 'alice',
    value: 'one',
    headers: [{ key: 'source', value: 'test' }],
  })
  await assertRefused('consume lines -e -p 2', 1, /has no partition 2/)
  await assertRefused('consume nope -e', 1, /nope/)
  await assertRefused('consume lines -o soon', 2, /offset is "soon"/)
})

test('consume waits for what comes, until its reader has seen enough', async () => {
  await say('topics create stream')
  await say('produce stream', { args: ['first'] })
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts'), 'consume', 'stream', '--url', broker.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  assert.equal((await lines.next()).value, 'first')
  await say('produce stream', { args: ['second'] })
  assert.equal((await lines.next()).value, 'second')
  // As `| head` does: the next line finds nobody to read it.
  child.stdout.destroy()
  await say('produce stream', { args: ['third'] })
  assert.deepEqual(await ended, [0, null])
})

test('more records than one fetch holds come whole and in order', async () => {
  await say('topics create many -p 3')
  const lines = Array.from({ length: 6_000 }, (_, i) => `${i} ${'x'.repeat(1_000)}`)
  await say('produce many -p 2', { input: `${lines.join('\n')}\n` })
  // Not by `equal`, which says what differs of megabytes.
  const printed = (await say('consume many -e')).split('\n')
  assert.equal(printed.length, lines.length + 1)
  assert.equal(
    printed.findIndex((line, i) => line !== (lines[i] ?? '')),
    -1,
  )
})

test('users', async () => {
  assert.equal(await say('user create alice --role service', { input: 'wonder:land\n' }), 'created user alice, role service\n')
  assert.equal(await say('users create bob --no-password'), 'created user bob, role user\n')
  assert.match(await say('users'), /NAME +ROLE +PASSWORD\nalice +service +yes\nbob +user +no\n/)
  await say('topics list', { env: { LOGBROOK_USER: 'alice:wonder:land' } })
  await say('users passwd alice', { env: { LOGBROOK_NEW_PASSWORD: 'looking-glass' } })
  await say('topics list --user alice:looking-glass')
  const wrong = { env: { LOGBROOK_URL: broker.url, LOGBROOK_USER: 'alice:wonder:land' } }
  await assertRefused('topics list', 1, /wrong/, wrong)
  await assertRefused('users create alice', 1, /alice/, { input: 'p', env: { LOGBROOK_URL: broker.url } })
  await assertRefused('users create carol', 2, /no password was given/)
  await assertRefused('users create carol --role king', 2, /--role is "king"; it must be one of system, dba, service, user/)
  assert.equal(await say('users delete alice bob'), 'deleted user alice\ndeleted user bob\n')
})

test('ACL bindings', async () => {
  const created = await say('acls create --allow-principal User:alice --operation Read --operation write --topic logs --json')
  const binding = {
    principal: 'User:alice',
    host: '*',
    operation: 'READ',
    permission_type: 'ALLOW',
    resource_type: 'TOPIC',
    resource_name: 'logs',
    pattern_type: 'LITERAL',
  }
  assert.deepEqual(jsonLines(created), [binding, { ...binding, operation: 'WRITE' }])
  await say('acls create --deny-principal User:eve --topic app- --resource-pattern-type prefixed')
  assert.match(await say('acls list --deny-principal User:eve'), /User:eve +DENY +ALL +TOPIC app- +PREFIXED +\*\n$/)
  assert.equal(jsonLines(await say('acls --json')).length, 3)
  assert.match(await say('acls'), /^PRINCIPAL +PERMISSION +OPERATION +RESOURCE +PATTERN +HOST\n/)
  assert.match(await say('acls explain --principal User:alice --operation read --topic logs'), /User:alice may READ/)
  assert.equal(jsonLines(await say('acls delete --allow-principal User:alice --json')).length, 2)
  await assertRefused('acls delete', 2, /--all/)
  assert.equal(jsonLines(await say('acls delete --all --json')).length, 1)
  await assertRefused('acls create --operation read --topic logs', 2, /who\?/)
  await assertRefused('acls create --allow-principal User:alice', 2, /on what\?/)
})

describe('a data directory', () => {
  test('is checked and backed up while a broker runs on it', async () => {
    await say('topics create kept')
    await say('produce kept', { args: ['a', 'b'] })
    const backup = join(directory.path, 'backup')
    assert.equal(await say('check', { args: ['--data-dir', directory.path] }), `${directory.path}: all is well\n`)
    const file = join(backup, 'logbrook.db')
    await assertRefused(`backup ${file} --data-dir ${directory.path}`, 1, /./)
    await mkdir(backup)
    assert.equal(await say('backup', { args: [file, '--data-dir', directory.path] }), `copied ${directory.path} into ${file}\n`)
    await using restored = await startProcess(['--data-dir', backup])
    assert.equal(await say('consume kept -e', { env: { LOGBROOK_URL: restored.url } }), 'a\nb\n')
  })
  test('that is not there is said to be so', () => assertRefused('check --data-dir /nowhere', 1, /\/nowhere/))
})

test('a broker that is not there is said to be so', () =>
  assertRefused('topics list', 1, /no Logbrook answers at http:\/\/127\.0\.0\.1:1:/, { env: { LOGBROOK_URL: 'http://127.0.0.1:1' } }))

test('what is not a command gets the nearest one', async () => {
  await assertRefused('topcs list', 2, /unknown command topcs; did you mean topics\?/)
  await assertRefused('topics creat x', 2, /unknown command topics creat; did you mean topics create\?/)
  assert.match(await say('--version'), VERSION_LINE)
  assert.match(await say('topics --help'), /^Usage: logbrook topics \[COMMAND\]/)
})
