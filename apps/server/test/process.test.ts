/** The broker as a process: how it starts, what keeps it from starting, and how the launcher passes its end on. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { listening, startProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import type { RunOptions } from './run-logbrook.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')
const LAUNCHER = join(import.meta.dirname, '../../../scripts/logbrook.mjs')

/** Starting fails with one sentence, before anything is said on stdout. */
async function assertNotStarted(args: readonly string[], sentence: RegExp, options: RunOptions & { readonly code?: number } = {}) {
  const { code, stdout, stderr } = await runLogbrook(['start', ...args], options)
  assert.deepEqual({ code, stdout }, { code: options.code ?? 1, stdout: '' }, stderr)
  assert.match(stderr, sentence)
  assert.match(stderr, /^logbrook: [^\n]+\n$/, 'one line, and no stack')
}

describe('starting', () => {
  test('stdout says where it listens, and nothing else where nobody looks', async () => {
    await using broker = await startProcess(['--memory'])
    broker.kill('SIGTERM')
    const { code, stdout, stderr } = await broker.ending
    assert.deepEqual({ code, stdout }, { code: 0, stdout: `listening on ${broker.url}\n` }, stderr)
  })

  test('with --json the first line is JSON', async () => {
    const child = spawn(process.execPath, [LAUNCHER, 'start', '--memory', '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const { port, pid, ...said } = JSON.parse(line) as Record<string, unknown>
    const url = `http://127.0.0.1:${String(port)}`
    assert.deepEqual(said, { url, datadog_url: `${url}/dd`, testing_url: null, data_dir: null })
    assert.notEqual(pid, child.pid, 'the broker runs behind the launcher')
    child.kill('SIGINT')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })

  test('flags beat variables', async () => {
    await using directory = await temporaryDirectory()
    const { code, stderr } = await runLogbrook(['start', '--data-dir', '/proc/flag'], {
      env: { LOGBROOK_DATA_DIR: directory.path, LOGBROOK_PORT: '0' },
    })
    assert.equal(code, 1)
    assert.match(stderr, /\/proc\/flag/)
  })
})

describe('what keeps it from starting', () => {
  test('a port that is taken', async () => {
    await using broker = await startProcess(['--memory'])
    const { port } = new URL(broker.url)
    await assertNotStarted(
      ['--memory', '--port', port],
      new RegExp(
        `cannot listen on 127.0.0.1, port ${port}: another program listens there; it is process ${broker.pid} .*main\\.ts.*--port 0 `,
      ),
    )
  })
  test('an address of another machine', () =>
    assertNotStarted(['--memory', '--host', '192.0.2.1', '--auth', 'required'], /no such address/))
  test('a directory that cannot be made', () =>
    assertNotStarted(['--port', '0', '--data-dir', '/proc/logbrook'], /\/proc\/logbrook cannot be made/))
  test('a file in place of the directory', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'file')
    await writeFile(file, '')
    await assertNotStarted(['--port', '0', '--data-dir', file], new RegExp(file))
  })
  test('a file of a newer version', async () => {
    await using directory = await temporaryDirectory()
    await using broker = await startProcess(['--data-dir', directory.path])
    broker.kill('SIGTERM')
    await broker.ending
    await using database = await open(join(directory.path, 'logbrook.db'), 'r+')
    // SQLite's `user_version`, big-endian.
    await database.write(Buffer.from([0, 0, 3, 231]), 0, 4, 60)
    await assertNotStarted(['--port', '0', '--data-dir', directory.path], /logbrook\.db .*999.* newer|newer.*999/)
  })
  test('an init file that is not right', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'init.json')
    await writeFile(file, '{"topics":[{"name":"logs"},{"name":"a b"}]}')
    await assertNotStarted(['--memory', '--init-file', file], /the init file .*init\.json: topics\[1\]: topic name "a b"/)
  })
  test('an option that is not known', () => assertNotStarted(['--prot', '1'], /unknown option --prot; did you mean --port\?/, { code: 2 }))
  test('a variable that is not known', () =>
    assertNotStarted([], /unknown variable LOGBROOK_PROT; did you mean LOGBROOK_PORT\?/, { code: 2, env: { LOGBROOK_PROT: '1' } }))
  test('a door open to the network', () => assertNotStarted(['--host', '0.0.0.0'], /--open-without-authentication/, { code: 2 }))
})

test('an init file is applied once, however often the broker starts', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'init.json')
  await writeFile(file, '{"topics":[{"name":"logs","partitions":2}],"users":[{"name":"alice","password":"wonderland"}]}')
  const args = ['--data-dir', join(directory.path, 'data'), '--init-file', file]
  for (const applied of [['created topic logs with 2 partitions', 'created user alice, role user'], []]) {
    await using broker = await startProcess(args)
    const topic = (await (await fetch(`${broker.url}/v1/kafka/topics/logs`)).json()) as { partitions: unknown[] }
    assert.equal(topic.partitions.length, 2)
    broker.kill('SIGTERM')
    const { stderr } = await broker.ending
    const sentences = Array.from(stderr.matchAll(/init file: ([^"\n]*)/g), ([, sentence]) => sentence)
    assert.deepEqual(sentences, applied)
  }
})

test('log lines that cannot be written end nothing', async () => {
  const command = [process.execPath, MAIN, 'start', '--memory', '--port', '0', '--log-level', 'debug']
  await using broker = await listening('bash', ['-c', 'exec "$@" 2>/dev/full', 'bash', ...command])
  for (let request = 0; request < 3; request++) assert.equal((await fetch(`${broker.url}/v1/kafka/topics`)).status, 200)
  broker.kill('SIGTERM')
  assert.equal((await broker.ending).code, 0)
})

test('where nobody can log in, it says how to make the first user', async () => {
  await using directory = await temporaryDirectory()
  const args = ['--data-dir', directory.path, '--auth', 'required', '--acls', 'on']
  {
    await using broker = await startProcess(args)
    assert.equal((await fetch(`${broker.url}/v1/kafka/topics`)).status, 401)
    broker.kill('SIGTERM')
    const { stderr } = await broker.ending
    assert.ok(stderr.includes(`logbrook users create NAME --role dba --data-dir ${directory.path}`), stderr)
  }
  const created = await runLogbrook(['users', 'create', 'admin', '--role', 'dba', '--data-dir', directory.path], { input: 'se:cret\n' })
  assert.deepEqual(created, { code: 0, stdout: 'created user admin, role dba\n', stderr: '' })

  await using broker = await startProcess(args)
  const login = { LOGBROOK_URL: broker.url, LOGBROOK_USER: 'admin:se:cret' }
  assert.equal((await runLogbrook(['topics', 'create', 'logs'], { env: login })).code, 0)
  const refused = await runLogbrook(['users', 'create', 'eve', '--data-dir', directory.path], { input: 'p' })
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, new RegExp(`in use by logbrook, pid ${broker.pid}\n$`))
  const second = await runLogbrook(['start', '--port', '0', '--data-dir', directory.path])
  assert.equal(second.code, 1)
  assert.match(second.stderr, new RegExp(`in use by logbrook, pid ${broker.pid}; logbrook doctor says on which port, --data-dir takes`))
  const anonymous = await runLogbrook(['topics'], { env: { LOGBROOK_URL: broker.url } })
  assert.equal(anonymous.stderr, 'logbrook: credentials are required; say who you are with --user NAME, or LOGBROOK_USER=NAME:PASSWORD\n')
  const stranger = await runLogbrook(['topics'], { env: { LOGBROOK_URL: broker.url, LOGBROOK_USER: 'admin:x' } })
  assert.doesNotMatch(stranger.stderr, /say who you are/)
  broker.kill('SIGTERM')
  const { stderr } = await broker.ending
  assert.ok(!stderr.includes('nobody can log in'), stderr)
})

describe('through the launcher', () => {
  test('a signal to the launcher alone ends the broker, and the exit code is that of the broker', async () => {
    const child = await launch()
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'close'), [0, null])
  })
  test('a signal to all of the group, which reaches the broker twice, drains it all the same', async () => {
    const child = await launch()
    process.kill(-child.pid!, 'SIGINT')
    assert.deepEqual(await once(child, 'close'), [0, null])
  })
  test('an exit code is passed on', async () => {
    const child = spawn(process.execPath, [LAUNCHER, 'start', '--prot'], { stdio: 'ignore' })
    assert.deepEqual(await once(child, 'exit'), [2, null])
  })
})

async function launch() {
  const child = spawn(process.execPath, [LAUNCHER, 'start', '--memory', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  await once(createInterface(child.stdout), 'line')
  return child
}
