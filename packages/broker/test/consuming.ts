/** What tests of consumer groups share: a topic with records in it, and consumers of it. */
import type { ConsumeRequest } from '@logbrook/broker/groups/consume'
import type { Caller } from '@logbrook/broker/caller'
import type { BrokerOptions } from '@logbrook/broker/broker'
import type { Topic } from '@logbrook/kafka/log'
import { recordsOf } from '@logbrook/kafka/record'
import { ROOT, startBroker } from './broker-under-test.ts'
import type { BrokerUnderTest } from './broker-under-test.ts'

export const WORKER: Caller = { principal: 'User:worker', host: '127.0.0.1' }

/** What a poll handed out. */
interface Polled {
  readonly offsets: readonly number[]
  readonly values: readonly string[]
  readonly nextOffset: number
  readonly hasMore: boolean
  readonly release: () => void
}

export interface Consuming extends BrokerUnderTest {
  readonly topic: Topic
  /** Of group `g` from the earliest on, partition 0, without waiting, unless told otherwise. */
  poll(request?: Partial<ConsumeRequest>, options?: { readonly as?: Caller; readonly signal?: AbortSignal }): Promise<Polled>
  ack(uptoOffset: number, groupId?: string): Promise<void>
  /** The offset that a group committed in partition 0. */
  committed(groupId?: string): Promise<number | undefined>
}

const NEVER = new AbortController().signal

/** Topic `logs`; user `worker` has the role `service`. */
export async function startConsuming(
  values: readonly string[] = [],
  { partitions = 1, ...options }: Partial<BrokerOptions> & { readonly partitions?: number } = {},
): Promise<Consuming> {
  const started = await startBroker(options)
  const { broker, storage } = started
  await broker.users.create(ROOT, { name: 'worker', role: 'service', password: null })
  const topic = await broker.topics.create(ROOT, { name: 'logs', partitions, config: {} })
  if (values.length > 0) await started.produce(topic, 0, values)
  return {
    ...started,
    topic,
    async poll(request = {}, { as = WORKER, signal = NEVER } = {}) {
      const whole = { topic: 'logs', partition: 0, groupId: 'g', start: 'earliest', limit: 100, timeoutMs: 0, ...request } as const
      const { slices, nextOffset, hasMore, release } = await broker.groupConsumer.consume(as, whole, signal)
      const records = slices.flatMap(recordsOf)
      return {
        offsets: records.map(({ offset }) => offset),
        values: records.map(({ value }) => Buffer.from(value ?? []).toString()),
        nextOffset,
        hasMore,
        release,
      }
    },
    ack: (uptoOffset, groupId = 'g') => broker.groupConsumer.acknowledge(WORKER, { topic: 'logs', partition: 0, groupId, uptoOffset }),
    async committed(groupId = 'g') {
      return (await storage.groups.committed(groupId, { topicId: topic.id, partition: 0 }))?.offset
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  }
}

export function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => String(i))
}

export function range(from: number, end: number): readonly number[] {
  return Array.from({ length: end - from }, (_, i) => from + i)
}
