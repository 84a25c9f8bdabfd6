/** The broker's side of what statements ask of topics. */
import type { Broker } from '@logbrook/broker/broker'
import type { Clock } from '@logbrook/kafka/clock'
import type { Log } from '@logbrook/kafka/log'
import type { BrokerServices } from '../services.ts'

export interface TopicServicesOptions {
  readonly broker: Broker
  readonly log: Log
  readonly clock: Clock
  /** Whether engines can read `logbrook.db` themselves. */
  readonly hasFile: boolean
}

export type TopicServices = Pick<
  BrokerServices,
  'topic' | 'createTopic' | 'dropTopic' | 'clearTopic' | 'setTopicRetention' | 'resetGroup' | 'consume' | 'acknowledge' | 'topicRecords'
> & {
  /** `systemRows` of these two. */
  topicRows(table: 'topics' | 'topic_offsets'): ReturnType<BrokerServices['systemRows']>
}

/** What it throws are KafkaErrors, and SqlErrors where the contract has a text of its own. */
export function createTopicServices(options: TopicServicesOptions): TopicServices {
  throw new Error(`not yet: ${Object.keys(options).join(' ')}`)
}
