/** A broker under test as a process of its own: one line says where it is, and it obeys. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { ask } from './own-api-server.ts'
import { runLogbrook } from './run-logbrook.ts'

const MAIN = join(import.meta.dirname, '../src/main.ts')

interface Announced extends AsyncDisposable {
  readonly url: string
  readonly datadog_url: string
  readonly testing_url: string
  readonly port: number
  readonly pid: number
  readonly data_dir: string | null
}

async function startUnderTest(...more: readonly string[]): Promise<Announced & { readonly lines: readonly string[] }> {
  const args = [MAIN, 'start', '--memory', '--port', '0', '--testing', '--json', ...more]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const lines: string[] = []
  const output = createInterface(child.stdout).on('line', (line) => lines.push(line))
  await once(output, 'line')
  return {
    ...(JSON.parse(lines[0]!) as Omit<Announced, typeof Symbol.asyncDispose>),
    lines,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      assert.deepEqual(await once(child, 'close'), [0, null])
    },
  }
}

describe('logbrook start --testing --json', () => {
  test('prints one line with all that a test needs, and nothing after it', async () => {
    await using broker = await startUnderTest()
    const { url, datadog_url: datadogUrl, testing_url: testingUrl, port, pid, data_dir: dataDir } = broker
    assert.deepEqual([url, datadogUrl, testingUrl, dataDir], [`http://127.0.0.1:${port}`, `${url}/dd`, `${url}/v1/testing`, null])
    assert.doesNotThrow(() => process.kill(pid, 0))
    assert.equal((await ask(`${url}/livez`, {})).status, 200)
    assert.equal((await ask(`${testingUrl}/reset`, { method: 'POST' })).status, 204)
    assert.equal(broker.lines.length, 1)
  })

  test('goes by a clock that only the test moves, if that is said', async () => {
    await using broker = await startUnderTest('--clock', 'manual')
    const before = (await ask(`${broker.testing_url}/clock`, {})).body as { clock: string; now: number }
    assert.equal(before.clock, 'manual')
    const moved = await ask(`${broker.testing_url}/clock/advance`, { method: 'POST', json: { by: '1h' } })
    assert.deepEqual(moved.body, { clock: 'manual', now: before.now + 3_600_000 })
  })

  test('ends with an answer that is held back', async () => {
    let held: Promise<unknown>
    {
      await using broker = await startUnderTest('--clock', 'manual')
      await ask(`${broker.testing_url}/faults`, { method: 'POST', json: { match: { endpoint: 'live' }, do: { delay: '1h' } } })
      held = ask(`${broker.url}/livez`, {})
      for (;;) {
        const { entries } = (await ask(`${broker.testing_url}/journal`, {})).body as { entries: object[] }
        if (entries.length === 2) break
      }
    }
    assert.equal(((await held) as { status: number }).status, 200)
  })

  test('does not let other machines in', async () => {
    const { code, stderr } = await runLogbrook(['start', '--testing', '--host', '0.0.0.0', '--auth', 'required'])
    assert.equal(code, 2)
    assert.match(stderr, /--open-testing-controls/)
  })
})
