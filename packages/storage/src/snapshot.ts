/**
 * Everything that a storage holds at one moment, as the bytes of a database file: taken from one, and put in place of another.
 *
 * - Opened as contents, every topic has a new id: whoever knew one of the old ids finds out that it is gone, as after a deletion.
 * - A snapshot is whole: its bytes know no write-ahead log, and no file beside them.
 */
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { KafkaError } from '@logbrook/kafka/errors'
import type { TopicId } from '@logbrook/kafka/log'
import type { Database } from './database.ts'
import { createTransact, databaseFile, makeDataDir, openImage } from './database.ts'

export interface Snapshot {
  /** As SQLite would write them to a file; never changed. */
  readonly image: Buffer
}

/** Where the header of a database file says by which format it is written and read: 1 is a plain file, 2 one with a write-ahead log. */
const FORMAT_BYTES = [18, 19] as const
const PLAIN_FILE = 1

export function takeSnapshot(database: Database): Snapshot {
  const image = database.serialize()
  // SQLite does not open bytes that say there is a write-ahead log beside them.
  for (const at of FORMAT_BYTES) image[at] = PLAIN_FILE
  return { image }
}

/** A database in memory that holds what the snapshot does, its topics under ids of their own. */
export function openSnapshot({ image }: Snapshot, newTopicId: () => TopicId): Database {
  const database = openImage(image)
  try {
    renewTopicIds(database, newTopicId)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * Puts what the snapshot holds in the place of a database file that nobody has open; until it is all there, the file stays as it was.
 *
 * @throws KafkaError KAFKA_STORAGE_ERROR
 */
export function replaceDatabaseFile(file: string, snapshot: Snapshot, newTopicId: () => TopicId): void {
  const database = openSnapshot(snapshot, newTopicId)
  const partial = `${file}.partial`
  try {
    writeFileSync(partial, takeSnapshot(database).image)
    renameSync(partial, file)
  } catch (cause) {
    // Its room may be what is missing.
    if (statSync(partial, { throwIfNoEntry: false })?.isFile() === true) rmSync(partial)
    throw new KafkaError('KAFKA_STORAGE_ERROR', `${file} could not be replaced: ${(cause as Error).message}`, { cause })
  } finally {
    database.close()
  }
}

/**
 * A data directory that holds what the snapshot does, but that its topics keep every record for good: whoever looks at it later is to
 * find what was there.
 *
 * @throws where there is a database already
 */
export function writeSnapshot(dataDir: string, snapshot: Snapshot): void {
  const database = openImage(snapshot.image)
  try {
    database.exec(`UPDATE topic SET config = json_set(config, '$."retention.ms"', -1, '$."retention.bytes"', -1)`)
    makeDataDir(dataDir)
    writeFileSync(databaseFile(dataDir), takeSnapshot(database).image, { flag: 'wx' })
  } finally {
    database.close()
  }
}

function renewTopicIds(database: Database, newTopicId: () => TopicId): void {
  const ids = database
    .prepare<[], { id: TopicId }>('SELECT id FROM topic ORDER BY name')
    .all()
    .map(({ id }) => id)
  const taken = new Set(ids)
  const updateTopic = database.prepare<[TopicId, TopicId]>('UPDATE topic SET id = ? WHERE id = ?')
  const updatePartitions = database.prepare<[TopicId, TopicId]>('UPDATE partition SET topic_id = ? WHERE topic_id = ?')
  createTransact(database)(() => {
    // Of a moment in which a partition's topic has another id already.
    database.pragma('defer_foreign_keys = ON')
    for (const id of ids) {
      const renewed = idBeside(taken, newTopicId)
      updateTopic.run(renewed, id)
      updatePartitions.run(renewed, id)
    }
  })
}

/** The next id that no topic of the snapshot has: it may come from a broker that was given the same ids. */
function idBeside(taken: ReadonlySet<TopicId>, newTopicId: () => TopicId): TopicId {
  let id = newTopicId()
  while (taken.has(id)) id = newTopicId()
  return id
}
