/** `logbrook doctor`: each thing that a broker needs, there and not there. */
import assert from 'node:assert/strict'
import { open, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { checkClock } from '../src/cli/doctor/clock.ts'
import { checkDirectory, diskFinding } from '../src/cli/doctor/directory.ts'
import type { Finding } from '../src/cli/doctor/finding.ts'
import { checkNode } from '../src/cli/doctor/node.ts'
import { checkPort } from '../src/cli/doctor/port.ts'
import { atTerminal, NO_TERMINAL, visible } from './pseudo-terminal.ts'
import { startProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import type { RunOptions } from './run-logbrook.ts'
import { steadyPort } from './steady-port.ts'
import { temporaryDirectory } from './temporary-directory.ts'

async function doctor(args: readonly string[], options: RunOptions = {}) {
  const { code, stdout, stderr } = await runLogbrook(['doctor', '--json', ...args], options)
  const findings = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding)
  return { code, stderr, byCheck: Object.fromEntries(findings.map((finding) => [finding.check, finding])) }
}

describe('the command', () => {
  test('finds nothing wrong in an empty folder, and makes nothing there', async () => {
    await using directory = await temporaryDirectory()
    const { code, stderr, byCheck } = await doctor(['--port', '0'], { cwd: directory.path })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.deepEqual(Object.keys(byCheck), ['Node', 'configuration', 'port', 'directory', 'disk', 'SQLite', 'clock'])
    assert.equal(byCheck['Node']?.detail, process.versions.node)
    assert.equal(byCheck['directory']?.detail, './logbrook-data, will be made')
    assert.match(byCheck['SQLite']!.detail, /^3\.\d+\.\d+; there is no database yet$/)
  })

  test('sees the broker that runs, which changes nothing for it', async () => {
    await using directory = await temporaryDirectory()
    await using broker = await startProcess(['--data-dir', directory.path])
    const { port } = new URL(broker.url)
    const running = await doctor(['--data-dir', directory.path, '--port', port])
    assert.deepEqual([running.code, running.stderr], [0, ''])
    assert.equal(running.byCheck['port']?.detail, `the broker of this directory listens on port ${port}`)
    assert.equal(running.byCheck['directory']?.detail, `${directory.path}, in use by logbrook, pid ${broker.pid}`)
    assert.match(running.byCheck['SQLite']!.detail, /; a database of .*, well at a quick look$/)

    const second = await doctor(['--data-dir', directory.path, '--port', '0'])
    assert.deepEqual([second.code, second.stderr], [1, 'logbrook: 1 of 7 checks fails\n'])
    assert.match(second.byCheck['directory']?.advice ?? '', /end that one, .*--data-dir DIR$/)
    const other = await doctor(['--memory', '--port', port])
    assert.equal(other.code, 1)
    assert.match(other.byCheck['port']?.advice ?? '', new RegExp(`^it is process ${broker.pid} .*--port 0`))
    assert.deepEqual(Object.keys(other.byCheck), ['Node', 'configuration', 'port', 'SQLite', 'clock'])
    assert.equal((await fetch(`${broker.url}/readyz`)).status, 200)
  })

  test('names the key of a logbrook.json that is not right, and looks at what it can', async () => {
    await using directory = await temporaryDirectory()
    await writeFile(join(directory.path, 'logbrook.json'), '{"topics":[{"name":"logs","partition":4}]}')
    const { code, byCheck } = await doctor([], { cwd: directory.path })
    assert.equal(code, 1)
    assert.match(byCheck['configuration']!.detail, /^logbrook\.json: topics\[0\]: unknown field "partition"; did you mean partitions\?$/)
    assert.deepEqual(Object.keys(byCheck), ['Node', 'configuration', 'SQLite', 'clock'])
    await writeFile(join(directory.path, 'logbrook.json'), '{"topics":[{"name":"logs"}],"settings":{"port":0}}')
    const right = await doctor([], { cwd: directory.path })
    assert.deepEqual([right.code, right.byCheck['configuration']?.detail], [0, 'logbrook.json can be applied'])
  })

  test('finds damage', async () => {
    await using directory = await temporaryDirectory()
    await using broker = await startProcess(['--data-dir', directory.path])
    broker.kill('SIGTERM')
    await broker.ending
    const file = await open(join(directory.path, 'logbrook.db'), 'r+')
    const { size } = await file.stat()
    await file.write(Buffer.alloc(size - 4_096, 0xff), 0, size - 4_096, 4_096)
    await file.close()
    const { code, byCheck } = await doctor(['--data-dir', directory.path, '--port', '0'])
    assert.equal(code, 1)
    assert.equal(byCheck['SQLite']?.status, 'fail')
    assert.match(byCheck['SQLite']?.advice ?? '', /logbrook check/)
  })

  test('tells a person in colours, the advice below', { skip: NO_TERMINAL }, async () => {
    await using terminal = atTerminal(['doctor', '--data-dir', '/proc/logbrook', '--port', '0'])
    const { code, shown } = await terminal.ending
    assert.equal(code, 1)
    assert.match(visible(shown), /\^\[\[32mok {2}\^\[\[39m {2}Node {11}\d/)
    assert.match(
      visible(shown),
      /\^\[\[31mfail\^\[\[39m {2}directory {6}\/proc\/logbrook cannot be written: .*\n {21}→ let this user write \/proc, or .*--data-dir DIR\n/,
    )
  })
})

describe('what it looks at', () => {
  test('Node', () => {
    assert.deepEqual(
      ['20.19.0', '22.14.0', '22.15.0', '24.0.0'].map((version) => checkNode(version).status),
      ['fail', 'fail', 'ok', 'ok'],
    )
  })
  test('the room on the disk', () => {
    const [mib, gib] = [2 ** 20, 2 ** 30]
    assert.deepEqual(
      [gib, gib - 1, 100 * mib, 100 * mib - 1].map((bytes) => diskFinding(bytes).status),
      ['ok', 'warn', 'warn', 'fail'],
    )
  })
  test('the clock: set at all, and not before the log was written', async () => {
    await using directory = await temporaryDirectory()
    const now = Date.UTC(2026, 0, 31, 12)
    assert.equal(checkClock(Date.UTC(2025, 0) - 1, null).status, 'fail')
    assert.equal(checkClock(Date.UTC(2025, 0), null).status, 'ok')
    const file = join(directory.path, 'logbrook.db')
    await writeFile(file, '')
    await utimes(file, now / 1_000 + 60, now / 1_000 + 60)
    assert.equal(checkClock(now, directory.path).status, 'ok')
    await utimes(file, now / 1_000 + 61, now / 1_000 + 61)
    const { status, detail } = checkClock(now, directory.path)
    assert.deepEqual([status, detail], ['warn', '2026-01-31T12:00:00.000Z; the log was written at 2026-01-31T12:01:01.000Z'])
  })
  test('a port that nobody may have', async () => {
    assert.equal((await checkPort({ host: '127.0.0.1', port: await steadyPort() })).status, 'ok')
    const { status, detail, advice } = await checkPort({ host: '192.0.2.1', port: 8_080 })
    assert.deepEqual([status, detail], ['fail', '192.0.2.1, port 8080 cannot be listened on: EADDRNOTAVAIL'])
    assert.match(advice ?? '', /this machine has no such address/)
  })
  test('a file in the place of the directory', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'file')
    await writeFile(file, '')
    const { status, detail } = checkDirectory(file, { owner: null, isRunning: false })
    assert.equal(status, 'fail')
    assert.match(detail, /ENOTDIR/)
  })
})
