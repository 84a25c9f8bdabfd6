/** A broker over a log in memory, with the time in the test's hand. */
import { createBroker } from '@logbrook/broker/broker'
import type { Broker, BrokerOptions } from '@logbrook/broker/broker'
import type { Caller } from '@logbrook/broker/caller'
import type { BrokerObserver } from '@logbrook/broker/observer'
import type { AclBinding } from '@logbrook/kafka/acl'
import { createManualClock } from '@logbrook/kafka/clock'
import type { ManualClock } from '@logbrook/kafka/clock'
import type { Topic } from '@logbrook/kafka/log'
import { openStorage } from '@logbrook/storage/storage'
import type { Storage } from '@logbrook/storage/storage'

export interface BrokerUnderTest extends AsyncDisposable {
  readonly broker: Broker
  readonly storage: Storage
  readonly clock: ManualClock
  /** What the observer was told, a word each: "longPollStarted", … */
  readonly observed: string[]
  /** Appends one record a value, in one request, at the clock's time. */
  produce(topic: Topic, partition: number, values: readonly string[]): Promise<number>
  /** Resolves when that many long polls or tails wait. */
  waiting(count: number): Promise<void>
}

export const ROOT: Caller = { principal: 'User:root', host: '127.0.0.1' }
export const ALICE: Caller = { principal: 'User:alice', host: '127.0.0.1' }

/** READ on the topic `logs` for Alice. */
export const ALICE_READS: AclBinding = {
  resourceType: 'TOPIC',
  resourceName: 'logs',
  patternType: 'LITERAL',
  principal: ALICE.principal,
  host: '*',
  operation: 'READ',
  permissionType: 'ALLOW',
}

export async function startBroker(options: Partial<BrokerOptions> = {}): Promise<BrokerUnderTest> {
  const clock = createManualClock()
  const storage = await openStorage({ location: 'memory', durability: 'os', checkpoint: 'inline', clock })
  const observed: string[] = []
  const broker = await createBroker({
    log: storage.log,
    groupOffsets: storage.groups,
    userStore: storage.users,
    aclStore: storage.acls,
    sessionSecret: storage.sessionSecret,
    clock,
    authentication: 'optional',
    acls: false,
    superUsers: [ROOT.principal],
    allowWithoutBinding: false,
    random: () => 0,
    observer: recordingObserver(observed),
    onError: (error) => {
      throw error
    },
    ...options,
  })
  return {
    broker,
    storage,
    clock,
    observed,
    async produce(topic, partition, values) {
      const body = Buffer.from(values.join('\n'))
      const ranges: number[] = []
      let start = 0
      for (const value of values) {
        ranges.push(start, start + Buffer.byteLength(value))
        start += Buffer.byteLength(value) + 1
      }
      const records = { kind: 'verbatim' as const, body, ranges: Int32Array.from(ranges) }
      const { baseOffset } = await broker.producer.produce({ topic, partition, records, bodyBytes: body.length })
      return baseOffset ?? NaN
    },
    async waiting(count) {
      while (storage.waiting() !== count) await new Promise((turn) => setImmediate(turn))
    },
    async [Symbol.asyncDispose]() {
      await broker.close()
      await storage.close()
    },
  }
}

function recordingObserver(observed: string[]): BrokerObserver {
  return {
    produced: (topic, records, bytes) => void observed.push(`produced ${topic} ${records} ${bytes}`),
    fetched: (topic, records, bytes) => void observed.push(`fetched ${topic} ${records} ${bytes}`),
    longPollStarted: () => void observed.push('longPollStarted'),
    longPollEnded: () => void observed.push('longPollEnded'),
    tailStarted: () => void observed.push('tailStarted'),
    tailEnded: () => void observed.push('tailEnded'),
    authenticationFailed: () => void observed.push('authenticationFailed'),
    authorizationFailed: (operation) => void observed.push(`authorizationFailed ${operation}`),
    groupMoved: (moved) =>
      void observed.push(`groupMoved ${moved.groupId} ${moved.topic}-${moved.partition} ${moved.fromOffset} ${moved.toOffset}`),
  }
}
