/** SQL when its processes are killed: what was answered is kept, and nothing is left running. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eventually, requestJson } from '../broker-requests.ts'
import { listening, MAIN, startProcess } from '../real-process.ts'
import type { RealProcess } from '../real-process.ts'
import { sqlClient } from '../sql-client.ts'
import type { SqlClient } from '../sql-client.ts'
import { temporaryDirectory } from '../temporary-directory.ts'
import { enginesOf } from './engines-of.ts'

const skip = process.platform === 'linux' ? false : 'only Linux says which processes a process has started'

/** Runs for hours. */
const ENDLESS = 'SELECT count(*) FROM n AS a, n AS b, n AS c, n AS d WHERE a.id + b.id + c.id + d.id = -1'

const COUNT = 'SELECT count(*) AS n FROM n'

/** With a table of a thousand rows. */
async function startClient(broker: RealProcess): Promise<SqlClient> {
  const user = { name: 'root', password: 'secret', role: 'dba' }
  const headers = { 'content-type': 'application/json' }
  await requestJson(`${broker.url}/v1/kafka/users`, { method: 'POST', headers, body: JSON.stringify(user) })
  const client = await sqlClient(broker.url, 'root:secret')
  await client.run('CREATE SHARED TABLE n (id BIGINT PRIMARY KEY)')
  await client.run(`INSERT INTO n (id) VALUES ${Array.from({ length: 1_000 }, (_, i) => `(${i})`).join(',')}`)
  return client
}

async function isRunning(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.includes('sql-engine')
}

/** Resolves when there is none of them. */
async function gone(pids: readonly number[]): Promise<void> {
  await eventually(
    async () => (await Promise.all(pids.map(isRunning))).filter(Boolean).length,
    (running) => running === 0,
  )
}

describe('a broker with SQL', { skip, timeout: 60_000 }, () => {
  test('killed in the middle of a query that does not end, it leaves no engine, and has all that it answered', async () => {
    await using directory = await temporaryDirectory()
    const args = ['--data-dir', join(directory.path, 'data')]
    {
      await using broker = await startProcess(args)
      const client = await startClient(broker)
      const endless = assert.rejects(client.run(ENDLESS))
      await client.run('INSERT INTO n (id) VALUES (5000)')
      const engines = await enginesOf(broker)
      assert.ok(engines.length >= 2)
      broker.kill('SIGKILL')
      await broker.ending
      await gone(engines)
      await endless
    }
    await using broker = await startProcess(args)
    const client = await sqlClient(broker.url, 'root:secret')
    assert.deepEqual(await client.rows(COUNT), [['1001']])
  })

  test('told to stop, it ends its engines, and what it kept in memory leaves nothing behind', async () => {
    await using directory = await temporaryDirectory()
    const start = [`TMPDIR=${directory.path}`, process.execPath, MAIN, 'start', '--port', '0', '--memory']
    await using broker = await listening('/usr/bin/env', start)
    const client = await startClient(broker)
    assert.deepEqual((await readdir(directory.path)).length, 1)
    assert.deepEqual(await client.rows(COUNT), [['1000']])
    const engines = (await enginesOf(broker)).toSorted((a, b) => a - b)
    // As Ctrl-C and systemd do, which tell every process of the broker: that is not for the engines to follow. The writer and the reader, that
    // is; the one behind them may still be starting.
    for (const engine of engines.slice(0, 2)) process.kill(engine, 'SIGINT')
    for (const engine of engines.slice(0, 2)) process.kill(engine, 'SIGTERM')
    assert.deepEqual(await client.rows(COUNT), [['1000']])
    await client.run('INSERT INTO n (id) VALUES (5000)')
    const stillThere = new Set(await enginesOf(broker))
    assert.deepEqual(
      engines.slice(0, 2).filter((engine) => !stillThere.has(engine)),
      [],
    )
    broker.kill('SIGTERM')
    assert.equal((await broker.ending).code, 0)
    await gone(engines)
    assert.deepEqual(await readdir(directory.path), [])
  })

  test('an engine that is killed is replaced', async () => {
    await using broker = await startProcess(['--memory', '--log-level', 'error'])
    const client = await startClient(broker)
    for (const engine of await enginesOf(broker)) process.kill(engine, 'SIGKILL')
    const rows = await eventually(
      async () => (await client.post({ sql: COUNT })).body as { readonly results: readonly { readonly rows?: unknown }[] },
      ({ results }) => results.length > 0,
    )
    assert.deepEqual(rows.results[0]?.rows, [['1000']])
  })
})
