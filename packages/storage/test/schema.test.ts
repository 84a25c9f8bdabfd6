import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { databaseFile } from '../src/database.ts'
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from '../src/schema.ts'
import { append, createTopic, isKafkaError, openForTest, partitionOf, read, tamper, temporaryDirectory, valuesIn } from './fixture.ts'

test('a file says whose it is and of which version', async () => {
  await using directory = await temporaryDirectory()
  await (await openForTest({ dataDir: directory.path })).close()
  tamper(directory.path, (database) => {
    assert.equal(database.pragma('application_id', { simple: true }), APPLICATION_ID)
    assert.equal(database.pragma('user_version', { simple: true }), SCHEMA_VERSION)
  })
})

test('an older file is taken to the present version, with all that is in it', async () => {
  await using directory = await temporaryDirectory()
  {
    await using storage = await openForTest({ dataDir: directory.path })
    await append(storage.log, partitionOf(await createTopic(storage.log)), ['old', 'records'])
  }
  // A file of version 1 had the log and nothing else.
  tamper(directory.path, (database) => {
    database.exec('DROP TABLE user; DROP TABLE acl_binding; DROP TABLE group_offset; DROP TABLE producer_position')
    database.pragma('user_version = 1')
  })
  await using storage = await openForTest({ dataDir: directory.path })
  assert.deepEqual(valuesIn(await read(storage.log, partitionOf((await storage.log.topic('logs'))!))), ['old', 'records'])
  await storage.users.putUser({ name: 'alice', role: 'user', credential: null, email: null, createdMs: 1, updatedMs: 1 })
  assert.equal((await storage.users.users()).length, 1)
})

function schemaOf(dataDir: string): readonly unknown[] {
  return tamper(dataDir, (database) => database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all())
}

test('every older version, made by its own steps, becomes what a new file is', async () => {
  await using fresh = await temporaryDirectory()
  await (await openForTest({ dataDir: fresh.path })).close()
  for (let version = 1; version < SCHEMA_VERSION; version++) {
    await using directory = await temporaryDirectory()
    tamper(directory.path, (database) => {
      for (const step of MIGRATIONS.slice(0, version)) database.exec(step)
      database.pragma(`application_id = ${APPLICATION_ID}`)
      database.pragma(`user_version = ${version}`)
    })
    await (await openForTest({ dataDir: directory.path })).close()
    assert.deepEqual(schemaOf(directory.path), schemaOf(fresh.path))
  }
})

test('a migration that fails leaves the file as it was', async () => {
  await using directory = await temporaryDirectory()
  tamper(directory.path, (database) => {
    database.exec(`${MIGRATIONS[0]}; CREATE TABLE acl_binding (in_the_way)`)
    database.pragma(`application_id = ${APPLICATION_ID}`)
    database.pragma('user_version = 1')
  })
  await assert.rejects(openForTest({ dataDir: directory.path }), isKafkaError('KAFKA_STORAGE_ERROR', /acl_binding already exists/))
  tamper(directory.path, (database) => {
    assert.equal(database.pragma('user_version', { simple: true }), 1)
    assert.equal(database.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'user'").pluck().get(), 0)
  })
})

test('a newer file is refused in words that name both versions, and not touched', async () => {
  await using directory = await temporaryDirectory()
  await (await openForTest({ dataDir: directory.path })).close()
  tamper(directory.path, (database) => database.pragma(`user_version = ${SCHEMA_VERSION + 1}`))
  const message = new RegExp(
    `logbrook.db was written by a newer Logbrook: its schema version is ${SCHEMA_VERSION + 1}; .* up to ${SCHEMA_VERSION}\\. .* backup`,
  )
  await assert.rejects(openForTest({ dataDir: directory.path }), isKafkaError('KAFKA_STORAGE_ERROR', message))
  tamper(directory.path, (database) => assert.equal(database.pragma('user_version', { simple: true }), SCHEMA_VERSION + 1))
})

test('a database of another program is refused by name, and not touched', async () => {
  await using directory = await temporaryDirectory()
  tamper(directory.path, (database) => database.exec('CREATE TABLE theirs (x)'))
  await assert.rejects(
    openForTest({ dataDir: directory.path }),
    isKafkaError('KAFKA_STORAGE_ERROR', /logbrook.db is an SQLite database of another program/),
  )
  tamper(directory.path, (database) => {
    assert.equal(database.pragma('journal_mode', { simple: true }), 'delete')
    assert.deepEqual(database.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['theirs'])
  })
})

test('a file that is no database is refused by name', async () => {
  await using directory = await temporaryDirectory()
  writeFileSync(databaseFile(directory.path), 'this is not a database, and long enough to have a header of one'.repeat(10))
  await assert.rejects(
    openForTest({ dataDir: directory.path }),
    isKafkaError('KAFKA_STORAGE_ERROR', /logbrook.db cannot be opened: .*not a database/),
  )
})

test('a refused file leaves the directory free', async () => {
  await using directory = await temporaryDirectory()
  tamper(directory.path, (database) => database.exec('CREATE TABLE theirs (x)'))
  await assert.rejects(openForTest({ dataDir: directory.path }))
  tamper(directory.path, (database) => database.exec('DROP TABLE theirs'))
  await (await openForTest({ dataDir: directory.path })).close()
})

test('memory leaves nothing behind, and a closed directory no write-ahead log', async () => {
  await using directory = await temporaryDirectory()
  {
    await using storage = await openForTest({ dataDir: directory.path })
    await append(storage.log, partitionOf(await createTopic(storage.log)), ['v'])
    assert.ok(storage.sizes().walBytes > 0)
  }
  const file = databaseFile(directory.path)
  assert.throws(() => new Sqlite(`${file}-wal`, { fileMustExist: true }))
})
