/** Exports and imports that fail half-way, for reasons that no archive has: nothing half-done is left, or it is said what is. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createClient } from '@logbrook/client/client'
import type { Client } from '@logbrook/client/client'
import { createManualClock } from '@logbrook/kafka/clock'
import { interruptible } from '../src/cli/archive/interruptible.ts'
import { withProgress } from '../src/cli/archive/progress.ts'
import { writeWholeFile } from '../src/cli/archive/whole-file.ts'
import { ZipWriter } from '../src/cli/archive/zip-writer.ts'
import { exportTopics } from '../src/cli/export/export-topics.ts'
import { importTopics } from '../src/cli/import/import-topics.ts'
import { openArchive } from '../src/cli/import/open-archive.ts'
import { planTopic } from '../src/cli/import/topic-plan.ts'
import { verifyTopic } from '../src/cli/import/verify-topic.ts'
import { base64, contentsOf, createTopic, deleteTopic, entriesOf, manifestOf, produce, say, stateOf, trim } from './export-import.ts'
import { startTestServer } from './own-api-server.ts'
import type { TestServer } from './own-api-server.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const onRecords = async () => {}
const never = new AbortController().signal

let api: TestServer
let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let file = ''
let topics = 0
let name = ''
const here = () => ({ url: api.url, clock: api.clock })

/** Records of 3 MiB: every page and batch holds one. */
const value = Buffer.alloc(3 * 2 ** 20, 'x').toString('base64')

before(async () => {
  api = await startTestServer()
  directory = await temporaryDirectory()
})
beforeEach(async () => {
  name = `topic-${topics++}`
  file = join(directory.path, `${name}.zip`)
  await createTopic(api.url, { name })
  for (let i = 0; i < 4; i++) await produce(api.url, name, 0, [{ value }])
})
after(async () => {
  await api.close()
  await directory[Symbol.asyncDispose]()
})

/** A client that lets `meddle` act before each request that `path` is in; it is told how many there were. */
function meddledClient(path: string, meddle: (count: number) => void | Promise<void>): Client {
  let count = 0
  return createClient({
    url: api.url,
    async fetch(input, init) {
      if (new Request(input).url.includes(path)) await meddle(++count)
      return await fetch(input, init)
    },
  })
}

/** Imports `file` under another name by a client that something happens to, and answers what it failed with. */
async function failing(client: Client, { signal = never, append = false, changed = async () => {} } = {}): Promise<string> {
  const sound = createClient({ url: api.url })
  await using archive = await openArchive(file)
  const [topic] = archive.manifest.topics
  const plan = await planTopic(sound, topic!, append ? name : `${name}-2`, { append, configOverrides: {} })
  const verified = { ...plan, ...(await verifyTopic(archive, topic!, { onRecords, signal: never })) }
  await changed()
  const importing = importTopics({ client, archive, topics: [verified], onRecords, signal })
  return await importing.then(
    () => assert.fail('it did not fail'),
    (error: Error) => error.message,
  )
}

/** What `fetch` fails with when a connection does. */
function failedFetch(code: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}

describe('an import', () => {
  test('that is cut off deletes what it had made', async () => {
    await say(['export', name, '-o', file], here())
    const was = await stateOf(api.url)
    const client = meddledClient('/records', (count) => {
      if (count === 3) throw new TypeError('fetch failed')
    })
    assert.match(await failing(client), /no Logbrook answers at .*: fetch failed; nothing was imported$/)
    assert.deepEqual(await stateOf(api.url), was)
  })

  test('that cannot even do that says so', async () => {
    await say(['export', name, '-o', file], here())
    let isAway = false
    const client = meddledClient('/', () => {
      if (isAway) throw new TypeError('fetch failed')
    })
    const cutOff: Client = {
      ...client,
      produceBatch(...given) {
        isAway = true
        return client.produceBatch(...given)
      },
    }
    assert.match(
      await failing(cutOff),
      new RegExp(`no Logbrook answers .*; topic ${name}-2 is there, not whole, and could not be deleted: no Logbrook answers`),
    )
    await deleteTopic(api.url, `${name}-2`)
  })

  test('that is interrupted deletes what it had made', async () => {
    await say(['export', name, '-o', file], here())
    const was = await stateOf(api.url)
    const controller = new AbortController()
    const client = meddledClient('/records', (count) => {
      if (count === 2) controller.abort(new Error('interrupted'))
    })
    assert.equal(await failing(client, { signal: controller.signal }), 'interrupted; nothing was imported')
    assert.deepEqual(await stateOf(api.url), was)
  })

  test('into which somebody else writes deletes what it had made', async () => {
    await say(['export', name, '-o', file], here())
    const was = await stateOf(api.url)
    const client = meddledClient('/records', async (count) => {
      if (count === 2) await produce(api.url, `${name}-2`, 0, [{ value: base64('mine') }])
    })
    assert.match(await failing(client), /partition 0: offset 1 went to somebody else, who writes to it .*; nothing was imported$/)
    assert.deepEqual(await stateOf(api.url), was)
  })

  test('whose archive changes under it deletes what it had made', async () => {
    await say(['export', name, '-o', file], here())
    const was = await stateOf(api.url)
    const damaged = await readFile(file)
    damaged[damaged.length >> 1]! ^= 0xff
    const said = await failing(createClient({ url: api.url }), { changed: () => writeFile(file, damaged) })
    assert.match(said, /entry ".*".*; nothing was imported$/s)
    assert.deepEqual(await stateOf(api.url), was)
  })

  test('that fails while it appends says how much it has appended', async () => {
    await say(['export', name, '-o', file], here())
    const failures: readonly (readonly [error: Error, kept: string])[] = [
      // A connection that breaks says nothing of the request that was under way; one that is never made does.
      [failedFetch('ECONNRESET'), '2 to 3 records'],
      [failedFetch('ECONNREFUSED'), '2 records'],
    ]
    for (const [error, kept] of failures) {
      const client = meddledClient('/records', (count) => {
        if (count === 3) throw error
      })
      assert.match(await failing(client, { append: true }), new RegExp(`; topic ${name} keeps ${kept} of the archive$`))
    }
    const controller = new AbortController()
    const client = meddledClient('/records', (count) => void (count === 2 && controller.abort(new Error('interrupted'))))
    const said = await failing(client, { append: true, signal: controller.signal })
    assert.equal(said, `interrupted; topic ${name} keeps 2 records of the archive`)
  })
})

async function exported(client: Client, signal = never): Promise<void> {
  const described = [await createClient({ url: api.url }).topics.describe(name)]
  await writeWholeFile(file, async (handle) => {
    const zip = new ZipWriter({ file: handle, timestampMs: 0 })
    await exportTopics({ client, topics: described, zip, onRecords, signal, writtenBy: 'test', nowMs: 0 })
  })
}

async function assertFails(sentence: RegExp, client: Client, signal = never): Promise<void> {
  const was = await readdir(directory.path)
  await assert.rejects(exported(client, signal), (error: Error) => sentence.test(error.message) || assert.fail(error.message))
  assert.deepEqual(await readdir(directory.path), was)
}

describe('an export', () => {
  test('that retention overtakes fails, and leaves no file', async () => {
    const client = meddledClient('/fetch', (count) => (count === 2 ? trim(api.url, name, 0, 3) : undefined))
    await assertFails(/partition 0: the records at \[1, 3\) were deleted while they were exported; export it again/, client)
  })

  test('begins where the log begins by then', async () => {
    const client = meddledClient('/fetch', (count) => (count === 1 ? trim(api.url, name, 0, 2) : undefined))
    await exported(client)
    const [partition] = manifestOf(await entriesOf(file)).topics[0]!.partitions
    assert.deepEqual([partition?.log_start_offset, partition?.high_watermark], [2, 4])
    const was = await contentsOf(api.url, name)
    await deleteTopic(api.url, name)
    await say(['import', file], here())
    assert.deepEqual(await contentsOf(api.url, name), was)
  })

  test('of a partition of which nothing is left by then is of none of its records', async () => {
    const client = meddledClient('/fetch', async (count) => {
      if (count > 1) return
      await produce(api.url, name, 0, [{ value: base64('later') }])
      await trim(api.url, name, 0, -1)
    })
    await exported(client)
    assert.deepEqual(manifestOf(await entriesOf(file)).topics[0]!.partitions, [
      { partition: 0, log_start_offset: 4, high_watermark: 4, parts: [] },
    ])
  })

  test('leaves out what comes while it runs', async () => {
    const was = await contentsOf(api.url, name)
    await exported(meddledClient('/fetch', () => produce(api.url, name, 0, [{ value: base64('later') }])))
    await say(['import', file, '--topic', `${name}-2`], here())
    assert.deepEqual(await contentsOf(api.url, `${name}-2`), was)
  })

  test('of a topic that is made anew fails, and leaves no file', async () => {
    const client = meddledClient(`/topics/${name}`, async () => {
      await deleteTopic(api.url, name)
      await createTopic(api.url, { name })
    })
    await assertFails(/was deleted and created again while it was exported; export it again/, client)
  })

  test('of a topic that is deleted fails, and leaves no file', async () => {
    const client = meddledClient('/fetch', (count) => (count === 2 ? deleteTopic(api.url, name) : undefined))
    await assertFails(/partition 0, offset 1: this broker has no such topic or partition/, client)
    await createTopic(api.url, { name })
  })

  test('that is interrupted leaves no file', async () => {
    const controller = new AbortController()
    const client = meddledClient('/fetch', (count) => void (count === 2 && controller.abort(new Error('interrupted'))))
    await assertFails(/^interrupted$/, client, controller.signal)
  })
})

test('Ctrl-C is passed on to the work, and only while there is some', async () => {
  const listeners = process.listenerCount('SIGINT')
  const aborted = interruptible(createManualClock(), async (signal) => {
    process.emit('SIGINT')
    await once(signal, 'abort')
    signal.throwIfAborted()
  })
  await assert.rejects(aborted, /^Error: interrupted$/)
  assert.equal(process.listenerCount('SIGINT'), listeners)
})

/** What is shown on stderr of work that tells of 1,000 records, 200 and, two seconds later, 800. */
async function shownOf(isTTY: boolean): Promise<string> {
  const clock = createManualClock()
  let shown = ''
  const stderr = Object.assign(new Writable({ write: (chunk, _, done) => (void (shown += String(chunk)), done()) }), {
    isTTY,
    columns: 120,
  })
  const shell = { stderr, clock, stdout: stderr, stdin: Readable.from([]), env: {} }
  await withProgress(shell, { label: 'exporting', totalRecords: 3_000 }, async (told) => {
    await told(1_000, 1_024)
    await told(200, 1_024)
    clock.advance(2_000)
    await told(800, 1_024)
  })
  return shown.replaceAll('\r\u001b[K', '|')
}

describe('progress', () => {
  test('is shown at a terminal, now and then, and taken away at the end', async () => {
    assert.match(
      await shownOf(true),
      /^\|exporting {3}33 % {2}\[#{8}\.{16}\] {2}1,000 records[^|]*\|exporting {3}66 %[^|]* 1,000 records\/s\|$/,
    )
  })

  test('is not shown anywhere else', async () => assert.equal(await shownOf(false), ''))
})
