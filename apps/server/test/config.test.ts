import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { readConfig } from '../src/config/read-config.ts'
import type { ConfigSources } from '../src/config/read-config.ts'
import { SETTINGS, settingsTable } from '../src/config/settings.ts'
import { UsageError } from '../src/usage-error.ts'

interface Written {
  readonly flags?: ConfigSources['flags']
  readonly env?: ConfigSources['env']
  readonly file?: unknown
}

function configOf({ flags = {}, env = {}, file }: Written) {
  return readConfig({
    flags: file === undefined ? flags : { ...flags, config: 'logbrook.json' },
    env,
    readFile: () => (typeof file === 'string' ? file : JSON.stringify(file)),
  })
}

function assertRefused(written: Written, sentence: string) {
  assert.throws(() => configOf(written), new UsageError(sentence))
}

test('nothing written is a broker on loopback that keeps its log in a directory', () => {
  assert.deepEqual(configOf({}), {
    host: '127.0.0.1',
    port: 8080,
    dataDir: './logbrook-data',
    memory: false,
    durability: 'os',
    checkpoint: 'worker',
    initFile: null,
    auth: 'optional',
    acls: false,
    superUsers: [],
    allowEveryoneIfNoAclFound: false,
    openWithoutAuthentication: false,
    allowedHosts: [],
    corsOrigins: [],
    trustedProxies: [],
    authRequestsPerSecond: null,
    loginFailuresMax: null,
    sqlRequestsPerSecond: null,
    sqlStatementMs: 30_000,
    remoteSetup: false,
    secureCookies: true,
    intakeSuccessStatus: 200,
    intakeRootTopic: null,
    intakeBareObject: false,
    testing: false,
    clock: 'system',
    openTestingControls: false,
    logLevel: 'info',
    logFormat: 'auto',
  })
})

test('law: flags beat the environment, that beats the file, that beats the defaults', () => {
  const port = fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined })
  fc.assert(
    fc.property(port, port, port, (flag, variable, key) => {
      const config = configOf({
        flags: flag === undefined ? {} : { port: String(flag) },
        env: variable === undefined ? {} : { LOGBROOK_PORT: String(variable) },
        file: key === undefined ? {} : { port: key },
      })
      assert.equal(config.port, flag ?? variable ?? key ?? 8080)
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('law: a value means the same wherever it is written', () => {
  const written = {
    host: '127.0.0.2',
    port: '0',
    'data-dir': '/var/lib/logbrook',
    durability: 'fsync',
    checkpoint: 'inline',
    'init-file': 'init.json',
    auth: 'required',
    acls: 'on',
    'super-users': 'User:alice;User:bob',
    'allow-everyone-if-no-acl-found': 'true',
    'open-without-authentication': 'on',
    'allowed-hosts': 'broker.test, logs.test',
    'cors-origins': 'https://example.com,*',
    'trusted-proxies': '127.0.0.1, 10.0.0.0/8',
    'auth-requests-per-second': '40',
    'login-failures-max': '0',
    'sql-requests-per-second': '0',
    'sql-statement-ms': '1000',
    'remote-setup': 'on',
    'secure-cookies': 'off',
    'intake-success-status': '202',
    'intake-root-topic': 'logs',
    'intake-bare-object': 'on',
    testing: 'on',
    clock: 'manual',
    'open-testing-controls': 'on',
    'log-level': 'warn',
    'log-format': 'json',
    memory: 'off',
  }
  assert.deepEqual(Object.keys(written).toSorted(), SETTINGS.map(({ flag }) => flag).toSorted(), 'every setting is tried')
  const env = Object.fromEntries(SETTINGS.map(({ flag, variable }) => [variable, written[flag as keyof typeof written]]))
  const config = configOf({ flags: written })
  assert.deepEqual(configOf({ env }), config)
  assert.deepEqual(configOf({ file: written }), config)
  assert.deepEqual(config.superUsers, ['User:alice', 'User:bob'])
  assert.deepEqual(config.allowedHosts, ['broker.test', 'logs.test'])
  assert.equal(config.intakeSuccessStatus, 202)
})

test('a file may hold numbers, booleans and lists as JSON has them', () => {
  const config = configOf({ file: { port: 9000, acls: true, 'super-users': ['User:alice'], 'intake-success-status': 202 } })
  assert.deepEqual([config.port, config.acls, config.superUsers, config.intakeSuccessStatus], [9000, true, ['User:alice'], 202])
})

test('with null a file says that there is none', () => {
  const { initFile, intakeRootTopic } = configOf({ file: { 'init-file': null, 'intake-root-topic': null } })
  assert.deepEqual([initFile, intakeRootTopic], [null, null])
})

test('the file may be named by a variable', () => {
  const config = readConfig({
    flags: {},
    env: { LOGBROOK_CONFIG: '/etc/logbrook.json' },
    readFile: (path) => JSON.stringify({ 'data-dir': path }),
  })
  assert.equal(config.dataDir, '/etc/logbrook.json')
})

describe('what is refused, and how', () => {
  const refusals: readonly (readonly [name: string, written: Written, sentence: string])[] = [
    ['an unknown variable', { env: { LOGBROOK_PROT: '1' } }, 'unknown variable LOGBROOK_PROT; did you mean LOGBROOK_PORT?'],
    ['an unknown key', { file: { datadir: 'x' } }, 'unknown key "datadir" in logbrook.json; did you mean "data-dir"?'],
    ['a file that is no object', { file: [] }, 'the configuration file logbrook.json holds no JSON object'],
    ['a port that is a word', { flags: { port: 'http' } }, '--port is "http"; it must be a whole number from 0 to 65535'],
    ['a port above the last', { env: { LOGBROOK_PORT: '65536' } }, 'LOGBROOK_PORT is "65536"; it must be a whole number from 0 to 65535'],
    ['a port in fractions', { file: { port: 80.5 } }, '"port" in logbrook.json is 80.5; it must be a whole number from 0 to 65535'],
    ['a port that is none', { file: { port: null } }, '"port" in logbrook.json is null; it must be a whole number from 0 to 65535'],
    [
      'a number that is no choice',
      { file: { 'intake-success-status': 204 } },
      '"intake-success-status" in logbrook.json is 204; it must be one of 200, 202',
    ],
    [
      'a list of other things',
      { file: { 'allowed-hosts': ['a.test', 1] } },
      '"allowed-hosts" in logbrook.json is ["a.test",1]; it must be host names separated by commas',
    ],
    ['an unknown choice', { flags: { durability: 'paper' } }, '--durability is "paper"; it must be one of os, fsync'],
    ['neither on nor off', { flags: { acls: 'maybe' } }, '--acls is "maybe"; it must be on or off'],
    [
      'a super user that is no principal',
      { flags: { 'super-users': 'alice' } },
      '--super-users is "alice"; it must be principals such as User:alice, separated by commas',
    ],
    ['an empty directory', { flags: { 'data-dir': '' } }, '--data-dir is ""; it must be text that is not empty'],
    ['a topic that is none', { flags: { 'intake-root-topic': 'a/b' } }, '--intake-root-topic is "a/b"; it must be a topic name'],
    [
      'an origin with a path',
      { flags: { 'cors-origins': 'https://example.com/' } },
      '--cors-origins is "https://example.com/"; it must be origins such as https://example.com, separated by commas, or *',
    ],
    [
      'a proxy by its name',
      { flags: { 'trusted-proxies': 'localhost' } },
      '--trusted-proxies is "localhost"; it must be addresses or subnets such as 10.0.0.0/8, separated by commas',
    ],
  ]
  for (const [name, written, sentence] of refusals) test(name, () => assertRefused(written, sentence))

  test('a file that is not JSON', () => {
    assert.throws(() => configOf({ file: '{port' }), /^UsageError: the configuration file logbrook\.json cannot be read: SyntaxError/)
  })
})

describe('in memory or in a directory', () => {
  test('said in one place they exclude each other', () => {
    assertRefused({ flags: { memory: true, 'data-dir': 'd' } }, '--memory and --data-dir exclude each other')
  })
  test('the stronger place holds', () => {
    assert.equal(configOf({ flags: { 'data-dir': 'd' }, env: { LOGBROOK_MEMORY: 'on' } }).memory, false)
    assert.equal(configOf({ flags: { memory: true }, env: { LOGBROOK_DATA_DIR: 'd' } }).memory, true)
    assert.equal(configOf({ env: { LOGBROOK_MEMORY: 'off' }, file: { 'data-dir': 'd' } }).memory, false)
  })
})

describe('listening beyond this machine', () => {
  test('is refused without authentication', () => {
    assertRefused(
      { flags: { host: '0.0.0.0' } },
      'listening on 0.0.0.0 lets other machines in without credentials; use --auth required, or say --open-without-authentication',
    )
  })
  for (const host of ['::', '192.168.0.1', '127.0.0.1.example.com', 'broker.test']) {
    test(`so is ${host}`, () => assert.throws(() => configOf({ flags: { host } }), UsageError))
  }
  test('needs authentication, or the words', () => {
    assert.equal(configOf({ flags: { host: '0.0.0.0', auth: 'required' } }).host, '0.0.0.0')
    assert.equal(configOf({ flags: { host: '0.0.0.0', 'open-without-authentication': true } }).host, '0.0.0.0')
  })
  for (const host of ['localhost', '::1', '127.1.2.3']) {
    test(`${host} is this machine`, () => assert.equal(configOf({ flags: { host } }).host, host))
  }
})

describe('a broker under test', () => {
  test('does not listen beyond this machine, whatever credentials it asks for', () => {
    assertRefused(
      { flags: { host: '0.0.0.0', auth: 'required', testing: true } },
      'listening on 0.0.0.0 with --testing puts the broker into the hands of other machines, whatever --auth says; ' +
        'listen on 127.0.0.1, or say --open-testing-controls',
    )
  })
  test('unless that is said', () => {
    const flags = { host: '0.0.0.0', auth: 'required', testing: true, 'open-testing-controls': true }
    assert.equal(configOf({ flags }).testing, true)
  })
  test('may have a clock that it moves, and no other broker may', () => {
    assert.equal(configOf({ flags: { testing: true, clock: 'manual' } }).clock, 'manual')
    assert.equal(configOf({ flags: { clock: 'system' } }).clock, 'system')
    assertRefused(
      { env: { LOGBROOK_CLOCK: 'manual' } },
      'LOGBROOK_CLOCK is "manual", which goes with --testing: nothing else moves such a clock',
    )
  })
})

test("the README's table is the settings'", () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  const [, table = ''] = /<!-- configuration -->\n([\s\S]*?)<!-- \/configuration -->/.exec(readme) ?? []
  assert.deepEqual(cellsOf(table), cellsOf(settingsTable()))
})

/** Without the padding that a formatter gives a table. */
function cellsOf(table: string): readonly string[] {
  return table
    .trim()
    .split('\n')
    .map((row) => row.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---'))
}
