/**
 * Ten minutes of everything at once, at a pace that leaves room: log senders, readers of records and of megabytes, long polls, and
 * retention that deletes what is old. Told: whether memory and the write-ahead log stay bounded, and the slowest request.
 *
 * - Everybody asks one thing at a time and pauses before the next, so that the pace is about the same on every machine.
 * - The slowest request includes what this process itself was late. Long polls are answered when they are due, and not counted.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { evenLogBatch } from '../bodies.ts'
import { assertOk, connect, timed } from '../client.ts'
import type { Answer, Client } from '../client.ts'
import { highWatermarks } from '../fill.ts'
import { usageOf } from '../process-usage.ts'
import type { Finding, Scenario } from '../scenario.ts'
import { startBroker } from '../servers.ts'
import type { Broker } from '../servers.ts'
import { percentile, spread } from '../statistics.ts'

const PARTITIONS = 16
const TOPIC_CONFIG = { 'retention.bytes': 32 * 1024 * 1024 }
const SAMPLE_INTERVAL_MS = 1000
/** Memory at the end is compared with what it was after this. */
const SETTLED_SECONDS = 60
/** Readers look at so many of the newest records of a partition. */
const NEWEST_RECORDS = 5000
const BYTES_PER_MB = 1e6
const ONE_LOG = evenLogBatch(1)

export const mixedLoad: Scenario = {
  name: 'mixed-load',
  depth: 'full',
  async measure({ mixedLoadSeconds }) {
    await using broker = await startBroker({ topics: { bench: PARTITIONS, polled: 1 }, topicConfig: TOPIC_CONFIG })
    using client = connect(broker.url)
    const mix = new Mix(client)
    const asking = mix.run()
    const samples: Sample[] = []
    for (let second = 0; second < mixedLoadSeconds; second++) {
      await Promise.race([after(SAMPLE_INTERVAL_MS), asking])
      await mix.lookAtTopic()
      samples.push(sampleOf(broker))
    }
    await mix.stop()
    await asking
    return findings(samples, mix.durationsMs, mixedLoadSeconds)
  },
}

interface Sample {
  readonly rssMb: number
  readonly walMb: number
}

function sampleOf({ pid, dataDir }: Broker): Sample {
  const walBytes = statSync(join(dataDir, 'logbrook.db-wal'), { throwIfNoEntry: false })?.size ?? 0
  return { rssMb: usageOf(pid).rssMb, walMb: walBytes / BYTES_PER_MB }
}

interface Asker {
  readonly pauseMs: number
  readonly ask: () => Promise<Answer>
  readonly isCounted: boolean
}

class Mix {
  readonly durationsMs: number[] = []
  readonly #client: Client
  #heads: readonly number[] = []
  #polledOffset = 0
  #isStopped = false

  constructor(client: Client) {
    this.#client = client
  }

  /** Readers follow what was written by then. */
  async lookAtTopic(): Promise<void> {
    this.#heads = await highWatermarks(this.#client, 'bench')
  }

  /** Resolves when it is stopped, or with the first answer that is none of success. */
  async run(): Promise<void> {
    const logs = evenLogBatch()
    const sender: Asker = { pauseMs: 10, isCounted: true, ask: () => this.#client.post('/dd/bench/api/v2/logs', logs) }
    const reader: Asker = { pauseMs: 10, isCounted: true, ask: () => this.#getOne() }
    await this.lookAtTopic()
    await Promise.all(
      [
        ...Array.from({ length: 4 }, () => sender),
        ...Array.from({ length: 4 }, () => reader),
        { pauseMs: 100, isCounted: true, ask: () => this.#fetchMegabyte() },
        { pauseMs: 50, isCounted: true, ask: () => this.#client.post('/dd/polled/api/v2/logs', ONE_LOG) },
        { pauseMs: 0, isCounted: false, ask: () => this.#poll() },
      ].map((asker) => this.#repeat(asker)),
    )
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    // What the poll waits for.
    assertOk(await this.#client.post('/dd/polled/api/v2/logs', ONE_LOG))
  }

  async #repeat({ pauseMs, ask, isCounted }: Asker): Promise<void> {
    while (!this.#isStopped) {
      const { result, ms } = await timed(ask)
      assertOk(result)
      if (isCounted) this.durationsMs.push(ms)
      await after(pauseMs)
    }
  }

  /** Of a partition without records yet, where it says that there are none. */
  #place(): { readonly partition: number; readonly offset: number } {
    const partition = Math.floor(Math.random() * this.#heads.length)
    const newest = Math.min(this.#heads[partition] ?? 0, NEWEST_RECORDS)
    return { partition, offset: (this.#heads[partition] ?? 0) - Math.ceil(Math.random() * newest) }
  }

  #getOne(): Promise<Answer> {
    const { partition, offset } = this.#place()
    const isThere = (this.#heads[partition] ?? 0) > 0
    return this.#client.get(isThere ? `/v1/kafka/topics/bench/partitions/${partition}/records/${offset}` : '/livez')
  }

  #fetchMegabyte(): Promise<Answer> {
    const { partition, offset } = this.#place()
    return this.#fetch('bench', partition, offset, false)
  }

  async #poll(): Promise<Answer> {
    const answer = await this.#fetch('polled', 0, this.#polledOffset, true)
    this.#polledOffset = (await highWatermarks(this.#client, 'polled'))[0] ?? 0
    return answer
  }

  #fetch(topic: string, partition: number, offset: number, longPoll: boolean): Promise<Answer> {
    const partitions = [{ partition, fetch_offset: offset, partition_max_bytes: BYTES_PER_MB }]
    return this.#client.post('/v1/kafka/fetch', JSON.stringify({ topics: [{ topic, partitions }], long_poll: longPoll }))
  }
}

function findings(samples: readonly Sample[], durationsMs: readonly number[], seconds: number): readonly Finding[] {
  const settled = samples[Math.min(SETTLED_SECONDS, samples.length) - 1]?.rssMb ?? NaN
  const note = `${durationsMs.length} requests in ${seconds} s`
  return [
    {
      name: 'mixed load, RSS at the end',
      unit: 'MB',
      spread: spread([samples.at(-1)?.rssMb ?? NaN]),
      floor: { name: `after ${Math.min(SETTLED_SECONDS, seconds)} s`, spread: spread([settled]) },
      note: `at most ${Math.max(...samples.map(({ rssMb }) => rssMb))} MB; ${note}`,
    },
    { name: 'mixed load, write-ahead log', unit: 'MB', spread: spread(samples.map(({ walMb }) => walMb)), note },
    {
      name: 'mixed load, slowest request',
      unit: 'ms',
      spread: spread([percentile(durationsMs, 1)]),
      note: `p50 ${percentile(durationsMs, 0.5).toFixed(2)} ms, p99 ${percentile(durationsMs, 0.99).toFixed(2)} ms; ${note}`,
    },
  ]
}
