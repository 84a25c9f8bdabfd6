/** What the program has to do in each form in which it ships: tests that run one of them. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SessionResponse } from '@logbrook/contract/sessions'
import type { SqlResponse } from '@logbrook/contract/sql'
import { createTopic, decoded, eventually, metric, readPartition, requestJson, sendLogs } from './broker-requests.ts'
import type { RealProcess } from './real-process.ts'
import { VERSION_LINE } from './version-line.ts'

export interface ShippedForm {
  /** Scratch, gone when the tests are over. */
  readonly directory: string
  /** `logbrook …` to its end: what it printed. @throws when that was a failure */
  run(args: readonly string[]): Promise<string>
  /** `logbrook start --port 0 …` */
  start(args: readonly string[]): Promise<RealProcess>
  /** Whether its Node tells the system the names of threads: those before 24 do not. */
  readonly namesThreads?: boolean
}

const LARGE_REQUEST = JSON.stringify(Array.from({ length: 1_000 }, () => ({ message: 'x'.repeat(1_000) })))

/** `form` is asked for when a test runs: it may have to be built before. */
export function testShippedForm(form: () => ShippedForm): void {
  test('--version says the version, and what it was made from', async () => {
    assert.match(await form().run(['--version']), VERSION_LINE)
  })

  test('keeps a log on disk, also across a restart, and ends when asked to', async () => {
    const args = ['--data-dir', join(form().directory, 'data')]
    {
      await using broker = await form().start(args)
      await createTopic(broker.url, 'logs', 1)
      await sendLogs(broker.url, 'logs', '[{"message":"kept"}]')
      assert.deepEqual(await valuesOf(broker), ['{"message":"kept"}'])
      broker.kill('SIGTERM')
      const { code, stdout } = await broker.ending
      assert.deepEqual({ code, stdout }, { code: 0, stdout: `listening on ${broker.url}\n` })
    }
    await using broker = await form().start(args)
    assert.deepEqual(await valuesOf(broker), ['{"message":"kept"}'])
  })

  test('its worker checkpoints', async () => {
    await using broker = await form().start(['--data-dir', join(form().directory, 'checkpointed')])
    await makeCheckpoint(broker)
    // A thread that could not be started would leave its work to the writer, which counts its checkpoints too.
    if (form().namesThreads ?? true) assert.ok((await threadNames(broker)).includes('checkpoint'))
  })

  test('SQL runs in a process of its own, and ends with the program', async () => {
    await using broker = await form().start(['--data-dir', join(form().directory, 'sql')])
    await requestJson(`${broker.url}/v1/kafka/users`, postOf({ name: 'alice', password: 'wonderland', role: 'dba' }))
    const session = await requestJson(`${broker.url}/v1/api/auth/login`, postOf({ user: 'alice', password: 'wonderland' }))
    const authorization = `Bearer ${(session as SessionResponse).access_token}`
    const ask = async (sql: string, params: readonly unknown[] = []) => {
      const answer = await requestJson(`${broker.url}/v1/api/sql`, postOf({ sql, params }, { authorization }))
      return (answer as SqlResponse).results.at(-1)!
    }
    await ask('CREATE SHARED TABLE n (id BIGINT PRIMARY KEY)')
    await ask('BEGIN; INSERT INTO n (id) VALUES (1), (2); COMMIT')
    assert.deepEqual((await ask('SELECT id + $1 AS more FROM n', [1])).rows, [['2'], ['3']])
    broker.kill('SIGTERM')
    const { code, stderr } = await broker.ending
    assert.equal(code, 0, stderr)
  })

  test('commands, a terminal’s log lines and the description of the API are loaded when they are asked for', async () => {
    await using broker = await form().start(['--memory', '--log-format', 'pretty'])
    await form().run(['topics', 'create', 'logs', '--url', broker.url])
    assert.match(await form().run(['topics', 'list', '--json', '--url', broker.url]), /"name":"logs"/)
    const { openapi } = (await requestJson(`${broker.url}/openapi.json`)) as { readonly openapi: string }
    assert.match(openapi, /^3\.1\./)
    broker.kill('SIGTERM')
    assert.match((await broker.ending).stderr, /INFO.*request/)
  })
}

function postOf(body: object, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** Of the topic `logs`, which has one partition. */
export async function valuesOf({ url }: RealProcess): Promise<readonly string[]> {
  return (await readPartition(url, 'logs', 0)).records.map(({ value }) => decoded(value))
}

/** Sends until there has been one. */
export async function makeCheckpoint({ url }: RealProcess): Promise<void> {
  await createTopic(url, 'filler', 1)
  await eventually(
    async () => {
      await sendLogs(url, 'filler', LARGE_REQUEST)
      return await metric(url, 'logbrook_checkpoint_duration_seconds_count')
    },
    (checkpoints) => checkpoints > 0,
  )
}

/** Of the threads that run now. */
async function threadNames({ pid }: RealProcess): Promise<readonly string[]> {
  const threads = await readdir(`/proc/${pid}/task`)
  return await Promise.all(threads.map(async (thread) => (await readFile(`/proc/${pid}/task/${thread}/comm`, 'utf8')).trim()))
}
