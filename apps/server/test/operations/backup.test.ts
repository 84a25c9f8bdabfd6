/** Backups of a broker that is being written to, restored; and programs of two versions on one directory. */
import assert from 'node:assert/strict'
import { copyFile, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { bash } from '../bash.ts'
import { createTopic, readPartition, sendLogs } from '../broker-requests.ts'
import { ask } from '../own-api-server.ts'
import { startProcess } from '../real-process.ts'
import { runLogbrook } from '../run-logbrook.ts'
import { seededRandom } from '../seeded-random.ts'
import { sqlClient } from '../sql-client.ts'
import { createLedger } from '../survival/ledger.ts'
import type { Ledger, LedgerRequest } from '../survival/ledger.ts'
import { load } from '../survival/load.ts'
import { temporaryDirectory } from '../temporary-directory.ts'

const BACKUPS = 3
/** The first backup does not begin with an empty log. */
const REQUESTS_BEFORE = 50
/** Of a schema that no program of today knows. */
const NEWER_VERSION = 1_000
const TOPICS = [
  { name: 'one', partitions: 1 },
  { name: 'three', partitions: 3 },
]

/** What of a ledger had been acknowledged at some moment: all of it is in a backup that began after. */
function acknowledgedIn({ requests }: Ledger): ReadonlySet<LedgerRequest> {
  return new Set(requests.filter(({ outcome }) => outcome !== 'unanswered'))
}

/** Of each topic and partition, the values by offset. */
async function contentsOf(url: string): Promise<ReadonlyMap<string, readonly (string | null)[]>> {
  const contents = new Map<string, readonly (string | null)[]>()
  for (const { name, partitions } of TOPICS) {
    for (let partition = 0; partition < partitions; partition++) {
      const { records } = await readPartition(url, name, partition)
      contents.set(
        `${name}-${partition}`,
        records.map(({ value }) => value),
      )
    }
  }
  return contents
}

test('backups under load open, are whole, and hold what was acknowledged before they began and nothing out of order', async (t) => {
  await using directory = await temporaryDirectory()
  const dataDir = join(directory.path, 'data')
  const ledger = createLedger({ topics: TOPICS, random: seededRandom(t), elementBytesMax: 5_000, largeElementBytes: 400_000 })
  const backups: { readonly file: string; readonly acknowledged: ReadonlySet<LedgerRequest> }[] = []
  await using broker = await startProcess(['--data-dir', dataDir])
  for (const { name, partitions } of TOPICS) await createTopic(broker.url, name, partitions)

  let isOver = false
  const underWay = Promise.withResolvers<void>()
  const onSent = (sent: number) => void (sent === REQUESTS_BEFORE && underWay.resolve())
  const sending = load({ url: broker.url, ledger, senders: 4, onSent, until: () => isOver })
  await underWay.promise
  for (let i = 0; i < BACKUPS; i++) {
    const [acknowledged, file] = [acknowledgedIn(ledger), join(directory.path, `${i}.db`)]
    const { code, stderr } = await runLogbrook(['backup', file, '--data-dir', dataDir])
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    backups.push({ file, acknowledged })
  }
  isOver = true
  await sending
  await ledger.verify(broker.url)
  assert.ok(
    ledger.requests.every(({ outcome }) => typeof outcome === 'object' && 'baseOffset' in outcome),
    'no request was refused',
  )

  const everything = await contentsOf(broker.url)
  for (const { file, acknowledged } of backups) {
    t.diagnostic(`${acknowledged.size} of ${ledger.requests.length} requests were acknowledged when the backup began`)
    const restored = `${file}.restored`
    await mkdir(restored)
    await copyFile(file, join(restored, 'logbrook.db'))
    const { code, stdout } = await runLogbrook(['check', '--data-dir', restored])
    assert.deepEqual({ code, stdout }, { code: 0, stdout: `${restored}: all is well\n` })
    await using again = await startProcess(['--data-dir', restored])
    const contents = await contentsOf(again.url)
    for (const [partition, values] of contents) assert.deepEqual(values, everything.get(partition)!.slice(0, values.length), partition)
    for (const { topic, elements, outcome } of acknowledged) {
      assert.ok(typeof outcome === 'object' && 'baseOffset' in outcome)
      const values = contents.get(`${topic}-${outcome.partition}`)!
      assert.ok(values.length >= outcome.baseOffset + elements.length, `${topic}-${outcome.partition}, offset ${outcome.baseOffset}`)
    }
    await sendLogs(again.url, 'one', '[{"goes":"on"}]')
  }
})

/** As a newer program leaves a file: only the version differs that this one looks at. */
async function upgrade(dataDir: string): Promise<void> {
  const script = `
    const { DatabaseSync } = require('node:sqlite')
    const database = new DatabaseSync(${JSON.stringify(join(dataDir, 'logbrook.db'))})
    database.exec('PRAGMA user_version = ${NEWER_VERSION}')
    database.close()`
  const { code, stderr } = await bash('exec "$node" --no-warnings -e "$script"', { node: process.execPath, script })
  assert.equal(code, 0, stderr)
}

test('an older program leaves a newer file alone and says what to do; the backup from before the upgrade takes it back', async () => {
  await using directory = await temporaryDirectory()
  const [dataDir, backup] = [join(directory.path, 'data'), join(directory.path, 'before.db')]
  {
    await using broker = await startProcess(['--data-dir', dataDir])
    await createTopic(broker.url, 'one', 1)
    await sendLogs(broker.url, 'one', '[{"n":1}]')
    broker.kill('SIGTERM')
    await broker.ending
  }
  assert.equal((await runLogbrook(['backup', backup, '--data-dir', dataDir])).code, 0)
  await upgrade(dataDir)
  const files = await readdir(dataDir)

  const commands = [['start', '--port', '0'], ['check'], ['backup', join(directory.path, 'after.db')], ['users', 'list']]
  for (const command of commands) {
    const { code, stdout, stderr } = await runLogbrook([...command, '--data-dir', dataDir])
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' }, command.join(' '))
    assert.match(
      stderr,
      /^logbrook: \S+logbrook\.db was written by a newer Logbrook: [^\n]+ or restore a backup from before the upgrade\n$/,
    )
  }
  assert.deepEqual(await readdir(dataDir), files)

  const downgraded = join(directory.path, 'downgraded')
  await mkdir(downgraded)
  await copyFile(backup, join(downgraded, 'logbrook.db'))
  await using broker = await startProcess(['--data-dir', downgraded])
  assert.equal((await readPartition(broker.url, 'one', 0)).records.length, 1)
})

test('a backup holds what SQL does, and a check finds a file of a row that is not what it was', async () => {
  await using directory = await temporaryDirectory()
  const [dataDir, backup] = [join(directory.path, 'data'), join(directory.path, 'today.db')]
  {
    await using broker = await startProcess(['--data-dir', dataDir])
    const user = { name: 'root', password: 'secret', role: 'dba' }
    await ask(`${broker.url}/v1/kafka/users`, { method: 'POST', json: user })
    const client = await sqlClient(broker.url, 'root:secret')
    await client.run('CREATE SHARED TABLE notes (id BIGINT PRIMARY KEY, paper FILE)')
    const form = new FormData()
    form.set('sql', "INSERT INTO notes (id, paper) VALUES (1, FILE('paper'))")
    form.set('file:paper', new File(['what it says'], 'paper.txt'))
    const { authorization } = client
    assert.equal((await fetch(`${broker.url}/v1/api/sql`, { method: 'POST', body: form, headers: { authorization } })).status, 200)
    const { code, stdout, stderr } = await runLogbrook(['backup', backup, '--data-dir', dataDir])
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `copied ${dataDir} into ${backup} and ${backup}.sql\n`, stderr: '' })
    await client.run('DELETE FROM notes WHERE id = 1')
  }

  const restored = join(directory.path, 'restored')
  await mkdir(restored)
  await copyFile(backup, join(restored, 'logbrook.db'))
  await cp(`${backup}.sql`, restored, { recursive: true })
  const check = () => runLogbrook(['check', '--data-dir', restored])
  assert.deepEqual((await check()).stdout, `${restored}: all is well\n`)
  {
    await using broker = await startProcess(['--data-dir', restored])
    const client = await sqlClient(broker.url, 'root:secret')
    assert.deepEqual(await client.rows('SELECT id FROM notes'), [['1']])
  }

  const paper = (await readdir(join(restored, 'files'), { recursive: true })).find((name) => name.endsWith('.txt'))!
  await writeFile(join(restored, 'files', paper), 'something else')
  const { code, stdout } = await check()
  assert.deepEqual({ code, stdout }, { code: 1, stdout: `files/${paper} is not what it was when it came\n` })
  await rm(join(restored, 'files', paper))
  assert.match((await check()).stdout, /^files\/\S+ cannot be read: ENOENT/)
})
