/** Engines as processes: what is ended, when, and what everyone is told. On Linux, which says who started whom. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { constants, getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { SQL_REQUESTS_WAITING_MAX } from '@logbrook/kafka/limits'
import { SqlError } from '../src/sql-error.ts'
import { commandOf, enginesOf, startSql } from './sql-under-test.ts'
import type { SqlUnderTest } from './sql-under-test.ts'

const skip = process.platform === 'linux' ? false : 'only Linux says which processes a process has started'

/** Runs for hours. */
const ENDLESS = 'SELECT count(*) FROM n AS a, n AS b, n AS c, n AS d WHERE a.id + b.id + c.id + d.id = -1'

async function withThousandRows(at: SqlUnderTest): Promise<void> {
  await at.run('CREATE SHARED TABLE n (id BIGINT PRIMARY KEY)')
  await at.run(`INSERT INTO n (id) VALUES ${Array.from({ length: 1_000 }, (_, i) => `(${i})`).join(',')}`)
}

function sqlError(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SqlError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    return true
  }
}

describe('engines', { skip }, () => {
  test('there is none before the first statement, and none after SQL was closed', async () => {
    let engines: readonly number[]
    {
      await using at = await startSql()
      assert.deepEqual(enginesOf(), [])
      assert.deepEqual(await at.rows('SELECT 1 AS one'), [['1']])
      engines = enginesOf()
      // The writer, which makes the database; the reader; and the one that waits.
      assert.equal(engines.length, 3)
    }
    assert.deepEqual(engines.map(commandOf), ['', '', ''])
  })

  test('a query that does not end is ended at its deadline, and the next statement works', async () => {
    await using at = await startSql({ statementMsMax: 1_000 })
    await withThousandRows(at)
    await assert.rejects(at.run(ENDLESS), sqlError('SQL_EXECUTION_ERROR', /timeout.*deadline of 1000 ms/))
    assert.deepEqual(await at.rows('SELECT count(*) AS n FROM n'), [['1000']])
    assert.deepEqual(at.errors, [])
  })

  test('so is one among statements that write: what was done before it stays', async () => {
    await using at = await startSql({ statementMsMax: 1_000 })
    await withThousandRows(at)
    await assert.rejects(at.run(`INSERT INTO n (id) VALUES (5000); ${ENDLESS}`), sqlError('SQL_EXECUTION_ERROR', /deadline/))
    await at.run('INSERT INTO n (id) VALUES (5001)')
    assert.deepEqual(await at.rows('SELECT id FROM n WHERE id >= 5000'), [['5000'], ['5001']])
  })

  test('who writes does not wait for a query that does not end', async () => {
    await using at = await startSql({ statementMsMax: 2_000 })
    await withThousandRows(at)
    const endless = at.run(ENDLESS)
    await at.run('INSERT INTO n (id) VALUES (5000)')
    assert.deepEqual(await at.rows('SELECT id FROM n WHERE id >= 5000'), [['5000']])
    await assert.rejects(endless, sqlError('SQL_EXECUTION_ERROR', /deadline/))
  })

  test('those that read step back behind everybody else, and those that write do not', async () => {
    await using at = await startSql()
    await withThousandRows(at)
    const own = getPriority()
    assert.deepEqual(
      enginesOf().map((pid) => getPriority(pid)),
      [own, own],
    )
    await at.rows('SELECT 1')
    const stepped = enginesOf().filter((pid) => getPriority(pid) !== own)
    assert.deepEqual(
      stepped.map((pid) => getPriority(pid)),
      [constants.priority.PRIORITY_BELOW_NORMAL],
    )
  })

  test('one that takes too much memory is ended, and the next statement works', async () => {
    await using at = await startSql({ engineBytesMax: 128 * 2 ** 20 })
    await withThousandRows(at)
    const hungry = 'SELECT count(DISTINCT (a.id * 1000 + b.id) * 1000 + c.id) FROM n AS a, n AS b, n AS c'
    await assert.rejects(at.run(hungry), sqlError('SQL_EXECUTION_ERROR', /more memory than the limit of 128 MiB/))
    assert.deepEqual(await at.rows('SELECT count(*) AS n FROM n'), [['1000']])
  })

  test('one that is killed from outside is replaced, and its request says so', async () => {
    await using at = await startSql()
    await withThousandRows(at)
    const before = new Set(enginesOf())
    const endless = assert.rejects(at.run(ENDLESS), sqlError('SQL_EXECUTION_ERROR', /ended unexpectedly \(SIGKILL\)/))
    // The reader takes the place of the engine that waited.
    await at.rows('SELECT 1')
    for (const pid of before) process.kill(pid, 'SIGKILL')
    await endless
    assert.deepEqual(await at.rows('SELECT count(*) AS n FROM n'), [['1000']])
    await at.run('INSERT INTO n (id) VALUES (5000)')
    assert.ok(at.errors.length > 0)
    assert.deepEqual(
      enginesOf().filter((pid) => before.has(pid)),
      [],
    )
  })

  test('closing does not wait for a query that does not end', async () => {
    const endless = Promise.withResolvers<unknown>()
    {
      await using at = await startSql()
      await withThousandRows(at)
      at.run(ENDLESS).then(endless.reject, endless.resolve)
      // The other reader: the first is at work.
      await at.rows('SELECT 1')
    }
    sqlError('SQL_EXECUTION_ERROR', /SIGKILL/)(await endless.promise)
    assert.deepEqual(enginesOf(), [])
  })

  test(`${SQL_REQUESTS_WAITING_MAX} requests may wait, and no more`, async () => {
    await using at = await startSql()
    const waiting = Array.from({ length: SQL_REQUESTS_WAITING_MAX + 1 }, (_, i) => at.run('USE default', [], undefined).then(() => i))
    await assert.rejects(at.run('USE default'), sqlError('RATE_LIMIT_EXCEEDED', /1000/))
    assert.equal((await Promise.all(waiting)).length, SQL_REQUESTS_WAITING_MAX + 1)
  })
})

test('when SQL was closed, all of it is in one file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'logbrook-closed-'))
  try {
    {
      await using at = await startSql({}, { location: { dataDir: directory } })
      await withThousandRows(at)
      await Promise.all([at.rows('SELECT count(*) FROM n'), at.rows('SELECT count(*) FROM n')])
      assert.ok((await readdir(directory)).includes('sql.db-wal'))
    }
    assert.deepEqual(
      (await readdir(directory)).filter((name) => name.startsWith('sql.db')),
      ['sql.db'],
    )
    await using at = await startSql({}, { location: { dataDir: directory } })
    assert.deepEqual(await at.rows('SELECT count(*) FROM n'), [['1000']])
  } finally {
    await rm(directory, { recursive: true })
  }
})
