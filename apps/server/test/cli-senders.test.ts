/** Configurations of log senders: they can be read, say what they should, and lead to the topic. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse as parseToml } from 'smol-toml'
import { parse as parseYaml } from 'yaml'
import { bash } from './bash.ts'
import { startProcess } from './real-process.ts'
import type { RealProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const README = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')

/** With everything that YAML, TOML, a shell, Vector and the Collector could take for something else. */
const PASSWORD = `p#: "$HOME" '\${X}' \\ {é}%`
const API_KEY = `alice:${PASSWORD}`

async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runLogbrook(args)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  return stdout
}

describe('what is printed', () => {
  const url = 'http://10.0.0.5:9000'
  const options = ['--url', `${url}/`, '--api-key', API_KEY]

  test('for a Datadog Agent', async () => {
    assert.deepEqual(parseYaml(await printed('datadog', 'logs', ...options)), {
      api_key: 'anything',
      logs_enabled: true,
      logs_config: {
        logs_dd_url: `${url}/dd/logs`,
        api_key: API_KEY,
        force_use_http: true,
        use_v2_api: true,
        use_compression: true,
        compression_kind: 'zstd',
      },
    })
  })
  test('for a Datadog Agent, as variables', async () => {
    const variables = await printed('datadog', 'logs', '--format', 'env', ...options)
    const { stdout } = await bash(`set -a\n${variables}\nnode -e 'console.log(JSON.stringify(process.env))'`)
    const env = JSON.parse(stdout) as Record<string, string>
    assert.deepEqual(Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('DD_'))), {
      DD_API_KEY: 'anything',
      DD_LOGS_ENABLED: 'true',
      DD_LOGS_CONFIG_LOGS_DD_URL: `${url}/dd/logs`,
      DD_LOGS_CONFIG_API_KEY: API_KEY,
      DD_LOGS_CONFIG_FORCE_USE_HTTP: 'true',
      DD_LOGS_CONFIG_USE_V2_API: 'true',
      DD_LOGS_CONFIG_USE_COMPRESSION: 'true',
      DD_LOGS_CONFIG_COMPRESSION_KIND: 'zstd',
    })
    assert.ok(!(await printed('datadog', 'logs', '--format', 'env')).includes("'"), 'quotes only where they are needed')
  })
  test('for Vector, in both of its languages', async () => {
    const [yaml, toml] = [await printed('vector', 'logs', ...options), await printed('vector', 'logs', '--format', 'toml', ...options)]
    assert.deepEqual(parseYaml(yaml), {
      sources: { in: { type: 'stdin' } },
      sinks: {
        logbrook: {
          type: 'datadog_logs',
          inputs: ['in'],
          endpoint: `${url}/dd/logs`,
          default_api_key: API_KEY.replaceAll('$', '$$$$'),
          compression: 'zstd',
        },
      },
    })
    assert.deepEqual(JSON.parse(JSON.stringify(parseToml(toml))), parseYaml(yaml))
  })
  test('for an OpenTelemetry Collector', async () => {
    const { exporters, receivers, service } = parseYaml(await printed('otel', 'logs', ...options)) as Record<string, unknown>
    assert.deepEqual(exporters, {
      datadog: {
        api: { key: API_KEY.replaceAll('$', '$$$$'), fail_on_invalid_key: false },
        logs: { endpoint: `${url}/dd/logs` },
        metrics: { endpoint: `${url}/dd/logs` },
        host_metadata: { enabled: false },
      },
    })
    assert.deepEqual(Object.keys(receivers as object), ['otlp'])
    assert.deepEqual(service, { pipelines: { logs: { receivers: ['otlp'], exporters: ['datadog'] } } })
  })
  test('is what the README shows', async () => {
    const [block, ...more] = Array.from(README.matchAll(/^```yaml\n(.*?)^```$/gms), ([, text]) => text)
    assert.ok(block !== undefined && more.length === 0)
    assert.deepEqual(parseYaml(block), parseYaml(await printed('datadog', 'logs')))
  })
  test('without options is for a broker without users on this machine', async () => {
    const { logs_config: logs } = parseYaml(await printed('datadog', 'logs')) as { logs_config: Record<string, unknown> }
    assert.deepEqual([logs['logs_dd_url'], logs['api_key']], ['http://127.0.0.1:8080/dd/logs', 'anything'])
  })
  test('is for whoever LOGBROOK_USER is, where that has a password', async () => {
    assert.deepEqual([await keyFor('alice:wonder:land'), await keyFor('alice')], ['alice:wonder:land', 'anything'])
  })
  for (const [args, sentence] of [
    [['datadog'], /TOPIC is missing/],
    [['vector', 'a b'], /"a b" is no topic name/],
    [['otel', 'logs', '--url', 'localhost'], /the broker's address is "localhost"/],
    [['otel', 'logs', '--api-key', 'a\nb'], /the API key is empty, or more than a line/],
    [['datadog', 'logs', '--format', 'toml'], /--format is "toml"; it must be yaml or env/],
  ] as const) {
    test(`refused: ${args.join(' ')}`, async () => {
      const { code, stderr } = await runLogbrook(args)
      assert.equal(code, 2)
      assert.match(stderr, sentence)
    })
  }
})

describe('a sender that does as it is told', () => {
  let broker: RealProcess
  const opened = new AsyncDisposableStack()
  before(async () => {
    const directory = opened.use(await temporaryDirectory())
    const initFile = join(directory.path, 'init.json')
    await writeFile(initFile, JSON.stringify({ topics: [{ name: 'logs' }], users: [{ name: 'alice', password: PASSWORD }] }))
    broker = opened.use(await startProcess(['--memory', '--auth', 'required', '--init-file', initFile]))
  })
  after(() => opened.disposeAsync())

  test('is let in, and its logs are in the topic', async () => {
    const config = parseYaml(await printed('datadog', 'logs', '--url', broker.url, '--api-key', API_KEY)) as {
      logs_config: { logs_dd_url: string; api_key: string }
    }
    const { logs_dd_url: url, api_key: key } = config.logs_config
    const headers = { 'content-type': 'application/json', 'dd-api-key': Buffer.from(key).toString('latin1') }
    const sent = await fetch(`${url}/api/v2/logs`, { method: 'POST', headers, body: '[{"message":"hello"}]' })
    assert.equal(sent.status, 200, await sent.text())
    const validated = await fetch(`${url}/api/v1/validate`, { headers })
    assert.deepEqual(await validated.json(), { valid: true })
    const read = await runLogbrook(['consume', 'logs', '-e'], { env: { LOGBROOK_URL: broker.url, LOGBROOK_USER: API_KEY } })
    assert.equal(read.stdout, '{"message":"hello"}\n')
  })
})

async function keyFor(user: string): Promise<unknown> {
  const { stdout } = await runLogbrook(['datadog', 'logs'], { env: { LOGBROOK_USER: user } })
  return (parseYaml(stdout) as { logs_config: Record<string, unknown> }).logs_config['api_key']
}
