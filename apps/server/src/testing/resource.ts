/** ACL bindings and questions as a test writes them: in an init file's words, or with the resource by its name. */
import type { Operation, PatternType, PermissionType, ResourceType } from '@logbrook/kafka/acl'
import { KafkaError } from '@logbrook/kafka/errors'
import type { Principal } from '@logbrook/kafka/principal'

/** As in an init file, so that one can be pasted into the other; `topic`, `group` and `cluster` are short for the resource. */
export type AclOptions = AclWords & AclResource

interface AclWords {
  /** `User:alice`; `User:*` is everyone, `User:ANONYMOUS` who sends no credentials. */
  readonly principal: Principal
  readonly operation: Operation
  /** `ALLOW` by default. */
  readonly permission_type?: PermissionType | undefined
  /** An address; `*`, the default, is every one. */
  readonly host?: string | undefined
  /** `LITERAL` by default. */
  readonly pattern_type?: PatternType | undefined
}

type AclResource = NamedResource | { readonly resource_type: ResourceType; readonly resource_name?: string | undefined }

/** A resource by its name, the shortest way. */
export type NamedResource = { readonly topic: string } | { readonly group: string } | { readonly cluster: true }

/** With the resource as an init file spells it. @throws KafkaError INVALID_REQUEST beginning with `key`, where it is not named, or twice */
export function spelledOut({ topic, group, cluster, ...words }: Readonly<Record<string, unknown>>, key: string): object {
  const named = Object.entries({ topic, group, cluster, resource_type: words['resource_type'] }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  )
  if (named.length === 0) throw new KafkaError('INVALID_REQUEST', `${key}: the resource is missing: topic, group or cluster`)
  if (named.length > 1 || (words['resource_name'] !== undefined && words['resource_type'] === undefined)) {
    const twice = new Set([...named, 'resource_name']).values().take(2).toArray().join(' and ')
    throw new KafkaError('INVALID_REQUEST', `${key}: ${twice} do not go together; it is about one resource`)
  }
  if (topic !== undefined) return { ...words, resource_type: 'TOPIC', resource_name: topic }
  if (group !== undefined) return { ...words, resource_type: 'GROUP', resource_name: group }
  return cluster === undefined ? words : { ...words, resource_type: 'CLUSTER' }
}
