/** What a transaction is told to have done, once it is kept: to topics, live queries and whoever keeps files. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FileReference, WatchedTable } from '@logbrook/sql/protocol'
import { EngineUnderTest } from './engine-under-test.ts'

const TABLES = `
CREATE NAMESPACE app;
CREATE USER TABLE app.notes (id BIGINT PRIMARY KEY, text TEXT);
CREATE USER TABLE app.papers (id BIGINT PRIMARY KEY, paper FILE);
ALTER TOPIC app.changes ADD SOURCE app.notes ON INSERT;
ALTER TOPIC app.changes ADD SOURCE app.notes ON UPDATE WHERE text <> 'quiet';
ALTER TOPIC app.changes ADD SOURCE app.notes ON DELETE WITH (payload = 'key');
`
const NOTES_ID = 1

async function open(): Promise<EngineUnderTest> {
  const engine = await EngineUnderTest.open({ topic: async (name) => ({ id: 'topic-1', name, partitions: 1 }) })
  await engine.run('root', TABLES)
  engine.effects.length = 0
  return engine
}

function watchedBy(user: string, text: string): WatchedTable {
  return {
    tableId: NOTES_ID,
    owner: user,
    key: `${user}: ${text}`,
    text,
    namespace: 'app',
    caller: { user, role: 'user', host: '127.0.0.1' },
  }
}

function fileOf(id: number): FileReference {
  return { id: String(id), sub: 'f0001', name: 'a.txt', size: 1, mime: 'text/plain', sha256: 'ab' }
}

function outbox(engine: EngineUnderTest): readonly unknown[][] {
  return engine.effects.map((effects) => effects.outbox.map(({ id, operation, key, user }) => [id, operation, key, user]))
}

describe('topics', () => {
  test('are told of each change that is one of theirs, in order, when it is kept', async () => {
    await using engine = await open()
    await engine.run('ann', "INSERT INTO app.notes VALUES (1, 'a'), (2, 'b')")
    await engine.run('bob', "INSERT INTO app.notes VALUES (1, 'c')")
    await engine.run('ann', "UPDATE app.notes SET text = 'd'; UPDATE app.notes SET text = 'quiet'")
    await engine.run('ann', 'BEGIN; DELETE FROM app.notes WHERE id = 1; DELETE FROM app.notes WHERE id = 2; COMMIT')
    assert.deepEqual(outbox(engine), [
      [
        [1, 'insert', '1', 'ann'],
        [2, 'insert', '2', 'ann'],
      ],
      [[3, 'insert', '1', 'bob']],
      [
        [4, 'update', '1', 'ann'],
        [5, 'update', '2', 'ann'],
      ],
      [
        [6, 'delete', '1', 'ann'],
        [7, 'delete', '2', 'ann'],
      ],
    ])
  })

  test('are told nothing of what was taken back, or failed', async () => {
    await using engine = await open()
    await engine.run('ann', "BEGIN; INSERT INTO app.notes VALUES (1, 'a'); ROLLBACK")
    await engine.refusal('ann', "INSERT INTO app.notes VALUES (1, 'a'), (1, 'b')")
    await engine.refusal('ann', "BEGIN; INSERT INTO app.notes VALUES (1, 'a')")
    assert.deepEqual(engine.effects, [])
    assert.deepEqual(await engine.engine.run({ kind: 'outbox', afterId: 0, limit: 10 }), [])
    await engine.run('ann', "INSERT INTO app.notes VALUES (1, 'a')")
    assert.deepEqual(outbox(engine), [[[1, 'insert', '1', 'ann']]])
  })

  test('can be told again, until they were told', async () => {
    await using engine = await open()
    await engine.run('ann', "INSERT INTO app.notes VALUES (1, 'a'), (2, 'b'), (3, 'c')")
    const ids = async (afterId: number, limit: number): Promise<unknown> =>
      ((await engine.engine.run({ kind: 'outbox', afterId, limit })) as { id: number }[]).map(({ id }) => id)
    assert.deepEqual(await ids(0, 2), [1, 2])
    assert.deepEqual(await ids(2, 2), [3])
    await engine.engine.run({ kind: 'relayed', uptoId: 2 })
    assert.deepEqual(await ids(0, 10), [3])
  })
})

describe('live queries', () => {
  test('are told of their users’ rows that are theirs', async () => {
    await using engine = await open()
    const watched = [watchedBy('ann', "SELECT id, text FROM app.notes WHERE text <> 'x'"), watchedBy('bob', 'SELECT * FROM app.notes')]
    await engine.run('ann', "INSERT INTO app.notes VALUES (1, 'a'), (2, 'x')", { watched })
    await engine.run('ann', "UPDATE app.notes SET text = 'b' WHERE id = 1", { watched })
    await engine.run('ann', 'DELETE FROM app.notes', { watched })
    const told = engine.effects.map(({ changes }) =>
      changes.map(({ key, operation, seq, row, old }) => [key.slice(0, 3), operation, seq, row?.['text'], old?.['text']]),
    )
    assert.deepEqual(told, [
      [['ann', 'insert', 1n, 'a', undefined]],
      [['ann', 'update', 3n, 'b', 'a']],
      [['ann', 'delete', 4n, undefined, 'b']],
    ])
  })
})

describe('files', () => {
  test('are held by rows, and let go with them', async () => {
    await using engine = await open()
    const id = (await engine.engine.run({ kind: 'reserve-files', count: 2 })) as number
    const insert = "INSERT INTO app.papers VALUES (1, FILE('paper'))"
    await engine.run('ann', insert, { files: { paper: fileOf(id) } })
    assert.deepEqual(await engine.rows('ann', 'SELECT paper FROM app.papers'), [[fileOf(id)]])
    await engine.refusal('ann', insert, { files: { paper: fileOf(id + 1) } })
    assert.deepEqual(await engine.engine.run({ kind: 'stored-files', among: [`f0001/${id}-a.txt`, `f0001/${id + 1}-a.txt`] }), [
      `f0001/${id}-a.txt`,
    ])
    await engine.run('ann', 'BEGIN; DELETE FROM app.papers; ROLLBACK')
    assert.deepEqual(
      engine.effects.flatMap(({ droppedFiles }) => droppedFiles),
      [],
    )
    await engine.run('ann', 'DELETE FROM app.papers')
    assert.deepEqual(engine.effects.at(-1)?.droppedFiles, [`f0001/${id}-a.txt`])
  })

  test('need their part, and their placeholder', async () => {
    await using engine = await open()
    assert.match(
      await engine.refusal('ann', "INSERT INTO app.papers VALUES (1, FILE('paper'))"),
      /^INVALID_INPUT: FILE placeholders require multipart/,
    )
    assert.match(await engine.refusal('ann', "INSERT INTO app.papers VALUES (1, FILE('paper'))", { files: {} }), /^MISSING_FILE/)
  })
})
