import type { Operation } from '@logbrook/kafka/acl'
import type { MovedGroup } from '@logbrook/kafka/groups'
import type { NamedPartition } from './topics.ts'

/** What the use cases tell whoever counts. Called on the hot path: must be quick and must not throw. */
export interface BrokerObserver {
  produced(topic: string, records: number, bytes: number): void
  fetched(topic: string, records: number, bytes: number): void
  longPollStarted(): void
  longPollEnded(): void
  tailStarted(): void
  tailEnded(): void
  authenticationFailed(): void
  authorizationFailed(operation: Operation): void
  /** Records were deleted that the group had not committed. */
  groupMoved(moved: MovedGroup & NamedPartition): void
}
