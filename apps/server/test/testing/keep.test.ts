import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, test } from 'node:test'
import { createClient } from '@logbrook/client/client'
import { Logbrook } from '../../src/testing/testing.ts'
import { startProcess } from '../real-process.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const topics = { logs: {} }
const quietly = { report: () => undefined }

/** What a broker that is started on the folder as its users would has in it. */
async function valuesKept(folder: string): Promise<readonly (string | null)[]> {
  await using broker = await startProcess(['--data-dir', folder])
  const asked = { topic: 'logs', partitions: [{ partition: 0, fetch_offset: 0, partition_max_bytes: 1_000 }] }
  const { topics: fetched } = await createClient({ url: broker.url }).fetch({ topics: [asked] })
  const records = fetched[0]?.partitions[0]?.records ?? []
  return records.map(({ value }) => value && Buffer.from(value, 'base64').toString())
}

function runTests(file: string, cwd: string): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return new Promise((resolve) => {
    execFile(process.execPath, ['--test', '--test-reporter=tap', file], { cwd, env }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
}

test('a failing test leaves what its broker held, and says how to open it; one that passes leaves nothing', async () => {
  await using directory = await temporaryDirectory()
  const output = await runTests(join(import.meta.dirname, 'children/failing.ts'), directory.path)
  assert.match(output, /^# fail 2$/m)
  assert.match(output, /the test "the broker is gone when the test fails" failed/)
  assert.match(output, /npx logbrook start --data-dir logbrook-failures\/the-broker-is-gone-when-the-test-fails$/m)
  assert.match(output, /npx logbrook start --data-dir 'kept here\/a-broker-still-here' --auth required --acls on$/m)

  const first = join(directory.path, 'logbrook-failures', 'the-broker-is-gone-when-the-test-fails')
  assert.deepEqual(readdirSync(directory.path).toSorted(), ['kept here', 'logbrook-failures'])
  assert.deepEqual(readdirSync(join(first, '..')), ['the-broker-is-gone-when-the-test-fails'])
  assert.deepEqual(readdirSync(first).toSorted(), ['journal.ndjson', 'logbrook.db'])
  const [request] = readFileSync(join(first, 'journal.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  assert.deepEqual({ ...request, partitions: null }, { ...request, endpoint: 'produce', status: 200, partitions: null })
  assert.deepEqual(await valuesKept(first), ['of the first'])
  assert.deepEqual(readdirSync(join(directory.path, 'kept here')), ['a-broker-still-here'])
})

describe('a broker that is kept', () => {
  it('is the one of a run that fails, and the failure is what is told', async () => {
    await using directory = await temporaryDirectory()
    const options = { topics, keepOnFailure: { ...quietly, folder: directory.path } }
    assert.equal(await Logbrook.run(options, async (broker) => (await broker.topic('logs').produce(['x'])).baseOffset), 0)
    assert.deepEqual(readdirSync(directory.path), [])
    let url = ''
    const run = Logbrook.run(options, async (broker) => {
      url = broker.url
      await broker.topic('logs').produce(['x'])
      throw new Error('on purpose')
    })
    await assert.rejects(run, { message: 'on purpose' })
    await assert.rejects(fetch(url))
    assert.deepEqual(readdirSync(directory.path), ['broker'])
    await assert.rejects(
      Logbrook.run(options, () => Promise.reject(new Error('again'))),
      { message: 'again' },
    )
    assert.deepEqual(readdirSync(directory.path).toSorted(), ['broker', 'broker-2'])
  })

  it('is one that is stopped as failed, if it was created to be', async () => {
    await using directory = await temporaryDirectory()
    const kept = await Logbrook.create({ topics, keepOnFailure: { ...quietly, folder: directory.path } })
    await kept.stop({ failed: true })
    await kept.stop({ failed: true })
    assert.deepEqual(readdirSync(directory.path), ['broker'])
    await (await Logbrook.create({ topics, keepOnFailure: false })).stop({ failed: true })
    await (await Logbrook.create({ topics, keepOnFailure: { ...quietly, folder: directory.path } })).stop({ failed: false })
    assert.deepEqual(readdirSync(directory.path), ['broker'])
  })

  it("is one whose test has failed by vitest's word", async () => {
    await using directory = await temporaryDirectory()
    const hooks: (() => Promise<void>)[] = []
    const vitest = { task: { name: 'in vitest' }, onTestFailed: (hook: () => Promise<void>) => void hooks.push(hook) }
    await (await Logbrook.create({ topics, keepOnFailure: { ...quietly, test: vitest, folder: directory.path } })).stop()
    assert.deepEqual(readdirSync(directory.path), [])
    await hooks[0]!()
    assert.deepEqual(readdirSync(directory.path), ['in-vitest'])
  })

  it('is one whose test asks for it, and goes on', async () => {
    await using directory = await temporaryDirectory()
    await using broker = await Logbrook.create({ topics, keepOnFailure: { ...quietly, folder: directory.path } })
    await broker.topic('logs').produce(['x'])
    assert.equal(await broker.keep(), join(directory.path, 'broker'))
    assert.deepEqual(await broker.topic('logs').produce(['y']), { partition: 0, baseOffset: 1 })
    assert.deepEqual(await valuesKept(join(directory.path, 'broker')), ['x'])
  })

  it('does not hide what a test failed of where it cannot be kept', async () => {
    await using directory = await temporaryDirectory()
    const folder = join(directory.path, 'a file')
    writeFileSync(folder, '')
    const told: string[] = []
    const options = { topics, keepOnFailure: { folder, report: (text: string) => void told.push(text) } }
    await assert.rejects(
      Logbrook.run(options, () => Promise.reject(new Error('on purpose'))),
      { message: 'on purpose' },
    )
    assert.equal(told.length, 2)
    assert.equal(told[0], 'logbrook: a test failed\n')
    assert.match(told[1]!, /^logbrook: what the broker held could not be kept: Error: EEXIST/)
  })
})
