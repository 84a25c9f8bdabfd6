/** What only a person at a terminal sees: colours, prompts, bars. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createTopic } from './broker-requests.ts'
import { atTerminal, CTRL_C, NO_TERMINAL, visible, withoutColours } from './pseudo-terminal.ts'
import type { TerminalOptions } from './pseudo-terminal.ts'
import { startProcess } from './real-process.ts'
import type { RealProcess } from './real-process.ts'
import { runLogbrook } from './run-logbrook.ts'

let broker: RealProcess
let env: Record<string, string>
before(async () => {
  broker = await startProcess(['--memory'])
  env = { LOGBROOK_URL: broker.url }
  await createTopic(broker.url, 'logs', 4)
  const sent = await runLogbrook(
    ['produce', 'logs', '-p', '1', '-k', 'alice', '{"level":"error","http":{"status":502},"n":1.50}', 'a\u001b[2Jb'],
    { env },
  )
  assert.equal(sent.code, 0, sent.stderr)
})
after(() => broker[Symbol.asyncDispose]())

async function shown(command: string, options: TerminalOptions = {}): Promise<string> {
  await using terminal = atTerminal(command.split(' '), { ...options, env: { ...env, ...options.env } })
  const { code, shown: text } = await terminal.ending
  assert.equal(code, 0, text)
  return text
}

describe('records', { skip: NO_TERMINAL }, () => {
  test('are laid out in colours, and cannot move the cursor', async () => {
    const text = await shown('consume logs -e')
    assert.ok(visible(text).includes('^[[36m"level"^[[39m: ^[[1m^[[31m"error"'), text)
    const [place, json, secondPlace, plain] = withoutColours(text).split('\n')
    assert.match(place!, /^\d{4}-\d\d-\d\dT[\d:.]+Z {2}partition 1 {2}offset 0 {2}key alice$/)
    assert.equal(json, '{ "level": "error", "http": { "status": 502 }, "n": 1.50 }')
    assert.match(secondPlace!, /offset 1/)
    assert.equal(plain, String.raw`a\u001b[2Jb`)
  })
  test('are broken to the width of the terminal', async () => {
    const text = withoutColours(await shown('consume logs -e -n 1', { columns: 40 }))
    assert.ok(text.endsWith('\n{\n  "level": "error",\n  "http": { "status": 502 },\n  "n": 1.50\n}\n'), text)
  })
  test('have no colours where they are not wanted', async () => {
    const text = await shown('consume logs -e', { env: { NO_COLOR: '1' } })
    assert.equal(text, withoutColours(text))
    assert.ok(text.includes('{ "level": "error"'))
  })
  test('are their bytes when a format asks for that', async () => {
    assert.equal(await shown('consume logs -e -n 1 -f %v;'), '{"level":"error","http":{"status":502},"n":1.50};')
  })
  test('come as they are sent, until Ctrl-C', async () => {
    await using terminal = atTerminal(['tail', 'logs', '--follow', '--where', 'n>1'], { env })
    for (let n = 0; n < 4; n++) {
      // The tail begins at the end, wherever that is by the time it has begun.
      await runLogbrook(['produce', 'logs', JSON.stringify({ n })], { env })
    }
    await sendUntilShown(terminal, '{"n":2,"it":"came"}')
    terminal.type(CTRL_C)
    const { shown: text } = await terminal.ending
    assert.ok(!withoutColours(text).includes('"n": 1 '), text)
  })
})

async function sendUntilShown(terminal: ReturnType<typeof atTerminal>, value: string): Promise<void> {
  const state = { isShown: false }
  const seen = terminal.shows(/came/).finally(() => (state.isShown = true))
  while (!state.isShown) await runLogbrook(['produce', 'logs', value], { env })
  await seen
}

describe('lists', () => {
  test('stand under a heading in bold, their numbers under each other', { skip: NO_TERMINAL }, async () => {
    assert.match(visible(await shown('topics')), /^\^\[\[1mNAME {2}PARTITIONS {2}RECORDS\^\[\[22m\nlogs {11}4 +\d+\n$/)
  })
  test('are plain elsewhere', async () => {
    const said = await runLogbrook(['topics'], { env })
    assert.match(said.stdout, /^NAME {2}PARTITIONS {2}RECORDS\nlogs {11}4 +\d+\n$/)
  })
})

describe('a password', { skip: NO_TERMINAL }, () => {
  test('is asked for and not shown, whatever is typed', async () => {
    await using terminal = atTerminal(['users', 'create', 'alice'], { env })
    await terminal.shows(/Password for alice: $/)
    terminal.type('wonderx')
    terminal.type('\u007fland\r')
    const { code, shown: text } = await terminal.ending
    assert.deepEqual({ code, text }, { code: 0, text: 'Password for alice: \ncreated user alice, role user\n' })
    const login = await runLogbrook(['topics'], { env: { ...env, LOGBROOK_USER: 'alice:wonderland' } })
    assert.equal(login.code, 0, login.stderr)
  })
  test('is asked for where a name logs in without one', async () => {
    await using terminal = atTerminal(['topics', '--user', 'alice'], { env })
    await terminal.shows(/Password for alice: $/)
    terminal.type('wonderland\r')
    const { code, shown: text } = await terminal.ending
    assert.equal(code, 0, text)
    assert.ok(!text.includes('wonderland'), text)
  })
  test('is not made of Ctrl-C', async () => {
    await using terminal = atTerminal(['users', 'create', 'bob'], { env })
    await terminal.shows(/Password for bob: $/)
    terminal.type(CTRL_C)
    const { code, shown: text } = await terminal.ending
    assert.notEqual(code, 0, text)
    assert.ok(!text.includes('created user bob'), text)
  })
  test('that is empty is none', async () => {
    await using terminal = atTerminal(['users', 'create', 'bob'], { env })
    await terminal.shows(/Password for bob: $/)
    terminal.type('\r')
    const { code, shown: text } = await terminal.ending
    assert.equal(code, 2)
    assert.match(text, /no password was given/)
  })
})
