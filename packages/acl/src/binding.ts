/**
 * ACL bindings as people write them, in JSON with Kafka's words, and how they are read and written.
 *
 * - Words of a fixed set are taken as kafka-acls takes them: `Read`, `READ`, `DescribeConfigs`, `describe_configs`.
 * - Left out, `host` is `*`, `pattern_type` LITERAL, `permission_type` ALLOW and the cluster's `resource_name` its only one.
 * - A field that is not known is refused, not ignored: a misspelt `permission_type` would make an ALLOW of a DENY, and a misspelt
 *   field of a filter would make it match everything.
 */
import { ANY_HOST, ANY_RESOURCE, CLUSTER_NAME, OPERATIONS, PATTERN_TYPES, PERMISSION_TYPES, RESOURCE_TYPES } from '@logbrook/kafka/acl'
import type { AclBinding, AclBindingFilter, Operation, PatternType, PermissionType, ResourceType } from '@logbrook/kafka/acl'
import { KafkaError } from '@logbrook/kafka/errors'
import { GROUP_ID_LENGTH_MAX, HOST_LENGTH_MAX, USER_NAME_LENGTH_MAX } from '@logbrook/kafka/limits'
import { nearest, suggestion } from '@logbrook/kafka/nearest'
import { isPrincipal, principalOf } from '@logbrook/kafka/principal'
import type { Principal } from '@logbrook/kafka/principal'
import { topicNameProblem } from '@logbrook/kafka/topic-name'
import { canonicalHost } from './host.ts'
import { SUPPORTED_OPERATIONS } from './supported-operations.ts'

/** A binding in the API, in the init file and on the command line. */
export interface AclBindingJson {
  readonly principal: Principal
  readonly host: string
  readonly operation: Operation
  readonly permission_type: PermissionType
  readonly resource_type: ResourceType
  readonly resource_name: string
  readonly pattern_type: PatternType
}

type Field = keyof AclBindingJson
const FIELDS: readonly Field[] = [
  'principal',
  'host',
  'operation',
  'permission_type',
  'resource_type',
  'resource_name',
  'pattern_type',
] as const

/** In a filter: any value, where the values are of a fixed set. */
const ANY_WORD = 'ANY'
const WORD_FIELDS: ReadonlySet<string> = new Set<Field>(['operation', 'permission_type', 'resource_type', 'pattern_type'])

/**
 * @param where begins every message, so that one binding of many is found: `acls[3]`
 * @throws KafkaError INVALID_REQUEST naming the field, and for a misspelt word the nearest that is allowed
 */
export function parseAclBinding(raw: unknown, where = 'ACL binding'): AclBinding {
  const read = fieldsOf(raw, where)
  const resourceType = read.word('resource_type', RESOURCE_TYPES) ?? read.missing('resource_type')
  const patternType = read.word('pattern_type', PATTERN_TYPES) ?? 'LITERAL'
  const operation = read.word('operation', OPERATIONS) ?? read.missing('operation')
  const resourceName = read.text('resource_name') ?? (resourceType === 'CLUSTER' ? CLUSTER_NAME : read.missing('resource_name'))
  read.check('operation', operationProblem(operation, resourceType))
  read.check('resource_name', resourceNameProblem(resourceType, patternType, resourceName))
  return {
    resourceType,
    resourceName,
    patternType,
    principal: read.principal() ?? read.missing('principal'),
    host: read.host() ?? ANY_HOST,
    operation,
    permissionType: read.word('permission_type', PERMISSION_TYPES) ?? 'ALLOW',
  }
}

/**
 * A field that is left out or `null`, and a word that is `ANY`, match every binding; the others what equals them.
 *
 * @throws KafkaError INVALID_REQUEST as `parseAclBinding`
 */
export function parseAclBindingFilter(raw: unknown, where = 'ACL filter'): AclBindingFilter {
  const given = Object.entries(objectOf(raw, where)).filter(([field, value]) => value !== null && !isAnyWord(field, value))
  const read = fieldsOf(Object.fromEntries(given), where)
  const fields = {
    resourceType: read.word('resource_type', RESOURCE_TYPES),
    resourceName: read.text('resource_name'),
    patternType: read.word('pattern_type', PATTERN_TYPES),
    principal: read.principal(),
    host: read.host(),
    operation: read.word('operation', OPERATIONS),
    permissionType: read.word('permission_type', PERMISSION_TYPES),
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

export function formatAclBinding(binding: AclBinding): AclBindingJson {
  return {
    principal: binding.principal,
    host: binding.host,
    operation: binding.operation,
    permission_type: binding.permissionType,
    resource_type: binding.resourceType,
    resource_name: binding.resourceName,
    pattern_type: binding.patternType,
  }
}

/** Reads the fields of one binding or filter; what it throws begins with `where`. */
function fieldsOf(raw: unknown, where: string) {
  const object = objectOf(raw, where)
  for (const key of Object.keys(object)) {
    if (!(FIELDS as readonly string[]).includes(key)) {
      refuse(where, `there is no field ${JSON.stringify(key)}${suggestion(key, FIELDS)}`)
    }
  }

  function text(field: Field): string | undefined {
    const value = object[field]
    if (value === undefined || typeof value === 'string') return value
    return refuse(where, `${field} is ${JSON.stringify(value)}; it must be a string`)
  }

  function check(field: Field, problem: string | null): void {
    if (problem !== null) refuse(where, `${field} is ${JSON.stringify(object[field])}; ${problem}`)
  }

  return {
    text,
    check,
    missing: (field: Field): never => refuse(where, `${field} is missing`),
    word<T extends string>(field: Field, allowed: readonly T[]): T | undefined {
      const value = text(field)
      if (value === undefined) return undefined
      const found = allowed.find((word) => bare(word) === bare(value))
      if (found !== undefined) return found
      const near = nearest(value, allowed)
      const hint = near === undefined ? 'it' : `did you mean ${near}? It`
      return refuse(where, `${field} is ${JSON.stringify(value)}; ${hint} may be ${allowed.join(', ')}`)
    },
    principal(): Principal | undefined {
      const value = text('principal')
      if (value === undefined) return undefined
      check('principal', principalProblem(value))
      return value as Principal
    },
    host(): string | undefined {
      const value = text('host')
      if (value === undefined) return undefined
      check('host', hostProblem(value))
      return canonicalHost(value) ?? value
    },
  }
}

function objectOf(raw: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) refuse(where, `${JSON.stringify(raw)} is not an object`)
  return raw as Record<string, unknown>
}

function refuse(where: string, problem: string): never {
  throw new KafkaError('INVALID_REQUEST', `${where}: ${problem}`)
}

/** `DescribeConfigs`, `describe_configs` and `DESCRIBE_CONFIGS` are one word. */
function bare(word: string): string {
  return word.replaceAll(/[_\s-]/g, '').toUpperCase()
}

/** Not so where a name is free: a group may be called `any`. */
function isAnyWord(field: string, value: unknown): boolean {
  return WORD_FIELDS.has(field) && typeof value === 'string' && bare(value) === ANY_WORD
}

function operationProblem(operation: Operation, resourceType: ResourceType): string | null {
  const supported = SUPPORTED_OPERATIONS[resourceType]
  return supported.includes(operation) ? null : `resources of type ${resourceType} have only ${supported.join(', ')}`
}

const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

function principalProblem(value: string): string | null {
  if (!isPrincipal(value)) return 'it must be User:<name>, or User:* for everyone'
  if (UNPRINTABLE.test(value)) return 'it holds control characters'
  if (value.length > principalOf('').length + USER_NAME_LENGTH_MAX) return `the limit of a name is ${USER_NAME_LENGTH_MAX} characters`
  return null
}

function hostProblem(value: string): string | null {
  if (value === '' || value.length > HOST_LENGTH_MAX) return `it must be * or an address of at most ${HOST_LENGTH_MAX} characters`
  if (UNPRINTABLE.test(value)) return 'it holds control characters'
  return canonicalHost(value) === null ? 'it is not an IPv6 address' : null
}

function resourceNameProblem(type: ResourceType, patternType: PatternType, name: string): string | null {
  if (type === 'CLUSTER') return name === CLUSTER_NAME ? null : `the only resource of type CLUSTER is ${CLUSTER_NAME}`
  if (name === ANY_RESOURCE && patternType === 'LITERAL') return null
  return type === 'TOPIC' ? topicPatternProblem(patternType, name) : groupNameProblem(name)
}

function topicPatternProblem(patternType: PatternType, name: string): string | null {
  // No topic is named `.` or `..`, but topics' names may begin so.
  if (patternType === 'PREFIXED' && (name === '.' || name === '..')) return null
  const problem = topicNameProblem(name)
  return problem !== null && name === ANY_RESOURCE ? `${problem}; every topic is pattern_type LITERAL` : problem
}

function groupNameProblem(name: string): string | null {
  if (name === '') return 'group name is empty'
  if (name.length > GROUP_ID_LENGTH_MAX) return `group name is ${name.length} characters; the limit is ${GROUP_ID_LENGTH_MAX}`
  return UNPRINTABLE.test(name) ? 'group name holds control characters' : null
}
