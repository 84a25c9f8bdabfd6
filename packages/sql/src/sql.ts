/**
 * SQL, as the doors see it. Nothing of it runs before the first statement; the statements run in processes of their own (process/).
 *
 * - A request is answered when everything that it changed is to be seen: by other statements, and in the topics that are told of it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Broker } from '@logbrook/broker/broker'
import { createRequestRate } from '@logbrook/broker/sessions/request-rate'
import type { Clock } from '@logbrook/kafka/clock'
import type { Log } from '@logbrook/kafka/log'
import { databaseFile } from '@logbrook/storage/database'
import type { ParameterValue } from './data-type.ts'
import { createFileStore } from './files/file-store.ts'
import type { FileStore } from './files/file-store.ts'
import { createLiveQueries } from './live/hub.ts'
import type { LiveObserver } from './live/hub.ts'
import type { LiveQueries } from './live/live-queries.ts'
import { Engines } from './process/engines.ts'
import { createServices } from './process/services.ts'
import type { ServicesOptions } from './process/services.ts'
import type { Effects, EngineOptions, FileReference, StatementResult } from './protocol.ts'
import type { SqlCaller } from './services.ts'
import { createRelay } from './topics/relay.ts'
import { placesIn, placeSnapshot, takeSnapshot } from './snapshot.ts'
import type { SqlSnapshot } from './snapshot.ts'
import { SqlError } from './sql-error.ts'

export interface SqlRequest {
  readonly sql: string
  readonly params: readonly ParameterValue[]
  /** `default` where a request names none. */
  readonly namespace: string
  readonly caller: SqlCaller
  /** `null`: the request was no multipart form. */
  readonly files: Readonly<Record<string, FileReference>> | null
}

export interface Sql {
  /** Counts one more request of a user. @throws SqlError RATE_LIMIT_EXCEEDED */
  admit(user: string): void
  /**
   * Runs the statements of a request one after the other, until one fails.
   *
   * @throws SqlError
   */
  execute(request: SqlRequest): Promise<readonly StatementResult[]>
  /** What it holds now. */
  snapshot(): Promise<SqlSnapshot>
  readonly files: FileStore
  readonly live: LiveQueries
  /** Brings into the log what changes before this broker's time have left for topics, and sweeps files that no row holds. */
  resume(): Promise<void>
  /** Idempotent. */
  close(): Promise<void>
}

export interface SqlLimits {
  /** Requests of one user within a second; 0: as many as there are. */
  readonly requestsPerSecond: number
  readonly statementMsMax: number
  /** Of memory, in each engine. */
  readonly engineBytesMax: number
}

export interface SqlOptions {
  readonly broker: Broker
  readonly log: Log
  readonly clock: Clock
  readonly location: { readonly dataDir: string } | 'memory'
  readonly durability: EngineOptions['durability']
  /** What it is to hold instead of what is there; of its topics by their names. */
  readonly contents?: SqlSnapshot | undefined
  readonly limits: SqlLimits
  /** Of the program. */
  readonly version: string
  readonly observer: LiveObserver
  /** Told of what fails where no request is to be answered. */
  readonly onError: (error: unknown) => void
}

export async function openSql(options: SqlOptions): Promise<Sql> {
  const { broker, log, clock, location, contents, limits, version, observer, onError } = options
  await using opened = new AsyncDisposableStack()
  const directory = location === 'memory' ? await mkdtemp(join(tmpdir(), 'logbrook-sql-')) : location.dataDir
  if (location === 'memory') opened.defer(() => rm(directory, { recursive: true, force: true }))
  if (contents !== undefined) await placeSnapshot(directory, contents)
  const durability = location === 'memory' ? 'none' : options.durability
  const logFile = location === 'memory' ? null : databaseFile(location.dataDir)

  const relay = createRelay({
    log,
    clock,
    outbox: {
      read: (afterId, limit) => ask({ kind: 'outbox', afterId, limit }),
      relayed: (uptoId) => ask({ kind: 'relayed', uptoId }),
    },
    onError,
  })
  const engines: Engines = new Engines({
    database: { directory, logFile, durability, outboxAfterId: await relay.lastId() },
    services: createServices({
      broker,
      log,
      clock,
      hasFile: logFile !== null,
      live: () => live,
      version,
      settings: settingsOf(limits),
    }),
    statementMsMax: limits.statementMsMax,
    bytesMax: limits.engineBytesMax,
    watched: () => live.watched(),
    onCommitted,
    onWriter() {
      relay.resume()
      void files.sweep()
    },
    onWriterLost() {
      relay.resume()
      live.writerLost()
    },
    onError,
  })
  opened.defer(() => engines.close())
  opened.defer(() => relay.close())
  const ask = engines.request.bind(engines)
  const files = createFileStore({ directory: placesIn(directory).files, durability, ask, onError })
  const live = createLiveQueries({ ask, log, permissions: broker.permissions, clock, observer, onError })
  opened.defer(() => live.close())
  if (contents !== undefined) await ask({ kind: 'renew-topics', topics: await log.topics() })
  const rate = createRequestRate({ clock, perSecondMax: limits.requestsPerSecond })

  function onCommitted(effects: Effects): void {
    relay.take(effects.outbox)
    live.committed(effects)
    void files.remove(effects.droppedFiles)
  }

  const running = opened.move()
  let closed: Promise<void> | undefined
  return {
    admit(user) {
      if (!rate.admits(user)) throw tooManyRequests(limits)
    },
    async execute(request) {
      try {
        return await engines.request<readonly StatementResult[]>({ kind: 'execute', ...request, nowMs: clock.now(), watched: [] })
      } finally {
        await relay.settled()
      }
    },
    snapshot: () => takeSnapshot(directory, (file) => ask({ kind: 'copy-to', file })),
    files,
    live,
    async resume() {
      // To be asked for it the writer has to be there, and that it is there resumes the relay and begins the sweep.
      await ask({ kind: 'last-seq' })
      await Promise.all([relay.settled(), files.sweep()])
    },
    close: () => (closed ??= running.disposeAsync()),
  }
}

function settingsOf({ requestsPerSecond, statementMsMax, engineBytesMax }: SqlLimits): ServicesOptions['settings'] {
  return {
    'sql-requests-per-second': { value: requestsPerSecond, meaning: 'requests of one user within a second; 0 is no limit' },
    'sql-statement-ms': { value: statementMsMax, meaning: 'milliseconds that a request may run' },
    'sql-engine-bytes': { value: engineBytesMax, meaning: 'memory that a process which runs SQL may take' },
  }
}

function tooManyRequests({ requestsPerSecond }: SqlLimits): SqlError {
  const message = `Too many queries: a user may send ${requestsPerSecond} requests of SQL within a second. Please retry shortly.`
  return new SqlError('RATE_LIMIT_EXCEEDED', 'execution', message)
}
