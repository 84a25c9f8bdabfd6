import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { DISK_ROOM_BYTES_MIN } from '@logbrook/kafka/limits'
import { createTransact, openDatabase } from '../src/database.ts'
import type { Database, Transact } from '../src/database.ts'
import { createWriteHealth, roomBytesOf } from '../src/write-health.ts'
import type { WriteHealth } from '../src/write-health.ts'
import { openForTest, temporaryDirectory } from './fixture.ts'

interface SmallDatabase {
  readonly database: Database
  readonly health: WriteHealth
  /** What the disk is said to have left. */
  readonly disk: { roomBytes: number }
  /** As a disk that is full, or is not any more. */
  readonly fill: () => void
  readonly empty: () => void
}

/** SQLite's own limit on pages refuses with the code of a full disk. */
async function openSmall(t: TestContext): Promise<SmallDatabase> {
  const directory = await temporaryDirectory()
  const database = openDatabase({ dataDir: directory.path }, 'os')
  t.after(async () => {
    database.close()
    await directory[Symbol.asyncDispose]()
  })
  const disk = { roomBytes: 0 }
  const health = createWriteHealth({ database, transact: createTransact(database), roomBytes: () => disk.roomBytes })
  const pages = () => database.pragma('page_count', { simple: true }) as number
  return {
    database,
    health,
    disk,
    fill: () => void database.pragma(`max_page_count = ${pages()}`),
    empty: () => void database.pragma('max_page_count = 1000000'),
  }
}

function writeMuch(database: Database, transact: Transact): void {
  transact(() => database.exec('CREATE TABLE much AS SELECT zeroblob(100000)'))
}

function walFrames(database: Database): number {
  return (database.pragma('wal_checkpoint(NOOP)') as [{ readonly log: number }])[0].log
}

test('a disk that took every write takes writes', async (t) => {
  const { health, database } = await openSmall(t)
  writeMuch(database, health.transact)
  assert.equal(health.failure(), undefined)
})

test('a write that the disk refused is told until one succeeds', async (t) => {
  const { health, database, fill, empty } = await openSmall(t)
  fill()
  assert.throws(() => writeMuch(database, health.transact), /full/)
  assert.equal(health.failure(), 'database or disk is full (SQLITE_FULL)')
  assert.equal(health.failure(), 'database or disk is full (SQLITE_FULL)')
  empty()
  writeMuch(database, health.transact)
  assert.equal(health.failure(), undefined)
})

test('who asks tries the disk, but only where there is room for more than a page', async (t) => {
  const { health, database, disk, fill } = await openSmall(t)
  fill()
  assert.throws(() => writeMuch(database, health.transact))
  const frames = walFrames(database)
  disk.roomBytes = DISK_ROOM_BYTES_MIN - 1
  assert.match(health.failure()!, /SQLITE_FULL/)
  assert.equal(walFrames(database), frames)
  disk.roomBytes = DISK_ROOM_BYTES_MIN
  assert.equal(health.failure(), undefined)
  assert.equal(walFrames(database), frames + 1)
  assert.equal(health.failure(), undefined)
  assert.equal(walFrames(database), frames + 1, 'nothing is written where nothing had failed')
})

test('a disk with room that takes no writes is told as well', async (t) => {
  const { health, database, disk } = await openSmall(t)
  disk.roomBytes = DISK_ROOM_BYTES_MIN
  database.pragma('query_only = on')
  assert.throws(() => writeMuch(database, health.transact), /readonly/)
  assert.equal(health.failure(), 'attempt to write a readonly database (SQLITE_READONLY)')
  database.pragma('query_only = off')
  assert.equal(health.failure(), undefined)
})

test('a transaction that was refused for what it asked says nothing of the disk', async (t) => {
  const { health, database } = await openSmall(t)
  assert.throws(() => health.transact(() => database.exec('CREATE TABLE topic (x)')), /already exists/)
  assert.throws(
    () =>
      health.transact(() => {
        throw new Error('not now')
      }),
    /not now/,
  )
  assert.equal(health.failure(), undefined)
})

test('where the disk cannot be asked, the failure stands', async (t) => {
  const { database } = await openSmall(t)
  const health = createWriteHealth({ database, transact: createTransact(database), roomBytes: () => roomBytesOf('/nowhere/at/all') })
  database.pragma('query_only = on')
  assert.throws(() => writeMuch(database, health.transact))
  assert.match(health.failure()!, /SQLITE_READONLY/)
})

test('a storage says it of itself, on disk and in memory', async () => {
  await using directory = await temporaryDirectory()
  assert.ok(roomBytesOf(directory.path) > 0)
  for (const location of [{ dataDir: directory.path }, 'memory'] as const) {
    await using storage = await openForTest(location)
    assert.equal(storage.writeFailure(), undefined)
  }
})
