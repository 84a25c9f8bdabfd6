/**
 * Kafka's rules for when a binding speaks about a question (`StandardAuthorizerData`). What follows when several do is the
 * authorizer's; this says only whether one does, and in which of its fields it does not.
 */
import { ANY_HOST, ANY_RESOURCE } from '@logbrook/kafka/acl'
import type { AclBinding, Operation, Resource } from '@logbrook/kafka/acl'
import { ANY_PRINCIPAL } from '@logbrook/kafka/principal'
import type { Principal } from '@logbrook/kafka/principal'

/** May `principal`, calling from `host`, do `operation` to `resource`? */
export interface Question {
  readonly principal: Principal
  /** An address as `canonicalHost` writes it: bindings name hosts exactly or not at all. */
  readonly host: string
  readonly operation: Operation
  readonly resource: Resource
}

/** What else an ALLOW of these operations allows. A DENY denies what it names and nothing more. */
const IMPLIED_BY_ALLOW_OF: Partial<Record<Operation, readonly Operation[]>> = {
  DESCRIBE: ['READ', 'WRITE', 'DELETE', 'ALTER'],
  DESCRIBE_CONFIGS: ['ALTER_CONFIGS'],
}

function principalMatches(binding: AclBinding, principal: Principal): boolean {
  return binding.principal === principal || binding.principal === ANY_PRINCIPAL
}

export function hostMatches(binding: AclBinding, host: string): boolean {
  return binding.host === host || binding.host === ANY_HOST
}

export function operationMatches(binding: AclBinding, operation: Operation): boolean {
  if (binding.operation === operation || binding.operation === 'ALL') return true
  return binding.permissionType === 'ALLOW' && IMPLIED_BY_ALLOW_OF[operation]?.includes(binding.operation) === true
}

/** Only a LITERAL `*` stands for every resource: PREFIXED, it is the names that begin with a star. */
function resourceNameMatches(binding: AclBinding, name: string): boolean {
  if (binding.patternType === 'PREFIXED') return name.startsWith(binding.resourceName)
  return binding.resourceName === name || binding.resourceName === ANY_RESOURCE
}

/** A field of a binding, in the words of the API. */
export type BindingField = 'principal' | 'host' | 'operation' | 'resource_type' | 'resource_name'

/** The fields in which a binding does not speak about the question; none when it does. */
export function mismatches(binding: AclBinding, question: Question): readonly BindingField[] {
  const { principal, host, operation, resource } = question
  const fields: BindingField[] = []
  if (!principalMatches(binding, principal)) fields.push('principal')
  if (!hostMatches(binding, host)) fields.push('host')
  if (!operationMatches(binding, operation)) fields.push('operation')
  if (binding.resourceType !== resource.type) fields.push('resource_type')
  if (!resourceNameMatches(binding, resource.name)) fields.push('resource_name')
  return fields
}
