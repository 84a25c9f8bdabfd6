/**
 * What a running broker says of itself to Prometheus.
 *
 * - Families of its own for each server: two of them in one process do not mix.
 * - On the hot path a number is added to a number. Partitions, files and counts that are kept anyway are looked at only when
 *   somebody scrapes, and the event loop is watched only from the first scrape on.
 * - Labels are bounded: routes are patterns, topics are those that exist, what a client says of itself is no label.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { BrokerObserver } from '@logbrook/broker/observer'
import type { Log, Topic, Watermarks } from '@logbrook/kafka/log'
import type { Storage, StorageObserver } from '@logbrook/storage/storage'
import { Family, HistogramSample, NumberSample, PROMETHEUS_CONTENT_TYPE } from './prometheus.ts'

export interface Metrics {
  readonly broker: BrokerObserver
  readonly storage: StorageObserver
  requestAnswered(route: string, status: number, durationMs: number): void
  /** The text of `/metrics`, of the type `contentType`; the log and its files are looked at now. */
  scrape(storage: Pick<Storage, 'log' | 'sizes'>): Promise<string>
  readonly contentType: string
  close(): void
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
  const families = createFamilies()
  // What has no labels is counted often.
  const [longPolls, tails] = [families.longPolls.of(), families.tails.of()]
  const [commits, checkpoints] = [families.commits.of(), families.checkpoints.of()]
  const requestAnswered = createRequestCounts(families)
  const topics = new Map<string, TopicCounts>()
  const eventLoop = watchEventLoop(families)

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
      longPollStarted: () => longPolls.value++,
      longPollEnded: () => longPolls.value--,
      tailStarted: () => tails.value++,
      tailEnded: () => tails.value--,
      authenticationFailed: () => families.authenticationFailures.of().value++,
      authorizationFailed: (operation) => families.authorizationFailures.of(operation).value++,
    },
    storage: {
      committed: (durationMs) => commits.observe(durationMs / MS_PER_SECOND),
      checkpointed: (durationMs) => checkpoints.observe(durationMs / MS_PER_SECOND),
    },
    requestAnswered,
    async scrape({ log, sizes }) {
      const existing = await log.topics()
      const partitions = await partitionsOf(log, existing)
      // From here on at once, so that two scrapes do not get in each other's way.
      forgetDeleted(topics, existing)
      fillTopics(families, topics)
      fillPartitions(families, partitions)
      const { walBytes, databaseBytes } = sizes()
      families.walBytes.of().value = walBytes
      families.databaseBytes.of().value = databaseBytes
      eventLoop.fill()
      return Object.values(families)
        .map((family) => family.text())
        .join('\n')
    },
    contentType: PROMETHEUS_CONTENT_TYPE,
    close: eventLoop.close,
  }
}

type Families = ReturnType<typeof createFamilies>

/** The catalogue, in the order in which it is written. */
function createFamilies() {
  return {
    producedRecords: counter('logbrook_produced_records_total', 'Records that came in.', ['topic']),
    producedBytes: counter('logbrook_produced_bytes_total', 'Bytes of keys, values and headers that came in.', ['topic']),
    fetchedRecords: counter('logbrook_fetched_records_total', 'Records that were handed out.', ['topic']),
    fetchedBytes: counter('logbrook_fetched_bytes_total', 'Bytes of keys, values and headers handed out.', ['topic']),
    highWatermark: gauge('logbrook_high_watermark', 'The offset after the last record.', ['topic', 'partition']),
    logStartOffset: gauge('logbrook_log_start_offset', 'The first offset that is kept.', ['topic', 'partition']),
    longPolls: gauge('logbrook_long_polls_waiting', 'Fetches that wait for a record.'),
    tails: gauge('logbrook_tails_open', 'Readers that follow a topic.'),
    authenticationFailures: counter('logbrook_authentication_failures_total', 'Credentials that were missing, malformed or wrong.'),
    authorizationFailures: counter('logbrook_authorization_failures_total', 'Requests that a principal was not permitted.', ['operation']),
    commits: histogram('logbrook_commit_duration_seconds', 'Transactions of appended records.', COMMIT_BUCKETS),
    checkpoints: histogram('logbrook_checkpoint_duration_seconds', 'Copies of the write-ahead log into the database.', CHECKPOINT_BUCKETS),
    walBytes: gauge('logbrook_wal_bytes', 'Size of the write-ahead log.'),
    databaseBytes: gauge('logbrook_database_bytes', 'Size of the database.'),
    requests: counter('logbrook_http_requests_total', 'Requests that were answered.', ['route', 'status']),
    requestDuration: histogram(
      'logbrook_http_request_duration_seconds',
      'From the request line to the decision on the answer.',
      REQUEST_BUCKETS,
      ['route', 'status'],
    ),
    eventLoopDelay: gauge('logbrook_event_loop_delay_seconds', 'How late the event loop was since the last scrape.', ['quantile']),
  }
}

function counter(name: string, help: string, labelNames: readonly string[] = []): Family<NumberSample> {
  return new Family({ name, help, type: 'counter', labelNames, newSample: () => new NumberSample() })
}

function gauge(name: string, help: string, labelNames: readonly string[] = []): Family<NumberSample> {
  return new Family({ name, help, type: 'gauge', labelNames, newSample: () => new NumberSample() })
}

function histogram(name: string, help: string, bounds: readonly number[], labelNames: readonly string[] = []): Family<HistogramSample> {
  return new Family({ name, help, type: 'histogram', labelNames, newSample: () => new HistogramSample(bounds) })
}

/** Requests and their duration by route and status, found without putting names together. */
function createRequestCounts({ requests, requestDuration }: Families) {
  const bound = new Map<string, Map<number, ReturnType<typeof bind>>>()

  function bind(route: string, status: number) {
    const labels = [route, String(status)] as const
    const samples = { total: requests.of(...labels), duration: requestDuration.of(...labels) }
    const byStatus = bound.get(route) ?? new Map<number, typeof samples>()
    bound.set(route, byStatus.set(status, samples))
    return samples
  }

  return (route: string, status: number, durationMs: number): void => {
    const { total, duration } = bound.get(route)?.get(status) ?? bind(route, status)
    total.value++
    duration.observe(durationMs / MS_PER_SECOND)
  }
}

function forgetDeleted(topics: Map<string, TopicCounts>, existing: readonly Topic[]): void {
  const names = new Set(existing.map(({ name }) => name))
  for (const name of topics.keys()) if (!names.has(name)) topics.delete(name)
}

function fillTopics(families: Families, topics: ReadonlyMap<string, TopicCounts>): void {
  const { producedRecords, producedBytes, fetchedRecords, fetchedBytes } = families
  for (const family of [producedRecords, producedBytes, fetchedRecords, fetchedBytes]) family.clear()
  for (const [topic, counts] of topics) {
    producedRecords.of(topic).value = counts.producedRecords
    producedBytes.of(topic).value = counts.producedBytes
    fetchedRecords.of(topic).value = counts.fetchedRecords
    fetchedBytes.of(topic).value = counts.fetchedBytes
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

function fillPartitions({ highWatermark, logStartOffset }: Families, partitions: readonly PartitionWatermarks[]): void {
  highWatermark.clear()
  logStartOffset.clear()
  for (const { topic, partition, ...watermarks } of partitions) {
    highWatermark.of(topic, String(partition)).value = watermarks.highWatermark
    logStartOffset.of(topic, String(partition)).value = watermarks.logStartOffset
  }
}

/** How late timers fire: the time for which nobody else was served. */
function watchEventLoop({ eventLoopDelay }: Families) {
  const delays = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS })
  return {
    fill(): void {
      // Before its first measurement the histogram has no numbers.
      const isMeasured = delays.count > 0
      for (const [quantile, percentile] of [
        ['0.5', 50],
        ['0.99', 99],
        ['1', 100],
      ] as const) {
        eventLoopDelay.of(quantile).value = isMeasured ? delays.percentile(percentile) / NS_PER_SECOND : 0
      }
      delays.reset()
      delays.enable()
    },
    close: () => void delays.disable(),
  }
}
