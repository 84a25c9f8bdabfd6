/** The shipped form: built, copied nowhere near the sources, and run. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { listening } from './real-process.ts'
import type { RealProcess } from './real-process.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { VERSION_LINE } from './version-line.ts'

const BUILD = join(import.meta.dirname, '../../../scripts/build/main.ts')
const run = promisify(execFile)

const RECORDS_PER_REQUEST = 1_000
const MESSAGE = 'x'.repeat(1_000)

describe('the bundle', () => {
  const opened = new AsyncDisposableStack()
  let directory: string
  let main: string

  before(async () => {
    directory = opened.use(await temporaryDirectory()).path
    main = join(directory, 'dist/main.js')
    await run(process.execPath, [BUILD, '--out', join(directory, 'dist')])
  })
  after(() => opened.disposeAsync())

  async function startBundle(args: readonly string[]): Promise<RealProcess> {
    return await listening(process.execPath, [main, 'start', '--port', '0', ...args], directory)
  }

  test('--version says the version, and what it was made from', async () => {
    const { stdout } = await run(process.execPath, [main, '--version'], { cwd: directory })
    assert.match(stdout, VERSION_LINE)
  })

  test('keeps a log on disk, also across a restart, and ends when asked to', async () => {
    const args = ['--data-dir', join(directory, 'data')]
    {
      await using broker = await startBundle(args)
      await post(`${broker.url}/v1/kafka/topics`, { name: 'logs', partitions: 1 })
      await post(`${broker.url}/dd/logs/api/v2/logs`, [{ message: 'kept' }])
      assert.deepEqual(await valuesOf(broker), ['{"message":"kept"}'])
      broker.kill('SIGTERM')
      const { code, stdout } = await broker.ending
      assert.deepEqual({ code, stdout }, { code: 0, stdout: `listening on ${broker.url}\n` })
    }
    await using broker = await startBundle(args)
    assert.deepEqual(await valuesOf(broker), ['{"message":"kept"}'])
  })

  test('its worker checkpoints', async () => {
    await using broker = await startBundle(['--data-dir', join(directory, 'checkpointed')])
    await post(`${broker.url}/v1/kafka/topics`, { name: 'logs', partitions: 1 })
    const logs = Array.from({ length: RECORDS_PER_REQUEST }, () => ({ message: MESSAGE }))
    while ((await checkpointsOf(broker)) === 0) await post(`${broker.url}/dd/logs/api/v2/logs`, logs)
    // A thread that could not be started would leave its work to the writer, which counts its checkpoints too.
    assert.ok((await threadNames(broker)).includes('checkpoint'))
  })

  test('commands, a terminal’s log lines and the description of the API are loaded when they are asked for', async () => {
    await using broker = await startBundle(['--memory', '--log-format', 'pretty'])
    const env = { ...process.env, LOGBROOK_URL: broker.url }
    await run(process.execPath, [main, 'topics', 'create', 'logs'], { env })
    const { stdout } = await run(process.execPath, [main, 'topics', 'list', '--json'], { env })
    assert.match(stdout, /"name":"logs"/)
    const { openapi } = (await (await fetch(`${broker.url}/openapi.json`)).json()) as { readonly openapi: string }
    assert.match(openapi, /^3\.1\./)
    broker.kill('SIGTERM')
    assert.match((await broker.ending).stderr, /INFO.*request/)
  })
})

async function post(url: string, body: unknown): Promise<Response> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  assert.ok(answer.ok, `${url} answered ${answer.status}`)
  return answer
}

async function valuesOf({ url }: RealProcess): Promise<readonly string[]> {
  const request = { topics: [{ topic: 'logs', partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1_000_000 }] }] }
  const answer = await (await post(`${url}/v1/kafka/fetch`, request)).json()
  const { topics } = answer as { readonly topics: [{ readonly partitions: [{ readonly records: readonly { readonly value: string }[] }] }] }
  return topics[0].partitions[0].records.map(({ value }) => Buffer.from(value, 'base64').toString())
}

async function checkpointsOf({ url }: RealProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^logbrook_checkpoint_duration_seconds_count (\d+)$/m.exec(metrics)![1])
}

/** Of the threads that run now. */
async function threadNames({ pid }: RealProcess): Promise<readonly string[]> {
  const threads = await readdir(`/proc/${pid}/task`)
  return await Promise.all(threads.map(async (thread) => (await readFile(`/proc/${pid}/task/${thread}/comm`, 'utf8')).trim()))
}
