/** The write-ahead log of sql.db has a bound, also where somebody reads at any time. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { SQL_PARAMETER_BYTES_MAX, SQL_WAL_BYTES_MAX } from '@logbrook/kafka/limits'
import { EngineUnderTest } from './engine-under-test.ts'
import { startSql } from './sql-under-test.ts'

const NOTES = "CREATE SHARED TABLE notes (id BIGINT PRIMARY KEY, text TEXT) WITH (ACCESS_LEVEL = 'public')"
const INSERT = 'INSERT INTO notes VALUES ($1, $2)'
const TEXT = 'x'.repeat(SQL_PARAMETER_BYTES_MAX)

/** So many of them, and it is not begun anew any more. */
const FOREVER = (10 * SQL_WAL_BYTES_MAX) / TEXT.length

function logBytes(directory: string): number {
  return statSync(join(directory, 'sql.db-wal')).size
}

test('an engine says once that it is large, begins it anew, and waits for no stranger', async () => {
  await using at = await EngineUnderTest.open()
  await at.run('root', NOTES)
  let id = 0
  const grow = async (): Promise<void> => {
    while (!at.engine.isLogLarge()) await at.run('sam', INSERT, { params: [BigInt(++id), TEXT] })
  }
  const stranger = new DatabaseSync(join(at.directory, 'sql.db'), { readOnly: true })
  stranger.exec('BEGIN; SELECT count(*) FROM namespace')
  await grow()
  const first = logBytes(at.directory)
  assert.ok(first > SQL_WAL_BYTES_MAX && first < SQL_WAL_BYTES_MAX + 2 * TEXT.length, `${first}`)
  assert.equal(at.engine.isLogLarge(), false)

  await at.engine.run({ kind: 'renew-log' })
  assert.equal(logBytes(at.directory), first)
  await grow()
  assert.ok(logBytes(at.directory) > 2 * SQL_WAL_BYTES_MAX)
  stranger.exec('COMMIT')
  await at.engine.run({ kind: 'renew-log' })
  assert.equal(logBytes(at.directory), 0)
  assert.deepEqual(await at.rows('ann', 'SELECT COUNT(*), MIN(LENGTH(text)) FROM notes'), [[String(id), TEXT.length]])
  stranger.close()
})

test('beside queries that follow each other', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'logbrook-wal-'))
  try {
    await using at = await startSql({}, { location: { dataDir: directory } })
    await at.run(`${NOTES}; CREATE SHARED TABLE n (id BIGINT PRIMARY KEY)`)
    await at.run(`INSERT INTO n VALUES ${Array.from({ length: 150 }, (_, id) => `(${id})`).join(', ')}`)
    const done = new AbortController()
    // More than there are readers, and each takes a while: there is always one that reads.
    const queries = Array.from({ length: 4 }, async () => {
      while (!done.signal.aborted) await at.rows('SELECT COUNT(*) FROM n AS a, n AS b, n AS c WHERE a.id + b.id + c.id = -1')
    })
    const sizes = [0]
    for (let id = 0; sizes.at(-1)! >= (sizes.at(-2) ?? 0) && id < FOREVER; id++) {
      await at.run(INSERT, [BigInt(id), TEXT])
      sizes.push(logBytes(directory))
    }
    done.abort()
    await Promise.all(queries)
    assert.ok(sizes.at(-1)! < SQL_WAL_BYTES_MAX, `${sizes.at(-1)}`)
    assert.deepEqual(at.errors, [])
  } finally {
    rmSync(directory, { recursive: true })
  }
})
