/**
 * The live queries of a broker: who is subscribed to what.
 *
 * - Subscriptions are limited for each user and each connection. One in the place of another of the same id counts once.
 * - When tables change, every query is looked at again: what is not there any more, or may not be read, ends.
 */
import { randomUUID } from 'node:crypto'
import type { Permissions } from '@logbrook/broker/permissions'
import type { Clock } from '@logbrook/kafka/clock'
import { LIVE_SUBSCRIPTIONS_PER_CONNECTION_MAX, LIVE_SUBSCRIPTIONS_PER_USER_MAX } from '@logbrook/kafka/limits'
import type { Log, TopicId } from '@logbrook/kafka/log'
import type { SqliteValue } from '../data-type.ts'
import { callerOf } from '../process/caller-of.ts'
import type { Described } from '../protocol.ts'
import { LiveError, toLiveError } from './live-error.ts'
import type { LiveConnection, LiveQueries, LiveReader, SubscriptionRequest } from './live-queries.ts'
import type { Ask, LiveQuery, LiveSource } from './live-source.ts'
import { errorMessage } from './messages.ts'
import { Subscription } from './subscription.ts'
import { systemSource } from './system-source.ts'
import { tableSource, WatchedTables } from './table-source.ts'
import { TopicFeed } from './topic-feed.ts'
import { createMatchRecords } from './topic-match.ts'
import { topicSource } from './topic-source.ts'

/** Called on the way of each subscription: must be quick and must not throw. */
export interface LiveObserver {
  subscribed(): void
  unsubscribed(): void
}

interface LiveLimits {
  readonly subscriptionsPerUser: number
  readonly subscriptionsPerConnection: number
}

export interface LiveOptions {
  readonly ask: Ask
  readonly log: Log
  readonly permissions: Pick<Permissions, 'allows' | 'require'>
  readonly clock: Clock
  readonly limits?: Partial<LiveLimits>
  readonly observer: LiveObserver
  readonly onError: (error: unknown) => void
}

const LIMITS: LiveLimits = {
  subscriptionsPerUser: LIVE_SUBSCRIPTIONS_PER_USER_MAX,
  subscriptionsPerConnection: LIVE_SUBSCRIPTIONS_PER_CONNECTION_MAX,
}

export function createLiveQueries(options: LiveOptions): LiveQueries {
  return new Hub(options)
}

class Connection {
  readonly id = randomUUID()
  readonly reader: LiveReader
  /** By the reader's own names for them. */
  readonly subscriptions = new Map<string, Subscription>()
  heardMs: number

  constructor(reader: LiveReader, nowMs: number) {
    this.reader = reader
    this.heardMs = nowMs
  }
}

class Hub implements LiveQueries {
  readonly #options: LiveOptions
  readonly #limits: LiveLimits
  readonly #connections = new Set<Connection>()
  readonly #ofUser = new Map<string, number>()
  readonly #tables = new WatchedTables()
  readonly #feeds = new Map<TopicId, TopicFeed>()

  constructor(options: LiveOptions) {
    this.#options = options
    this.#limits = { ...LIMITS, ...options.limits }
  }

  open(reader: LiveReader): LiveConnection {
    const { clock } = this.#options
    const connection = new Connection(reader, clock.now())
    this.#connections.add(connection)
    return {
      subscribe: (request) => this.#subscribe(connection, request),
      nextBatch: (id) => connection.subscriptions.get(id)?.nextBatch(),
      unsubscribe: (id) => connection.subscriptions.get(id)?.stop(),
      heard: () => void (connection.heardMs = clock.now()),
      close: () => this.#close(connection),
    }
  }

  watched(): ReturnType<LiveQueries['watched']> {
    return this.#tables.list()
  }

  committed({ changes, catalogChanged }: Parameters<LiveQueries['committed']>[0]): void {
    this.#tables.tell(changes)
    if (catalogChanged) void this.#lookAgain()
  }

  writerLost(): void {
    if (this.#tables.list().length === 0) return
    const readers = new Set<LiveReader>()
    for (const { subscription } of this.#all()) {
      if (subscription.source?.isWatched === true) readers.add(subscription.surroundings.reader)
    }
    for (const reader of readers) reader.lost()
  }

  rows(): readonly (readonly SqliteValue[])[] {
    return Array.from(this.#all(), ({ connection, subscription }) => rowOf(connection, subscription))
  }

  kill(liveId: string): boolean {
    for (const { subscription } of this.#all()) {
      if (subscription.surroundings.liveId !== liveId) continue
      subscription.end(new LiveError('SUBSCRIPTION_FAILED', 'Live query killed'))
      return true
    }
    return false
  }

  close(): void {
    for (const connection of this.#connections) this.#close(connection)
    for (const feed of this.#feeds.values()) feed.stop()
  }

  *#all(): Generator<{ readonly connection: Connection; readonly subscription: Subscription }> {
    for (const connection of this.#connections) {
      for (const subscription of connection.subscriptions.values()) yield { connection, subscription }
    }
  }

  #close(connection: Connection): void {
    this.#connections.delete(connection)
    for (const subscription of connection.subscriptions.values()) subscription.stop()
  }

  #subscribe(connection: Connection, request: SubscriptionRequest): void {
    const { reader, subscriptions } = connection
    const { clock, observer, onError } = this.#options
    const { user } = reader.caller
    subscriptions.get(request.id)?.stop()
    const problem = this.#limitProblem(connection)
    if (problem !== null) {
      reader.send(errorMessage(request.id, 'SUBSCRIPTION_LIMIT_EXCEEDED', problem))
      return
    }
    const subscription: Subscription = new Subscription(request, {
      reader,
      liveId: `${connection.id}-${request.id}`,
      openedMs: clock.now(),
      nowMs: () => clock.now(),
      describe: () => this.#describe({ text: request.sql, namespace: DEFAULT_NAMESPACE, caller: reader.caller }),
      onEnd: () => {
        subscriptions.delete(request.id)
        this.#count(user, -1)
        observer.unsubscribed()
      },
      onError,
    })
    subscriptions.set(request.id, subscription)
    this.#count(user, 1)
    observer.subscribed()
    void subscription.open()
  }

  #limitProblem({ reader, subscriptions }: Connection): string | null {
    const { subscriptionsPerUser, subscriptionsPerConnection } = this.#limits
    const ofUser = this.#ofUser.get(reader.caller.user) ?? 0
    if (ofUser >= subscriptionsPerUser) return `A user may have ${subscriptionsPerUser} live subscriptions`
    return subscriptions.size >= subscriptionsPerConnection
      ? `A connection may have ${subscriptionsPerConnection} live subscriptions`
      : null
  }

  #count(user: string, more: number): void {
    const count = (this.#ofUser.get(user) ?? 0) + more
    if (count === 0) this.#ofUser.delete(user)
    else this.#ofUser.set(user, count)
  }

  async #describe(query: LiveQuery): Promise<LiveSource> {
    const { ask, clock } = this.#options
    const nowMs = () => clock.now()
    const { source, schema } = await ask<Described>({ kind: 'describe-live', ...query, nowMs: nowMs() })
    if (source.kind === 'table') return tableSource({ query, source, schema, tables: this.#tables, ask, nowMs })
    if (source.kind === 'system') return systemSource({ query, source, schema, ask, nowMs })
    return await this.#topicSource(query, source.topic, schema)
  }

  async #topicSource(query: LiveQuery, name: string, schema: Described['schema']): Promise<LiveSource> {
    const { ask, log, permissions, clock, onError } = this.#options
    permissions.require(callerOf(query.caller), 'READ', { type: 'TOPIC', name })
    const topic = await log.topic(name)
    if (topic === undefined) throw new LiveError('NOT_FOUND', `Topic '${name}' does not exist`)
    const match = createMatchRecords(ask, () => clock.now())
    const feed = (): TopicFeed => {
      const found = this.#feeds.get(topic.id)
      if (found !== undefined) return found
      const begun = new TopicFeed(topic, { log, permissions, clock, match, onIdle: () => this.#feeds.delete(topic.id), onError })
      this.#feeds.set(topic.id, begun)
      return begun
    }
    return topicSource({ query, topic, schema, feed, log, match })
  }

  async #lookAgain(): Promise<void> {
    const { ask, clock } = this.#options
    for (const { watched, listeners } of this.#tables.listeners()) {
      const { text, namespace, caller } = watched
      try {
        const { source } = await ask<Described>({ kind: 'describe-live', text, namespace, caller, nowMs: clock.now() })
        if (source.kind !== 'table' || source.tableId !== watched.tableId) throw new LiveError('NOT_FOUND', 'its table is another one now')
      } catch (error) {
        const why = toLiveError(error, 'SUBSCRIPTION_FAILED')
        for (const listener of listeners) listener.end(why)
      }
    }
  }
}

/** What names without one lie in: a subscription names none. */
const DEFAULT_NAMESPACE = 'default'
const US_PER_MS = 1_000n
const NODE_ID = 1n

/** In the order of the columns of `system.live`. */
function rowOf(connection: Connection, { request, surroundings, source, told }: Subscription): readonly SqliteValue[] {
  const { liveId, openedMs } = surroundings
  return [
    liveId,
    connection.id,
    request.id,
    source?.namespace ?? null,
    source?.name ?? null,
    connection.reader.caller.user,
    request.sql,
    optionsText(request),
    'active',
    microseconds(openedMs),
    microseconds(told.lastMs),
    BigInt(told.changes),
    NODE_ID,
    microseconds(connection.heardMs),
  ]
}

function optionsText({ options }: SubscriptionRequest): string | null {
  if (options === null) return null
  const { batchSize, lastRows, from } = options
  return JSON.stringify({ batch_size: batchSize, last_rows: lastRows, from: from === null ? null : String(from) })
}

function microseconds(ms: number): bigint {
  return BigInt(Math.trunc(ms)) * US_PER_MS
}
