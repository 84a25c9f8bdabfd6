import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import {
  SQL_ANSWER_BYTES_MAX,
  SQL_CACHE_BYTES,
  SQL_COMPOUND_SELECTS_MAX,
  SQL_DELETED_RETENTION_HOURS_DEFAULT,
  SQL_EXPRESSION_DEPTH_MAX,
  SQL_GENERATED_BYTES_MAX,
  SQL_PARAMETER_BYTES_MAX,
  SQL_PATTERN_BYTES_MAX,
  SQL_SWEEP_ROWS_MAX,
  SQL_VALUE_BYTES_MAX,
} from '@logbrook/kafka/limits'
import { openDatabase } from '@logbrook/sql/engine/database'
import type { EngineDatabase } from '@logbrook/sql/engine/database'
import { EngineUnderTest } from './engine-under-test.ts'

describe('SQLite is held to', () => {
  let directory: string
  let opened: EngineDatabase

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'logbrook-limits-'))
    opened = openDatabase({ directory, logFile: null, durability: 'none', outboxAfterId: 0, role: 'writer' })
  })

  after(() => {
    opened.close()
    rmSync(directory, { recursive: true })
  })

  const LIMITS: Readonly<Record<string, { readonly max: number; readonly sql: (size: number) => string; readonly refusal: RegExp }>> = {
    values: { max: SQL_VALUE_BYTES_MAX, sql: (size) => `SELECT length(zeroblob(${size}))`, refusal: /too big/ },
    statements: { max: SQL_GENERATED_BYTES_MAX, sql: (size) => `SELECT 1 --${'a'.repeat(size - 11)}`, refusal: /too big/ },
    expressions: {
      max: SQL_EXPRESSION_DEPTH_MAX,
      sql: (size) => `SELECT ${Array(size).fill('1').join('+')}`,
      refusal: /Expression tree is too large/,
    },
    'sets of queries': {
      max: SQL_COMPOUND_SELECTS_MAX,
      sql: (size) => Array(size).fill('SELECT 1').join(' UNION '),
      refusal: /too many terms in compound SELECT/,
    },
    patterns: { max: SQL_PATTERN_BYTES_MAX, sql: (size) => `SELECT 'a' LIKE '${'a'.repeat(size)}'`, refusal: /pattern too complex/ },
  }

  for (const [what, { max, sql, refusal }] of Object.entries(LIMITS)) {
    test(what, () => {
      assert.equal(opened.database.prepare(sql(max)).all().length, 1)
      assert.throws(() => opened.database.prepare(sql(max + 1)).all(), refusal)
    })
  }

  test('a cache', () => {
    assert.deepEqual({ ...opened.database.prepare('PRAGMA cache_size').get() }, { cache_size: -SQL_CACHE_BYTES / 1_024 })
  })
})

test('an answer has so many bytes and no more', async () => {
  await using engine = await EngineUnderTest.open()
  const part = 'a'.repeat(SQL_PARAMETER_BYTES_MAX)
  const parts = SQL_ANSWER_BYTES_MAX / SQL_PARAMETER_BYTES_MAX
  const [row] = await engine.rows('ann', `SELECT ${Array(parts).fill('$1').join(' || ')}`, [part])
  assert.ok(row?.[0] === part.repeat(parts))
  const text = await engine.refusal('ann', `SELECT ${Array(parts).fill('$1').join(' || ')}, 'a'`, { params: [part] })
  assert.match(text, new RegExp(`larger than its limit of ${SQL_ANSWER_BYTES_MAX} bytes`))
})

test('what is deleted is kept for so long; then a statement takes so many away, or as many as it changes', async () => {
  await using engine = await EngineUnderTest.open()
  const left = (): number => {
    const database = new DatabaseSync(join(engine.directory, 'sql.db'), { readOnly: true })
    try {
      return Number(database.prepare('SELECT count(*) AS count FROM t1 WHERE deleted = 1').get()?.['count'])
    } finally {
      database.close()
    }
  }
  const insert = (first: number, count: number): Promise<unknown> =>
    engine.run('root', `INSERT INTO notes VALUES ${Array.from({ length: count }, (_, i) => `(${first + i})`).join(', ')}`)
  await engine.run('root', 'CREATE TABLE notes (id BIGINT PRIMARY KEY)')
  const many = SQL_SWEEP_ROWS_MAX + 2
  await insert(0, 2 * many)
  await engine.run('root', `DELETE FROM notes WHERE id < ${many}`)
  engine.nowMs += SQL_DELETED_RETENTION_HOURS_DEFAULT * 3_600_000 - 1
  await insert(-1, 1)
  assert.equal(left(), many)
  engine.nowMs++
  await insert(-2, 1)
  assert.equal(left(), many - SQL_SWEEP_ROWS_MAX)
  await insert(-3, 1)
  assert.equal(left(), 0)
  await engine.run('root', `DELETE FROM notes WHERE id < ${2 * many}`)
  assert.equal(left(), many + 3)
  engine.nowMs += SQL_DELETED_RETENTION_HOURS_DEFAULT * 3_600_000
  await insert(0, many + 3)
  assert.equal(left(), 0)
})

test('a statement that writes to a stream takes so many of its old rows away, and the next goes on', async () => {
  await using engine = await EngineUnderTest.open()
  const values = Array.from({ length: SQL_SWEEP_ROWS_MAX + 1 }, (_, id) => `(${id})`).join(', ')
  await engine.run('root', 'CREATE STREAM TABLE pings (id BIGINT PRIMARY KEY) WITH (TTL_SECONDS = 1)')
  await engine.run('ann', `INSERT INTO pings VALUES ${values}`)
  engine.nowMs += 1_000
  const left: number[] = []
  for (const id of [-1, -2]) {
    await engine.run('bob', `INSERT INTO pings VALUES (${id})`)
    const database = new DatabaseSync(join(engine.directory, 'sql.db'), { readOnly: true })
    left.push(Number(database.prepare('SELECT count(*) AS count FROM t1').get()?.['count']))
    database.close()
  }
  assert.deepEqual(left, [2, 2])
  assert.deepEqual(await engine.rows('bob', 'SELECT id FROM pings'), [['-2'], ['-1']])
})
