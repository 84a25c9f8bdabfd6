import { KafkaError } from './errors.ts'
import { TOPIC_NAME_LENGTH_MAX } from './limits.ts'

const LEGAL = /^[a-zA-Z0-9._-]+$/

/** Why `name` is not a legal topic name, or `null` when it is one (Kafka: `org.apache.kafka.common.internals.Topic`). */
export function topicNameProblem(name: string): string | null {
  if (name === '') return 'topic name is empty'
  if (name.length > TOPIC_NAME_LENGTH_MAX) return `topic name is ${name.length} characters; the limit is ${TOPIC_NAME_LENGTH_MAX}`
  if (name === '.' || name === '..') return `topic name ${JSON.stringify(name)} is not allowed`
  if (!LEGAL.test(name)) return `topic name ${JSON.stringify(name)} holds characters other than a-z, A-Z, 0-9, '.', '_' and '-'`
  return null
}

export function isTopicName(name: string): boolean {
  return topicNameProblem(name) === null
}

/** @throws KafkaError INVALID_TOPIC_EXCEPTION */
export function assertTopicName(name: string): void {
  const problem = topicNameProblem(name)
  if (problem !== null) throw new KafkaError('INVALID_TOPIC_EXCEPTION', problem)
}
