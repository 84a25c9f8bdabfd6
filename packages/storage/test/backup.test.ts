import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { backupStorage } from '../src/backup.ts'
import { checkStorage } from '../src/check.ts'
import { append, createTopic, isKafkaError, openForTest, partitionOf, read, temporaryDirectory, valuesIn } from './fixture.ts'

test('a backup of a running storage is a storage with all that was committed', async () => {
  await using directory = await temporaryDirectory()
  const restored = join(directory.path, 'restored')
  mkdirSync(restored)
  {
    await using storage = await openForTest({ dataDir: directory.path })
    const partition = partitionOf(await createTopic(storage.log))
    await append(storage.log, partition, ['a', 'b'])
    await storage.users.putUser({ name: 'alice', role: 'user', credential: null, email: null, createdMs: 1, updatedMs: 1 })
    backupStorage(directory.path, join(restored, 'logbrook.db'))
    assert.equal(await append(storage.log, partition, ['not in the backup']), 2)
  }
  assert.deepEqual(readdirSync(restored), ['logbrook.db'])
  assert.deepEqual([...checkStorage(restored)], [])
  await using storage = await openForTest({ dataDir: restored })
  const partition = partitionOf((await storage.log.topic('logs'))!)
  assert.deepEqual(valuesIn(await read(storage.log, partition)), ['a', 'b'])
  assert.equal((await storage.users.users()).length, 1)
  assert.equal(await append(storage.log, partition, ['c']), 2)
})

test('a backup of a closed storage works too, also over what an interrupted one left', async () => {
  await using directory = await temporaryDirectory()
  await (await openForTest({ dataDir: directory.path })).close()
  const file = join(directory.path, 'copy.db')
  writeFileSync(`${file}.partial`, 'half a backup')
  backupStorage(directory.path, file)
  assert.ok(readdirSync(directory.path).includes('copy.db'))
  assert.ok(!readdirSync(directory.path).includes('copy.db.partial'))
})

test('an existing file is not overwritten, and a directory without a database is refused', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'copy.db')
  assert.throws(() => backupStorage(directory.path, file), isKafkaError('KAFKA_STORAGE_ERROR', /logbrook.db cannot be read/))
  await (await openForTest({ dataDir: directory.path })).close()
  writeFileSync(file, 'precious')
  assert.throws(
    () => backupStorage(directory.path, file),
    isKafkaError('KAFKA_STORAGE_ERROR', /copy.db exists; a backup does not overwrite/),
  )
})

test('a backup does not give the directory away', async () => {
  await using directory = await temporaryDirectory()
  await using storage = await openForTest({ dataDir: directory.path })
  backupStorage(directory.path, join(directory.path, 'copy.db'))
  assert.deepEqual([...checkStorage(directory.path)], [])
  await assert.rejects(openForTest({ dataDir: directory.path }), isKafkaError('KAFKA_STORAGE_ERROR', /in use/))
  assert.deepEqual(await storage.log.topics(), [])
})
