/** `logbrook demo`: what it tells, and how much of it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createDemoLogs } from '../src/cli/demo/demo-logs.ts'
import { createTopic, requestJson } from './broker-requests.ts'
import { atTerminal, CTRL_C, NO_TERMINAL } from './pseudo-terminal.ts'
import { startProcess } from './real-process.ts'
import type { RealProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'

interface DemoLog {
  readonly timestamp: string
  readonly level: string
  readonly service: string
  readonly trace_id: string
  readonly duration_ms: number
  readonly http?: { readonly status: number }
  readonly error?: { readonly kind: string; readonly stack?: string }
}

const NOW = 1_700_000_000_000

function told(seed: number, count: number): readonly DemoLog[] {
  const logs = createDemoLogs(seed)
  return Array.from({ length: count }, (_, i) => JSON.parse(logs.next(NOW + i)) as DemoLog)
}

describe('the story', () => {
  test('is the same for the same seed, and another for another', () => {
    assert.deepEqual(told(1, 500), told(1, 500))
    assert.notDeepEqual(told(1, 500), told(2, 500))
  })
  test('is believable', () => {
    const logs = told(7, 20_000)
    const shareOf = (level: string) => logs.filter((log) => log.level === level).length / logs.length
    assert.deepEqual([...new Set(logs.map(({ service }) => service))].toSorted(), [
      'auth',
      'checkout',
      'gateway',
      'inventory',
      'payments',
      'search',
    ])
    assert.ok(
      shareOf('info') > 0.9 && shareOf('warn') > 0.005 && shareOf('error') > 0.002,
      JSON.stringify([shareOf('warn'), shareOf('error')]),
    )
    assert.ok(logs.every(({ duration_ms: ms }) => ms > 0 && ms < 10_000))
    assert.ok(logs.some(({ error }) => /^\S+: .*\n {4}at /.test(error?.stack ?? '')))
    assert.equal(logs[1]?.timestamp, new Date(NOW + 1).toISOString())
  })
  test('a request is one trace, which the gateway ends', () => {
    const logs = told(7, 5_000)
    for (const [i, { service, trace_id: trace, http, level }] of logs.entries()) {
      const next = logs[i + 1]
      if (next !== undefined) assert.equal(next.trace_id === trace, service !== 'gateway', `log ${i}`)
      if (http !== undefined) assert.equal(level, http.status >= 500 ? 'error' : http.status >= 400 ? 'warn' : 'info')
    }
  })
})

describe('the command', () => {
  let broker: RealProcess
  let env: Record<string, string>
  before(async () => {
    broker = await startProcess(['--memory'])
    env = { LOGBROOK_URL: broker.url }
  })
  after(() => broker[Symbol.asyncDispose]())

  async function recordsOf(topic: string): Promise<readonly number[]> {
    const { partitions } = (await requestJson(`${broker.url}/v1/kafka/topics/${topic}`)) as { partitions: { high_watermark: number }[] }
    return partitions.map(({ high_watermark: end }) => end)
  }

  test('makes the topic, and fills all of its partitions with as many as asked for', async () => {
    const said = await runLogbrook(['demo', '--count', '1200', '--rate', '4000', '--seed', '1'], { env })
    assert.deepEqual(said, {
      code: 0,
      stdout: 'created topic logs with 4 partitions\nfilling topic logs with 4000 records a second\nsent 1,200 records to topic logs\n',
      stderr: '',
    })
    const counts = await recordsOf('logs')
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      1_200,
    )
    assert.ok(counts.filter((count) => count > 0).length > 1, String(counts))
  })
  test('takes the topic that is there, and ends after a while', async () => {
    await createTopic(broker.url, 'mine', 1)
    const { code, stdout } = await runLogbrook(['demo', 'mine', '--duration', '300ms', '--rate', '100'], { env })
    assert.equal(code, 0)
    const [, sent] =
      /^filling topic mine with 100 records a second\nsent (\d+) records to topic mine\n$/.exec(stdout) ?? assert.fail(stdout)
    assert.ok(Number(sent) > 0)
    assert.deepEqual(await recordsOf('mine'), [Number(sent)])
  })
  test('goes on until Ctrl-C, and then says how much it was', { skip: NO_TERMINAL }, async () => {
    await using terminal = atTerminal(['demo', 'watched', '-p', '1'], { env })
    await terminal.shows(/Ctrl-C stops\n[^]*records\/s/)
    terminal.type(CTRL_C)
    const { code, shown } = await terminal.ending
    assert.equal(code, 0)
    const [, sent] = /sent (\d+) records to topic watched\n$/.exec(shown) ?? assert.fail(shown)
    assert.deepEqual(await recordsOf('watched'), [Number(sent)])
  })
  for (const [args, sentence] of [
    [['--rate', '0'], /--rate is "0"; it must be a whole number, from 1 to 100000/],
    [['--rate', '100001'], /--rate is "100001"/],
    [['--duration', 'soon'], /--duration is "soon"; it must be a duration/],
    [['--seed', 'x'], /--seed is "x"/],
  ] as const) {
    test(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await runLogbrook(['demo', ...args], { env })
      assert.equal(code, 2)
      assert.match(stderr, sentence)
    })
  }
})
