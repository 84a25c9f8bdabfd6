/** The systemd units: as systemd reads them, and their commands run as the units say. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { CONNECTIONS_MAX, SHUTDOWN_GRACE_MS } from '@logbrook/kafka/limits'
import { bash } from '../bash.ts'
import { readPartition, sendLogs, createTopic } from '../broker-requests.ts'
import { listening, startProcess } from '../real-process.ts'
import { runLogbrook } from '../run-logbrook.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { placeProgram } from './program.ts'
import { skipWithout } from './tools.ts'
import { readUnit } from './unit-file.ts'

const run = promisify(execFile)
const UNITS = ['logbrook.service', 'logbrook-backup.service', 'logbrook-backup.timer'] as const
const INSTALLED = '/usr/local/bin/logbrook'
/** systemd's measure of what a service may do, from 0 to 100; most have more than 90. */
const EXPOSURE_MAX = '30'

const opened = new AsyncDisposableStack()
let directory: string
let program: string
before(async () => {
  directory = opened.use(await temporaryDirectory()).path
  program = await placeProgram(directory)
  await mkdir(join(directory, 'units'))
  for (const name of UNITS) await writeFile(unitPath(name), readUnit(name).text.replaceAll(INSTALLED, program))
})
after(() => opened.disposeAsync())

function unitPath(name: string): string {
  return join(directory, 'units', name)
}

describe('systemd', { skip: skipWithout('systemd-analyze') }, () => {
  test('finds nothing wrong with the units', async () => {
    const said = await run('systemd-analyze', ['verify', '--man=no', ...UNITS.map(unitPath)])
    assert.deepEqual(said, { stdout: '', stderr: '' })
  })

  test('would find what is wrong', async () => {
    const wrong = join(directory, 'units/wrong.service')
    await writeFile(wrong, readUnit('logbrook.service').text.replaceAll(INSTALLED, program).replace('LimitNOFILE=', 'LimitNOFLIE='))
    const { stderr } = await run('systemd-analyze', ['verify', '--man=no', wrong])
    assert.match(stderr, /LimitNOFLIE/)
  })

  for (const name of ['logbrook.service', 'logbrook-backup.service']) {
    test(`finds that ${name} may do little`, async () => {
      await run('systemd-analyze', ['security', '--offline=true', '--no-pager', `--threshold=${EXPOSURE_MAX}`, unitPath(name)])
    })
  }
})

describe('logbrook.service', () => {
  const unit = readUnit('logbrook.service')

  /** What the unit sets, as assignments in front of a command. */
  function environment(specifiers: { readonly S: string }): readonly string[] {
    return unit.value('Environment', specifiers).split(' ')
  }

  /** Without any of root's powers, as in the unit; `env` keeps the settings of this machine out. */
  function command(setting: string, specifiers: { readonly S: string }, more: readonly string[]): readonly [string, readonly string[]] {
    const [path, ...args] = unit.value(setting).split(' ')
    assert.equal(path, INSTALLED)
    const powerless = ['--no-new-privs', ...(process.getuid?.() === 0 ? ['--bounding-set=-all', '--inh-caps=-all'] : [])]
    const settings = [...environment(specifiers), ...more, `TMPDIR=${directory}`]
    return ['setpriv', [...powerless, 'env', '-i', ...settings, program, ...args]]
  }

  test('starts a broker that is ready, keeps its log where the unit says, and asks everyone who they are', async () => {
    const specifiers = { S: join(directory, 'state') }
    await mkdir(specifiers.S)
    await using broker = await listening(...command('ExecStart', specifiers, ['LOGBROOK_PORT=0']))
    const ready = await run(...(command('ExecStartPost', specifiers, [`LOGBROOK_PORT=${new URL(broker.url).port}`]) as [string, string[]]))
    assert.equal(ready.stdout, `the broker at ${broker.url} is ready\n`)
    assert.ok((await readdir(join(specifiers.S, 'logbrook'))).includes('logbrook.db'))
    assert.equal((await fetch(`${broker.url}/v1/kafka/topics`)).status, 401)
    broker.kill('SIGTERM')
    assert.equal((await broker.ending).code, 0)
  })

  test('what it does not understand ends it with the code that is not started again', async () => {
    const specifiers = { S: join(directory, 'state') }
    const failed = run(...(command('ExecStart', specifiers, ['LOGBROOK_PROT=1']) as [string, string[]]))
    await assert.rejects(failed, { code: Number(unit.value('RestartPreventExitStatus')) })
  })

  test('gives it the files that its connections need, and the time to stop', () => {
    assert.ok(Number(unit.value('LimitNOFILE')) > 2 * CONNECTIONS_MAX)
    assert.ok(Number(unit.value('TimeoutStopSec')) * 1000 > 2 * SHUTDOWN_GRACE_MS)
    assert.equal(unit.values('NoExecPaths').length + unit.values('MemoryDenyWriteExecute').length, 0)
  })
})

test('logbrook-backup.service makes a backup that a broker starts from, and ends what is old', async () => {
  const S = join(directory, 'backed-up')
  const backups = join(S, 'logbrook-backups')
  await mkdir(backups, { recursive: true })
  const old = join(backups, '2026-01-01T030000.db')
  await writeFile(old, 'old')
  await run('touch', ['-d', '20 days ago', old])
  {
    await using broker = await startProcess(['--data-dir', join(S, 'logbrook')])
    await createTopic(broker.url, 'logs', 1)
    await sendLogs(broker.url, 'logs', '[{"kept":true}]')
    const unit = readUnit('logbrook-backup.service')
    for (const line of unit.values('ExecStart', { S })) {
      const { code, stderr } = await bash(`${unit.value('Environment', { S })} ${line.replaceAll(INSTALLED, program)}`)
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    }
  }
  const [backup = '', ...more] = await readdir(backups)
  assert.deepEqual(more, [])
  assert.match(backup, /^\d{4}-\d\d-\d\dT\d{6}\.db$/)
  const restored = join(S, 'restored')
  await mkdir(restored)
  await rename(join(backups, backup), join(restored, 'logbrook.db'))
  assert.equal((await runLogbrook(['check', '--data-dir', restored])).code, 0)
  await using broker = await startProcess(['--data-dir', restored])
  assert.equal((await readPartition(broker.url, 'logs', 0)).records.length, 1)
})

test('the timer asks for the backup every night', async () => {
  const timer = await readFile(unitPath('logbrook-backup.timer'), 'utf8')
  assert.match(timer, /^OnCalendar=\*-\*-\* \d\d:\d\d$/m)
})
