/** A broker with faults and a journal on a port of its own, on a clock that stands still, and requests that may end in any way. */
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { createManualClock } from '@logbrook/kafka/clock'
import type { ManualClock } from '@logbrook/kafka/clock'
import { recordsOf } from '@logbrook/kafka/record'
import type { ServerOptions } from '../src/server-options.ts'
import { createInterception } from '../src/testing/interception.ts'
import type { Interception } from '../src/testing/interception.ts'
import { startRestorableServer } from '../src/testing/restorable-server.ts'
import type { RestorableServer } from '../src/testing/restorable-server.ts'
import { OPERATOR } from './door.ts'
import { START_MS } from './own-api-server.ts'
import { serverOptions } from './server-options.ts'

/** How a request ended. */
interface Ending {
  /** `null` when no answer began. */
  readonly status: number | null
  readonly headers: IncomingHttpHeaders
  /** As much of it as came. */
  readonly body: string
  /** Whether the connection ended before the answer did. */
  readonly isCut: boolean
}

interface Sent {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Hangs up. */
  readonly signal?: AbortSignal
}

export interface TestedBroker extends AsyncDisposable, Pick<Interception, 'faults' | 'journal'> {
  readonly server: RestorableServer
  readonly clock: ManualClock
  createTopic(name: string, partitions?: number): Promise<void>
  send(path: string, sent?: Sent): Promise<Ending>
  /** A record to a topic's intake. */
  sendLog(topic: string, message: string, headers?: Readonly<Record<string, string>>): Promise<Ending>
  /** A record to a partition. */
  produce(topic: string, partition: number, value: string): Promise<Ending>
  fetch(topic: string, partition: number, more?: object): Promise<Ending>
  /** The values of a partition, read behind the door. */
  values(topic: string, partition?: number): Promise<readonly string[]>
}

export async function startTestedBroker(options: Partial<ServerOptions> = {}): Promise<TestedBroker> {
  const clock = createManualClock(START_MS)
  const rootTopic = options.intake?.rootTopic ?? null
  const interception = createInterception({ clock, rootTopic })
  const server = await startRestorableServer(serverOptions({ clock, superUsers: [OPERATOR.principal], ...options }), {
    intercept: interception,
  })
  const send = (path: string, sent: Sent = {}) => ending(server.port, path, sent)
  return {
    faults: interception.faults,
    journal: interception.journal,
    server,
    clock,
    async createTopic(name, partitions = 1) {
      await server.broker.topics.create(OPERATOR, { name, partitions, config: {} })
    },
    send,
    sendLog: (topic, message, headers = {}) =>
      send(`/dd/${topic}/api/v2/logs`, {
        method: 'POST',
        body: JSON.stringify([{ message }]),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    produce: (topic, partition, value) => send(`/v1/kafka/topics/${topic}/records?partition=${partition}`, { method: 'POST', body: value }),
    fetch: (topic, partition, more = {}) => send('/v1/kafka/fetch', { method: 'POST', body: fetchBody([[topic, partition]], more) }),
    async values(topic, partition = 0) {
      const entry = { partition, fetchOffset: 0, partitionMaxBytes: 1_000_000 }
      const everything = { maxBytes: 0, maxRecords: 0, isolationLevel: 'read_uncommitted', longPoll: false } as const
      const asked = { topics: [{ topic, partitions: [entry] }], ...everything }
      const [answer] = await server.broker.consumer.fetch(OPERATOR, asked, new AbortController().signal)
      return answer!.partitions[0]!.slices.flatMap(recordsOf).map(({ value }) => Buffer.from(value!).toString())
    },
    async [Symbol.asyncDispose]() {
      await server.close()
    },
  }
}

/** The body of a fetch of partitions from their first record on. */
export function fetchBody(
  partitions: readonly (readonly [topic: string, partition: number, offset?: number])[],
  more: object = {},
): string {
  const topics = partitions.map(([topic, partition, offset = 0]) => ({
    topic,
    partitions: [{ partition, fetch_offset: offset, partition_max_bytes: 1_000_000 }],
  }))
  return JSON.stringify({ topics, ...more })
}

/** On a connection of its own. */
function ending(port: number, path: string, { method = 'GET', body, headers = {}, signal }: Sent): Promise<Ending> {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  const asked = { host: '127.0.0.1', port, path, method, headers, agent: false as const, ...(signal === undefined ? {} : { signal }) }
  const sent = request(asked, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    // Which of an answer that is cut short comes with an error first.
    response.on('error', () => {})
    response.on('close', () => {
      const { statusCode = null, complete } = response
      resolve({ status: statusCode, headers: response.headers, body: Buffer.concat(chunks).toString(), isCut: !complete })
    })
  })
  sent.on('error', () => resolve({ status: null, headers: {}, body: '', isCut: true }))
  sent.end(body)
  return promise
}
