/** Identifiers rise and are given once, also where the clock stands still or goes back, and by whichever engine. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Identifiers, snowflakeAfter } from '../src/compile/identifiers.ts'
import { NeedsWriter } from '../src/engine/run.ts'
import type { Engine } from '../src/engine/run.ts'
import type { StatementResult } from '../src/protocol.ts'
import { EngineUnderTest } from './engine-under-test.ts'

const NOTES = "CREATE SHARED TABLE notes (id BIGINT PRIMARY KEY DEFAULT SNOWFLAKE_ID(), text TEXT) WITH (ACCESS_LEVEL = 'public')"
const NOW_MS = Date.UTC(2026, 0, 1)

async function open(): Promise<EngineUnderTest> {
  const engine = await EngineUnderTest.open()
  engine.nowMs = NOW_MS
  await engine.run('root', NOTES)
  return engine
}

/** By an engine of its own, which is gone after it without a word. */
async function byAnother(at: EngineUnderTest, sql: string): Promise<readonly StatementResult[]> {
  const engine: Engine = await at.openAnother('writer')
  return (await engine.run(at.request('sam', sql))) as readonly StatementResult[]
}

async function ids(engine: EngineUnderTest): Promise<readonly number[]> {
  return (await engine.rows('sam', 'SELECT id FROM notes ORDER BY _seq LIMIT 1000')).map(([id]) => Number(id))
}

/** As the file has it. */
function keptSnowflake({ directory }: EngineUnderTest): unknown {
  using database = new DatabaseSync(join(directory, 'sql.db'), { readOnly: true })
  return database.prepare(`SELECT value FROM counter WHERE name = 'snowflake'`).get()?.['value']
}

function assertRising(values: readonly (number | string)[]): void {
  for (const [index, value] of values.entries()) if (index > 0) assert.ok(value > values[index - 1]!, `${values[index - 1]} ${value}`)
}

describe('snowflakes', () => {
  test('rise from writer to writer, whatever the clock says', async () => {
    await using engine = await open()
    await engine.run('sam', "INSERT INTO notes (text) VALUES ('a'), ('b')")
    await byAnother(engine, "INSERT INTO notes (text) VALUES ('c'), ('d')")
    engine.nowMs = Date.UTC(2020, 0, 1)
    await byAnother(engine, "BEGIN; INSERT INTO notes (text) VALUES ('e'); INSERT INTO notes (text) VALUES ('f'); COMMIT")
    engine.nowMs = NOW_MS + 1
    await byAnother(engine, "INSERT INTO notes (text) VALUES ('g')")
    const given = await ids(engine)
    assert.equal(given.length, 7)
    assertRising(given)
    assert.equal(given[0], (NOW_MS - Date.UTC(2024, 0, 1)) * 4_096)
  })

  test('are given to queries by the writer alone, and are kept then, too', async () => {
    await using engine = await open()
    const reader = await engine.openAnother('reader')
    await assert.rejects(reader.run(engine.request('ann', 'SELECT SNOWFLAKE_ID()')), NeedsWriter)
    await assert.rejects(reader.run(engine.request('ann', 'SELECT 1; SELECT SNOWFLAKE_ID() AS id')), NeedsWriter)
    const [shown] = await engine.rows('ann', 'SELECT SNOWFLAKE_ID()')
    const [result] = await byAnother(engine, 'SELECT SNOWFLAKE_ID()')
    assertRising([Number(shown?.[0]), Number(result?.rows?.[0]?.[0])])
    reader.close()
  })

  test('leave nothing in the file where none was given, or none was kept', async () => {
    await using engine = await open()
    await engine.run('sam', "INSERT INTO notes VALUES (1, 'a'); SELECT 1; UPDATE notes SET text = 'b'")
    assert.equal(keptSnowflake(engine), undefined)
    await engine.run('sam', "BEGIN; INSERT INTO notes (text) VALUES ('c'); ROLLBACK")
    assert.equal(keptSnowflake(engine), undefined)
    await engine.run('sam', "INSERT INTO notes (text) VALUES ('d')")
    assert.equal(keptSnowflake(engine), (await ids(engine)).at(-1))
  })
})

/** Milliseconds since 1970, as clocks that go back or stand still say them. */
const times = fc.array(fc.oneof(fc.constant(NOW_MS), fc.integer({ min: 0, max: 2 * NOW_MS })), { minLength: 2, maxLength: 50 })

test('whatever the clock says, all of one engine rise', () => {
  fc.assert(
    fc.property(times, (clock) => {
      const identifiers = new Identifiers()
      let last = 0n
      assertRising(clock.map((nowMs) => Number((last = snowflakeAfter(last, BigInt(nowMs))))))
      assertRising(clock.map((nowMs) => identifiers.uuid(BigInt(nowMs))))
      assertRising(clock.map((nowMs) => identifiers.ulid(BigInt(nowMs))))
    }),
    { seed: 7, numRuns: 200 },
  )
})

test('UUIDs and ULIDs begin with their time, and say it to the millisecond', () => {
  const identifiers = new Identifiers()
  const uuid = identifiers.uuid(BigInt(NOW_MS))
  assert.equal(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16), NOW_MS)
  const ulid = new Identifiers().ulid(BigInt(NOW_MS))
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const ms = Array.from(ulid.slice(0, 10)).reduce((sum, digit) => sum * 32 + digits.indexOf(digit), 0)
  assert.equal(ms, NOW_MS)
})
