/**
 * Who may do what: the authorizer over the stored bindings, asked by every use case, and its administration.
 *
 * - A change counts from the moment it has been kept: the next question is asked of a new authorizer.
 * - Changes are made one after the other, so that what is asked is always what the last of them left.
 * - With ACLs off everything is allowed, administration too; bindings can be prepared before ACLs are turned on.
 */
import { createAuthorizer } from '@logbrook/acl/authorizer'
import type { Authorizer } from '@logbrook/acl/authorizer'
import { describeResource } from '@logbrook/acl/explanation'
import type { Explanation } from '@logbrook/acl/explanation'
import type { Question } from '@logbrook/acl/matching'
import { bindingMatchesFilter, CLUSTER_NAME } from '@logbrook/kafka/acl'
import type { AclBinding, AclBindingFilter, Operation, Resource, ResourceType } from '@logbrook/kafka/acl'
import { KafkaError } from '@logbrook/kafka/errors'
import type { ErrorName } from '@logbrook/kafka/errors'
import type { Principal } from '@logbrook/kafka/principal'
import type { AclStore } from '@logbrook/kafka/users'
import type { Caller } from './caller.ts'
import { createGate } from './gate.ts'

export interface Permissions {
  /** @throws KafkaError TOPIC_, GROUP_ or CLUSTER_AUTHORIZATION_FAILED naming principal, operation and resource */
  require(caller: Caller, operation: Operation, resource: Resource): void
  allows(caller: Caller, operation: Operation, resource: Resource): boolean
  /** Asks for DESCRIBE on the cluster. */
  list(caller: Caller, filter: AclBindingFilter): Promise<readonly AclBinding[]>
  /** All or none. Asks for ALTER on the cluster. @throws KafkaError POLICY_VIOLATION when there would be too many */
  add(caller: Caller, bindings: readonly AclBinding[]): Promise<void>
  /** Deletes what any filter matches, and answers it. Asks for ALTER on the cluster. */
  remove(caller: Caller, filters: readonly AclBindingFilter[]): Promise<readonly AclBinding[]>
  /** Asks for DESCRIBE on the cluster. */
  explain(caller: Caller, question: Question): PermissionExplanation
}

/** What the bindings say. `enforced` is false while ACLs are off: then everything is allowed, whatever they say. */
export interface PermissionExplanation extends Explanation {
  readonly enforced: boolean
}

/** What only the keeper of users may tell. */
export interface RoleSuperUsers {
  /** The principals that are super users by their role, beside those of the configuration. */
  setRoleSuperUsers(principals: ReadonlySet<Principal>): void
}

export interface PermissionsOptions {
  readonly store: AclStore
  /** Whether ACLs are on. */
  readonly enabled: boolean
  readonly superUsers: readonly Principal[]
  /** Kafka's `allow.everyone.if.no.acl.found`. */
  readonly allowWithoutBinding: boolean
  /** Told of every denial by `require`. */
  readonly onDenied?: (question: Question) => void
}

export const CLUSTER: Resource = { type: 'CLUSTER', name: CLUSTER_NAME }

const DENIED: Readonly<Record<ResourceType, ErrorName>> = {
  TOPIC: 'TOPIC_AUTHORIZATION_FAILED',
  GROUP: 'GROUP_AUTHORIZATION_FAILED',
  CLUSTER: 'CLUSTER_AUTHORIZATION_FAILED',
}

export async function createPermissions(options: PermissionsOptions): Promise<Permissions & RoleSuperUsers> {
  const { store, enabled, allowWithoutBinding, onDenied } = options
  const inTurn = createGate(1)
  let bindings = await store.bindings()
  let superUsers: ReadonlySet<Principal> = new Set(options.superUsers)
  let authorizer = build()

  function build(): Authorizer {
    return createAuthorizer({ bindings, superUsers, allowWithoutBinding })
  }

  function requireAllowed({ principal, host }: Caller, operation: Operation, resource: Resource): void {
    const question = { principal, host, operation, resource }
    if (!enabled || authorizer.authorize(question).allowed) return
    onDenied?.(question)
    throw new KafkaError(DENIED[resource.type], `${principal} may not ${operation} ${describeResource(resource)}`)
  }

  async function change<T>(caller: Caller, write: () => Promise<T>): Promise<T> {
    requireAllowed(caller, 'ALTER', CLUSTER)
    return await inTurn(async () => {
      const written = await write()
      bindings = await store.bindings()
      authorizer = build()
      return written
    })
  }

  return {
    require: requireAllowed,
    allows: ({ principal, host }, operation, resource) =>
      !enabled || authorizer.authorize({ principal, host, operation, resource }).allowed,

    async list(caller, filter) {
      requireAllowed(caller, 'DESCRIBE', CLUSTER)
      return bindings.filter((binding) => bindingMatchesFilter(binding, filter))
    },

    add: (caller, added) => change(caller, () => store.addBindings(added)),
    remove: (caller, filters) => change(caller, () => store.deleteBindings(filters)),

    explain(caller, question) {
      requireAllowed(caller, 'DESCRIBE', CLUSTER)
      return { ...authorizer.explain(question), enforced: enabled }
    },

    setRoleSuperUsers(principals) {
      const next = new Set([...options.superUsers, ...principals])
      // Most changes of users change no super user, and indexing many bindings takes a while.
      if (next.size === superUsers.size && [...next].every((principal) => superUsers.has(principal))) return
      superUsers = next
      authorizer = build()
    },
  }
}
