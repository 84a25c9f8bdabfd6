/** The use cases, put together: what every door calls. */
import type { Clock } from '@logbrook/kafka/clock'
import { PARTITION_ROTATION_BYTES } from '@logbrook/kafka/limits'
import type { GroupOffsets } from '@logbrook/kafka/groups'
import type { Log } from '@logbrook/kafka/log'
import type { Principal } from '@logbrook/kafka/principal'
import type { SessionSecretStore } from '@logbrook/kafka/session-secret'
import type { AclStore, UserStore } from '@logbrook/kafka/users'
import { createAuthentication } from './authentication.ts'
import type { Authentication, AuthenticationMode } from './authentication.ts'
import { createConsumer } from './fetch.ts'
import type { Consumer } from './fetch.ts'
import { createAccess } from './groups/access.ts'
import { createGroupConsumer } from './groups/consume.ts'
import type { GroupConsumer } from './groups/consume.ts'
import { createGroups } from './groups/groups.ts'
import type { Groups } from './groups/groups.ts'
import { createLatestOffsets } from './groups/latest-offsets.ts'
import type { LatestOffsets } from './groups/latest-offsets.ts'
import { Places } from './groups/places.ts'
import type { BrokerObserver } from './observer.ts'
import { createOffsets } from './offsets.ts'
import type { Offsets } from './offsets.ts'
import { createPartitionRotation } from './partition-rotation.ts'
import { createPasswordCheck } from './password-check.ts'
import { createPermissions } from './permissions.ts'
import type { Permissions } from './permissions.ts'
import { createProducer } from './produce.ts'
import type { Producer } from './produce.ts'
import { createRetention } from './retention.ts'
import type { Retention } from './retention.ts'
import { passwordMatches } from './scram.ts'
import type { Derive } from './scram.ts'
import { createSessions } from './sessions/sessions.ts'
import type { SessionLimits, Sessions } from './sessions/sessions.ts'
import { createTails } from './tail.ts'
import type { Tails } from './tail.ts'
import { createTopics } from './topics.ts'
import type { Topics } from './topics.ts'
import { createUsers } from './users.ts'
import type { Users } from './users.ts'

export interface Broker {
  readonly authentication: Authentication
  readonly sessions: Sessions
  readonly permissions: Permissions
  readonly users: Users
  readonly topics: Topics
  readonly producer: Producer
  readonly consumer: Consumer
  readonly groupConsumer: GroupConsumer
  readonly latestOffsets: LatestOffsets
  readonly groups: Groups
  readonly offsets: Offsets
  readonly tails: Tails
  readonly retention: Retention
  /** Stops what runs in the background; the log is its opener's to close. */
  close(): Promise<void>
}

export interface BrokerOptions {
  readonly log: Log
  readonly groupOffsets: GroupOffsets
  readonly userStore: UserStore
  readonly aclStore: AclStore
  readonly sessionSecret: SessionSecretStore
  /** None, unless told otherwise. */
  readonly sessionLimits?: SessionLimits
  readonly clock: Clock
  /** Hashes passwords that are to be checked; in Node's thread pool, where it is left out. */
  readonly derive?: Derive
  readonly authentication: AuthenticationMode
  readonly acls: boolean
  readonly superUsers: readonly Principal[]
  /** Kafka's `allow.everyone.if.no.acl.found`. */
  readonly allowWithoutBinding: boolean
  readonly random: () => number
  readonly observer: BrokerObserver
  /** Told what fails in the background, where no request is to be answered. */
  readonly onError: (error: unknown) => void
}

const UNLIMITED: SessionLimits = { authRequestsPerSecond: 0, loginFailuresMax: 0 }

export async function createBroker(options: BrokerOptions): Promise<Broker> {
  const { log, groupOffsets: offsets, userStore, aclStore, clock, observer } = options
  const permissions = await createPermissions({
    store: aclStore,
    enabled: options.acls,
    superUsers: options.superUsers,
    allowWithoutBinding: options.allowWithoutBinding,
    onDenied: ({ operation }) => observer.authorizationFailed(operation),
  })
  const users = await createUsers({ store: userStore, permissions, clock })
  const checkPassword = createPasswordCheck({
    users,
    clock,
    matches: (credential, password) => passwordMatches(credential, password, options.derive),
  })
  const sessions = createSessions({
    ...(options.sessionLimits ?? UNLIMITED),
    users,
    superUsers: options.superUsers,
    permissions,
    checkPassword,
    secrets: options.sessionSecret,
    clock,
  })
  const rotation = createPartitionRotation({ thresholdBytes: PARTITION_ROTATION_BYTES, random: options.random })
  const places = new Places(clock)
  const access = createAccess({ users, permissions, observer })
  const retention = createRetention({ log, clock, observer, onError: options.onError })
  return {
    authentication: createAuthentication({
      mode: options.authentication,
      checkPassword,
      sessions,
      onFailure: () => observer.authenticationFailed(),
    }),
    sessions,
    permissions,
    users,
    topics: createTopics({
      log,
      permissions,
      onDeleted(topicId) {
        rotation.forget(topicId)
        places.forgetTopic(topicId)
      },
      onTrimmed: (moved) => observer.groupMoved(moved),
    }),
    producer: createProducer({ log, permissions, rotation, clock, observer }),
    consumer: createConsumer({ log, permissions, observer }),
    groupConsumer: createGroupConsumer({ log, offsets, places, access, clock, observer }),
    latestOffsets: createLatestOffsets({ log, access }),
    groups: createGroups({ log, offsets, places, permissions, clock }),
    offsets: createOffsets({ log, permissions }),
    tails: createTails({ log, permissions, observer }),
    retention,
    close: () => retention.close(),
  }
}
