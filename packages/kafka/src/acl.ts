/**
 * Kafka's words for permissions, as its protocol and `kafka-acls` spell them in upper case.
 */
import type { Principal } from './principal.ts'

export const OPERATIONS = [
  'ALL',
  'READ',
  'WRITE',
  'CREATE',
  'DELETE',
  'ALTER',
  'DESCRIBE',
  'CLUSTER_ACTION',
  'DESCRIBE_CONFIGS',
  'ALTER_CONFIGS',
  'IDEMPOTENT_WRITE',
] as const
export type Operation = (typeof OPERATIONS)[number]

export const PERMISSION_TYPES = ['ALLOW', 'DENY'] as const
export type PermissionType = (typeof PERMISSION_TYPES)[number]

export const RESOURCE_TYPES = ['TOPIC', 'GROUP', 'CLUSTER'] as const
export type ResourceType = (typeof RESOURCE_TYPES)[number]

export const PATTERN_TYPES = ['LITERAL', 'PREFIXED'] as const
export type PatternType = (typeof PATTERN_TYPES)[number]

/** The name of the one CLUSTER resource. */
export const CLUSTER_NAME = 'kafka-cluster'
/** As a LITERAL resource name: every resource of its type. */
export const ANY_RESOURCE = '*'
/** As a host: every host. */
export const ANY_HOST = '*'

/** A resource pattern and an access control entry: Kafka's `AclBinding`. */
export interface AclBinding {
  readonly resourceType: ResourceType
  readonly resourceName: string
  readonly patternType: PatternType
  readonly principal: Principal
  readonly host: string
  readonly operation: Operation
  readonly permissionType: PermissionType
}

/** Matches bindings whose fields equal those given (Kafka's `AclBindingFilter`, pattern types taken literally). */
export type AclBindingFilter = Partial<AclBinding>

export interface Resource {
  readonly type: ResourceType
  readonly name: string
}

export function bindingMatchesFilter(binding: AclBinding, filter: AclBindingFilter): boolean {
  return (Object.keys(filter) as (keyof AclBinding)[]).every((key) => filter[key] === undefined || filter[key] === binding[key])
}
