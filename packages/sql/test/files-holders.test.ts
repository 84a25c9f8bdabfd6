/** Who holds a file, who may have it, and when nobody does. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Table } from '../src/catalog/table.ts'
import type { SqliteValue } from '../src/data-type.ts'
import { dropUnusedFiles, fileCell, findFile, releaseColumn, reserveFiles, storedFiles, trackFiles } from '../src/engine/files.ts'
import type { RowVersion } from '../src/engine/row-change.ts'
import type { Run } from '../src/engine/run.ts'
import { storedNameOf, subfolderOf } from '../src/files/stored-name.ts'
import type { FileReference } from '../src/protocol.ts'
import type { SqlCaller } from '../src/services.ts'
import { callerOf, filesFixture } from './files-fixture.ts'
import type { FilesFixture } from './files-fixture.ts'

const ANN = callerOf('ann')
const BOB = callerOf('bob')

function newFile(at: FilesFixture, name = 'a.txt'): FileReference {
  const id = reserveFiles(at.database, 1)
  return { id: String(id), sub: subfolderOf(id), name, size: 1, mime: 'text/plain', sha256: 'ab' }
}

/** What a request that brings `file` writes into a new row. Answers the cell. */
function insert(run: Run, table: Table, file: FileReference | string, owner = table.type === 'shared' ? '' : run.caller.user): string {
  const cell = fileCell(run, { table, owner, value: typeof file === 'string' ? file : JSON.stringify(file) })
  change(run, table, { operation: 'insert', after: cell, before: null })
  return cell
}

interface CellChange {
  readonly operation: 'insert' | 'update' | 'delete'
  readonly before: string | null
  readonly after: string | null
}

function version(cell: SqliteValue): RowVersion {
  return { seq: 1n, values: [1n, cell] }
}

function change(run: Run, table: Table, { operation, before, after }: CellChange): void {
  const row = version(operation === 'delete' ? before : after)
  trackFiles(run, { table, owner: '', operation, row, old: operation === 'insert' ? null : version(before) })
}

function dropped(run: Run): readonly string[] {
  dropUnusedFiles(run)
  return run.effects.droppedFiles
}

function find(
  at: FilesFixture,
  caller: SqlCaller,
  file: FileReference,
  more: { table?: string; name?: string; subfolder?: string; userId?: string } = {},
) {
  const { table = 'docs', name = storedNameOf(file.id, file.name), subfolder = file.sub, userId = null } = more
  return findFile(at.database, at.catalog, { kind: 'find-file', caller, namespace: 'default', table, subfolder, name, userId })
}

test('a file is found by its stored name and by its id, in its subfolder, and by nothing else', async () => {
  await using at = await filesFixture()
  const file = newFile(at)
  insert(at.run(ANN, [file]), at.table('docs', 'user'), file)
  const found = { path: 'f0001/1-a.txt', reference: file }
  assert.deepEqual(find(at, ANN, file), found)
  assert.deepEqual(find(at, ANN, file, { name: '1' }), found)
  for (const name of ['1-b.txt', '1-a', '2', '01', 'a.txt', '']) assert.equal(find(at, ANN, file, { name }), null, name)
  assert.equal(find(at, ANN, file, { subfolder: 'f0002' }), null)
})

describe('who may have a file', () => {
  test('of a user table: its owner, and administrators who name the owner', async () => {
    await using at = await filesFixture()
    const file = newFile(at)
    insert(at.run(ANN, [file]), at.table('docs', 'user'), file)
    assert.equal(find(at, BOB, file), null)
    assert.equal(find(at, callerOf('root', 'system'), file), null)
    assert.equal(find(at, ANN, file, { userId: 'ann' })?.reference.id, file.id)
    for (const role of ['dba', 'system'] as const)
      assert.equal(find(at, callerOf('root', role), file, { userId: 'ann' })?.reference.id, file.id)
    for (const role of ['user', 'service'] as const)
      assert.throws(() => find(at, callerOf('bob', role), file, { userId: 'ann' }), { code: 'PERMISSION_DENIED' })
  })

  const LEVELS = [
    ['public', ['user', 'service', 'dba', 'system']],
    ['private', ['service', 'dba', 'system']],
    ['restricted', ['service', 'dba', 'system']],
    ['dba', ['dba', 'system']],
  ] as const
  for (const [level, readers] of LEVELS) {
    test(`of a shared table that is ${level}: ${readers.join(', ')}`, async () => {
      await using at = await filesFixture()
      const file = newFile(at)
      insert(at.run(ANN, [file]), at.table('docs', 'shared', level), file)
      for (const role of ['user', 'service', 'dba', 'system'] as const) {
        const ask = () => find(at, callerOf('bob', role), file)?.reference
        if ((readers as readonly string[]).includes(role)) assert.deepEqual(ask(), file)
        else assert.throws(ask, { code: 'PERMISSION_DENIED' })
      }
    })
  }

  test('a table that cannot have any', async () => {
    await using at = await filesFixture()
    at.table('docs', 'shared', 'public')
    at.table('events', 'stream')
    const file = newFile(at)
    assert.throws(() => find(at, ANN, file, { userId: 'ann' }), { code: 'INVALID_INPUT' })
    assert.throws(() => find(at, ANN, file, { table: 'events' }), { code: 'INVALID_INPUT' })
    assert.throws(() => find(at, ANN, file, { table: 'none' }), { code: 'TABLE_NOT_FOUND', message: "Table 'default.none' not found" })
    assert.throws(() => findFile(at.database, at.catalog, { ...REQUEST, caller: ANN, namespace: 'system', table: 'users' }), {
      code: 'INVALID_INPUT',
    })
  })
})

const REQUEST = { kind: 'find-file', subfolder: 'f0001', name: '1', userId: null } as const

describe('a reference that a client wrote', () => {
  test('to a file of another user, of another table, or of nobody is refused', async () => {
    await using at = await filesFixture()
    const [docs, other] = [at.table('docs', 'user'), at.table('other', 'user')]
    const file = newFile(at)
    insert(at.run(ANN, [file]), docs, file)
    const refused = { code: 'SQL_EXECUTION_ERROR', kind: 'constraint' }
    assert.throws(() => insert(at.run(BOB), docs, file), refused)
    assert.throws(() => insert(at.run(ANN), other, file), refused)
    assert.throws(() => insert(at.run(ANN), docs, newFile(at)), refused)
    for (const text of ['', 'null', '1', '"1"', '{}', '{"id":1}', '{"id":"x"}', '{"id":null}', 'no JSON']) {
      assert.throws(() => insert(at.run(ANN), docs, text), refused, text)
    }
    assert.equal(find(at, BOB, file), null)
    assert.equal(find(at, ANN, file, { table: 'other' }), null)
  })

  test('to a file of the same table and user holds it too, as it is known and not as it is written', async () => {
    await using at = await filesFixture()
    const docs = at.table('docs', 'user')
    const file = newFile(at)
    const cell = insert(at.run(ANN, [file]), docs, file)
    const run = at.run(ANN)
    assert.equal(insert(run, docs, { ...file, name: '../../x.html', mime: 'text/html', sub: 'f9999', size: 0 }), cell)
    change(run, docs, { operation: 'delete', before: cell, after: null })
    assert.deepEqual(dropped(run), [])
    change(run, docs, { operation: 'delete', before: cell, after: null })
    assert.deepEqual(dropped(run), ['f0001/1-a.txt'])
  })

  test('a file that came with the request belongs to the first table that takes it', async () => {
    await using at = await filesFixture()
    const [docs, other] = [at.table('docs', 'user'), at.table('other', 'user')]
    const file = newFile(at)
    const run = at.run(ANN, [file])
    insert(run, docs, file)
    assert.throws(() => insert(run, other, file), { kind: 'constraint' })
  })

  test('in a stream is refused, also with its file', async () => {
    await using at = await filesFixture()
    const file = newFile(at)
    assert.throws(() => insert(at.run(ANN, [file]), at.table('events', 'stream'), file), { code: 'INVALID_INPUT' })
  })
})

describe('a file goes', () => {
  test('when its row goes, when its cell holds another or nothing, and not before', async () => {
    await using at = await filesFixture()
    const docs = at.table('docs', 'shared')
    const [first, second] = [newFile(at), newFile(at, 'b.txt')]
    const run = at.run(ANN, [first, second])
    const before = insert(run, docs, first)
    assert.deepEqual(dropped(run), [])
    const after = fileCell(run, { table: docs, owner: '', value: JSON.stringify(second) })
    change(run, docs, { operation: 'update', before, after })
    assert.deepEqual(dropped(run), ['f0001/1-a.txt'])
    change(run, docs, { operation: 'update', before: after, after })
    assert.deepEqual(dropped(run), ['f0001/1-a.txt'])
    change(run, docs, { operation: 'update', before: after, after: null })
    assert.deepEqual(dropped(run), ['f0001/1-a.txt', 'f0001/2-b.txt'])
    assert.deepEqual(storedFiles(at.database, ['f0001/1-a.txt', 'f0001/2-b.txt']), [])
  })

  test('not when one row gives it up and another takes it before the commit', async () => {
    await using at = await filesFixture()
    const docs = at.table('docs', 'shared')
    const file = newFile(at)
    const cell = insert(at.run(ANN, [file]), docs, file)
    const run = at.run(ANN)
    change(run, docs, { operation: 'update', before: cell, after: null })
    insert(run, docs, cell)
    assert.deepEqual(dropped(run), [])
    assert.deepEqual(storedFiles(at.database, ['f0001/1-a.txt', 'f0001/1-b.txt', 'f0001/2-a.txt']), ['f0001/1-a.txt'])
  })

  test('with its table', async () => {
    await using at = await filesFixture()
    const [docs, other] = [at.table('docs', 'shared'), at.table('other', 'shared')]
    const [first, second] = [newFile(at), newFile(at)]
    insert(at.run(ANN, [first]), docs, first)
    insert(at.run(ANN, [second]), other, second)
    at.catalog.dropTable(docs.id)
    const run = at.run(ANN)
    run.effects.catalogChanged = true
    assert.deepEqual(dropped(run), ['f0001/1-a.txt'])
  })

  test('with its column', async () => {
    await using at = await filesFixture()
    const docs = at.table('docs', 'shared')
    const file = newFile(at)
    const cell = insert(at.run(ANN, [file]), docs, file)
    const write = at.database.prepare(`INSERT INTO t${docs.id} (owner, seq, deleted, written_ms, c1, c2) VALUES ('', ?, ?, 0, ?, ?)`)
    write.run(1, 0, 1, cell)
    // What is left of a row that held it once holds it no more.
    write.run(2, 1, 2, cell)
    releaseColumn(at.database, docs.id, 2)
    assert.deepEqual(dropped(at.run(ANN)), ['f0001/1-a.txt'])
  })
})
