/** A fetch in which some partitions fail: their neighbours are answered as ever. */
import type { FetchedTopic, FetchRequest } from '@logbrook/broker/fetch'
import type { FaultMatch } from '@logbrook/contract/testing'
import type { ErrorName } from '@logbrook/kafka/errors'
import { NO_WATERMARKS } from '@logbrook/kafka/log'
import type { Place } from './request-place.ts'

export function placesOfFetch({ topics }: FetchRequest): readonly Place[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => ({ topic, partition })))
}

export interface PartitionFault {
  readonly error: ErrorName
  readonly match: FaultMatch
}

/** Where no record ever is: who asks there is told the watermarks, spends nothing of the budgets, and does not wait. */
const BEYOND_EVERY_RECORD = Number.MAX_SAFE_INTEGER

export async function fetchWithFault(
  { error, match }: PartitionFault,
  request: FetchRequest,
  fetch: (request: FetchRequest) => Promise<readonly FetchedTopic[]>,
): Promise<readonly FetchedTopic[]> {
  const topics = request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((entry) => (isMatched(topic, entry) ? { ...entry, fetchOffset: BEYOND_EVERY_RECORD } : entry)),
  }))
  const answer = await fetch({ ...request, topics })
  return answer.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((entry) =>
      isMatched(topic, entry) ? { ...entry, error, ...(WITHOUT_WATERMARKS.has(error) ? { watermarks: NO_WATERMARKS } : {}) } : entry,
    ),
  }))

  function isMatched(topic: string, { partition }: { readonly partition: number }): boolean {
    return (match.topic ?? topic) === topic && (match.partition ?? partition) === partition
  }
}

/** Errors of a partition that its reader is not to know. */
const WITHOUT_WATERMARKS = new Set<ErrorName>(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'])
