/**
 * What a running broker says of itself to Prometheus.
 *
 * - A registry for each server: two of them in one process do not mix.
 * - On the hot path a number is added to a number. Partitions, files and counts that are kept anyway are looked at only when
 *   somebody scrapes, and the event loop is watched only from the first scrape on.
 * - Labels are bounded: routes are patterns, topics are those that exist, what a client says of itself is no label.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { BrokerObserver } from '@logbrook/broker/observer'
import type { Log, Topic, Watermarks } from '@logbrook/kafka/log'
import type { LiveObserver } from '@logbrook/sql/live/hub'
import type { Storage, StorageObserver } from '@logbrook/storage/storage'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly broker: BrokerObserver
  readonly storage: StorageObserver
  readonly live: WebSocketObserver
  requestAnswered(route: string, status: number, durationMs: number): void
  /** The text of `/metrics`, of the type `contentType`; the log and its files are looked at now. */
  scrape(storage: Pick<Storage, 'log' | 'sizes'>): Promise<string>
  readonly contentType: string
  close(): void
}

/** WebSockets, and what is subscribed to on them. */
interface WebSocketObserver extends LiveObserver {
  connectionOpened(): void
  connectionClosed(): void
  slowReaderEnded(): void
  /** More bytes wait for readers, or fewer. */
  queued(bytes: number): void
}

/** Counted by plain numbers on the hot path, handed to Prometheus when it asks. */
interface TopicCounts {
  producedRecords: number
  producedBytes: number
  fetchedRecords: number
  fetchedBytes: number
}

/** Topics counted between two scrapes; a broker that nobody scrapes forgets the oldest. */
const TOPICS_COUNTED_MAX = 10_000
const MS_PER_SECOND = 1e3
const NS_PER_SECOND = 1e9
const EVENT_LOOP_RESOLUTION_MS = 20
const REQUEST_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const COMMIT_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
const CHECKPOINT_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

export function createMetrics(): Metrics {
  const registry = new Registry()
  const series = createSeries(registry)
  const requestAnswered = createRequestCounts(registry)
  const topics = new Map<string, TopicCounts>()
  const eventLoop = createEventLoopWatch(registry)

  function countsOf(topic: string): TopicCounts {
    const known = topics.get(topic)
    if (known !== undefined) return known
    const counts = { producedRecords: 0, producedBytes: 0, fetchedRecords: 0, fetchedBytes: 0 }
    if (topics.size >= TOPICS_COUNTED_MAX) topics.delete(topics.keys().next().value!)
    topics.set(topic, counts)
    return counts
  }

  return {
    broker: {
      produced(topic, records, bytes) {
        const counts = countsOf(topic)
        counts.producedRecords += records
        counts.producedBytes += bytes
      },
      fetched(topic, records, bytes) {
        const counts = countsOf(topic)
        counts.fetchedRecords += records
        counts.fetchedBytes += bytes
      },
      longPollStarted: () => series.longPolls.inc(),
      longPollEnded: () => series.longPolls.dec(),
      tailStarted: () => series.tails.inc(),
      tailEnded: () => series.tails.dec(),
      authenticationFailed: () => series.authenticationFailures.inc(),
      authorizationFailed: (operation) => series.authorizationFailures.inc({ operation }),
      groupMoved: ({ fromOffset, toOffset }) => series.groupSkippedRecords.inc(toOffset - fromOffset),
    },
    storage: {
      committed: (durationMs) => series.commits.observe(durationMs / MS_PER_SECOND),
      checkpointed: (durationMs) => series.checkpoints.observe(durationMs / MS_PER_SECOND),
    },
    live: {
      connectionOpened: () => series.webSockets.inc(),
      connectionClosed: () => series.webSockets.dec(),
      subscribed: () => series.subscriptions.inc(),
      unsubscribed: () => series.subscriptions.dec(),
      slowReaderEnded: () => series.slowReaders.inc(),
      queued: (bytes) => series.queueBytes.inc(bytes),
    },
    requestAnswered,
    async scrape({ log, sizes }) {
      const existing = await log.topics()
      const partitions = await partitionsOf(log, existing)
      // From here on at once, so that two scrapes do not get in each other's way.
      forgetDeleted(topics, existing)
      fillTopics(series, topics)
      fillPartitions(series, partitions)
      const { walBytes, databaseBytes } = sizes()
      series.walBytes.set(walBytes)
      series.databaseBytes.set(databaseBytes)
      eventLoop.fill()
      return await registry.metrics()
    },
    contentType: registry.contentType,
    close: eventLoop.close,
  }
}

type Series = ReturnType<typeof createSeries>

/** The catalogue; requests and the event loop have their own below. */
function createSeries(registry: Registry) {
  const registers = [registry]
  const byTopic = { labelNames: ['topic'] as const, registers }
  const byPartition = { labelNames: ['topic', 'partition'] as const, registers }
  return {
    producedRecords: new Counter({ name: 'logbrook_produced_records_total', help: 'Records that came in.', ...byTopic }),
    producedBytes: new Counter({
      name: 'logbrook_produced_bytes_total',
      help: 'Bytes of keys, values and headers that came in.',
      ...byTopic,
    }),
    fetchedRecords: new Counter({ name: 'logbrook_fetched_records_total', help: 'Records that were handed out.', ...byTopic }),
    fetchedBytes: new Counter({ name: 'logbrook_fetched_bytes_total', help: 'Bytes of keys, values and headers handed out.', ...byTopic }),
    highWatermark: new Gauge({ name: 'logbrook_high_watermark', help: 'The offset after the last record.', ...byPartition }),
    logStartOffset: new Gauge({ name: 'logbrook_log_start_offset', help: 'The first offset that is kept.', ...byPartition }),
    longPolls: new Gauge({ name: 'logbrook_long_polls_waiting', help: 'Fetches that wait for a record.', registers }),
    tails: new Gauge({ name: 'logbrook_tails_open', help: 'Readers that follow a topic.', registers }),
    webSockets: new Gauge({ name: 'logbrook_websockets_open', help: 'Connections for live queries.', registers }),
    subscriptions: new Gauge({ name: 'logbrook_live_subscriptions_open', help: 'Live queries that are subscribed to.', registers }),
    queueBytes: new Gauge({
      name: 'logbrook_websocket_queue_bytes',
      help: 'What waits to be taken by readers of live queries.',
      registers,
    }),
    slowReaders: new Counter({
      name: 'logbrook_slow_readers_ended_total',
      help: 'Connections ended for taking what they subscribed to more slowly than it came.',
      registers,
    }),
    authenticationFailures: new Counter({
      name: 'logbrook_authentication_failures_total',
      help: 'Credentials that were missing, malformed or wrong.',
      registers,
    }),
    authorizationFailures: new Counter({
      name: 'logbrook_authorization_failures_total',
      help: 'Requests that a principal was not permitted.',
      labelNames: ['operation'] as const,
      registers,
    }),
    groupSkippedRecords: new Counter({
      name: 'logbrook_group_skipped_records_total',
      help: 'Records deleted before a consumer group had committed them.',
      registers,
    }),
    commits: new Histogram({
      name: 'logbrook_commit_duration_seconds',
      help: 'Transactions of appended records.',
      buckets: COMMIT_BUCKETS,
      registers,
    }),
    checkpoints: new Histogram({
      name: 'logbrook_checkpoint_duration_seconds',
      help: 'Copies of the write-ahead log into the database.',
      buckets: CHECKPOINT_BUCKETS,
      registers,
    }),
    walBytes: new Gauge({ name: 'logbrook_wal_bytes', help: 'Size of the write-ahead log.', registers }),
    databaseBytes: new Gauge({ name: 'logbrook_database_bytes', help: 'Size of the database.', registers }),
  }
}

/** Requests and their duration by route and status. */
function createRequestCounts(registry: Registry) {
  const labelNames = ['route', 'status'] as const
  const registers = [registry]
  const total = new Counter({ name: 'logbrook_http_requests_total', help: 'Requests that were answered.', labelNames, registers })
  const duration = new Histogram({
    name: 'logbrook_http_request_duration_seconds',
    help: 'From the request line to the decision on the answer.',
    labelNames,
    buckets: REQUEST_BUCKETS,
    registers,
  })
  const bound = new Map<string, Map<number, ReturnType<typeof bind>>>()

  function bind(route: string, status: number) {
    const labels = { route, status: String(status) }
    const child = { total: total.labels(labels), duration: duration.labels(labels) }
    const byStatus = bound.get(route) ?? new Map<number, typeof child>()
    bound.set(route, byStatus.set(status, child))
    return child
  }

  return (route: string, status: number, durationMs: number): void => {
    const child = bound.get(route)?.get(status) ?? bind(route, status)
    child.total.inc()
    child.duration.observe(durationMs / MS_PER_SECOND)
  }
}

function forgetDeleted(topics: Map<string, TopicCounts>, existing: readonly Topic[]): void {
  const names = new Set(existing.map(({ name }) => name))
  for (const name of topics.keys()) if (!names.has(name)) topics.delete(name)
}

function fillTopics(series: Series, topics: ReadonlyMap<string, TopicCounts>): void {
  for (const counter of [series.producedRecords, series.producedBytes, series.fetchedRecords, series.fetchedBytes]) counter.reset()
  for (const [topic, counts] of topics) {
    series.producedRecords.inc({ topic }, counts.producedRecords)
    series.producedBytes.inc({ topic }, counts.producedBytes)
    series.fetchedRecords.inc({ topic }, counts.fetchedRecords)
    series.fetchedBytes.inc({ topic }, counts.fetchedBytes)
  }
}

type PartitionWatermarks = Watermarks & { readonly topic: string; readonly partition: number }

async function partitionsOf(log: Log, topics: readonly Topic[]): Promise<readonly PartitionWatermarks[]> {
  const found: PartitionWatermarks[] = []
  for (const { id, name, partitions } of topics) {
    for (let partition = 0; partition < partitions; partition++) {
      const watermarks = await log.watermarks({ topicId: id, partition })
      if (watermarks !== undefined) found.push({ topic: name, partition, ...watermarks })
    }
  }
  return found
}

function fillPartitions(series: Series, partitions: readonly PartitionWatermarks[]): void {
  series.highWatermark.reset()
  series.logStartOffset.reset()
  for (const { topic, partition, highWatermark, logStartOffset } of partitions) {
    series.highWatermark.set({ topic, partition }, highWatermark)
    series.logStartOffset.set({ topic, partition }, logStartOffset)
  }
}

/** How late timers fire: the time for which nobody else was served. */
function createEventLoopWatch(registry: Registry) {
  const delay = new Gauge({
    name: 'logbrook_event_loop_delay_seconds',
    help: 'How late the event loop was since the last scrape.',
    labelNames: ['quantile'] as const,
    registers: [registry],
  })
  /** A handle of the event loop's own: a broker that nobody scrapes has none. */
  let histogram: ReturnType<typeof monitorEventLoopDelay> | undefined
  return {
    fill(): void {
      histogram ??= monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS })
      // Before its first measurement the histogram has no numbers.
      const isMeasured = histogram.count > 0
      for (const [quantile, percentile] of [
        ['0.5', 50],
        ['0.99', 99],
        ['1', 100],
      ] as const) {
        delay.set({ quantile }, isMeasured ? histogram.percentile(percentile) / NS_PER_SECOND : 0)
      }
      histogram.reset()
      histogram.enable()
    },
    close: () => void histogram?.disable(),
  }
}
