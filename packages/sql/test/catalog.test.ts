import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { NewTable } from '@logbrook/sql/catalog/catalog'
import { openCatalog } from '@logbrook/sql/catalog/open-catalog'
import { APPLICATION_ID, assertSchema, createSchema, SCHEMA_VERSION } from '@logbrook/sql/catalog/schema'

const NOTES: NewTable = {
  namespace: 'app',
  name: 'notes',
  type: 'user',
  accessLevel: null,
  columns: [
    { name: 'id', dataType: 'BigInt', nullable: false, primaryKey: true, default: { kind: 'snowflake' } },
    { name: 'text', dataType: 'Text', nullable: true, primaryKey: false, default: null },
    { name: 'raw', dataType: 'Bytes', nullable: true, primaryKey: false, default: null },
  ],
  options: {},
  ttlSeconds: null,
}

describe('the catalogue', () => {
  let directory: string
  let file: string
  let database: DatabaseSync

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'logbrook-catalog-'))
    file = join(directory, 'sql.db')
    database = open()
    createSchema(database)
  })

  afterEach(() => {
    database.close()
    rmSync(directory, { recursive: true })
  })

  function open(readOnly = false): DatabaseSync {
    const opened = new DatabaseSync(file, { readOnly })
    if (!readOnly) opened.exec('PRAGMA journal_mode = WAL')
    return opened
  }

  test('has the namespace default and no tables to begin with', () => {
    const catalog = openCatalog(database)
    assert.deepEqual(catalog.namespaces(), [{ name: 'default', createdMs: 0, options: {} }])
    assert.deepEqual(catalog.tables(), [])
  })

  test('keeps a table as it was made, in SQLite under a number', () => {
    const catalog = openCatalog(database)
    catalog.createNamespace('app', 5)
    const table = catalog.createTable(NOTES, 7)
    assert.equal(table.id, 1)
    assert.deepEqual(
      table.columns.map(({ id, name }) => [id, name]),
      [
        [1, 'id'],
        [2, 'text'],
        [3, 'raw'],
      ],
    )
    assert.deepEqual(openCatalog(database).table('app', 'notes'), table)
    const columns = database.prepare(`SELECT name, type FROM pragma_table_info('t1')`).all()
    assert.deepEqual(
      columns.map(({ name, type }) => `${String(name)} ${String(type)}`),
      ['rid INTEGER', 'owner TEXT', 'seq INTEGER', 'deleted INTEGER', 'written_ms INTEGER', 'c1 INTEGER', 'c2 TEXT', 'c3 BLOB'],
    )
  })

  test('has a key once for each owner', () => {
    const catalog = openCatalog(database)
    catalog.createNamespace('app', 5)
    catalog.createTable(NOTES, 7)
    const insert = database.prepare('INSERT INTO t1 (owner, seq, written_ms, c1) VALUES (?, 1, 0, 1)')
    insert.run('alice')
    insert.run('bob')
    assert.throws(() => insert.run('bob'), /UNIQUE constraint failed: t1.owner, t1.c1/)
  })

  test('never gives the number of a table or of a column twice', () => {
    const catalog = openCatalog(database)
    catalog.createNamespace('app', 5)
    const { id } = catalog.createTable(NOTES, 7)
    catalog.changeTable(id, { kind: 'drop-column', columnId: 3 }, 8)
    const column = { name: 'raw', dataType: 'Text', nullable: true, primaryKey: false, default: null } as const
    const changed = catalog.changeTable(id, { kind: 'add-column', column }, 9)
    assert.deepEqual(
      changed.columns.map((each) => each.id),
      [1, 2, 4],
    )
    catalog.dropTable(id)
    assert.equal(catalog.createTable(NOTES, 10).id, 2)
  })

  test('keeps what a table was before each change', () => {
    const catalog = openCatalog(database)
    catalog.createNamespace('app', 5)
    const made = catalog.createTable(NOTES, 7)
    const renamed = catalog.changeTable(made.id, { kind: 'change-column', columnId: 2, change: { name: 'body' } }, 8)
    assert.equal(renamed.version, 2)
    assert.equal(renamed.updatedMs, 8)
    assert.deepEqual(catalog.versions(made.id), [made, renamed])
  })

  test('drops a namespace with its tables, and their sources', () => {
    const catalog = openCatalog(database)
    catalog.createNamespace('app', 5)
    const { id: tableId } = catalog.createTable(NOTES, 7)
    catalog.addSource({ topicId: 'x', topicName: 'app.changes', tableId, operation: 'insert', payload: 'full', filter: null })
    assert.equal(catalog.sources().length, 1)
    catalog.dropNamespace('app')
    assert.deepEqual([catalog.namespace('app'), catalog.tables(), catalog.sources(), catalog.versions(tableId)], [undefined, [], [], []])
    assert.equal(database.prepare(`SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE 't1%'`).get()?.['n'], 0)
  })

  test('takes away the sources of a topic, or one of them', () => {
    const catalog = openCatalog(database)
    catalog.createNamespace('app', 5)
    const { id: tableId } = catalog.createTable(NOTES, 7)
    for (const operation of ['insert', 'delete'] as const) {
      catalog.addSource({ topicId: 'x', topicName: 'app.changes', tableId, operation, payload: 'key', filter: 'id > 1' })
    }
    catalog.removeSources('x', 'insert')
    assert.deepEqual(
      catalog.sources().map(({ topicId, tableId: id, operation, filter }) => [topicId, id, operation, filter]),
      [['x', tableId, 'delete', 'id > 1']],
    )
    catalog.removeSources('x')
    assert.deepEqual(catalog.sources(), [])
  })

  test('is seen by another connection as soon as it is committed, and not before', () => {
    const catalog = openCatalog(database)
    const reader = open(true)
    const readers = openCatalog(reader)
    assert.equal(readers.namespace('app'), undefined)
    database.exec('BEGIN IMMEDIATE')
    catalog.createNamespace('app', 5)
    catalog.createTable(NOTES, 7)
    assert.equal(catalog.table('app', 'notes')?.id, 1)
    assert.equal(readers.namespace('app'), undefined)
    database.exec('COMMIT')
    assert.equal(readers.table('app', 'notes')?.id, 1)
    reader.close()
  })

  test('forgets what was rolled back, also when another change follows', () => {
    const catalog = openCatalog(database)
    database.exec('BEGIN IMMEDIATE')
    catalog.createNamespace('gone', 5)
    assert.equal(catalog.namespace('gone')?.name, 'gone')
    database.exec('ROLLBACK')
    catalog.createNamespace('kept', 6)
    assert.deepEqual(
      catalog.namespaces().map(({ name }) => name),
      ['default', 'kept'],
    )
  })

  describe('the file', () => {
    test('is marked as ours', () => {
      assert.equal(database.prepare('PRAGMA application_id').get()?.['application_id'], APPLICATION_ID)
      assert.equal(database.prepare('PRAGMA user_version').get()?.['user_version'], SCHEMA_VERSION)
      assertSchema(database, 'sql.db')
    })

    test('is left as it is when it is opened again', () => {
      openCatalog(database).createNamespace('app', 5)
      createSchema(database)
      assert.equal(openCatalog(database).namespace('app')?.createdMs, 5)
    })

    test('of another program is refused', () => {
      using stranger = new DatabaseSync(':memory:')
      stranger.exec('CREATE TABLE mine (a)')
      assert.throws(() => assertSchema(stranger, 'sql.db'), { message: 'sql.db is an SQLite database of another program' })
    })

    test('of a newer Logbrook is refused in a sentence', () => {
      database.exec('PRAGMA user_version = 99')
      assert.throws(
        () => assertSchema(database, 'sql.db'),
        /^KafkaError: sql\.db was written by a newer Logbrook: its schema version is 99; this one /,
      )
    })
  })
})
