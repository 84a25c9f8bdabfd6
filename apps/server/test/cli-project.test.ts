/** `logbrook` in a folder: what it starts there, and what `logbrook.json` has to say about that. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { PROJECT_FILE, readProjectFile } from '../src/cli/project-file.ts'
import { findPortHolder } from '../src/cli/port-holder.ts'
import { UsageError } from '../src/usage-error.ts'
import { requestJson } from './broker-requests.ts'
import { atTerminal, CTRL_C, NO_TERMINAL } from './pseudo-terminal.ts'
import { listening, MAIN, startProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'
import { steadyPort } from './steady-port.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const PROJECT = {
  settings: { port: 0, acls: 'on' },
  topics: [{ name: 'logs', partitions: 4, config: { 'retention.ms': 86_400_000 } }],
  users: [{ name: 'alice', password: 'wonderland' }],
  super_users: ['User:ANONYMOUS'],
  acls: [{ principal: 'User:alice', operation: 'READ', resource_type: 'TOPIC', resource_name: 'logs' }],
}

/** A folder that holds a `logbrook.json`. */
async function projectFolder(content: unknown) {
  const directory = await temporaryDirectory()
  await writeFile(join(directory.path, PROJECT_FILE), typeof content === 'string' ? content : JSON.stringify(content))
  return directory
}

describe('without a command', () => {
  test('a broker starts in an empty folder, and keeps its log in logbrook-data', async () => {
    await using directory = await temporaryDirectory()
    await using broker = await listening(process.execPath, [MAIN, '--port', '0'], directory.path)
    assert.deepEqual(await requestJson(`${broker.url}/v1/kafka/topics`), { topics: [] })
    assert.ok(existsSync(join(directory.path, 'logbrook-data/logbrook.db')))
    broker.kill('SIGTERM')
    const { code, stdout } = await broker.ending
    assert.deepEqual({ code, stdout }, { code: 0, stdout: `listening on ${broker.url}\n` })
  })
  test('an option that is not known is refused as that of start', async () => {
    const { code, stderr } = await runLogbrook(['--prot', '1'])
    assert.deepEqual(
      { code, stderr },
      { code: 2, stderr: 'logbrook: unknown option --prot; did you mean --port? (logbrook start --help says more)\n' },
    )
  })
  test('a person is told where the log is kept, what was applied, and what to do next', { skip: NO_TERMINAL }, async () => {
    await using directory = await projectFolder({ ...PROJECT, settings: { port: await steadyPort() } })
    for (const applied of [
      'created topic logs with 4 partitions; created user alice, role user; added 1 ACL binding; settings: port',
      'all is there that it asks for; settings: port',
    ]) {
      await using terminal = atTerminal([], { cwd: directory.path })
      const shown = await terminal.shows(/open .* to see what to do next\n/)
      terminal.type(CTRL_C)
      const { code } = await terminal.ending
      assert.equal(code, 0)
      const [listens, ...lines] = shown.trimEnd().split('\n')
      assert.match(listens!, /^listening on http:\/\/127\.0\.0\.1:\d+$/)
      assert.deepEqual(lines, [
        'records are kept in ./logbrook-data; Ctrl-C stops',
        `logbrook.json: ${applied}`,
        'logbrook.json: its ACL bindings count only with --acls on',
        `open ${listens!.replace('listening on ', '')} to see what to do next`,
      ])
    }
  })
})

test('topics, users, super users, ACLs and settings of logbrook.json hold, and log lines say so', async () => {
  await using directory = await projectFolder(PROJECT)
  await using broker = await listening(process.execPath, [MAIN], directory.path)
  const topic = (await requestJson(`${broker.url}/v1/kafka/topics/logs`)) as { partitions: unknown[]; config: Record<string, unknown> }
  assert.deepEqual([topic.partitions.length, topic.config['retention.ms']], [4, 86_400_000])
  const alice = { LOGBROOK_URL: broker.url, LOGBROOK_USER: 'alice:wonderland' }
  assert.equal((await runLogbrook(['consume', 'logs', '-e'], { env: alice })).code, 0)
  assert.match((await runLogbrook(['produce', 'logs', 'x'], { env: alice })).stderr, /WRITE/)
  broker.kill('SIGTERM')
  const { stderr } = await broker.ending
  const sentences = Array.from(stderr.matchAll(/"msg":"logbrook\.json: ([^"]*)"/g), ([, sentence]) => sentence)
  assert.deepEqual(sentences, ['created topic logs with 4 partitions', 'created user alice, role user', 'added 1 ACL binding'])
})

test('options and variables win over its settings', async () => {
  await using directory = await projectFolder({ settings: { port: 'x', memory: true } })
  await using broker = await listening(process.execPath, [MAIN, '--port', '0', '--data-dir', 'mine'], directory.path)
  assert.ok(existsSync(join(directory.path, 'mine/logbrook.db')))
  assert.equal((await fetch(`${broker.url}/livez`)).status, 200)
})

describe('a logbrook.json that is not right is refused, naming the key, before anything is made', () => {
  const refusals: readonly (readonly [name: string, content: unknown, code: number, sentence: RegExp])[] = [
    ['no JSON', '{"topics":[', 2, /logbrook\.json cannot be read: .*JSON/],
    ['no object', [], 2, /logbrook\.json holds no JSON object/],
    ['an unknown key', { topcs: [] }, 2, /unknown key "topcs" in logbrook\.json; did you mean "topics"\?/],
    ['settings that are none', { settings: 8080 }, 2, /"settings" in logbrook\.json is 8080; it must be an object/],
    ['an unknown setting', { settings: { prot: 1 } }, 2, /unknown key "prot" in the settings of logbrook\.json; did you mean "port"\?/],
    ['a wrong setting', { settings: { port: 'x' } }, 2, /"port" in the settings of logbrook\.json is "x"; it must be a whole number/],
    ['an init file in the settings', { settings: { 'init-file': 'a' } }, 2, /"init-file" in the settings of logbrook\.json/],
    [
      'a wrong topic behind a right one',
      { topics: [{ name: 'a' }, { name: 'b', partitions: 0 }] },
      1,
      /logbrook\.json: topics\[1\]: .*partitions/,
    ],
    ['an unknown key of a topic', { topics: [{ name: 'a', partition: 1 }] }, 1, /logbrook\.json: topics\[0\]: .*did you mean partitions\?/],
    ['a wrong binding', { topics: [{ name: 'a' }], acls: [{}] }, 1, /logbrook\.json: acls\[0\]: resource_type is missing/],
  ]
  for (const [name, content, code, sentence] of refusals) {
    test(name, async () => {
      await using directory = await projectFolder(content)
      const said = await runLogbrook(['start'], { cwd: directory.path })
      assert.deepEqual({ code: said.code, stdout: said.stdout }, { code, stdout: '' })
      assert.match(said.stderr, sentence)
      assert.match(said.stderr, /^logbrook: [^\n]+\n$/)
      assert.ok(!existsSync(join(directory.path, 'logbrook-data')), 'nothing is made')
    })
  }
})

function fileOf(content: unknown): () => string {
  return () => JSON.stringify(content)
}

function unreadable(code: string): () => string {
  return () => {
    throw Object.assign(new Error(code), { code })
  }
}

describe('logbrook.json', () => {
  const readFile = fileOf(PROJECT)
  test('need not be there', () => assert.equal(readProjectFile({ flags: {}, env: {}, readFile: unreadable('ENOENT') }), undefined))
  test('is not looked at where another file is named', () => {
    for (const flags of [{ config: 'a.json' }, { 'init-file': 'a.json' }]) {
      assert.equal(readProjectFile({ flags, env: {}, readFile }), undefined)
    }
    for (const env of [{ LOGBROOK_CONFIG: 'a.json' }, { LOGBROOK_INIT_FILE: 'a.json' }]) {
      assert.equal(readProjectFile({ flags: {}, env, readFile }), undefined)
    }
    const { settings, ...init } = PROJECT
    assert.deepEqual(readProjectFile({ flags: { port: '1' }, env: {}, readFile }), { settings, init })
  })
  test('that cannot be read is said to be so', () => {
    assert.throws(
      () => readProjectFile({ flags: {}, env: {}, readFile: unreadable('EACCES') }),
      new UsageError('logbrook.json cannot be read: EACCES'),
    )
  })
})

test('who listens on a port is found', async () => {
  await using broker = await startProcess(['--memory'])
  const holder = findPortHolder(Number(new URL(broker.url).port))
  assert.equal(holder?.pid, broker.pid)
  assert.match(holder.command, /^node .*main\.ts start/)
  assert.equal(findPortHolder(await steadyPort()), undefined)
})
