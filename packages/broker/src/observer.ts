import type { Operation } from '@logbrook/kafka/acl'

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
}
