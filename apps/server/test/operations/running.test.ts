/** docs/running.md, followed: its blocks of shell are pasted in their order, with other places and another port in them. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { bash } from '../bash.ts'
import { requestJson } from '../broker-requests.ts'
import { listening } from '../real-process.ts'
import type { RealProcess } from '../real-process.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { placeProgram } from './program.ts'
import { skipWithout } from './tools.ts'

const PAGE = join(import.meta.dirname, '../../../../docs/running.md')
const TEXT = readFileSync(PAGE, 'utf8')
const PRINTED_URL = 'http://127.0.0.1:8080'

const opened = new AsyncDisposableStack()
let directory: string
let program: string
before(async () => {
  directory = opened.use(await temporaryDirectory()).path
  for (const place of ['bin', 'lib', 'backups']) await mkdir(join(directory, place))
  program = await placeProgram(join(directory, 'bin'))
})
after(() => opened.disposeAsync())

/** The blocks of shell under each heading, in the order of the page. */
const SECTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  TEXT.split(/^#{2,3} /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), shellIn(section)] as const)
    .filter(([, blocks]) => blocks.length > 0),
)

function shellIn(markdown: string): readonly string[] {
  return Array.from(markdown.matchAll(/^```sh\n(.*?)^```$/gms), ([, block]) => block!)
}

/** What the page exported so far holds for the blocks that follow, as in one terminal. */
const exported: string[] = []

/** Pastes a section's blocks; answers what each of them printed. */
async function paste(heading: string, url = PRINTED_URL): Promise<readonly string[]> {
  const printed: string[] = []
  for (const block of SECTIONS.get(heading)!) {
    const script = moved(block, url)
    const PATH = [dirname(program), process.env['PATH']].join(delimiter)
    const { code, stdout, stderr } = await bash(['set -euo pipefail', ...exported, script].join('\n'), { PATH })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, script)
    exported.push(...script.split('\n').filter((line) => line.startsWith('export ')))
    printed.push(stdout)
  }
  return printed
}

function moved(block: string, url: string): string {
  const result = block
    .replaceAll('/var/lib/logbrook', dataDir())
    .replaceAll('/var/backups/logbrook', join(directory, 'backups'))
    .replaceAll(PRINTED_URL, url)
  assert.doesNotMatch(result, /\/var\/|:8080/)
  return result
}

function dataDir(): string {
  return join(directory, 'lib/logbrook')
}

/** As the unit starts it. */
async function startBroker(): Promise<RealProcess> {
  return await listening(program, ['start', '--port', '0', '--data-dir', dataDir(), '--auth', 'required', '--acls', 'on'])
}

test('the page, from the first user to a restored backup', { skip: skipWithout('curl') }, async () => {
  assert.deepEqual(
    [...SECTIONS.keys()],
    ['The first user', 'Users and permissions', 'Is it well', 'Retention', 'Backup', 'Restore'],
    'every section with commands is followed here',
  )
  assert.deepEqual(await paste('The first user'), ['created user admin, role dba\n'])
  {
    await using broker = await startBroker()
    const [made, explained, sent] = await paste('Users and permissions', broker.url)
    assert.match(made!, /created topic logs with 4 partitions\ncreated user shipper, role service\ncreated user reader, role user\n/)
    assert.match(explained!, /^User:shipper may WRITE [^\n]+\nUser:reader may not WRITE /)
    assert.match(sent!, /^\{\}\{"name":"logs"[^\n]*"high_watermark":1/)

    const [ready, metrics] = await paste('Is it well', broker.url)
    assert.equal(ready, `the broker at ${broker.url} is ready\n`)
    for (const name of ['database_bytes', 'wal_bytes', 'authentication_failures_total', 'high_watermark', 'log_start_offset']) {
      assert.match(metrics!, new RegExp(`^logbrook_${name}[ {]`, 'm'))
    }
    const retention = (await paste('Retention', broker.url)).join('')
    for (const setting of ['retention.ms=1209600000', 'retention.bytes=10737418240'])
      assert.ok(retention.includes(`${setting}\n`), retention)
    assert.match((await paste('Backup', broker.url)).join(''), /copied [^\n]+ into [^\n]+\n[^\n]+: all is well\n/)
    broker.kill('SIGTERM')
    assert.equal((await broker.ending).code, 0)
  }
  assert.deepEqual(await paste('Restore'), ['.: all is well\n'])
  await using restored = await startBroker()
  const init = { headers: { authorization: `Basic ${btoa('reader:tr0ub4dor')}` } }
  const topic = (await requestJson(`${restored.url}/v1/kafka/topics/logs`, init)) as { partitions: { high_watermark: number }[] }
  assert.equal(
    topic.partitions.reduce((sum, { high_watermark: highWatermark }) => sum + highWatermark, 0),
    1,
  )
})

test('every file that the page leads to is there', () => {
  const files = Array.from(TEXT.matchAll(/\]\((?!https?:)([^)#]+)/g), ([, path]) => path!)
  assert.ok(files.length >= 5)
  for (const file of files) assert.ok(existsSync(join(dirname(PAGE), file)), file)
})

test('every metric that the page names is one', async () => {
  await using broker = await listening(program, ['start', '--port', '0', '--memory'])
  const metrics = await (await fetch(`${broker.url}/metrics`)).text()
  const names = Array.from(TEXT.matchAll(/`(logbrook_[a-z_]+)/g), ([, name]) => name!)
  assert.ok(names.length >= 3)
  for (const name of names) assert.match(metrics, new RegExp(`^# TYPE ${name} `, 'm'))
})
