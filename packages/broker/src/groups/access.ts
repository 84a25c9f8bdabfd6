/** Who may consume: KalamDB's roles and Kafka's permissions, both of them. */
import { KafkaError } from '@logbrook/kafka/errors'
import { assertGroupId } from '@logbrook/kafka/groups'
import type { Role } from '@logbrook/kafka/users'
import type { Caller } from '../caller.ts'
import type { BrokerObserver } from '../observer.ts'
import type { Permissions } from '../permissions.ts'
import type { Users } from '../users.ts'

export interface AccessOptions {
  readonly users: Pick<Users, 'user'>
  readonly permissions: Permissions
  readonly observer: BrokerObserver
}

type Doing = 'consumption' | 'acknowledgment'

export interface Access {
  /** The role alone, which is asked before anything else of a request is looked at. @throws KafkaError TOPIC_AUTHORIZATION_FAILED */
  requireRole(caller: Caller, doing: Doing): void
  /** The role, READ on the topic and, where there is one, on the group. @throws KafkaError TOPIC_ or GROUP_AUTHORIZATION_FAILED, INVALID_GROUP_ID */
  require(caller: Caller, doing: Doing, to: { readonly topic: string; readonly groupId: string | null }): void
}

const CONSUMERS: ReadonlySet<Role | undefined> = new Set(['service', 'dba', 'system'])

export function createAccess({ users, permissions, observer }: AccessOptions): Access {
  function requireRole({ principal }: Caller, doing: Doing): void {
    if (CONSUMERS.has(users.user(principal.slice('User:'.length))?.role)) return
    observer.authorizationFailed('READ')
    throw new KafkaError('TOPIC_AUTHORIZATION_FAILED', `Topic ${doing} requires service, dba, or system role`)
  }

  return {
    requireRole,
    require(caller, doing, { topic, groupId }) {
      requireRole(caller, doing)
      permissions.require(caller, 'READ', { type: 'TOPIC', name: topic })
      if (groupId === null) return
      assertGroupId(groupId)
      permissions.require(caller, 'READ', { type: 'GROUP', name: groupId })
    },
  }
}
