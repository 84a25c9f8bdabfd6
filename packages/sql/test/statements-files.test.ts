import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import type { FileReference } from '@logbrook/sql/protocol'
import { EngineUnderTest } from './engine-under-test.ts'

describe('files of tables and columns that go', () => {
  let engine: EngineUnderTest
  beforeEach(async () => {
    await engine?.[Symbol.asyncDispose]()
    engine = await EngineUnderTest.open()
    await engine.run('root', 'CREATE NAMESPACE app; CREATE SHARED TABLE app.docs (id INT PRIMARY KEY, a FILE, b FILE, note TEXT)')
    const files = { one: file('1', 'one.txt'), two: file('2', 'two.txt') }
    await engine.run('root', `INSERT INTO app.docs VALUES (1, FILE("one"), FILE("two"), 'x')`, { files })
  })
  after(() => engine[Symbol.asyncDispose]())

  function dropped(): readonly string[] {
    return engine.effects.flatMap(({ droppedFiles }) => droppedFiles)
  }

  test('go with a column', async () => {
    await engine.run('root', 'ALTER TABLE app.docs DROP COLUMN a')
    assert.deepEqual(dropped(), ['f0001/1-one.txt'])
  })

  test('stay with another column', async () => {
    await engine.run('root', 'ALTER TABLE app.docs DROP COLUMN note')
    assert.deepEqual(dropped(), [])
  })

  test('go with their table', async () => {
    await engine.run('root', 'DROP TABLE app.docs')
    assert.deepEqual(dropped().toSorted(), ['f0001/1-one.txt', 'f0001/2-two.txt'])
  })

  test('go with their namespace', async () => {
    await engine.run('root', 'DROP NAMESPACE app')
    assert.deepEqual(dropped().toSorted(), ['f0001/1-one.txt', 'f0001/2-two.txt'])
  })

  test('stay when it is all taken back', async () => {
    await engine.run('root', 'BEGIN; ALTER TABLE app.docs DROP COLUMN a; DROP TABLE app.docs; ROLLBACK')
    assert.deepEqual(dropped(), [])
    assert.equal((await engine.rows('root', 'SELECT a FROM app.docs')).length, 1)
  })
})

function file(id: string, name: string): FileReference {
  return { id, sub: 'f0001', name, size: 1, mime: 'text/plain', sha256: '0'.repeat(64) }
}
