/** A disk that is full, under what SQL keeps: changes and files are refused whole and in words, reads go on, and so does all once there is room. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startProcess } from '../real-process.ts'
import { newSqlUploader, sqlUploader } from '../sql-uploader.ts'
import type { SqlUploader } from '../sql-uploader.ts'
import { enginesOf } from './engines-of.ts'
import { limitFileSize, mountSmallDisk } from './small-disk.ts'
import type { SmallDisk } from './small-disk.ts'

const TABLES = `
CREATE USER TABLE notes (id BIGINT PRIMARY KEY, text TEXT);
CREATE USER TABLE docs (id BIGINT PRIMARY KEY, doc FILE);
`
const TEXT = 'x'.repeat(100_000)
const INSERT = 'INSERT INTO notes VALUES ($1, $2)'
const REFUSAL = /^Statement \d failed: Execution error: sql\.db cannot be used: .+ \(SQLite's error \d+\); nothing was stored$/

/** Full is what refuses some in a row: checkpoints make room inside of the file. Answers how many were kept. */
async function fill(user: SqlUploader): Promise<number> {
  let kept = 0
  for (let id = 0, refused = 0; refused < 5; id++) {
    const { status, body } = await user.post({ sql: INSERT, params: [id, TEXT] })
    if (status === 200) kept++
    else assertRefused(status, body)
    refused = status === 200 ? 0 : refused + 1
  }
  return kept
}

function assertRefused(status: number, body: unknown): void {
  const { error, results } = body as { readonly error: { readonly code: string; readonly message: string }; readonly results: unknown[] }
  assert.deepEqual([status, error.code, results], [500, 'INTERNAL_ERROR', []])
  assert.match(error.message, REFUSAL)
}

async function rows(user: SqlUploader): Promise<unknown> {
  return await user.query(`SELECT COUNT(*) AS n, MIN(LENGTH(text)) AS length FROM notes`)
}

async function storedFiles(dataDir: string): Promise<readonly string[]> {
  const entries = await readdir(join(dataDir, 'files'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

async function fillAndEmpty(disk: SmallDisk): Promise<void> {
  const args = ['--data-dir', disk.dataDir, '--sql-requests-per-second', '0', '--log-level', 'fatal']
  let kept: number
  {
    await using broker = await startProcess(args)
    const ann = await newSqlUploader(broker.url, 'ann', 'user')
    await ann.run(TABLES)
    const first = await ann.upload('INSERT INTO docs VALUES (1, FILE("a"))', { a: new Blob(['first']) })
    assert.equal(first.status, 200)
    const files = await storedFiles(disk.dataDir)
    const all = [broker.pid, ...(await enginesOf(broker))]
    for (const pid of all) await disk.limit(pid)

    kept = await fill(ann)
    assert.ok(kept > 0)
    assert.deepEqual(await rows(ann), [[String(kept), TEXT.length]])
    const large = `UPDATE notes SET text = text || 'y'; INSERT INTO notes VALUES (-1, 'z')`
    for (const sql of [large, `BEGIN; ${large}; COMMIT`]) {
      const { status, body } = await ann.post({ sql })
      assertRefused(status, body)
    }
    assert.deepEqual(await rows(ann), [[String(kept), TEXT.length]])

    const upload = await ann.upload('INSERT INTO docs VALUES (2, FILE("b"))', { b: new Blob([Buffer.alloc(8 * 2 ** 20)]) })
    assert.equal(upload.status, 500)
    assert.match(JSON.stringify(upload.body), /"INTERNAL_ERROR".*"a file could not be kept: [^/]+; nothing was stored"/)
    assert.deepEqual(await storedFiles(disk.dataDir), files)
    assert.equal((await ann.query('SELECT id FROM docs')).length, 1)

    for (const pid of all) await disk.makeRoom(pid)
    await ann.run(INSERT, [-1, TEXT])
    const second = await ann.upload('INSERT INTO docs VALUES (2, FILE("b"))', { b: new Blob(['second']) })
    assert.equal(second.status, 200)
    kept++
    assert.deepEqual(await rows(ann), [[String(kept), TEXT.length]])
  }
  await using reopened = await startProcess(args)
  const ann = await sqlUploader(reopened.url, 'ann')
  assert.deepEqual(await rows(ann), [[String(kept), TEXT.length]])
  assert.equal((await storedFiles(disk.dataDir)).length, 2)
}

test('a limit on the size of files', async () => {
  await using disk = await limitFileSize()
  await fillAndEmpty(disk)
})

test('a small file system, or a smaller limit where none can be mounted', async () => {
  await using disk = await mountSmallDisk().catch(() => limitFileSize())
  await fillAndEmpty(disk)
})
