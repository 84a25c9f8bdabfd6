/** What cannot be stored is said in words, leaves nothing behind, and keeps nothing from being stored when it can be. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { EngineUnderTest } from './engine-under-test.ts'

const NOTES = "CREATE SHARED TABLE notes (id BIGINT PRIMARY KEY, text TEXT) WITH (ACCESS_LEVEL = 'public')"
const CHILD = join(import.meta.dirname, 'children/write-as-nobody.ts')

async function open(): Promise<EngineUnderTest> {
  const engine = await EngineUnderTest.open()
  await engine.run('root', `${NOTES}; INSERT INTO notes VALUES (1, 'a')`)
  return engine
}

test('a database that a stranger holds', async () => {
  await using engine = await open()
  const stranger = new DatabaseSync(join(engine.directory, 'sql.db'))
  stranger.exec('BEGIN IMMEDIATE')
  const busy = "Execution error: sql.db cannot be used: database is locked (SQLite's error 5); nothing was stored"
  const insert = "INSERT INTO notes VALUES (2, 'b')"
  assert.equal(await engine.refusal('sam', insert), `INTERNAL_ERROR: Statement 1 failed: ${busy}`)
  assert.equal(await engine.refusal('sam', `SELECT 1; BEGIN; ${insert}; COMMIT`), `INTERNAL_ERROR: Statement 2 failed: ${busy}`)
  await assert.rejects(engine.engine.run({ kind: 'reserve-files', count: 1 }), { message: busy, kind: 'storage' })
  assert.deepEqual(await engine.rows('ann', 'SELECT id FROM notes'), [['1']])
  stranger.exec('ROLLBACK')
  stranger.close()
  assert.deepEqual(await engine.messages('sam', insert), ['Inserted 1 row(s)'])
})

/** What it is answered who tries to write there. */
function written(directory: string): string {
  chmodSync(directory, 0o555)
  const { stdout, stderr } = spawnSync(process.execPath, [CHILD, directory], { encoding: 'utf8' })
  chmodSync(directory, 0o755)
  return stdout + stderr
}

describe('a directory that may only be read', () => {
  test('without a database', async () => {
    await using engine = await open()
    const empty = join(engine.directory, 'empty')
    mkdirSync(empty)
    chmodSync(engine.directory, 0o755)
    assert.match(
      written(empty),
      /^INTERNAL_ERROR: Execution error: sql\.db cannot be used: unable to open database file .*; nothing was stored$/m,
    )
  })

  test('with one', async () => {
    await using engine = await open()
    const copy = join(engine.directory, 'copy')
    mkdirSync(copy)
    chmodSync(engine.directory, 0o755)
    await engine.engine.run({ kind: 'copy-to', file: join(engine.directory, 'whole.db') })
    copyFileSync(join(engine.directory, 'whole.db'), join(copy, 'sql.db'))
    chmodSync(join(copy, 'sql.db'), 0o444)
    assert.match(
      written(copy),
      /^INTERNAL_ERROR: Execution error: sql\.db cannot be used: attempt to write a readonly database .*; nothing was stored$/m,
    )
  })
})
