/** Files on disk: what is received, what stays of it, and what is swept. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FILE_BYTES_MAX, FILE_IDS_RESERVED } from '@logbrook/kafka/limits'
import { fileCell, trackFiles } from '../src/engine/files.ts'
import type { FileStore } from '../src/files/file-store.ts'
import type { FileReference } from '../src/protocol.ts'
import { callerOf, chunks, filesFixture } from './files-fixture.ts'
import type { FilesFixture } from './files-fixture.ts'

const ANN = callerOf('ann')

function received(store: FileStore, text: string) {
  const upload = store.upload()
  return { upload, reference: upload.receive({ name: 'My Note.txt', mime: 'text/plain', bytes: chunks(text) }) }
}

async function* broken(): AsyncIterable<Uint8Array> {
  yield Buffer.from('half of')
  throw new Error('cut')
}

/** As an INSERT of one row does. */
function insert(at: FilesFixture, table: ReturnType<FilesFixture['table']>, reference: FileReference): void {
  const run = at.run(ANN, [reference])
  const cell = fileCell(run, { table, owner: 'ann', value: JSON.stringify(reference) })
  trackFiles(run, { table, owner: 'ann', operation: 'insert', row: { seq: 1n, values: [1n, cell] }, old: null })
}

test('a file is staged, published and kept for the row that holds it', async () => {
  await using at = await filesFixture()
  const table = at.table('docs', 'user')
  const { upload, reference } = received(at.newStore(), 'a note')
  const file = await reference
  const sha256 = createHash('sha256').update('a note').digest('hex')
  assert.deepEqual(file, { id: '1', sub: 'f0001', name: 'My Note.txt', size: 6, mime: 'text/plain', sha256 })
  assert.deepEqual(await at.onDisk(), ['staging/1'])
  await upload.publish()
  assert.deepEqual(await at.onDisk(), ['f0001/1-my-note.txt'])
  insert(at, table, file)
  await upload[Symbol.asyncDispose]()
  assert.deepEqual(await at.onDisk(), ['f0001/1-my-note.txt'])
  assert.equal(await readFile(join(at.directory, 'f0001/1-my-note.txt'), 'utf8'), 'a note')
  assert.deepEqual(at.errors, [])
})

describe('nothing is left of an upload', () => {
  test('whose statement was not kept', async () => {
    await using at = await filesFixture()
    const { upload, reference } = received(at.newStore(), 'a note')
    await reference
    await upload.publish()
    await upload[Symbol.asyncDispose]()
    assert.deepEqual(await at.onDisk(), [])
  })

  test('that was not published', async () => {
    await using at = await filesFixture()
    const { upload, reference } = received(at.newStore(), 'a note')
    await reference
    await upload[Symbol.asyncDispose]()
    assert.deepEqual(await at.onDisk(), [])
  })

  test('that broke off', async () => {
    await using at = await filesFixture()
    const upload = at.newStore().upload()
    await assert.rejects(upload.receive({ name: 'a', mime: 'text/plain', bytes: broken() }), { message: 'cut' })
    await upload[Symbol.asyncDispose]()
    assert.deepEqual(await at.onDisk(), [])
    assert.deepEqual(at.errors, [])
  })
})

test('a file may be as large as the limit and not one byte larger', async () => {
  await using at = await filesFixture()
  const store = at.newStore()
  const largest = Buffer.alloc(FILE_BYTES_MAX)
  await using upload = store.upload()
  const { size } = await upload.receive({ name: 'a', mime: 'text/plain', bytes: chunks(largest) })
  assert.equal(size, FILE_BYTES_MAX)
  await assert.rejects(upload.receive({ name: 'b', mime: 'text/plain', bytes: chunks(largest, 'b') }), {
    code: 'FILE_TOO_LARGE',
    message: `file "b" is larger than ${FILE_BYTES_MAX} bytes, which is the limit`,
  })
})

test('only their owner can read the files', async () => {
  await using at = await filesFixture()
  const { upload, reference } = received(at.newStore(), 'a note')
  await reference
  await upload.publish()
  assert.equal((await stat(join(at.directory, 'f0001/1-my-note.txt'))).mode & 0o777, 0o600)
})

test('no id is given twice, however many are asked for at once, and a later process gives others', async () => {
  await using at = await filesFixture()
  await using upload = at.newStore().upload()
  const many = await Promise.all(
    Array.from({ length: FILE_IDS_RESERVED + 3 }, () => upload.receive({ name: 'a', mime: 'a/a', bytes: chunks('a') })),
  )
  const ids = many.map(({ id }) => Number(id))
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(Math.max(...ids), ids.length)
  await using later = at.newStore().upload()
  assert.equal((await later.receive({ name: 'a', mime: 'a/a', bytes: chunks('a') })).id, String(2 * FILE_IDS_RESERVED + 1))
})

/** As a process leaves it that was killed between publishing a file and keeping its row, and while it received another. */
async function leaveBehind(at: FilesFixture): Promise<void> {
  const store = at.newStore()
  const held = received(store, 'held')
  insert(at, at.table('docs', 'user'), await held.reference)
  await held.upload.publish()
  const orphan = received(store, 'orphan')
  await orphan.reference
  await orphan.upload.publish()
  await received(store, 'half').reference
  assert.deepEqual(await at.onDisk(), ['f0001/1-my-note.txt', 'f0001/2-my-note.txt', 'staging/3'])
}

test('an engine that cannot be asked who holds a file: it stays for the next process to sweep', async () => {
  await using at = await filesFixture()
  const { upload, reference } = received(at.newStore(), 'a note')
  await reference
  await upload.publish()
  at.unanswered.add('stored-files')
  await upload[Symbol.asyncDispose]()
  assert.deepEqual([await at.onDisk(), at.errors.length], [['f0001/1-my-note.txt'], 1])
  at.unanswered.clear()
  await at.newStore().sweep()
  assert.deepEqual(await at.onDisk(), [])
})

test('an engine that cannot give numbers now can give them later', async () => {
  await using at = await filesFixture()
  await using upload = at.newStore().upload()
  const receive = () => upload.receive({ name: 'a', mime: 'a/a', bytes: chunks('a') })
  at.unanswered.add('reserve-files')
  await assert.rejects(receive(), { message: 'no answer to reserve-files' })
  at.unanswered.clear()
  assert.equal((await receive()).id, '1')
})

describe('the sweep', () => {
  test('removes what a process left behind, and nothing that a row holds or that is not ours', async () => {
    await using at = await filesFixture()
    await leaveBehind(at)
    await writeFile(join(at.directory, 'f0001/README'), '')
    await at.newStore().sweep()
    assert.deepEqual(await at.onDisk(), ['f0001/1-my-note.txt', 'f0001/README'])
  })

  test('leaves alone what this process is about to keep', async () => {
    await using at = await filesFixture()
    await leaveBehind(at)
    const store = at.newStore()
    const published = received(store, 'new')
    await published.reference
    await published.upload.publish()
    await received(store, 'staged').reference
    await store.sweep()
    const id = FILE_IDS_RESERVED + 1
    assert.deepEqual(await at.onDisk(), [`f0001/1-my-note.txt`, `f0001/${id}-my-note.txt`, `staging/${id + 1}`])
  })

  test('removes what was being received where nothing was ever kept', async () => {
    await using at = await filesFixture()
    await received(at.newStore(), 'half').reference
    await at.newStore().sweep()
    assert.deepEqual(await at.onDisk(), [])
  })

  test('makes nothing where there is nothing', async () => {
    await using at = await filesFixture()
    await at.newStore().sweep()
    await assert.rejects(stat(at.directory), { code: 'ENOENT' })
    assert.deepEqual(at.errors, [])
  })
})

test('what the engine names is removed, and never anything else', async () => {
  await using at = await filesFixture()
  await mkdir(join(at.directory, 'f0001'), { recursive: true })
  await writeFile(join(at.directory, 'f0001/1-a.txt'), '')
  await writeFile(join(at.directory, 'f0001/README'), '')
  await writeFile(join(at.directory, 'precious'), '')
  const store = at.newStore()
  await store.remove(['f0001/1-a.txt', 'f0001/1-a.txt', 'f0001/README', 'precious', 'f0001/../precious', 'f0001/1/../../precious'])
  assert.deepEqual(await at.onDisk(), ['f0001/README', 'precious'])
  assert.deepEqual(at.errors, [])
})
