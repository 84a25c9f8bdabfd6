import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { test } from 'node:test'
import { databaseFile } from '../src/database.ts'
import { directoryOwner } from '../src/directory-lock.ts'
import { quickCheck } from '../src/quick-check.ts'
import { isKafkaError, openForTest, temporaryDirectory } from './fixture.ts'

test('a directory without a database has nothing to look at, and nobody holds it', async () => {
  await using directory = await temporaryDirectory()
  assert.deepEqual([quickCheck(directory.path), directoryOwner(directory.path)], [null, null])
})

test('a database is looked through up to a size, also while it is in use', async () => {
  await using directory = await temporaryDirectory()
  await using storage = await openForTest({ dataDir: directory.path })
  await storage.log.createTopic({ name: 'logs', partitions: 1, config: {} })
  const { databaseBytes } = quickCheck(directory.path)!
  assert.deepEqual(quickCheck(directory.path, databaseBytes), { databaseBytes, problems: [] })
  assert.deepEqual(quickCheck(directory.path, databaseBytes - 1), { databaseBytes, problems: null })
})

test('what is damaged is said to be so', async () => {
  await using directory = await temporaryDirectory()
  await (await openForTest({ dataDir: directory.path })).close()
  // The header's count of free pages, of which there are none.
  await overwrite(directory.path, { position: 36, bytes: Buffer.from([0, 0, 0, 5]) })
  const problems = quickCheck(directory.path)!.problems!
  assert.match(problems.join(), /freelist/i)
  assert.ok(
    problems.every((problem) => !/\n|\*/.test(problem)),
    problems.join(' | '),
  )
})

test('what is damaged beyond reading is refused', async () => {
  await using directory = await temporaryDirectory()
  await (await openForTest({ dataDir: directory.path })).close()
  await overwrite(directory.path, { position: 4_096, bytes: Buffer.alloc(4_096, 0xff) })
  assert.throws(() => quickCheck(directory.path), isKafkaError('KAFKA_STORAGE_ERROR', /^the database cannot be read: .*malformed/))
})

async function overwrite(dataDir: string, { position, bytes }: { readonly position: number; readonly bytes: Buffer }): Promise<void> {
  const file = await open(databaseFile(dataDir), 'r+')
  await file.write(bytes, 0, bytes.length, position)
  await file.close()
}

test('a file that is no database of ours is refused', async () => {
  await using directory = await temporaryDirectory()
  const file = await open(databaseFile(directory.path), 'w')
  await file.write('no database at all, but long enough to look like one'.repeat(20))
  await file.close()
  assert.throws(() => quickCheck(directory.path), isKafkaError('KAFKA_STORAGE_ERROR', /logbrook\.db/))
})

test('who holds a directory is told, and asking takes nothing from anyone', async () => {
  await using directory = await temporaryDirectory()
  const storage = await openForTest({ dataDir: directory.path }, { owner: 'logbrook, pid 123' })
  assert.deepEqual([directoryOwner(directory.path), directoryOwner(directory.path)], ['logbrook, pid 123', 'logbrook, pid 123'])
  await assert.rejects(openForTest({ dataDir: directory.path }), isKafkaError('KAFKA_STORAGE_ERROR', /pid 123/))
  await storage.close()
  assert.equal(directoryOwner(directory.path), null)
  await (await openForTest({ dataDir: directory.path })).close()
})
