/** A running Logbrook: storage, broker and HTTP door put together, and taken apart again in order. */
import { createBroker } from '@logbrook/broker/broker'
import type { Broker } from '@logbrook/broker/broker'
import { PasswordThread } from '@logbrook/broker/password-thread'
import { SQL_ENGINE_BYTES_MAX, SQL_STATEMENT_MS_MAX } from '@logbrook/kafka/limits'
import type { Log } from '@logbrook/kafka/log'
import type { Snapshot } from '@logbrook/storage/snapshot'
import type { SqlSnapshot } from '@logbrook/sql/snapshot'
import type { SqlLimits } from '@logbrook/sql/sql'
import { openStorage } from '@logbrook/storage/storage'
import type { Storage } from '@logbrook/storage/storage'
import { createApp } from './http/app.ts'
import type { Door } from './http/app.ts'
import { listen } from './http/listener.ts'
import { urlOf } from './http/url-of.ts'
import { createWaits } from './http/waits.ts'
import type { Waits } from './http/waits.ts'
import { createMetrics } from './metrics.ts'
import type { Metrics } from './metrics.ts'
import type { ServerOptions } from './server-options.ts'
import { createSqlOnDemand } from './sql-on-demand.ts'

export interface RunningServer extends AsyncDisposable {
  /** Where a client on this machine finds it. */
  readonly url: string
  readonly port: number
  readonly broker: Broker
  readonly storage: Storage
  /** Answers what waits and what is under way, then closes the log. Idempotent. */
  close(): Promise<void>
}

/** Everything that a server holds at one moment. */
export interface Contents {
  readonly log: Snapshot
  /** `null`: nobody has used it. */
  readonly sql: SqlSnapshot | null
}

/** A server but for its port. */
export interface Interior extends AsyncDisposable {
  readonly broker: Broker
  readonly storage: Storage
  readonly door: Door
  /** What waits on behalf of clients; to be stopped before the last answers are waited for. */
  readonly waits: Waits
  /** To be called when it listens: what a broker before it has begun goes on. */
  readonly resume: () => void
  /** What it holds now. */
  snapshot(): Promise<Contents>
}

/**
 * @throws StartError when the address cannot be listened on
 * @throws KafkaError KAFKA_STORAGE_ERROR when the log cannot be opened
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  await using opened = new AsyncDisposableStack()
  const { broker, storage, door, waits, resume } = opened.use(await openInterior(options))
  const listener = await listen({ ...options, onError: noteErrors(options), ...door })
  opened.defer(async () => {
    waits.stop()
    door.upgrades.stop()
    await listener.close()
  })
  resume()

  const running = opened.move()
  let closed: Promise<void> | undefined
  const close = () => (closed ??= running.disposeAsync())
  return { url: urlOf(options.host, listener.port), port: listener.port, broker, storage, close, [Symbol.asyncDispose]: close }
}

export interface InteriorOptions {
  /** What it is to hold instead of what is there. */
  readonly contents?: Contents | undefined
  /** Stand between the parts, and see what the outer asks of the inner. */
  readonly intercept?: Interceptors | undefined
}

export interface Interceptors {
  /** What the use cases take for the log. */
  readonly log?: (log: Log) => Log
  /** What the routes take for the broker. */
  readonly broker?: (broker: Broker) => Broker
}

const SQL_LIMITS: SqlLimits = { requestsPerSecond: 0, statementMsMax: SQL_STATEMENT_MS_MAX, engineBytesMax: SQL_ENGINE_BYTES_MAX }

/** @throws KafkaError KAFKA_STORAGE_ERROR when the log cannot be opened */
export async function openInterior(options: ServerOptions, { contents, intercept = {} }: InteriorOptions = {}): Promise<Interior> {
  const { clock, logger } = options
  await using opened = new AsyncDisposableStack()
  const metrics = createMetrics()
  opened.defer(() => metrics.close())
  const storage = await openStorage({
    ...options,
    ...(contents === undefined ? {} : { contents: contents.log }),
    observer: metrics.storage,
  })
  opened.defer(() => storage.close())
  await options.prepare?.(storage)
  // Who wants no thread for checkpoints wants none for passwords either.
  const passwords = options.checkpoint === 'worker' ? opened.use(new PasswordThread()) : undefined
  const log = intercept.log?.(storage.log) ?? storage.log
  const broker = await createBroker({
    ...options,
    log,
    groupOffsets: storage.groups,
    userStore: storage.users,
    aclStore: storage.acls,
    sessionSecret: options.sessionSecret ?? storage.sessionSecret,
    ...(passwords === undefined ? {} : { derive: passwords.derive }),
    observer: { ...metrics.broker, groupMoved: noteMovedGroups(options, metrics) },
    onError: noteErrors(options),
  })
  opened.defer(() => broker.close())
  const { location, durability } = options
  const onError = noteErrors(options)
  const sql = createSqlOnDemand({
    location,
    onError,
    async openSql(held) {
      const [{ openSql }, { version }] = await Promise.all([import('@logbrook/sql/sql'), import('./version.ts')])
      const limits = { ...SQL_LIMITS, ...options.sqlLimits }
      return await openSql({ broker, log, clock, location, durability, contents: held, limits, version, observer: metrics.live, onError })
    },
  })
  opened.defer(() => sql.close())
  if (contents !== undefined) await sql.replace(contents.sql)
  const waits = createWaits()
  const door = createApp({ broker: intercept.broker?.(broker) ?? broker, storage, sql, clock, options, metrics, logger, waits })
  opened.defer(() => door.upgrades.stop())
  const interior = opened.move()
  return {
    broker,
    storage,
    door,
    waits,
    resume: () => void sql.resume(),
    // SQL first: what it has still to tell the log is told again, and known to have been told.
    snapshot: async () => ({ sql: await sql.snapshot(), log: storage.snapshot() }),
    [Symbol.asyncDispose]: () => interior.disposeAsync(),
  }
}

export function noteErrors({ logger }: ServerOptions): (error: unknown) => void {
  return (error) => logger.error({ err: error }, 'something failed in the background')
}

function noteMovedGroups({ logger }: ServerOptions, metrics: Metrics): Metrics['broker']['groupMoved'] {
  return (moved) => {
    metrics.broker.groupMoved(moved)
    const { groupId, topic, partition, fromOffset, toOffset } = moved
    logger.warn(
      { group: groupId, topic, partition, fromOffset, toOffset },
      'records were deleted that a group had not committed; it was moved forward',
    )
  }
}
