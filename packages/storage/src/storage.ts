/**
 * Everything Logbrook keeps, in one SQLite file or in memory: the log, the groups' offsets, the users and the ACL bindings.
 *
 * - One process per data directory; a second one is refused with a sentence that names the first.
 * - Closing answers waits first, then commits what is pending, and leaves a file without a write-ahead log.
 */
import { statSync } from 'node:fs'
import type { Clock } from '@logbrook/kafka/clock'
import type { GroupOffsets } from '@logbrook/kafka/groups'
import type { Log, TopicId } from '@logbrook/kafka/log'
import type { SessionSecretStore } from '@logbrook/kafka/session-secret'
import type { AclStore, UserStore } from '@logbrook/kafka/users'
import { createAclStore } from './acls.ts'
import type { Checkpointer } from './checkpointer.ts'
import { createCheckpointer, noCheckpointer } from './checkpointer.ts'
import type { Database, Durability } from './database.ts'
import { createTransact, databaseFile, guard, makeDataDir, openDatabase } from './database.ts'
import type { DirectoryLock } from './directory-lock.ts'
import { lockDirectory } from './directory-lock.ts'
import { createGroupOffsets, createMoveGroups } from './group-offsets.ts'
import { createLog } from './log.ts'
import { createOffsetForTimestamp } from './offset-at-time.ts'
import { createBoundsReader } from './partitions.ts'
import type { PageSync } from './page-sync.ts'
import { createPageSync } from './page-sync.ts'
import { ReadThread } from './read-thread.ts'
import { createReader } from './reader.ts'
import { createRetention } from './retention.ts'
import { createMemorySecret, createSecretFile } from './session-secret.ts'
import type { Snapshot } from './snapshot.ts'
import { openSnapshot, replaceDatabaseFile, takeSnapshot } from './snapshot.ts'
import { Sweeper } from './sweeper.ts'
import { Topics, randomTopicId } from './topics.ts'
import { createTrim } from './trim.ts'
import { createUserStore } from './users.ts'
import { Waiters } from './waiters.ts'
import { createWriteHealth, roomBytesOf } from './write-health.ts'
import { Writer } from './writer.ts'

export interface StorageOptions {
  /** `memory` leaves nothing behind. */
  readonly location: { readonly dataDir: string } | 'memory'
  readonly durability: Durability
  readonly clock: Clock
  /** Where checkpoints run: in a thread, or in the writer, after its answers are out. */
  readonly checkpoint: 'worker' | 'inline'
  /** Must never answer the same id twice. Random unless given. */
  readonly newTopicId?: () => TopicId
  /** What it is to hold when it is opened, in place of what is there; its topics get new ids. */
  readonly contents?: Snapshot
  readonly observer?: StorageObserver
  /** What a second process is told of this one: "logbrook, pid 123". */
  readonly owner?: string
}

export interface StorageObserver {
  /** A transaction of `requests` appends. */
  committed(durationMs: number, requests: number): void
  checkpointed(durationMs: number): void
}

export interface Storage extends AsyncDisposable {
  readonly log: Log
  readonly groups: GroupOffsets
  readonly users: UserStore
  readonly acls: AclStore
  /** Beside what it holds: no snapshot has it. */
  readonly sessionSecret: SessionSecretStore
  sizes(): { readonly databaseBytes: number; readonly walBytes: number }
  /** What it holds now. */
  snapshot(): Snapshot
  /** Tells everyone that the topics are gone, and leaves what is kept as it is: to be closed then, and its contents replaced. */
  abandon(): void
  /** Calls of `waitForAppend` that have not been answered. */
  waiting(): number
  /** Why the disk takes no writes, in its own words; `undefined` when it took the last one, or takes one now. */
  writeFailure(): string | undefined
  /** Idempotent. */
  close(): Promise<void>
}

/** @throws KafkaError KAFKA_STORAGE_ERROR, in one sentence for whoever started the process */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { location, durability, contents, newTopicId = randomTopicId } = options
  if (location === 'memory') {
    return createStorage(options, contents ? openSnapshot(contents, newTopicId) : openDatabase(location, durability), undefined)
  }
  makeDataDir(location.dataDir)
  const lock = lockDirectory(location.dataDir, options.owner ?? 'another Logbrook')
  let database: Database | undefined
  try {
    if (contents !== undefined) replaceDatabaseFile(databaseFile(location.dataDir), contents, newTopicId)
    database = openDatabase(location, durability)
    return createStorage(options, database, lock)
  } catch (error) {
    database?.close()
    lock.release()
    throw error
  }
}

function createStorage(options: StorageOptions, database: Database, lock: DirectoryLock | undefined): Storage {
  const { location, clock, observer, newTopicId = randomTopicId } = options
  const roomBytes = () => (location === 'memory' ? Infinity : roomBytesOf(location.dataDir))
  const { transact, failure } = createWriteHealth({ database, transact: createTransact(database), roomBytes })
  const boundsOf = createBoundsReader(database)
  const pageSync = location === 'memory' ? undefined : createPageSync(databaseFile(location.dataDir))
  const checkpointer = checkpointerOf(options, database, pageSync)
  // Who wants no thread for checkpoints wants none for reads either.
  const readThread = location === 'memory' || options.checkpoint !== 'worker' ? undefined : new ReadThread(databaseFile(location.dataDir))
  const waiters = new Waiters(clock)
  const sweeper = new Sweeper({ database, transact, checkpointer, swept: (slot) => topics.swept(slot) })
  const topics = guard('could not read the topics', () => new Topics({ database, transact, sweeper, newTopicId }))
  const committed = (durationMs: number, requests: number) => observer?.committed(durationMs, requests)
  const writer = new Writer({ database, transact, boundsOf, checkpointer, waiters, committed })
  const groups = createGroupOffsets({ database, transact, checkpointer })
  let closed: Promise<void> | undefined

  const log = createLog({
    clock,
    topics,
    writer,
    waiters,
    sweeper,
    boundsOf,
    read: createReader(database, boundsOf, readThread),
    trim: createTrim({ database, transact, boundsOf, sweeper, moveGroups: createMoveGroups(database) }),
    offsetForTimestamp: createOffsetForTimestamp(database, boundsOf),
    retainedFrom: createRetention(database, boundsOf),
    isClosed: () => closed !== undefined,
  })
  sweeper.wake()

  return {
    log,
    groups,
    users: createUserStore(database, transact),
    acls: createAclStore(database, transact),
    sessionSecret: location === 'memory' ? createMemorySecret() : createSecretFile(location.dataDir),
    sizes: () => sizesOf(options.location, database),
    snapshot: () => guard('could not take a snapshot', () => takeSnapshot(database)),
    abandon() {
      for (const partition of topics.abandon()) waiters.gone(partition)
    },
    waiting: () => waiters.count,
    writeFailure: failure,
    close: () => (closed ??= close()),
    [Symbol.asyncDispose]: () => (closed ??= close()),
  }

  async function close(): Promise<void> {
    waiters.close()
    writer.flush()
    groups.flush()
    await sweeper.close()
    await checkpointer.close()
    await readThread?.close()
    database.close()
    pageSync?.close()
    lock?.release()
  }
}

function checkpointerOf(
  { location, checkpoint, observer }: StorageOptions,
  database: Database,
  pageSync: PageSync | undefined,
): Checkpointer {
  if (location === 'memory' || pageSync === undefined) return noCheckpointer
  const checkpointed = (durationMs: number) => observer?.checkpointed(durationMs)
  return createCheckpointer({ database, dataDir: location.dataDir, by: checkpoint, syncPages: () => pageSync.sync(), checkpointed })
}

function sizesOf(location: StorageOptions['location'], database: Database): ReturnType<Storage['sizes']> {
  if (location === 'memory') {
    const pages = database.pragma('page_count', { simple: true }) as number
    return { databaseBytes: pages * (database.pragma('page_size', { simple: true }) as number), walBytes: 0 }
  }
  const file = databaseFile(location.dataDir)
  return { databaseBytes: bytesOf(file), walBytes: bytesOf(`${file}-wal`) }
}

/** Asks for the size without opening the file: database.ts says why. */
function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
