import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, test } from 'node:test'
import { AUDIT_ENTRIES_MAX, SQL_JOBS_MAX, SQL_NAMESPACES_MAX, SQL_TABLES_MAX } from '@logbrook/kafka/limits'
import { takeNumbers } from '../src/catalog/counter.ts'
import { openCatalog } from '../src/catalog/open-catalog.ts'
import { createSchema } from '../src/catalog/schema.ts'
import { note } from '../src/engine/audit.ts'
import { noteJob } from '../src/engine/jobs.ts'
import type { Run } from '../src/engine/run.ts'
import { namespaceHandlers } from '../src/engine/statements/namespaces.ts'
import { tableHandlers } from '../src/engine/statements/tables.ts'

describe('what sql.db keeps is bounded', () => {
  let database: DatabaseSync
  let run: Run

  beforeEach(() => {
    database = new DatabaseSync(':memory:')
    createSchema(database)
    run = {
      database,
      catalog: openCatalog(database),
      caller: { user: 'root', role: 'dba', host: '127.0.0.1' },
      asUser: 'root',
      namespace: 'default',
      nowMs: 5,
      effects: { changes: [], outbox: [], droppedFiles: [], catalogChanged: false },
    } as unknown as Run
  })

  /** Rows for the numbers 1 … count. */
  function fill(count: number, insert: string): void {
    database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) ${insert} FROM n`)
  }

  test('namespaces', async () => {
    fill(SQL_NAMESPACES_MAX - 2, "INSERT INTO namespace SELECT 'n' || i, 1, '{}'")
    await createNamespace('the_last', run)
    assert.throws(() => createNamespace('one_more', run), new RegExp(`there are ${SQL_NAMESPACES_MAX} namespaces, which is the limit`))
  })

  test('tables', async () => {
    const data = `json_object('id', i, 'namespace', 'default', 'name', 'n' || i, 'columns', json_array())`
    fill(SQL_TABLES_MAX - 1, `INSERT INTO table_ SELECT i, 'default', 'n' || i, 1, ${data}`)
    takeNumbers(database, 'table', SQL_TABLES_MAX)
    await createTable('the_last', run)
    assert.throws(() => createTable('one_more', run), new RegExp(`there are ${SQL_TABLES_MAX} tables, which is the limit`))
  })

  test('jobs: the oldest make room', () => {
    fill(SQL_JOBS_MAX, "INSERT INTO job SELECT i, 'CO-' || i, 'compact', '{}', '', 1, 1")
    takeNumbers(database, 'job', SQL_JOBS_MAX)
    assert.equal(noteJob(run, { type: 'cleanup', parameters: {}, message: '' }), `CL-${SQL_JOBS_MAX + 1}`)
    assert.deepEqual({ ...database.prepare('SELECT count(*) AS n, min(number) AS first FROM job').get() }, { n: SQL_JOBS_MAX, first: 2 })
  })

  test('the audit log: the oldest make room', () => {
    fill(AUDIT_ENTRIES_MAX, "INSERT INTO audit SELECT i, 1, 'root', 'X', 'x', NULL, '', NULL")
    takeNumbers(database, 'audit', AUDIT_ENTRIES_MAX)
    note(run, { action: 'X', target: 'x' })
    assert.deepEqual(
      { ...database.prepare('SELECT count(*) AS n, min(number) AS first FROM audit').get() },
      { n: AUDIT_ENTRIES_MAX, first: 2 },
    )
  })
})

function createNamespace(name: string, run: Run): unknown {
  return namespaceHandlers['create-namespace']({ kind: 'create-namespace', name, ifNotExists: false }, run)
}

function createTable(name: string, run: Run): unknown {
  const id = { name: 'id', dataType: 'Int', nullable: false, primaryKey: true, default: null } as const
  const table = { namespace: 'default', name }
  return tableHandlers['create-table']({ kind: 'create-table', table, type: 'shared', ifNotExists: false, columns: [id], options: {} }, run)
}
