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
import { SQL_ENGINE_BYTES_MAX, SQL_STATEMENT_MS_MAX } from '@logbrook/kafka/limits'
import type { Log } from '@logbrook/kafka/log'
import { databaseFile } from '@logbrook/storage/database'
import type { ParameterValue } from './data-type.ts'
import { createFileStore } from './files/file-store.ts'
import type { FileStore } from './files/file-store.ts'
import { Engines } from './process/engines.ts'
import { createServices } from './process/services.ts'
import type { EngineOptions, EngineRequest, FileReference, StatementResult } from './protocol.ts'
import type { SqlCaller } from './services.ts'
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
  readonly files: FileStore
  /** Idempotent. */
  close(): Promise<void>
}

export interface SqlLimits {
  /** Requests of one user within a second; 0: as many as there are. */
  readonly requestsPerSecond: number
  readonly statementMsMax?: number
  /** Of memory, in each engine. */
  readonly engineBytesMax?: number
}

export interface SqlOptions {
  readonly broker: Broker
  readonly log: Log
  readonly clock: Clock
  readonly location: { readonly dataDir: string } | 'memory'
  readonly durability: EngineOptions['durability']
  readonly limits: SqlLimits
  /** Told of what fails where no request is to be answered. */
  readonly onError: (error: unknown) => void
}

export async function openSql(options: SqlOptions): Promise<Sql> {
  const { broker, log, clock, location, limits, onError } = options
  await using opened = new AsyncDisposableStack()
  const directory = location === 'memory' ? await mkdtemp(join(tmpdir(), 'logbrook-sql-')) : location.dataDir
  if (location === 'memory') opened.defer(() => rm(directory, { recursive: true, force: true }))
  const logFile = location === 'memory' ? null : databaseFile(location.dataDir)
  const engines = new Engines({
    database: { directory, logFile, durability: location === 'memory' ? 'none' : options.durability, outboxAfterId: 0 },
    services: createServices({ broker, log, clock, hasFile: logFile !== null }),
    statementMsMax: limits.statementMsMax ?? SQL_STATEMENT_MS_MAX,
    bytesMax: limits.engineBytesMax ?? SQL_ENGINE_BYTES_MAX,
    onCommitted: ({ droppedFiles }) => void files.remove(droppedFiles),
    onWriter: () => void files.sweep(),
    onError,
  })
  opened.defer(() => engines.close())
  const files = createFileStore({
    directory: join(directory, 'files'),
    durability: location === 'memory' ? 'none' : options.durability,
    ask: (request) => engines.request(request),
    onError,
  })
  const rate = createRequestRate({ clock, perSecondMax: limits.requestsPerSecond })

  const running = opened.move()
  let closed: Promise<void> | undefined
  return {
    admit(user) {
      if (!rate.admits(user)) throw tooManyRequests(limits.requestsPerSecond)
    },
    async execute(request) {
      const asked: EngineRequest = { kind: 'execute', ...request, nowMs: clock.now(), watched: [] }
      return await engines.request<readonly StatementResult[]>(asked)
    },
    files,
    close: () => (closed ??= running.disposeAsync()),
  }
}

function tooManyRequests(perSecondMax: number): SqlError {
  const message = `Too many queries: a user may send ${perSecondMax} requests of SQL within a second. Please retry shortly.`
  return new SqlError('RATE_LIMIT_EXCEEDED', 'execution', message)
}
